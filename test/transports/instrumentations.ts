/** The instrumentations that a service of the transport tests needs. Loading all of them takes seconds. */
import { ServerResponse } from 'node:http';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { heard, watchHead } from './oracle-marks.js';

type Load = () => Promise<Instrumentation>;

const http: Load = async () => {
  const { HttpInstrumentation } = await import('@opentelemetry/instrumentation-http');
  return new HttpInstrumentation({
    responseHook: (span, response) => {
      if (response instanceof ServerResponse) watchHead(span, response);
      else heard(span);
    },
  });
};
const undici: Load = async () => {
  const { UndiciInstrumentation } = await import('@opentelemetry/instrumentation-undici');
  return new UndiciInstrumentation({ responseHook: heard });
};
const express: Load = async () => {
  const { ExpressInstrumentation } = await import('@opentelemetry/instrumentation-express');
  return new ExpressInstrumentation();
};
const fastify: Load = async () => {
  const { FastifyOtelInstrumentation } = (await import('@fastify/otel')).default;
  return new FastifyOtelInstrumentation({ registerOnInitialization: true });
};
const grpc: Load = async () => {
  const { GrpcInstrumentation } = await import('@opentelemetry/instrumentation-grpc');
  return new GrpcInstrumentation();
};
const amqp: Load = async () => {
  const { AmqplibInstrumentation } = await import('@opentelemetry/instrumentation-amqplib');
  return new AmqplibInstrumentation({ useLinksForConsume: process.env['LINKS'] === 'true' });
};
const kafka: Load = async () => {
  const { KafkaJsInstrumentation } = await import('@opentelemetry/instrumentation-kafkajs');
  return new KafkaJsInstrumentation();
};

const OF_MODULE: Readonly<Record<string, readonly Load[]>> = {
  http: [http],
  frameworks: [http, undici, express, fastify],
  grpc: [grpc],
  amqp: [amqp],
  kafka: [kafka],
};

export function instrumentationsOf(module: string): Promise<Instrumentation[]> {
  return Promise.all((OF_MODULE[module] ?? []).map((load) => load()));
}
