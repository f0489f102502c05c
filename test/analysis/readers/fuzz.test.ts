import { expect } from 'chai';
import * as fc from 'fast-check';
import { InvalidValueError } from '../../../src/clocks/errors.js';
import type { AttributeValue, RecordedSpan } from '../../../src/analysis/recorded.js';
import { readDocument } from '../../../src/analysis/readers/formats/document.js';
import { ReadTracesError } from '../../../src/analysis/readers/formats/problems.js';
import { JAEGER_LEGACY, JAEGER_V3, OTLP, TEMPO_V1, TEMPO_V2, ZIPKIN } from './formats/one-trace.js';
import { inPieces, readAll } from './reading-all.js';

const DOCUMENTS: readonly unknown[] = [OTLP, [OTLP], JAEGER_V3, JAEGER_LEGACY, TEMPO_V1, TEMPO_V2, ZIPKIN, [ZIPKIN]];

/** Values that someone who wants to break a reader would put anywhere. */
const NASTY: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  1e300,
  '',
  '0',
  '-1',
  '99999999999999999999999',
  'SPAN_KIND_SERVER',
  '__proto__',
  'a'.repeat(32),
  [],
  [[]],
  [null],
  {},
  { values: [] },
  { arrayValue: { values: [{ arrayValue: {} }] } },
  JSON.parse('{"__proto__":{"key":1},"constructor":{"prototype":1}}'),
];

/** All places of a document, as the keys that lead there. */
function placesOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesOf(inner, [...path, key]))];
}

function changed(document: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const copy = (Array.isArray(document) ? [...(document as unknown[])] : { ...(document as object) }) as Record<
    string,
    unknown
  >;
  copy[key] = changed(copy[key], rest, value);
  return copy;
}

const mutated = fc.constantFrom(...DOCUMENTS).chain((document) =>
  fc
    .array(
      fc.record({
        place: fc.constantFrom(...placesOf(document)),
        value: fc.oneof(fc.constantFrom(...NASTY), fc.jsonValue({ maxDepth: 2 })),
      }),
      { minLength: 1, maxLength: 3 },
    )
    .map((changes) =>
      changes.reduce<unknown>((result, { place, value }) => {
        try {
          return changed(result, place, value);
        } catch {
          // An earlier change took the place away.
          return result;
        }
      }, document),
    ),
);

function isValue(value: AttributeValue): boolean {
  if (Array.isArray(value)) return (value as readonly AttributeValue[]).every(isValue);
  return ['string', 'number', 'boolean', 'bigint'].includes(typeof value);
}

/** What a recorded span promises. */
function checkSpan(span: RecordedSpan): void {
  expect(span.traceId).to.match(/^(?!0+$)[0-9a-f]{32}$/);
  expect(span.spanId).to.match(/^(?!0+$)[0-9a-f]{16}$/);
  if (span.parentSpanId !== undefined) expect(span.parentSpanId).to.match(/^(?!0+$)[0-9a-f]{16}$/);
  for (const nanos of [span.startNanos, span.endNanos, ...span.events.map(({ timeNanos }) => timeNanos)]) {
    expect(typeof nanos === 'bigint' && nanos >= 0n).to.equal(true);
  }
  expect(['internal', 'server', 'client', 'producer', 'consumer']).to.include(span.kind);
  expect(['unset', 'ok', 'error']).to.include(span.status.code);
  for (const text of [span.name, span.service, span.scope.name]) expect(text).to.be.a('string');
  for (const text of [span.scope.version, span.status.message]) if (text !== undefined) expect(text).to.be.a('string');
  const others = [...span.links, ...span.events].map(({ attributes }) => attributes);
  for (const record of [span.attributes, span.resource, ...others]) {
    expect(Object.values(record).every(isValue)).to.equal(true);
    expect(record['toString'] === undefined || Object.hasOwn(record, 'toString')).to.equal(true);
  }
  for (const { traceId, spanId } of span.links) {
    expect(traceId).to.match(/^[0-9a-f]{32}$/);
    expect(spanId).to.match(/^[0-9a-f]{16}$/);
  }
}

describe('damaged documents', () => {
  it('never make a reader throw, nor a span that breaks its promises', () => {
    fc.assert(
      fc.property(mutated, (document) => {
        const reasons: string[] = [];
        for (const span of readDocument(document, 'x', ({ reason }) => reasons.push(reason))) checkSpan(span);
        for (const reason of reasons) expect(reason).to.match(/^[^\p{Cc}]{1,301}$/u);
      }),
      { numRuns: 3000 },
    );
  });

  it('read as texts to what they read to as values, and throw nothing but typed errors', async () => {
    await fc.assert(
      fc.asyncProperty(
        mutated,
        fc.constantFrom(0, 2),
        fc.integer({ min: 1, max: 500 }),
        async (document, indent, bytes) => {
          const text = JSON.stringify(document, null, indent);
          const { spans, error } = await readAll(inPieces(text, bytes));
          if (error !== undefined) expect(error).to.be.instanceOf(ReadTracesError);
          const expected = readDocument(JSON.parse(text));
          expect(spans.map(({ traceId, spanId }) => traceId + spanId)).to.deep.equal(
            expected.map(({ traceId, spanId }) => traceId + spanId),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('may be cut and stirred at any byte', async () => {
    const bytes = fc.constantFrom(...DOCUMENTS).chain((document) => {
      const text = Buffer.from(`${JSON.stringify(document)}\n${JSON.stringify(document, null, 1)}\n`);
      return fc
        .array(
          fc.record({
            at: fc.nat(text.length - 1),
            byte: fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('{}[]",:\\\n'))),
          }),
          { maxLength: 5 },
        )
        .chain((changes) =>
          fc.nat(text.length).map((end) => {
            const copy = Buffer.from(text);
            for (const { at, byte } of changes) copy[at] = byte;
            return copy.subarray(0, end);
          }),
        );
    });
    await fc.assert(
      fc.asyncProperty(bytes, async (chunk) => {
        const { spans, error } = await readAll([chunk]);
        spans.forEach(checkSpan);
        if (error !== undefined) expect(error).to.be.instanceOf(ReadTracesError).and.not.instanceOf(InvalidValueError);
      }),
      { numRuns: 1000 },
    );
  });

  it('of ten times the size take no more than ten times as long', async () => {
    const broken = JSON.stringify(OTLP).replace(/"a1a1[^"]*"/g, '"?"');
    const jaeger = JSON.stringify(JAEGER_LEGACY).replaceAll('"startTime"', '"startTimes"');
    for (const line of [broken, jaeger, broken.slice(0, -9), `${broken}}`, '[[[[', '{"a":"']) {
      const time = async (lines: number): Promise<number> => {
        const started = process.cpuUsage();
        await readAll([`${line}\n`.repeat(lines)]);
        return process.cpuUsage(started).user / 1000;
      };
      await time(200);
      const [small, large] = [await time(300), await time(3000)];
      // Quadratic work would take a hundred times as long.
      expect(large, line.slice(0, 40)).to.be.below(Math.max(small, 20) * 40);
    }
  });
});
