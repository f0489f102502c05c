/**
 * Loaded before a service of the transport tests: OpenTelemetry as a user sets it up, with this library or without, and
 * an oracle that numbers what happens in the process by itself.
 */
import { register } from 'node:module';
import { context, propagation, type TextMapPropagator, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { CausalClock, CausalityPropagator, CausalitySpanProcessor } from 'otel-causality';
import { installHttpReplies } from 'otel-causality/node';
import { EncodingBaggagePropagator } from './encoding-baggage.js';
import { instrumentationsOf } from './instrumentations.js';
import { OracleProcessor } from './oracle-marks.js';
import { useClock } from './service-clock.js';

interface Edge {
  readonly textMapPropagator: CausalityPropagator;
  readonly spanProcessor: CausalitySpanProcessor;
}

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

const { MEMBERSHIP, CLOCK = '{}', BEHIND_MS = '0', RELAY, MODULE = '', OTEL_SERVICE_NAME = '' } = process.env;
// Files of the README that stand in for what is below: an edge service's, or those of a page.
const { EDGE, PAGE } = process.env;
const edge = EDGE === undefined ? undefined : ((await import(EDGE)) as Edge);
const now = (): number => performance.timeOrigin + performance.now() - Number(BEHIND_MS);
const clock =
  MEMBERSHIP === 'ours' && edge === undefined && PAGE === undefined
    ? new CausalClock({ now, ...(JSON.parse(CLOCK) as object) })
    : undefined;
if (clock !== undefined) {
  useClock(clock);
  installHttpReplies({ clock });
}

const baggage = RELAY === 'encoding' ? new EncodingBaggagePropagator() : new W3CBaggagePropagator();
const w3c = [new W3CTraceContextPropagator(), ...(MEMBERSHIP === 'trace' ? [] : [baggage])];
const stamping = clock === undefined ? [] : [new CausalitySpanProcessor({ clock })];
if (edge !== undefined) stamping.push(edge.spanProcessor);
if (PAGE !== undefined) stamping.push(new CausalitySpanProcessor());

function propagator(): TextMapPropagator {
  if (edge !== undefined) return edge.textMapPropagator;
  if (PAGE !== undefined) return new CausalityPropagator();
  return clock === undefined ? new CompositePropagator({ propagators: w3c }) : new CausalityPropagator({ clock });
}

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(propagator());
trace.setGlobalTracerProvider(
  new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': OTEL_SERVICE_NAME }),
    // Every span at once: what a test waits for has left.
    spanProcessors: [
      new OracleProcessor(),
      ...stamping,
      new SimpleSpanProcessor(new OTLPTraceExporter({ concurrencyLimit: 1_000 })),
    ],
  }),
);
registerInstrumentations({ instrumentations: await instrumentationsOf(MODULE) });
