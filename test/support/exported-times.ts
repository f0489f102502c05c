/** What a CausalTimestampExporter hands to the exporter inside it. */
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { CausalTimestampExporter } from '../../src/otel/causal-timestamp-exporter.js';

export function exported(spans: readonly ReadableSpan[]): ReadableSpan[] {
  let out: ReadableSpan[] = [];
  const inside: SpanExporter = {
    export: (given, done) => {
      out = given;
      done({ code: 0 });
    },
    shutdown: () => Promise.resolve(),
  };
  new CausalTimestampExporter(inside).export([...spans], () => undefined);
  return out;
}
