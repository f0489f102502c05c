/**
 * How many bytes stamps add: to each span as OpenTelemetry's own OTLP exporters send it, and to a request and its
 * reply on the wire.
 *
 *     npm run bench:bytes
 *
 * Each request comes from a trace of so many nodes, this one included, and makes four spans with the attributes of
 * HTTP: the server's, two of work inside, and a client's that sends a request on. Writes bench/results/bytes.json.
 */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { manualReplies } from '../../src/node/manual-replies.js';
import { CausalClock } from '../../src/otel/causal-clock.js';
import type { AttributeMode } from '../../src/otel/clock-options.js';
import { CausalityPropagator } from '../../src/otel/propagator.js';
import { CausalitySpanProcessor } from '../../src/otel/span-processor.js';
import { Messages } from '../messages.js';
import type { Carrier } from '../service.js';

const REQUESTS = 128;
const SPANS_PER_REQUEST = 4;
const NODES = [3, 10, 40];
const MODES: readonly AttributeMode[] = ['lean', 'standard', 'full'];
const PROTOCOLS = { protobuf: ProtobufExporter, JSON: JsonExporter };

const ATTRIBUTES = {
  'http.request.method': 'GET',
  'url.scheme': 'http',
  'url.path': '/orders/4711',
  'server.address': 'orders.internal',
  'server.port': 8080,
  'network.protocol.version': '1.1',
  'http.route': '/orders/:id',
  'http.response.status_code': 200,
};

interface Sizes {
  readonly span: number;
  readonly request: number;
  readonly reply: number;
}

let received = 0;
const collector = createServer((request, response) => {
  request.on('data', (part: Buffer) => {
    received += part.length;
  });
  request.on('end', () => {
    response.setHeader('content-type', 'application/json').end('{}');
  });
});

/** Bytes of these headers as HTTP/1 writes them. */
function headerBytes(carrier: Readonly<Record<string, string | undefined>>): number {
  return Object.entries(carrier).reduce((sum, [name, value]) => {
    return value === undefined ? sum : sum + Buffer.byteLength(`${name}: ${value}\r\n`);
  }, 0);
}

async function measure(
  protocol: keyof typeof PROTOCOLS,
  mode: AttributeMode | undefined,
  nodes: number,
): Promise<Sizes> {
  const clock = mode === undefined ? undefined : new CausalClock({ attributes: mode });
  const exporter = new PROTOCOLS[protocol]({ url: `http://127.0.0.1:${(collector.address() as AddressInfo).port}/` });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'orders' }),
    spanProcessors: [
      ...(clock === undefined ? [] : [new CausalitySpanProcessor({ clock })]),
      new BatchSpanProcessor(exporter, { maxQueueSize: 10_000 }),
    ],
  });
  const w3c = [new W3CTraceContextPropagator(), new W3CBaggagePropagator()];
  const propagator =
    clock === undefined ? new CompositePropagator({ propagators: w3c }) : new CausalityPropagator({ clock });
  const replies = clock === undefined ? undefined : manualReplies({ clock });
  const tracer = provider.getTracer('bench');
  const messages = new Messages({ entries: clock === undefined ? 0 : nodes - 1 });
  let [request, reply] = [0, 0];
  for (const carrier of messages.batch(REQUESTS)) {
    const extracted = propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
    const server = tracer.startSpan('GET /orders/:id', { kind: SpanKind.SERVER, attributes: ATTRIBUTES }, extracted);
    const inside = trace.setSpan(extracted, server);
    for (let i = 0; i < 2; i++) tracer.startSpan('work', { attributes: ATTRIBUTES }, inside).end();
    const client = tracer.startSpan('GET', { kind: SpanKind.CLIENT, attributes: ATTRIBUTES }, inside);
    const sent: Carrier = {};
    propagator.inject(trace.setSpan(inside, client), sent, defaultTextMapSetter);
    request += headerBytes(sent);
    // What comes back is of the same size as what this service answers.
    const stamp = replies?.give(carrier);
    reply += headerBytes({ causality: stamp });
    replies?.take(client.spanContext(), stamp);
    client.end();
    server.end();
  }
  received = 0;
  await provider.shutdown();
  return { span: received / (REQUESTS * SPANS_PER_REQUEST), request: request / REQUESTS, reply: reply / REQUESTS };
}

collector.listen(0, '127.0.0.1');
await once(collector, 'listening');
const rows: { readonly nodes: number; readonly what: string; readonly bytes: number }[] = [];
const row = (nodes: number, what: string, bytes: number): void =>
  void rows.push({ nodes, what, bytes: Math.round(bytes) });
const plain: Record<string, number> = {};
for (const protocol of Object.keys(PROTOCOLS) as (keyof typeof PROTOCOLS)[]) {
  const without = await measure(protocol, undefined, 1);
  plain[protocol] = Math.round(without.span);
  for (const nodes of NODES) {
    for (const mode of MODES) {
      const sizes = await measure(protocol, mode, nodes);
      row(nodes, `span, ${mode}, ${protocol}`, sizes.span - without.span);
      if (protocol !== 'protobuf' || mode !== 'standard') continue;
      row(nodes, 'request', sizes.request - without.request);
      row(nodes, 'reply', sizes.reply - without.reply);
    }
  }
}
collector.closeAllConnections();
collector.close();
console.table(rows);
// Beside the sources, not beside the compiled benchmark.
const results = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'bench', 'results', 'bytes.json');
writeFileSync(results, `${JSON.stringify({ spansPerRequest: SPANS_PER_REQUEST, plain, rows }, null, 2)}\n`);
