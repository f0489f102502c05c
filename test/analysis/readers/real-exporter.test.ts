import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { readSpanStamps } from '../../../src/codec/span-stamps.js';
import { CausalClock } from '../../../src/otel/causal-clock.js';
import { CausalitySpanProcessor } from '../../../src/otel/span-processor.js';
import { readAll } from './reading-all.js';

/** What OpenTelemetry's own exporter posts, one body for each export. */
async function exported(
  make: (provider: BasicTracerProvider) => void,
): Promise<{ bodies: string[]; spans: ReadableSpan[] }> {
  const bodies: string[] = [];
  const spans: ReadableSpan[] = [];
  const collector = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => (body += text));
    request.on('end', () => {
      bodies.push(body);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const { port } = collector.address() as AddressInfo;
  const exporter = new OTLPTraceExporter({ url: `http://127.0.0.1:${port}/v1/traces` });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'checkout', 'process.pid': 42 }),
    spanProcessors: [
      new CausalitySpanProcessor({ clock: new CausalClock({ node: 'checkout' }) }),
      new SimpleSpanProcessor(exporter),
      {
        onStart: () => undefined,
        onEnd: (span) => void spans.push(span),
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  });
  make(provider);
  await provider.forceFlush();
  await provider.shutdown();
  collector.close();
  return { bodies, spans };
}

describe('what OpenTelemetry exports', () => {
  it('is read as it was recorded, stamps and all', async () => {
    const { bodies, spans } = await exported((provider) => {
      const tracer = provider.getTracer('shop', '3.1.0');
      const parent = tracer.startSpan('handle', { kind: SpanKind.SERVER }, ROOT_CONTEXT);
      const child = tracer.startSpan(
        'charge',
        {
          kind: SpanKind.PRODUCER,
          attributes: {
            text: 'x',
            whole: 5,
            large: 2 ** 53 - 1,
            part: 0.25,
            yes: true,
            list: ['a', 'b'],
            numbers: [1, 2],
          },
          links: [{ context: parent.spanContext(), attributes: { why: 'retry' } }],
        },
        trace.setSpan(ROOT_CONTEXT, parent),
      );
      child.addEvent('declined', { code: 51 });
      child.setStatus({ code: SpanStatusCode.ERROR, message: 'declined' });
      child.end();
      parent.end();
    });
    const { spans: read, said, error } = await readAll([bodies.join('\n')]);
    expect({ said, error }).to.deep.equal({ said: [], error: undefined });
    expect(read).to.have.length(2);
    const [charge, handle] = read;
    const [recorded] = spans;
    const nanos = ([seconds, rest]: readonly [number, number]): bigint =>
      BigInt(seconds) * 1_000_000_000n + BigInt(rest);
    expect(charge).to.deep.include({
      traceId: recorded?.spanContext().traceId,
      spanId: recorded?.spanContext().spanId,
      parentSpanId: handle?.spanId,
      kind: 'producer',
      service: 'checkout',
      startNanos: nanos(recorded?.startTime ?? [0, 0]),
      endNanos: nanos(recorded?.endTime ?? [0, 0]),
      scope: { name: 'shop', version: '3.1.0' },
      status: { code: 'error', message: 'declined' },
    });
    expect({ ...charge?.attributes }).to.deep.equal(recorded?.attributes);
    expect(charge?.resource['process.pid']).to.equal(42);
    expect(charge?.links.map(({ spanId, attributes }) => [spanId, { ...attributes }])).to.deep.equal([
      [handle?.spanId, { why: 'retry' }],
    ]);
    expect(charge?.events.map(({ name, attributes }) => [name, { ...attributes }])).to.deep.equal([
      ['declined', { code: 51 }],
    ]);
    const stamps = read.map(({ traceId, attributes }) => readSpanStamps(traceId, attributes));
    expect(stamps.map((stamp) => [stamp?.start.tick, stamp?.end?.tick])).to.deep.equal([
      [2, 3],
      [1, 4],
    ]);
  });
});
