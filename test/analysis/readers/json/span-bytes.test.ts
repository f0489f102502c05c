import { expect } from 'chai';
import * as fc from 'fast-check';
import { JsonBytesParser } from '../../../../src/analysis/readers/json/json-bytes-parser.js';
import { isDraft, type SpanDraft } from '../../../../src/analysis/readers/formats/span-draft.js';
import { spans } from './otlp-documents.js';
import { bare, type Everything, readAll } from '../reading-all.js';

const USUAL = {
  traceId: '7b1d62f2c9e04a157b1d62f2c9e04a15',
  spanId: 'a1a1a1a1a1a1a1a1',
  name: 'GET',
  kind: 2,
  startTimeUnixNano: '1795255200000000123',
  endTimeUnixNano: '1795255200000000456',
};

function parsed(span: string): unknown {
  const document = new JsonBytesParser().parse(Buffer.from(`{"scopeSpans":[{"spans":[${span}]}]}`)) as {
    readonly scopeSpans: readonly [{ readonly spans: readonly unknown[] }];
  };
  return document.scopeSpans[0].spans[0];
}

function isTaken(span: string): boolean {
  return isDraft(parsed(span) as object);
}

/** Reads the same document as a line, out of its bytes, and inside of a list, which JSON.parse reads. */
async function bothWays(span: string): Promise<readonly [Everything, Everything]> {
  const document = `{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`;
  const empty = '{"resourceSpans":[]}';
  return [await readAll([`${empty}\n${document}\n`]), await readAll([`[${document}]`])];
}

function reasonsOf({ problems }: Everything): string[] {
  return problems.map(({ reason }) => reason.replace(/^\[\d+\]: /, ''));
}

describe('spans out of bytes', () => {
  it('are what JSON.parse would have given, in whatever order and spelling their fields stand', async () => {
    let taken = 0;
    const usual: Readonly<Record<string, unknown>> = {
      ...USUAL,
      parentSpanId: 'b2b2b2b2b2b2b2b2',
      status: {},
      links: [],
      events: [],
    };
    const written = fc
      .record({
        span: spans,
        odd: fc.array(fc.nat({ max: 15 }), { maxLength: 3 }),
        left: fc.array(fc.nat({ max: 15 }), { maxLength: 2 }),
        dice: fc.infiniteStream(fc.nat()),
        space: fc.constantFrom('', '', ' ', '\t'),
      })
      .map(({ span, odd, left, dice, space }) => {
        // A few fields from what may be anything, a few left out, the rest as exporters have it, and now and then in disorder.
        const some = Object.fromEntries(Object.entries(span).filter((_, i) => odd.includes(i)));
        const all = Object.entries({ ...usual, ...some }).filter((_, i) => !left.includes(i));
        const fields = all.map(([key, value]) => `${JSON.stringify(key)}:${space}${JSON.stringify(value)}`);
        for (let i = fields.length - 1; i > 0 && (dice.next().value as number) % 3 === 0; i--) {
          const j = (dice.next().value as number) % (i + 1);
          [fields[i], fields[j]] = [fields[j] as string, fields[i] as string];
        }
        return `{${fields.join(`,${space}`)}}`;
      });
    await fc.assert(
      fc.asyncProperty(written, async (span) => {
        if (isTaken(span)) taken++;
        const [fast, slow] = await bothWays(span);
        expect(bare(fast.spans)).to.deep.equal(bare(slow.spans));
        expect(reasonsOf(fast)).to.deep.equal(reasonsOf(slow));
      }),
      { numRuns: 1500 },
    );
    expect(taken).to.be.within(250, 1250);
  });

  it('hold every time to the nanosecond', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 19n - 1n }), fc.nat({ max: 19 }), (nanos, digits) => {
        const text = String(nanos).slice(0, Math.max(1, digits));
        const draft = parsed(JSON.stringify({ ...USUAL, startTimeUnixNano: text })) as SpanDraft;
        expect(draft.startNanos).to.equal(BigInt(text));
      }),
      { numRuns: 2000 },
    );
    for (const edge of [2n ** 32n, 2n ** 48n, 10n ** 9n, 65_536n * 10n ** 9n, 2n ** 63n, 9_999_999_999_999_999_999n]) {
      for (const nanos of [edge - 1n, edge, edge + 1n]) {
        if (nanos >= 10n ** 19n) continue;
        const draft = parsed(JSON.stringify({ ...USUAL, startTimeUnixNano: String(nanos) })) as SpanDraft;
        expect(draft.startNanos).to.equal(nanos);
      }
    }
  });

  it('say the last of what is said twice, as JSON does', async () => {
    const twice = (fields: string): string => JSON.stringify(USUAL).replace(/\}$/, `,${fields}}`);
    for (const fields of [
      '"name":"again"',
      '"name":7',
      '"kind":3',
      '"kind":null',
      '"parentSpanId":"b2b2b2b2b2b2b2b2","parentSpanId":""',
      '"spanId":"b2b2b2b2b2b2b2b2"',
      '"endTimeUnixNano":"0"',
      '"startTimeUnixNano":5',
      '"attributes":[{"key":"a","value":{"stringValue":"b"}}],"attributes":[]',
      '"links":[7],"links":[]',
    ]) {
      const [fast, slow] = await bothWays(twice(fields));
      expect(bare(fast.spans), fields).to.deep.equal(bare(slow.spans));
      expect(reasonsOf(fast), fields).to.deep.equal(reasonsOf(slow));
    }
  });

  it('are taken as exporters write them, and not where anything is said another way', () => {
    const span = (more: object): string => JSON.stringify({ ...USUAL, ...more });
    for (const usual of [
      span({}),
      span({ parentSpanId: '' }),
      span({ traceState: 'a=b', flags: 257, droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 }),
      span({ attributes: [{ key: 'a', value: { arrayValue: { values: [] } } }], events: [{ name: 'e' }], links: [7] }),
      span({ status: { code: 2 } }),
    ]) {
      expect(isTaken(usual), usual).to.equal(true);
    }
    for (const unusual of [
      '{}',
      span({ traceId: 'ex1i8sngShV7HWLyyeBKFQ==' }),
      span({ spanId: 'A1A1A1A1A1A1A1A1' }),
      span({ kind: 6 }),
      span({ kind: 'SPAN_KIND_SERVER' }),
      span({ startTimeUnixNano: 5 }),
      span({ startTimeUnixNano: undefined }),
      span({ traceId: undefined }),
      span({ spanId: undefined }),
      span({ trace_id: 'x' }),
    ]) {
      expect(isTaken(unusual), unusual).to.equal(false);
    }
  });

  it('are drafts only where OTLP has its spans', () => {
    const line = JSON.stringify({
      data: [{ spans: [USUAL] }],
      spans: [USUAL],
      scopeSpans: [],
      more: { spans: [USUAL] },
    });
    expect(new JsonBytesParser().parse(Buffer.from(line))).to.deep.equal(JSON.parse(line));
  });

  it('cannot be forged: what looks like a draft in a text is an object like any other', async () => {
    const forged = { ...USUAL, startTimeUnixNano: undefined, startNanos: 5, origin: { source: '' } };
    expect(isTaken(JSON.stringify(forged))).to.equal(false);
    const [fast, slow] = await bothWays(JSON.stringify(forged));
    expect(fast.spans).to.deep.equal([]);
    expect(reasonsOf(fast)).to.deep.equal(reasonsOf(slow));
  });

  it('are read where the fields around them are spelled the other way', async () => {
    const [fast, slow] = await Promise.all(
      [(line: string): string => `{"resourceSpans":[]}\n${line}\n`, (line: string): string => `[${line}]`].map((as) =>
        readAll([as(JSON.stringify({ resource_spans: [{ scopeSpans: [{ spans: [USUAL] }] }] }))]),
      ),
    );
    expect(fast?.spans).to.have.length(1);
    expect(bare(fast?.spans ?? [])).to.deep.equal(bare(slow?.spans ?? []));
  });
});
