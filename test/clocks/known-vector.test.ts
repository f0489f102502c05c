import { expect } from 'chai';
import * as fc from 'fast-check';
import { KnownVector } from '../../src/clocks/known-vector.js';
import { VectorState } from '../../src/clocks/vector-state.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';

const NODES = ['a', 'b', 'c', 'm', 'z'];
const OWN = 'm';

interface Made {
  readonly vector: KnownVector;
  readonly counters: ReadonlyMap<string, number>;
}

/** As a domain knows them: with an own entry that stands apart from the table of the others, or without one. */
const made: fc.Arbitrary<Made> = fc
  .record({
    heard: fc.dictionary(fc.constantFrom(...NODES), fc.integer({ min: 1, max: 12 }), { noNullPrototype: true }),
    ticks: fc.nat(2),
  })
  .map(({ heard, ticks }) => {
    const counters = new Map(Object.entries(heard));
    const state = new VectorState(64);
    state.hear(VectorTimestamp.from(counters), OWN, 12);
    for (let tick = 13; tick < 13 + ticks; tick++) {
      state.tick(OWN, tick);
      counters.set(OWN, tick);
    }
    return { vector: state.snapshot(), counters };
  });

const textOf = (counters: ReadonlyMap<string, number>): string =>
  [...counters]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map((entry) => entry.join('='))
    .join(',');

const coversAll = (above: Made, below: Made): boolean =>
  [...below.counters].every(([node, counter]) => (above.counters.get(node) ?? 0) >= counter);

describe('KnownVector', () => {
  it('tells of each node how much is known of it, and says so', () => {
    fc.assert(
      fc.property(made, ({ vector, counters }) => {
        expect(vector.size).to.equal(counters.size);
        for (const node of [...NODES, 'n', '']) expect(vector.get(node)).to.equal(counters.get(node) ?? 0);
        vector.table.nodes.forEach((node, index) => expect(vector.counterAt(index)).to.equal(counters.get(node)));
        const text = textOf(counters);
        // The length is asked for before the text and after it, which is kept.
        expect([vector.textLength, vector.toString(), vector.textLength]).to.deep.equal([
          text.length,
          text,
          text.length,
        ]);
        expect(vector.join('*', '~')).to.equal(text.replaceAll('=', '*').replaceAll(',', '~'));
      }),
    );
  });

  it('covers what it knows as much of, entry by entry', () => {
    fc.assert(
      fc.property(made, made, (one, other) => {
        expect(one.vector.covers(other.vector)).to.equal(coversAll(one, other));
        expect(one.vector.covers(one.vector)).to.equal(true);
        expect(one.vector.covers(KnownVector.EMPTY)).to.equal(true);
      }),
    );
  });

  it('covers its own past, whose table it shares, and not its future', () => {
    const state = new VectorState(4);
    state.hear(VectorTimestamp.from([['a', 3]]), OWN, 0);
    state.tick(OWN, 1);
    const past = state.snapshot();
    state.tick(OWN, 2);
    const present = state.snapshot();
    expect(past.table).to.equal(present.table);
    expect([present.covers(past), past.covers(present)]).to.deep.equal([true, false]);
  });
});
