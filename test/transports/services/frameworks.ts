/** HTTP/1 by express and fastify. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as working } from 'node:timers/promises';
import { trace } from '@opentelemetry/api';
import express from 'express';
import fastify from 'fastify';

export { call, serveNode } from './http.js';

const tracer = trace.getTracer('test');

export async function serveExpress(): Promise<string> {
  const app = express();
  app.set('env', 'test'); // it prints failures otherwise
  app.get('/json', (_request, response) => {
    tracer.startSpan('inside').end();
    response.json({ done: true });
  });
  app.get('/stream', async (_request, response) => {
    response.write('part');
    await working(1);
    response.end();
  });
  app.get('/fail', () => {
    throw new Error('as told');
  });
  const server = http.createServer(app as http.RequestListener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function serveFastify(): Promise<string> {
  const app = fastify();
  app.get('/json', async () => {
    tracer.startSpan('inside').end();
    await working(1);
    return { done: true };
  });
  app.get('/stream', (_request, reply) => {
    return reply.send(Readable.from(['part', 's']));
  });
  app.get('/fail', async () => {
    await working(1);
    throw new Error('as told');
  });
  return app.listen({ host: '127.0.0.1', port: 0 });
}
