/** A process of the soak: does what requests ask for, samples its memory, and is steered by its parent. */
import { appendFileSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as passing } from 'node:timers/promises';
import { trace } from '@opentelemetry/api';
import type { Plan } from '../plan.js';
import { type Order, samplesPath, type Sample } from '../processes.js';
import type { SlotName } from '../slots.js';
import { ports } from './calling.js';
import { parts } from './parts.js';
import { endAll, take } from './steps.js';
import { nameOfReply } from './wire.js';

const { SOAK_FOLDER = '', SOAK_INCARNATION = '', SOAK_SAMPLE_MS = '1000' } = process.env;
const { clock, ledger, physical } = parts();
const underWay = new Set<ServerResponse>();

const server = http.createServer((request, response) => {
  underWay.add(response);
  serve(request, response)
    // The caller has gone, or sent half a plan: nobody is left to be told.
    .catch(() => response.destroy())
    .finally(() => underWay.delete(response));
});

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const plan = JSON.parse(body) as Plan;
  if (plan.reply === 'parts') response.write('some');
  await take(plan.steps);
  switch (plan.reply) {
    case 'none':
      response.destroy();
      break;
    case 'error':
      response.writeHead(500).end();
      break;
    case 'whole':
      response.end('all');
      break;
    case 'parts':
      noteReplied(response);
      response.end('the rest');
  }
}

function noteReplied(response: ServerResponse): void {
  const span = trace.getActiveSpan()?.spanContext();
  const message = nameOfReply(response);
  if (span !== undefined && message !== undefined) {
    ledger.note({ trace: span.traceId, kind: 'replied', message });
  }
}

function sample(): void {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const line: Sample = { heapUsed, rss, counters: clock.counters };
  appendFileSync(samplesPath(SOAK_FOLDER, SOAK_INCARNATION), `${JSON.stringify(line)}\n`);
}

async function stop(): Promise<void> {
  server.close();
  while (underWay.size > 0) await passing(20);
  endAll();
  server.closeAllConnections();
  // Spans of HTTP end when their sockets close.
  await passing(100);
  sample();
  process.exit(0);
}

process.on('message', (order: Order) => {
  if (order.do === 'stop') void stop();
  else if (order.do === 'steer') physical.steer(order.steering);
  else for (const [slot, port] of Object.entries(order.ports)) ports.set(slot as SlotName, port);
});
process.once('disconnect', () => process.exit());
setInterval(sample, Number(SOAK_SAMPLE_MS));
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
