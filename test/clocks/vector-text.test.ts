import { expect } from 'chai';
import * as fc from 'fast-check';
import { MAX_FOREIGN_VECTOR_ENTRIES, MAX_FOREIGN_VECTOR_LENGTH } from '../../src/clocks/limits.js';
import { parseVector } from '../../src/clocks/vector-text.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { expectInvalid } from '../support/invalid-value.js';

/** A legal text of exactly this many characters, from far fewer entries than are allowed. */
function padded(length: number): string {
  let text = '';
  for (let i = 0; text.length + 260 < length; i++) text += `${String(i).padEnd(200, '-')}=1,`;
  return `${text}${'y'.repeat(length - text.length - 2)}=1`;
}

describe('parseVector', () => {
  for (const [text, canonical] of [
    ['a=1', 'a=1'],
    ['a=1,b=2', 'a=1,b=2'],
    ['b=2,a=1', 'a=1,b=2'],
    ['order-service=1,payment-service=0', 'order-service=1'],
    ['a=0', ''],
    ['a=9007199254740991', 'a=9007199254740991'],
    ['__proto__=1,constructor=2', '__proto__=1,constructor=2'],
    ['svc:a/b é=3', 'svc:a/b é=3'],
  ] as const) {
    it(`reads ${text}`, () => expect(parseVector(text).toString()).to.equal(canonical));
  }

  for (const [text, field] of [
    ['', 'vector'],
    ['a', 'vector entry'],
    ['a=1,', 'vector entry'],
    [',a=1', 'vector entry'],
    ['a=1,,b=2', 'vector entry'],
    ['=1', 'vector node'],
    ['a=', 'vector[a]'],
    ['a=x', 'vector[a]'],
    ['a=1=2', 'vector[a]'],
    ['a=-1', 'vector[a]'],
    ['a=+1', 'vector[a]'],
    ['a=01', 'vector[a]'],
    ['a=1.5', 'vector[a]'],
    ['a=1e3', 'vector[a]'],
    ['a= 1', 'vector[a]'],
    ['a=9007199254740992', 'vector[a]'],
    ['a=18446744073709551615', 'vector[a]'],
    ['a=1,a=1', 'vector'],
    ['a=0,a=1', 'vector'],
    [`${'x'.repeat(257)}=1`, 'vector node'],
  ] as const) {
    it(`refuses ${JSON.stringify(text.slice(0, 40))}`, () => {
      expectInvalid(() => parseVector(text), field);
    });
  }

  it('takes 1,024 entries and 16,384 characters, and no more of either', () => {
    const entries = Array.from({ length: MAX_FOREIGN_VECTOR_ENTRIES }, (_, i) => `n${i}=1`);
    expect(parseVector(entries.join(',')).size).to.equal(MAX_FOREIGN_VECTOR_ENTRIES);
    expectInvalid(() => parseVector(`${entries.join(',')},m=1`), 'vector');
    expect(parseVector(padded(MAX_FOREIGN_VECTOR_LENGTH)).size).to.be.greaterThan(50);
    expectInvalid(() => parseVector(padded(MAX_FOREIGN_VECTOR_LENGTH + 1)), 'vector');
    expectInvalid(() => parseVector(','.repeat(100_000)), 'vector');
  });

  it('refuses what is no string', () => {
    for (const value of [undefined, 3, ['a=1'], {}]) expectInvalid(() => parseVector(value as string), 'vector');
  });

  it('reads back whatever a vector prints', () => {
    const node = fc.string({ minLength: 1, maxLength: 12 }).filter((id) => !/[=,]/.test(id));
    const entries = fc.dictionary(node, fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), { minKeys: 1 });
    fc.assert(
      fc.property(entries, (record) => {
        const vector = VectorTimestamp.from(Object.entries(record));
        expect(parseVector(vector.toString()).compare(vector)).to.equal('equal');
        expect(parseVector(vector.toString()).toString()).to.equal(vector.toString());
      }),
    );
  });
});
