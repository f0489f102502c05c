import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type HrTime, SpanKind } from '@opentelemetry/api';
import { ZipkinExporter } from '@opentelemetry/exporter-zipkin';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ConsoleSpanExporter,
  InMemorySpanExporter,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { SAME_MOMENT_MS } from '../../src/clocks/limits.js';
import { ATTRIBUTE } from '../../src/codec/span-attributes.js';
import { CausalTimestampExporter } from '../../src/otel/causal-timestamp-exporter.js';
import { CausalClock } from '../../src/otel/causal-clock.js';
import { CausalitySpanProcessor } from '../../src/otel/span-processor.js';
import { diagLines } from '../support/diag-lines.js';
import { TestNode } from '../support/fleet.js';
import { exported } from '../support/exported-times.js';

const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const BEHIND_MS = 250;

/** A caller whose clock is right calls a server whose clock is behind; both clocks stand still. */
function callToOneBehind(behindMillis: number): { readonly server: ReadableSpan; readonly child: ReadableSpan } {
  const caller = new TestNode('caller', { now: () => START_MS + 0.7 });
  const called = new TestNode('called', { now: () => START_MS + 0.9 - behindMillis });
  const client = caller.start('call', undefined, { kind: SpanKind.CLIENT });
  const arrived = called.extract(caller.inject(client.context));
  const options = { kind: SpanKind.SERVER, startTime: Math.floor(START_MS + 0.9 - behindMillis) };
  const server = called.start('serve', arrived, options);
  server.span.addEvent('half way', [Math.floor(START_MS / 1000), 999_999_000]);
  const child = called.start('work', server.context, { startTime: options.startTime });
  child.span.end(options.startTime + 3.25);
  server.span.end(options.startTime + 5.5);
  return { server: called.finished('serve'), child: called.finished('work') };
}

describe('CausalTimestampExporter', () => {
  it('passes on spans that nobody stamped as they are, without a word', () => {
    const node = new TestNode('plain', { parts: 'propagator' });
    node.start('unstamped').span.end();
    const span = node.finished('unstamped');
    expect(diagLines(() => expect(exported([span])[0]).to.equal(span))).to.deep.equal([]);
  });

  it('moves the spans of a host that a request proved behind, and keeps what the clock had said', () => {
    const { server, child } = callToOneBehind(BEHIND_MS);
    const before = JSON.stringify([server.startTime, server.endTime, server.attributes, server.events]);
    const [moved, movedChild] = exported([server, child]) as [ReadableSpan, ReadableSpan];
    expect(JSON.stringify([server.startTime, server.endTime, server.attributes, server.events])).to.equal(before);
    // The request left at .7 of a millisecond; the called clock stands 249.8 ms behind that.
    expect(micros(moved.startTime)).to.be.within((START_MS + 0.7) * 1000 - 1, (START_MS + 0.7) * 1000 + 1);
    expect(moved.duration).to.deep.equal(server.duration);
    expect(micros(moved.endTime) - micros(moved.startTime)).to.equal(5500);
    expect(micros(moved.events[0]?.time) - micros(server.events[0]?.time)).to.equal(
      micros(moved.startTime) - micros(server.startTime),
    );
    expect(moved.events[0]?.name).to.equal('half way');
    expect(moved.attributes[ATTRIBUTE.wallStart]).to.equal('2026-01-02T03:04:04.756000000Z');
    expect(moved.attributes[ATTRIBUTE.wallEnd]).to.equal('2026-01-02T03:04:04.761500000Z');
    const [near] = exported([callToOneBehind(4).server]) as [ReadableSpan];
    expect(near.attributes[ATTRIBUTE.wallStart]).to.equal('2026-01-02T03:04:05.002000000Z');
    expect(moved.attributes).to.include(server.attributes);
    expect(micros(movedChild.startTime)).to.be.at.least(micros(moved.startTime));
    expect(movedChild.spanContext()).to.equal(child.spanContext());
    for (const name of ['name', 'kind', 'parentSpanContext', 'status', 'links', 'ended', 'resource'] as const)
      expect(moved[name], name).to.equal(server[name]);
    for (const name of ['instrumentationScope', 'droppedAttributesCount', 'droppedEventsCount'] as const)
      expect(moved[name], name).to.equal(server[name]);
  });

  it('gives siblings of one millisecond starts of their own, and adds nothing to them', async () => {
    const clock = new CausalClock({ node: 'siblings' });
    const inside = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({
      spanProcessors: [
        new CausalitySpanProcessor({ clock }),
        new BatchSpanProcessor(new CausalTimestampExporter(inside)),
      ],
    });
    const tracer = provider.getTracer('test');
    const plain: ReadableSpan[] = [];
    for (let i = 0; i < 400; i++) {
      const span = tracer.startSpan(`s${i}`);
      span.end();
      plain.push(span as unknown as ReadableSpan);
    }
    await provider.forceFlush();
    const spans = inside.getFinishedSpans();
    expect(spans.map(({ name }) => name)).to.deep.equal(plain.map(({ name }) => name));
    const starts = spans.map(({ startTime }) => micros(startTime));
    expect(starts).to.deep.equal([...starts].sort((a, b) => a - b));
    const shared = (times: readonly number[]): number => times.length - new Set(times).size;
    expect(shared(starts)).to.be.lessThan(40);
    expect(shared(plain.map(({ startTime }) => micros(startTime)))).to.be.greaterThan(200);
    spans.forEach((span, i) => {
      expect(micros(span.startTime) - micros(plain[i]?.startTime)).to.be.within(-999, 999);
      expect(span.attributes).to.deep.equal(plain[i]?.attributes);
      expect(span.duration).to.deep.equal(plain[i]?.duration);
    });
  });

  it('moves nothing where the time that came was refused for its drift', () => {
    for (const [behind, moves] of [
      [499, true],
      [60 * 60 * 1000, false],
    ] as const) {
      const { server } = callToOneBehind(behind);
      const [moved] = exported([server]);
      const by = micros(moved?.startTime) - micros(server.startTime);
      if (moves) expect(by).to.be.greaterThan(498_000);
      else expect(by).to.be.within(0, 999);
      expect(moved?.attributes[ATTRIBUTE.wallStart] !== undefined).to.equal(moves);
    }
  });

  it('leaves a start time that the application passed, but for the proven offset', () => {
    const node = new TestNode('own', { now: () => START_MS + 0.4 });
    const times = [START_MS - 5000, START_MS + 7000, START_MS + 0.25];
    for (const startTime of times) node.start(`at ${startTime}`, undefined, { startTime }).span.end();
    const spans = times.map((startTime) => node.finished(`at ${startTime}`));
    exported(spans).forEach((span, i) => expect(span).to.equal(spans[i]));
  });

  it('takes a whole millisecond for the SDK’s own reading, when it is less than so long ago', () => {
    for (const [agoMs, refined] of [
      [SAME_MOMENT_MS - 1, true],
      [SAME_MOMENT_MS, false],
      [0, true],
      [-1, true],
      [-2, false],
    ] as const) {
      const node = new TestNode('pause', { now: () => START_MS + 0.5 });
      node.start('a', undefined, { startTime: START_MS - agoMs }).span.end();
      const [span] = exported([node.finished('a')]);
      expect(span !== node.finished('a'), `${agoMs}`).to.equal(refined);
      if (refined) expect(Math.abs(micros(span?.startTime) - micros(node.finished('a').startTime))).to.be.below(1000);
    }
  });

  it('leaves spans that this library has not stamped, or that somebody copied', () => {
    const { server } = callToOneBehind(BEHIND_MS);
    const copied = Object.assign(Object.create(server) as ReadableSpan, {
      spanContext: () => ({ ...server.spanContext() }),
    });
    const plain = new InMemorySpanExporter();
    const [same] = exported([copied]);
    expect(same).to.equal(copied);
    expect(plain.getFinishedSpans()).to.deep.equal([]);
  });

  it('lets a span go as it is where something about it fails, and says so once', () => {
    const { server } = callToOneBehind(BEHIND_MS);
    const broken = Object.defineProperty(Object.create(server) as ReadableSpan, 'startTime', {
      get: () => {
        throw new Error('no time');
      },
    });
    let spans: ReadableSpan[] = [];
    const lines = diagLines(() => {
      spans = exported([broken, broken, server]);
    });
    expect(spans.slice(0, 2)).to.deep.equal([broken, broken]);
    expect(spans[2]).not.to.equal(server);
    expect(lines).to.have.length(1);
  });

  it('does nothing where nobody knows when the call was made', () => {
    const node = new TestNode('timeless', { now: () => Number.NaN });
    node.start('a').span.end();
    const [span] = exported([node.finished('a')]);
    expect(span).to.equal(node.finished('a'));
  });

  it('passes on results, flushes and the end', async () => {
    const seen: string[] = [];
    const inner: SpanExporter = {
      export: (spans, done) => {
        seen.push(`export ${spans.length}`);
        done({ code: 1, error: new Error('full') });
      },
      forceFlush: () => {
        seen.push('flush');
        return Promise.resolve();
      },
      shutdown: () => {
        seen.push('shutdown');
        return Promise.resolve();
      },
    };
    const outer: SpanExporter = new CausalTimestampExporter(inner);
    outer.export([], ({ code, error }) => seen.push(`result ${code} ${error?.message}`));
    await outer.forceFlush?.();
    await outer.shutdown();
    expect(seen).to.deep.equal(['export 0', 'result 1 full', 'flush', 'shutdown']);
    const without: SpanExporter = { export: () => undefined, shutdown: () => Promise.reject(new Error('closed')) };
    await new CausalTimestampExporter(without).forceFlush();
    const failed = await new CausalTimestampExporter(without).shutdown().catch((error: unknown) => String(error));
    expect(failed).to.equal('Error: closed');
  });

  describe('is read by', () => {
    let server: ReadableSpan;
    let moved: ReadableSpan;
    let startNanos: string;
    beforeEach(() => {
      ({ server } = callToOneBehind(BEHIND_MS));
      [moved] = exported([server]) as [ReadableSpan];
      startNanos = `${moved.startTime[0]}${String(moved.startTime[1]).padStart(9, '0')}`;
    });

    it('the OTLP serializers', () => {
      const json = new TextDecoder().decode(JsonTraceSerializer.serializeRequest([moved]));
      expect(json).to.include(`"startTimeUnixNano":"${startNanos}"`).and.include('2026-01-02T03:04:04.756000000Z');
      const bytes = Buffer.from(ProtobufTraceSerializer.serializeRequest([moved]) ?? []);
      const fixed = Buffer.alloc(8);
      fixed.writeBigUInt64LE(BigInt(startNanos));
      expect(bytes.includes(fixed)).to.equal(true);
      expect(bytes.includes('causality.wall.end')).to.equal(true);
    });

    it('the console exporter', () => {
      const dir = console.dir;
      let shown: { timestamp?: number; attributes?: object } = {};
      console.dir = (value: object) => {
        shown = value;
      };
      try {
        new CausalTimestampExporter(new ConsoleSpanExporter()).export([server], () => undefined);
      } finally {
        console.dir = dir;
      }
      expect(shown.timestamp).to.equal(micros(moved.startTime));
      expect(shown.attributes).to.include.keys(ATTRIBUTE.wallStart);
    });

    it('the Zipkin exporter', async () => {
      const bodies: string[] = [];
      const collector = createServer((request, response) => {
        let body = '';
        request
          .on('data', (chunk) => (body += String(chunk)))
          .once('end', () => {
            bodies.push(body);
            response.writeHead(202).end();
          });
      }).listen(0, '127.0.0.1');
      await once(collector, 'listening');
      try {
        const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/api/v2/spans`;
        const exporter = new CausalTimestampExporter(new ZipkinExporter({ url }));
        const { code } = await new Promise<{ code: number }>((done) => exporter.export([server], done));
        expect(code).to.equal(0);
      } finally {
        collector.closeAllConnections();
        collector.close();
      }
      const [span] = JSON.parse(bodies.join()) as { timestamp: number; duration: number; tags: object }[];
      expect(span?.timestamp).to.equal(micros(moved.startTime));
      expect(span?.duration).to.equal(5500);
      expect(span?.tags).to.include.keys(ATTRIBUTE.wallStart);
    });
  });
});

function micros(time: HrTime | undefined): number {
  if (time === undefined) throw new Error('no time');
  return time[0] * 1e6 + time[1] / 1000;
}
