/**
 * OpenTelemetry for one service, loaded before it (`node --import`). Three lines of it are otel-causality's: the
 * propagator, the two processors, and the replies.
 */
import './shifted-clock.js';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { BatchLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { register } from 'node:module';
import { CausalityPropagator, CausalitySpanProcessor } from 'otel-causality';
import { CausalityLogRecordProcessor } from 'otel-causality/logs';
import { installHttpReplies } from 'otel-causality/node';

// Lets instrumentations see what a service imports as an ES module.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

// The service's name and the collector's address come from OTEL_SERVICE_NAME and OTEL_EXPORTER_OTLP_ENDPOINT.
export const sdk = new NodeSDK({
  textMapPropagator: new CausalityPropagator(),
  spanProcessors: [new CausalitySpanProcessor()],
  logRecordProcessors: [
    new CausalityLogRecordProcessor(),
    new BatchLogRecordProcessor({ exporter: new OTLPLogExporter() }),
  ],
  instrumentations: [
    new HttpInstrumentation({ ignoreOutgoingRequestHook: () => true }),
    new UndiciInstrumentation(),
    new PinoInstrumentation(),
  ],
});

installHttpReplies();
sdk.start();
