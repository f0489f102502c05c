import { expect } from 'chai';
import * as fc from 'fast-check';
import { TraceKey } from '../../src/otel/trace-key.js';
import { areEqual, twinOf } from '../support/trace-keys.js';

const TRACE_ID = fc.stringMatching(/^[0-9a-f]{32}$/);

describe('the key of a trace', () => {
  it('is the last 64 bits of its id', () => {
    const key = new TraceKey('0123456789abcdef80000000fedcba98');
    expect(key.id).to.equal('80000000fedcba98');
    expect([key.high >>> 0, key.low >>> 0]).to.deep.equal([0x8000_0000, 0xfedc_ba98]);
  });

  it('says the same in its words as in its text', () => {
    fc.assert(
      fc.property(TRACE_ID, (traceId) => {
        const { id, high, low } = new TraceKey(traceId);
        expect(id).to.equal(traceId.slice(16));
        expect((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)).to.equal(BigInt(`0x${id}`));
      }),
    );
  });

  it('does not tell capitals from small letters', () => {
    const [small, capital] = [new TraceKey('a'.repeat(32)), new TraceKey('A'.repeat(32))];
    expect(capital.id).to.equal('a'.repeat(16));
    expect([capital.high, capital.low]).to.deep.equal([small.high, small.low]);
    expect(areEqual(capital, small)).to.equal(true);
    expect(areEqual(new TraceKey(`0${'0'.repeat(14)}F`), new TraceKey(`0${'0'.repeat(14)}f`))).to.equal(true);
  });

  it('of a domain’s id is that of the trace’s', () => {
    const key = new TraceKey('0123456789abcdef7b1d62f2c9e04a15');
    expect(areEqual(new TraceKey(key.id), key)).to.equal(true);
    expect(new TraceKey(key.id).id).to.equal(key.id);
  });

  it('is another one where the ids differ in any digit', () => {
    fc.assert(
      fc.property(TRACE_ID, fc.nat({ max: 15 }), fc.integer({ min: 1, max: 15 }), (traceId, at, by) => {
        const id = traceId.slice(16);
        const digit = ((Number.parseInt(id[at] as string, 16) + by) % 16).toString(16);
        const other = id.slice(0, at) + digit + id.slice(at + 1);
        expect(areEqual(new TraceKey(traceId), new TraceKey(other))).to.equal(false);
      }),
    );
  });

  it('is told by its text where the words of two traces are the same', () => {
    const odd = new TraceKey('not-a-number');
    const number = twinOf(odd);
    expect([number.high, number.low]).to.deep.equal([odd.high, odd.low]);
    expect([areEqual(odd, number), areEqual(number, odd)]).to.deep.equal([false, false]);
    expect([areEqual(odd, new TraceKey('not-a-number')), areEqual(number, twinOf(odd))]).to.deep.equal([true, true]);
  });

  it('says the same when it has been at rest', () => {
    for (const traceId of ['0123456789abcdef80000000fedcba98', 'F'.repeat(32), '0'.repeat(16), 'not-a-number', '-']) {
      for (const looksBefore of [true, false]) {
        const [rested, other] = [new TraceKey(traceId), new TraceKey(traceId)];
        if (looksBefore) expect(rested.id).to.equal(other.id);
        for (let round = 0; round < 2; round++) {
          rested.rest();
          expect([areEqual(rested, other), areEqual(other, rested)]).to.deep.equal([true, true]);
          expect([rested.id, rested.high, rested.low]).to.deep.equal([other.id, other.high, other.low]);
        }
      }
    }
    fc.assert(
      fc.property(TRACE_ID, (traceId) => {
        const key = new TraceKey(traceId);
        key.rest();
        expect(key.id).to.equal(traceId.slice(16));
      }),
    );
  });

  it('at rest holds no text that its words say as well', () => {
    const held = (traceId: string): unknown => {
      const key = new TraceKey(traceId);
      key.rest();
      return Object.values(key).filter((value) => typeof value === 'string');
    };
    expect([held('a'.repeat(32)), held('A'.repeat(32)), held('no number')]).to.deep.equal([[], [], ['no number']]);
  });

  it('is refused where an id is no text', () => {
    for (const odd of [5, undefined, null, {}])
      expect(() => new TraceKey(odd as unknown as string)).to.throw(TypeError);
  });

  it('of ids whose small letters are more than one is that of the text', () => {
    const [one, other] = [new TraceKey('a\u0130'), new TraceKey('ai\u0307')];
    expect([one.id, areEqual(one, other)]).to.deep.equal([other.id, true]);
  });

  it('of ids that are no hexadecimal digits is as good: equal exactly where the text is', () => {
    const odd = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.string({ minLength: 14, maxLength: 17, unit: fc.constantFrom(...'01afgAFG/:@`', '\u0080', '\u00e9') }),
      fc.constantFrom('', '-', 'o', 'p', '0000000000000000', '/000000000000000', '\u0130000000000000000'),
    );
    const text = (traceId: string): string => {
      const end = traceId.slice(-16);
      return /^[0-9A-F]+$/i.test(end) ? end.toLowerCase() : end;
    };
    fc.assert(
      fc.property(odd, odd, (one, other) => {
        const keys = [new TraceKey(one), new TraceKey(other)] as const;
        expect(areEqual(keys[0], new TraceKey(one))).to.equal(true);
        expect(areEqual(keys[0], keys[1])).to.equal(keys[0].id === keys[1].id);
        if (one.length >= 16) expect(keys[0].id.toLowerCase()).to.equal(text(one).toLowerCase());
      }),
      {
        examples: ['p', '\u007f', '\u0080', '\u00e9', '@', '`'].flatMap((other): [string, string][] =>
          [...'01f'].map((digit) => [other + '0'.repeat(15), digit + '0'.repeat(15)]),
        ),
      },
    );
  });
});
