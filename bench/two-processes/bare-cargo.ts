/**
 * The cargo without the library: headers and attributes of the same number and length as stamps have, all constant.
 * Nothing is computed, read or remembered: this is what the carrying costs, of all that a library does.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import { type Context, type Span, SpanKind, type TextMapPropagator, type TextMapSetter } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { ATTRIBUTE } from '../../src/codec/span-attributes.js';

const REQUEST = '1!7b1d62f2c9e04a15!1!6a1f0c3b2e4d5f60!0!client-x7k2p1ab*1';
const REPLY = '1!7b1d62f2c9e04a15!3!6a1f0c3b2e4d5f60!0!client-x7k2p1ab*1~server-m3n4b5cd*2';
const VECTOR = 'client-x7k2p1ab=1,server-m3n4b5cd=1';

/** Under names that no propagator in use parses. */
export const cargoPropagator: TextMapPropagator = {
  inject(_context: Context, carrier: unknown, setter: TextMapSetter): void {
    setter.set(carrier, 'x-mark', 'causality=7b1d62f2c9e04a15');
    setter.set(carrier, 'x-stamp', `causality=${REQUEST}`);
  },
  extract: (context: Context): Context => context,
  fields: () => ['x-mark', 'x-stamp'],
};

export const cargoProcessor: SpanProcessor = {
  onStart(span): void {
    span.setAttribute(ATTRIBUTE.node, 'client-x7k2p1ab');
    span.setAttribute(ATTRIBUTE.vector, VECTOR);
    span.setAttribute(ATTRIBUTE.lamport, 1);
    span.setAttribute(ATTRIBUTE.tick, 1);
  },
  onEnding(span: Span & Pick<ReadableSpan, 'kind'>): void {
    if (span.kind === SpanKind.SERVER) {
      span.setAttribute(ATTRIBUTE.replyLamport, 3);
      span.setAttribute(ATTRIBUTE.replyTick, 2);
    } else {
      span.setAttribute(ATTRIBUTE.endVector, VECTOR);
    }
    span.setAttribute(ATTRIBUTE.endLamport, 4);
    span.setAttribute(ATTRIBUTE.endTick, 3);
  },
  onEnd: () => undefined,
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

export function replyWithCargo(): void {
  subscribe('http.server.request.start', (message) => {
    (message as { readonly response: ServerResponse }).response.setHeader('x-stamp', REPLY);
  });
}
