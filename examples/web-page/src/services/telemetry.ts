/**
 * Loaded before each service (`node --import ./telemetry.js service.js`). The service's name and the collector's
 * address come from OpenTelemetry's own environment variables; `PAGE_ORIGIN` names the page whose stamps are read.
 */
import { register } from 'node:module';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { CausalClock, CausalityPropagator, CausalitySpanProcessor } from 'otel-causality';
import { installHttpReplies } from 'otel-causality/node';

// OpenTelemetry's own hook: without it instrumentations cannot see what ES modules import.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

// Stamps of our own page are read. Who forges its origin spoils the trace of his own request, and no other.
const pageOrigin = process.env['PAGE_ORIGIN'];
const clock = new CausalClock({
  trust: (carrier, getter) => {
    const origin = getter.get(carrier, 'origin');
    return origin !== undefined && origin === pageOrigin;
  },
});

installHttpReplies({ clock });
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': process.env['OTEL_SERVICE_NAME'] ?? 'service' }),
  spanProcessors: [
    new CausalitySpanProcessor({ clock }),
    new BatchSpanProcessor(new OTLPTraceExporter(), { scheduledDelayMillis: 200 }),
  ],
});
provider.register({ propagator: new CausalityPropagator({ clock }) });
registerInstrumentations({
  instrumentations: [
    new HttpInstrumentation({
      // A browser's questions about CORS belong to no trace, and a stream never ends.
      ignoreIncomingRequestHook: ({ method, url = '' }) => method === 'OPTIONS' || url.startsWith('/stream'),
    }),
  ],
});

process.once('SIGTERM', () => {
  void provider.shutdown().finally(() => process.exit(0));
});
// The starter is gone: nobody will stop us.
process.once('disconnect', () => process.exit(0));
