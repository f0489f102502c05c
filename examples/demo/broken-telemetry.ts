/**
 * The same registration with one piece missing, to show that the demo notices: `DEMO_BREAK=no-propagator` leaves stamps
 * at home, `DEMO_BREAK=no-replies` tells nobody what a reply knew.
 */
import { register } from 'node:module';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { CausalityPropagator, CausalitySpanProcessor } from 'otel-causality';

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

const sdk = new NodeSDK({
  ...(process.env['DEMO_BREAK'] === 'no-propagator' ? {} : { textMapPropagator: new CausalityPropagator() }),
  spanProcessors: [new CausalitySpanProcessor(), new BatchSpanProcessor(new OTLPTraceExporter())],
  instrumentations: [new HttpInstrumentation()],
});
sdk.start();

process.once('beforeExit', () => void sdk.shutdown());
