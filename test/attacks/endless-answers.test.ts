/** Documents and answers of backends that never end, or that are far too wide or deep: read within named limits. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { CausalGraph } from '../../src/analysis/graph/causal-graph.js';
import type { RecordedSpan } from '../../src/analysis/recorded.js';
import { BackendClient } from '../../src/analysis/readers/sources/backend-request.js';
import { ReadTracesError } from '../../src/analysis/readers/formats/problems.js';
import { SharedSpans } from '../../src/analysis/readers/formats/zipkin-shared.js';
import {
  MAX_HELD_ZIPKIN_SPANS,
  MAX_JSON_DEPTH,
  MAX_LISTING_BYTES,
  MAX_RESPONSE_BYTES,
} from '../../src/clocks/limits.js';
import { readAll } from '../analysis/readers/reading-all.js';
import { type Answer, serving } from '../analysis/readers/sources/serving.js';
import { processorMillis } from '../support/processor-time.js';

const BLANKS = ' '.repeat(2 ** 20);

/** Answers with a document and blanks behind it, so many that it is of this size. */
function blown(document: string, bytes: number): Answer {
  return (_: IncomingMessage, response: ServerResponse) => {
    let rest = bytes - document.length;
    const more = (): void => {
      while (rest > 0 && !response.destroyed) {
        const piece = rest < BLANKS.length ? BLANKS.slice(0, rest) : BLANKS;
        rest -= piece.length;
        if (!response.write(piece)) {
          response.once('drain', more);
          return;
        }
      }
      response.end();
    };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(document);
    more();
  };
}

/** Answers with as many blanks, packed: a thousandth of them is sent. */
function packedBlanks(bytes: number): Answer {
  return (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    const whole = gzipSync(BLANKS);
    for (let i = 0; i < Math.floor(bytes / BLANKS.length); i++) response.write(whole);
    response.end(gzipSync(BLANKS.slice(0, bytes % BLANKS.length)));
  };
}

describe('attack: answers without end', () => {
  it('to a search: the limit is read, and not a byte more', async () => {
    const document = '{"traces":[],"metrics":{}}';
    await serving({ '/api/search': blown(document, MAX_LISTING_BYTES) }, async ({ address }) => {
      expect(String((await readAll({ tempo: address })).error)).to.match(/no such traces/);
    });
    await serving({ '/api/search': blown(document, MAX_LISTING_BYTES + 1) }, async ({ address }) => {
      const { error } = await readAll({ tempo: address });
      expect(error).to.be.instanceOf(ReadTracesError);
      expect(String(error)).to.include(`an answer of more than ${MAX_LISTING_BYTES} bytes`);
    });
  });

  it('to a question for traces, packed: bytes are counted as they come out, and not one above the limit is handed on', async function () {
    this.timeout(0);
    for (const more of [0, 1]) {
      await serving({ '/traces': packedBlanks(MAX_RESPONSE_BYTES + more) }, async ({ address }) => {
        const client = new BackendClient('jaeger', address);
        let bytes = 0;
        let error: unknown;
        try {
          for await (const chunk of (await client.open(client.url('traces'))).chunks) bytes += chunk.length;
        } catch (thrown) {
          error = thrown;
        }
        expect(bytes).to.be.at.most(MAX_RESPONSE_BYTES);
        if (more === 0) {
          expect(error).to.equal(undefined);
          expect(bytes).to.equal(MAX_RESPONSE_BYTES);
        } else {
          expect(error).to.be.instanceOf(ReadTracesError);
          expect(String(error)).to.include(`an answer of more than ${MAX_RESPONSE_BYTES} bytes`);
        }
      });
    }
  });

  it('in place of an error: what is said of it is short', async () => {
    const endless: Answer = (_: IncomingMessage, response: ServerResponse) => {
      response.writeHead(500, { 'content-type': 'text/plain' });
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(2 ** 16))) void 0;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    await serving({ '/api/v3/traces': endless }, async ({ address }) => {
      const { error } = await readAll({ jaeger: address });
      expect(error).to.be.instanceOf(ReadTracesError);
      expect(String(error).length).to.be.below(400);
    });
  });

  it('in one value: passed over without being held, and what comes behind it is read', async () => {
    const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), startTimeUnixNano: '1', endTimeUnixNano: '2' };
    const line = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
    const wide = ['{"x":"', ...Array.from({ length: 100 }, () => 'x'.repeat(1000)), '"}'];
    const { spans, problems } = await readAll([`${line}\n`, ...wide, `\n${line}\n`], {
      limits: { valueBytes: 10_000 },
    });
    expect(spans).to.have.length(2);
    expect(problems.map(({ reason }) => reason)).to.deep.equal([
      'a line of more than 10000 bytes: raise limits.valueBytes',
    ]);
  });

  it('in depth: as many levels as OTLP may need, and a hundred thousand are passed over', async () => {
    const nested = (levels: number): string => `{"resourceSpans":[],"x":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expect((await readAll([nested(MAX_JSON_DEPTH - 1)])).error).to.equal(undefined);
    const { error } = await readAll([`${nested(100_000)}\n`]);
    expect(error).to.be.instanceOf(ReadTracesError);
    expect(String(error).length).to.be.below(400);
  });

  it('of halves of Zipkin spans: so many are held back, and then handed over', () => {
    const shared = new SharedSpans();
    const [half] = [{ span: { spanId: 'b', traceId: 'a' } as never, shared: false }];
    for (let i = 1; i < MAX_HELD_ZIPKIN_SPANS; i++) shared.add(half);
    expect(shared.isFull).to.equal(false);
    shared.add(half);
    expect(shared.isFull).to.equal(true);
    expect(shared.drain()).to.have.length(MAX_HELD_ZIPKIN_SPANS);
    expect(shared.isFull).to.equal(false);
  });

  for (const [what, differing] of [
    ['of spans that all have one id', (i: number) => ({ startNanos: BigInt(i) })],
    ['of traces that share their span ids', (i: number) => ({ traceId: i.toString(16).padStart(32, '0') })],
  ] as const) {
    it(`${what}: a graph of them costs no more than one of any others`, () => {
      const many = 20_000;
      const span = (i: number, more: object): RecordedSpan => ({
        traceId: 'a'.repeat(32),
        spanId: 'b'.repeat(16),
        parentSpanId: 'b'.repeat(16),
        name: 'x',
        kind: 'internal',
        service: 'x',
        startNanos: 1n,
        endNanos: BigInt(i + 1),
        attributes: {},
        resource: {},
        scope: { name: '', version: undefined },
        links: [],
        events: [],
        status: { code: 'unset', message: undefined },
        origin: { source: 'x', line: 1 },
        ...more,
      });
      const took = (spans: readonly RecordedSpan[]): number => {
        const begin = processorMillis();
        expect(CausalGraph.of(spans).spanCount).to.equal(many);
        return processorMillis() - begin;
      };
      const each = Array.from({ length: many }, (_, i) => span(i, differing(i)));
      const own = each.map((one, i) => ({ ...one, spanId: (i + 1).toString(16).padStart(16, '0') }));
      let least = Number.POSITIVE_INFINITY;
      for (let i = 0; i < 3 && least > 15; i++) least = Math.min(least, took(each) / took(own));
      expect(least).to.be.below(15);
    });
  }
});
