/** OpenTelemetry for one service, loaded before it (`node --import`), with the stamps of otel-causality. */
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { register } from 'node:module';
import { CausalityPropagator, CausalitySpanProcessor } from 'otel-causality';
import { installHttpReplies } from 'otel-causality/node';

// Lets instrumentations see what a service imports as an ES module.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

// The service's name and the collector's address come from OTEL_SERVICE_NAME and OTEL_EXPORTER_OTLP_ENDPOINT.
export const sdk = new NodeSDK({
  textMapPropagator: new CausalityPropagator(),
  spanProcessors: [new CausalitySpanProcessor(), new BatchSpanProcessor(new OTLPTraceExporter())],
  instrumentations: [new HttpInstrumentation({ ignoreOutgoingRequestHook: () => true }), new UndiciInstrumentation()],
});

installHttpReplies();
sdk.start();
