/** The demo's registration with a second exporter: the same spans also go out as Zipkin's real exporter writes them. */
import { register } from 'node:module';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { ZipkinExporter } from '@opentelemetry/exporter-zipkin';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { CausalityPropagator, CausalitySpanProcessor } from 'otel-causality';
import { installHttpReplies } from 'otel-causality/node';

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

const sdk = new NodeSDK({
  textMapPropagator: new CausalityPropagator(),
  spanProcessors: [
    new CausalitySpanProcessor(),
    new BatchSpanProcessor(new OTLPTraceExporter()),
    new BatchSpanProcessor(new ZipkinExporter()),
  ],
  instrumentations: [new HttpInstrumentation()],
});
installHttpReplies();
sdk.start();

process.once('beforeExit', () => void sdk.shutdown());
