import { expect } from 'chai';
import * as fc from 'fast-check';
import { quoteBigIntegers } from '../../../../src/analysis/readers/json/big-integers.js';
import { readAll } from '../reading-all.js';

const span = (attributes: string, start = '1700000000123456789'): string =>
  `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${'a'.repeat(32)}","spanId":"${'b'.repeat(16)}",` +
  `"startTimeUnixNano":${start},"endTimeUnixNano":"1700000000123456790","attributes":[${attributes}]}]}]}]}`;
const integer = (value: string): string => `{"key":"n","value":{"intValue":${value}}}`;

describe('integers beyond 2^53', () => {
  it('are exact, as texts and as numbers', async () => {
    for (const value of ['9007199254740993', '-9007199254740993', '9223372036854775807', '-9223372036854775808']) {
      for (const written of [value, `"${value}"`]) {
        const { spans, said } = await readAll([span(integer(written))]);
        expect(said).to.deep.equal([]);
        expect(spans).to.have.length(1);
        expect(spans[0]?.startNanos).to.equal(1_700_000_000_123_456_789n);
        expect(spans[0]?.attributes['n']).to.equal(BigInt(value));
      }
    }
  });

  it('are numbers where they are small', async () => {
    for (const value of ['0', '9007199254740991', '-9007199254740991']) {
      for (const written of [value, `"${value}"`]) {
        const { spans } = await readAll([span(integer(written), '"1"')]);
        expect(spans[0]?.attributes['n']).to.equal(Number(value));
      }
    }
  });

  it('are found once, also where problems stand beside them', async () => {
    const { spans, said } = await readAll([span(`${integer('9007199254740993')},{"value":{}}`)]);
    expect(spans).to.have.length(1);
    expect(said).to.deep.equal(['1: attribute 1 has no key']);
  });

  it('leave doubles, texts and everything else as they were', () => {
    const leaves = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string(), fc.integer());
    fc.assert(
      fc.property(fc.object({ values: [leaves], withNullPrototype: false }), (object) => {
        const json = JSON.stringify(object);
        const kept = JSON.parse(quoteBigIntegers(json), (_, value: unknown) =>
          typeof value === 'string' && /^-?\d{16,}$/.test(value) ? Number(value) : value,
        ) as unknown;
        const before = JSON.parse(json, (_, value: unknown) =>
          typeof value === 'string' && /^-?\d{16,}$/.test(value) ? Number(value) : value,
        ) as unknown;
        expect(kept).to.deep.equal(before);
      }),
    );
    const text = '{"a\\"1234567890123456":["1234567890123456\\\\",1234567890123456.5,1.5e300,12345678901234567e3]}';
    expect(quoteBigIntegers(text)).to.equal(text);
    expect(quoteBigIntegers('[1234567890123456, -1234567890123456]')).to.equal(
      '["1234567890123456", "-1234567890123456"]',
    );
  });

  it('cost time in proportion to the text, however strange it is', () => {
    for (const piece of ['1', '-', '"', '\\', '1e', '"1']) {
      const started = process.cpuUsage();
      quoteBigIntegers(piece.repeat(1_000_000));
      expect(process.cpuUsage(started).user, piece).to.be.below(2_000_000);
    }
  });
});
