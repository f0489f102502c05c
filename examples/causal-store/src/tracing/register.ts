/**
 * What a node loads before everything else (`node --import ./tracing/register.js main.js`): OpenTelemetry with causal
 * order. The service's name and the exporter's address come from the environment; without an address nothing is recorded.
 */
import { register } from 'node:module';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { CausalityPropagator, CausalitySpanProcessor } from 'otel-causality';
import { installHttpReplies } from 'otel-causality/node';

if ((process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '') !== '') {
  // OpenTelemetry's own hook: without it instrumentations cannot see what ES modules import.
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
  const ignored = ['/health', '/replication/'];
  const sdk = new NodeSDK({
    textMapPropagator: new CausalityPropagator(),
    spanProcessors: [new CausalitySpanProcessor(), new BatchSpanProcessor(new OTLPTraceExporter())],
    instrumentations: [
      new HttpInstrumentation({
        ignoreIncomingRequestHook: ({ url = '' }) => ignored.some((path) => url.startsWith(path)),
      }),
    ],
  });
  installHttpReplies();
  sdk.start();
  process.once('beforeExit', () => void sdk.shutdown());
}
