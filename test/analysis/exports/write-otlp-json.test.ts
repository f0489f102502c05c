import { expect } from 'chai';
import * as fc from 'fast-check';
import type { AttributeRecord, AttributeValue, RecordedKind, RecordedSpan } from '../../../src/analysis/recorded.js';
import { writeOtlpJson } from '../../../src/analysis/exports/write-otlp-json.js';
import { OTLP } from '../readers/formats/one-trace.js';
import { bare, readAll } from '../readers/reading-all.js';

const hexadecimal = (digits: number): fc.Arbitrary<string> =>
  fc
    .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits })
    .map((id) => (/^0+$/.test(id) ? `${id.slice(1)}1` : id));

/** Integers outside the safe ones are bigints, everything else is as JavaScript has it. */
const number = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double());
const large = fc.oneof(
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
);
const value = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: 'binary' }),
    fc.boolean(),
    number,
    large,
    fc.array(tie('value'), { maxLength: 3 }),
  ),
})).value;
const attributes: fc.Arbitrary<AttributeRecord> = fc.dictionary(
  fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'causality.tick')),
  value,
  { maxKeys: 4, noNullPrototype: false },
);

const nanos = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n });
const resource = fc
  .record({ named: fc.option(fc.string({ minLength: 1 }), { nil: undefined }), attributes })
  .map(({ named, attributes: others }) => {
    const rest = Object.fromEntries(Object.entries(others).filter(([key]) => key !== 'service.name'));
    return {
      service: named ?? 'unknown_service',
      resource: named === undefined ? rest : { ...rest, 'service.name': named },
    };
  });
const span: fc.Arbitrary<RecordedSpan> = fc
  .record({
    traceId: hexadecimal(32),
    spanId: hexadecimal(16),
    parentSpanId: fc.option(hexadecimal(16), { nil: undefined }),
    name: fc.string({ unit: 'binary' }),
    kind: fc.constantFrom<RecordedKind>('internal', 'server', 'client', 'producer', 'consumer'),
    place: resource,
    startNanos: nanos,
    endNanos: nanos,
    attributes,
    scope: fc.record({ name: fc.string(), version: fc.option(fc.string({ minLength: 1 }), { nil: undefined }) }),
    links: fc.array(fc.record({ traceId: hexadecimal(32), spanId: hexadecimal(16), attributes }), { maxLength: 2 }),
    events: fc.array(fc.record({ name: fc.string(), timeNanos: nanos, attributes }), { maxLength: 2 }),
    status: fc.record({
      code: fc.constantFrom('unset', 'ok', 'error'),
      message: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
    }),
  })
  .map(({ place, ...rest }) => ({ ...rest, ...place, origin: { source: 'made', line: undefined } }));

describe('writeOtlpJson', () => {
  it('writes what is read back as the same spans', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(span, { maxLength: 6 }), async (spans) => {
        const lines = [...writeOtlpJson(spans)].join('\n');
        const { spans: again, said } = await readAll([lines === '' ? '[]' : lines]);
        expect(said).to.deep.equal([]);
        const byId = (list: readonly RecordedSpan[]): unknown[] =>
          bare(list.toSorted((a, b) => (a.traceId + a.spanId < b.traceId + b.spanId ? -1 : 1)));
        expect(byId(again)).to.deep.equal(byId(spans));
      }),
    );
  });

  it('names resource and scope once for the spans that share them', async () => {
    const { spans } = await readAll([JSON.stringify(OTLP)]);
    const [line, ...more] = [...writeOtlpJson([...spans, ...spans])];
    expect(more).to.deep.equal([]);
    const written = JSON.parse(line as string) as typeof OTLP;
    expect(written.resourceSpans).to.have.length(2);
  });

  it('writes lines of a bounded number of spans, each whole by itself', async () => {
    const { spans } = await readAll([JSON.stringify(OTLP)]);
    const many = Array.from({ length: 500 }, () => spans).flat();
    const lines = [...writeOtlpJson(many)];
    expect(lines).to.have.length(3);
    const { spans: again } = await readAll([lines.join('\n')]);
    expect(again).to.have.length(many.length);
    expect(new Set(again.map(({ origin }) => origin.line)).size).to.equal(3);
  });

  it('tells the service of a span whose resource does not', async () => {
    const { spans } = await readAll([JSON.stringify(OTLP)]);
    const { spans: again } = await readAll([...writeOtlpJson(spans.map((one) => ({ ...one, resource: {} })))]);
    expect(again.map(({ service }) => service)).to.deep.equal(spans.map(({ service }) => service));
  });
});
