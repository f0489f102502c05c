import { expect } from 'chai';
import * as fc from 'fast-check';
import { MAX_COUNTER, MAX_NODE_ID_LENGTH } from '../../src/clocks/limits.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { receivedVector } from '../support/received-vector.js';

describe('the entries of a stamp', () => {
  /** Some are the beginning of others, or differ in the last character only. */
  const node = fc.oneof(
    fc.constantFrom('-', '.', '0', 'A', 'Z', '_', 'a', 'a-', 'a-1', 'a-11', 'a-2', 'a.', 'a0', 'aa', 'b', 'z'),
    fc.constantFrom('m'.repeat(MAX_NODE_ID_LENGTH), 'm'.repeat(MAX_NODE_ID_LENGTH - 1)),
  );
  const counter = fc.oneof(fc.integer({ min: 1, max: 120 }), fc.constant(MAX_COUNTER));
  const entries = fc.uniqueArray(fc.tuple(node, counter), { minLength: 1, selector: ([name]) => name });

  it('tell their reader where his own is, or where it would be', () => {
    fc.assert(
      fc.property(entries, node, counter, (pairs, own, count) => {
        const plain = VectorTimestamp.from(pairs);
        const { table } = receivedVector(plain, own);
        const index = plain.table.nodes.indexOf(own);
        const before = plain.table.nodes.filter((name) => name < own).length;
        // Asked before anybody has read them.
        expect([table.indexOf(own), table.counterOf(own)]).to.deep.equal([index, plain.get(own)]);
        expect(plain.table.nodes.map((_, i) => table.names(i, own))).to.deep.equal(
          plain.table.nodes.map((name) => name === own),
        );
        const joined = table.joinedBy(own, count);
        expect(joined === undefined).to.equal(index >= 0);
        expect(joined?.indexOf(own) ?? before).to.equal(before);
        const place = joined ?? table;
        const text = [...plain.withCounter(own, count)].map((entry) => entry.join('=')).join(',');
        expect(new VectorTimestamp(place, before, count).toString()).to.equal(text);
        expect(new VectorTimestamp(place, before, count).join('*', '~')).to.equal(
          text.replaceAll('=', '*').replaceAll(',', '~'),
        );
      }),
      { numRuns: 3000 },
    );
  });

  it('are the same to whoever has no name yet', () => {
    fc.assert(
      fc.property(entries, (pairs) => {
        const plain = VectorTimestamp.from(pairs);
        const { table } = receivedVector(plain, undefined);
        for (const [name, count] of pairs) expect(table.counterOf(name)).to.equal(count);
        expect(table.joinedBy('a', 1)).to.equal(undefined);
        expect([...receivedVector(plain, undefined)]).to.deep.equal([...plain]);
      }),
    );
  });
});
