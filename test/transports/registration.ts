/**
 * Loaded before a service of the transport tests: OpenTelemetry as a user sets it up, with this library or without, and
 * an oracle that numbers what happens in the process by itself.
 */
import { ServerResponse } from 'node:http';
import { register } from 'node:module';
import FastifyOtel from '@fastify/otel';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { AmqplibInstrumentation } from '@opentelemetry/instrumentation-amqplib';
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express';
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { KafkaJsInstrumentation } from '@opentelemetry/instrumentation-kafkajs';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { CausalClock, CausalityPropagator, CausalitySpanProcessor } from 'otel-causality';
import { installHttpReplies } from 'otel-causality/node';
import { heard, OracleProcessor, watchHead } from './oracle-marks.js';
import { useClock } from './service-clock.js';

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

const { MEMBERSHIP, CLOCK = '{}', CARRIER, LINKS } = process.env;
const isOurs = MEMBERSHIP === 'ours';
const clock = isOurs ? new CausalClock(JSON.parse(CLOCK) as object) : undefined;
if (clock !== undefined) {
  useClock(clock);
  installHttpReplies({ clock });
}

const w3c = [new W3CTraceContextPropagator(), ...(MEMBERSHIP === 'trace' ? [] : [new W3CBaggagePropagator()])];
const stamping = clock === undefined ? [] : [new CausalitySpanProcessor({ clock })];

new NodeSDK({
  textMapPropagator:
    clock === undefined
      ? new CompositePropagator({ propagators: w3c })
      : new CausalityPropagator({ clock, carrier: CARRIER === 'header' ? 'header' : 'baggage' }),
  // Every span at once: what a test waits for has left.
  spanProcessors: [new OracleProcessor(), ...stamping, new SimpleSpanProcessor(new OTLPTraceExporter())],
  instrumentations: [
    new HttpInstrumentation({
      responseHook: (span, response) => {
        if (response instanceof ServerResponse) watchHead(span, response);
        else heard(span);
      },
    }),
    new UndiciInstrumentation({ responseHook: heard }),
    new ExpressInstrumentation(),
    new FastifyOtel.FastifyOtelInstrumentation({ registerOnInitialization: true }),
    new GrpcInstrumentation(),
    new AmqplibInstrumentation({ useLinksForConsume: LINKS === 'true' }),
    new KafkaJsInstrumentation(),
  ],
}).start();
