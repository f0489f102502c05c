/**
 * One process of the experiment, a client or a server over node:http, traced as a service is: OpenTelemetry's own HTTP
 * instrumentation, a batch processor, and an exporter that throws away what it gets.
 *
 *     node process.js client|server w3c|ours|bare|cargo
 */
import type * as Http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { ATTRIBUTE } from '../../src/codec/span-attributes.js';
import { installHttpReplies } from '../../src/node/http-replies.js';
import { CausalClock } from '../../src/otel/causal-clock.js';
import { CausalityPropagator } from '../../src/otel/propagator.js';
import { CausalitySpanProcessor } from '../../src/otel/span-processor.js';
import { BareOrder } from './bare-order.js';
import { cargoProcessor, cargoPropagator, replyWithCargo } from './bare-cargo.js';
import type { Account, Answer, Order } from './protocol.js';

/** Requests under way at any time, each on a connection of its own that it keeps. */
const LOOPS = 16;

class CountingExporter implements SpanExporter {
  account: Omit<Account, 'reasons'> = { spans: 0, stamped: 0, replied: 0, incomplete: 0 };

  export(spans: ReadableSpan[], done: (result: { code: number }) => void): void {
    let { stamped, replied, incomplete } = this.account;
    for (const { attributes } of spans) {
      if (attributes[ATTRIBUTE.tick] !== undefined && attributes[ATTRIBUTE.endTick] !== undefined) stamped++;
      if (attributes[ATTRIBUTE.replyTick] !== undefined) replied++;
      if (attributes[ATTRIBUTE.incomplete] !== undefined) incomplete++;
    }
    this.account = { spans: this.account.spans + spans.length, stamped, replied, incomplete };
    done({ code: 0 });
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

const [side, library] = process.argv.slice(2);
const exporter = new CountingExporter();
const spanProcessors: SpanProcessor[] = [new BatchSpanProcessor(exporter)];
const w3c = [new W3CTraceContextPropagator(), new W3CBaggagePropagator()];
const clock = library === 'ours' ? new CausalClock() : undefined;
if (clock !== undefined) {
  spanProcessors.unshift(new CausalitySpanProcessor({ clock }));
  propagation.setGlobalPropagator(new CausalityPropagator({ clock, propagators: w3c }));
  installHttpReplies({ clock });
} else if (library === 'bare') {
  const order = new BareOrder(`${side}-x7k2p1ab`);
  spanProcessors.unshift(order);
  propagation.setGlobalPropagator(new CompositePropagator({ propagators: [...w3c, order] }));
} else if (library === 'cargo') {
  spanProcessors.unshift(cargoProcessor);
  propagation.setGlobalPropagator(new CompositePropagator({ propagators: [...w3c, cargoPropagator] }));
  replyWithCargo();
} else {
  propagation.setGlobalPropagator(new CompositePropagator({ propagators: w3c }));
}
const provider = new BasicTracerProvider({
  resource: resourceFromAttributes({ 'service.name': side ?? '' }),
  spanProcessors,
});
trace.setGlobalTracerProvider(provider);
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
registerInstrumentations({ instrumentations: [new HttpInstrumentation()] });

// Loaded here, so that the instrumentation sees it.
const http = createRequire(import.meta.url)('node:http') as typeof Http;

let collectorMicros = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) collectorMicros += duration * 1000;
}).observe({ entryTypes: ['gc'] });

const say = (said: Answer): void => void process.send?.(said);

function serve(): void {
  const server = http.createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"state":"shipped"}');
  });
  // Longer than a pair is idle while the other one is measured: no request meets a connection that is being closed.
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1', () => say({ kind: 'listening', port: (server.address() as AddressInfo).port }));
}

const agent = new http.Agent({ keepAlive: true, maxSockets: LOOPS });

function request(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port, path: '/orders/17', agent }, (response) => {
        response.on('end', resolve).on('error', reject).resume();
      })
      .on('error', reject);
  });
}

/** Closed loops: each sends its next request when it has read the answer to the one before. */
async function ask(port: number, millis: number): Promise<Answer> {
  const started = performance.now();
  const deadline = started + millis;
  let requests = 0;
  const loop = async (): Promise<void> => {
    do {
      await request(port);
      requests++;
    } while (performance.now() < deadline);
  };
  await Promise.all(Array.from({ length: LOOPS }, loop));
  return { kind: 'ask', requests, millis: performance.now() - started };
}

async function answer(order: Order): Promise<Answer> {
  if (order.kind === 'ask') return ask(order.port, order.millis);
  if (order.kind === 'usage') {
    const { user, system } = process.cpuUsage();
    return { kind: 'usage', micros: user + system, collectorMicros };
  }
  await provider.forceFlush();
  const reasons = Object.keys(clock?.counters.incomplete ?? {});
  return { kind: 'account', account: { ...exporter.account, reasons } };
}

process.on('message', (order) => {
  answer(order as Order).then(say, (error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
process.once('disconnect', () => process.exit());
if (side === 'server') serve();
