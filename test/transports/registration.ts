/**
 * Loaded before a service of the transport tests: OpenTelemetry as a user sets it up, with this library or without, and
 * an oracle that numbers what happens in the process by itself.
 */
import { register } from 'node:module';
import { context, propagation, trace } from '@opentelemetry/api';
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

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

const { MEMBERSHIP, CLOCK = '{}', BEHIND_MS = '0', RELAY, MODULE = '', OTEL_SERVICE_NAME = '' } = process.env;
const now = (): number => performance.timeOrigin + performance.now() - Number(BEHIND_MS);
const clock = MEMBERSHIP === 'ours' ? new CausalClock({ now, ...(JSON.parse(CLOCK) as object) }) : undefined;
if (clock !== undefined) {
  useClock(clock);
  installHttpReplies({ clock });
}

const baggage = RELAY === 'encoding' ? new EncodingBaggagePropagator() : new W3CBaggagePropagator();
const w3c = [new W3CTraceContextPropagator(), ...(MEMBERSHIP === 'trace' ? [] : [baggage])];
const stamping = clock === undefined ? [] : [new CausalitySpanProcessor({ clock })];

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(
  clock === undefined ? new CompositePropagator({ propagators: w3c }) : new CausalityPropagator({ clock }),
);
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
