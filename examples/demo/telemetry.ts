/**
 * What the README tells a service to load before everything else (`node --import ./telemetry.js service.js`). Nothing
 * in here knows of the demo: the service's name and the exporter's address come from the environment.
 */
import { register } from 'node:module';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { CausalityPropagator, CausalitySpanProcessor } from 'otel-causality';
import { installHttpReplies } from 'otel-causality/node';

// OpenTelemetry's own hook: without it instrumentations cannot see what ES modules import.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

const sdk = new NodeSDK({
  textMapPropagator: new CausalityPropagator(),
  // `spanProcessors` replaces the exporters that the SDK would make from the environment, so the exporter stands here.
  spanProcessors: [new CausalitySpanProcessor(), new BatchSpanProcessor(new OTLPTraceExporter())],
  instrumentations: [new HttpInstrumentation()],
});
installHttpReplies();
sdk.start();

// A service that has nothing left to do sends its last spans before it goes.
process.once('beforeExit', () => void sdk.shutdown());
