import { expect } from 'chai';
import * as fc from 'fast-check';
import { agesOfHeard } from '../../src/clocks/heard-ages.js';
import { MAX_COUNTER } from '../../src/clocks/limits.js';
import { ReceivedTable } from '../../src/clocks/received-table.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { receivedVector } from '../support/received-vector.js';

const OWN = 'm-1';
const OTHERS = ['A', 'a', 'a-1', 'aa', 'm', 'm-', 'm-11', 'n', 'z'] as const;
/** So many digits, the same ones at the beginning, and those that are left of others in one text only. */
const COUNTERS = [1, 2, 9, 10, 11, 12, 19, 20, 99, 100, 101, 110, MAX_COUNTER - 1, MAX_COUNTER];
const HEARING = 50;

const counter = fc.constantFrom(...COUNTERS);
/** What we know of another node, how old that is, and what is heard of it. */
const entry = fc.record({
  node: fc.constantFrom(...OTHERS),
  known: fc.option(counter, { nil: undefined, freq: 4 }),
  age: fc.nat({ max: HEARING - 1 }),
  heard: fc.oneof(
    { weight: 8, arbitrary: fc.constant('the same' as const) },
    { weight: 3, arbitrary: fc.constant('more' as const) },
    { weight: 1, arbitrary: fc.option(counter, { nil: undefined }) },
  ),
});
const own = fc.record({
  place: fc.constantFrom('none', 'named', 'joined'),
  counter,
  heard: fc.option(counter, { nil: undefined }),
});

function more(known: number): number {
  return COUNTERS.find((one) => one > known) ?? known;
}

/** The same table whose entries brought news at these times. */
function aged(table: ReceivedTable, heardAt: readonly number[] | undefined): ReceivedTable {
  const { stamp, from, size, node, ownIndex, ownFrom, ownTo, ownCounter } = table;
  return new ReceivedTable(stamp, from, size, node, ownIndex, ownFrom, ownTo, ownCounter, heardAt);
}

describe('when the entries of a text that was heard brought news', () => {
  it('is what their columns say', () => {
    const entries = fc.uniqueArray(entry, { selector: ({ node }) => node, maxLength: OTHERS.length });
    const seen = { undefined: 0, news: 0, none: 0, aged: 0 };
    fc.assert(
      fc.property(entries, own, fc.boolean(), (drawn, ours, hasAges) => {
        const others = drawn.map(({ node, known, age, heard }) => ({
          node,
          known,
          age,
          heard: heard === 'the same' ? known : heard === 'more' ? more(known ?? 1) : heard,
        }));
        const knownOthers = others.flatMap(({ node, known }) => (known === undefined ? [] : [[node, known] as const]));
        const heardOthers = others.flatMap(({ node, heard }) => (heard === undefined ? [] : [[node, heard] as const]));
        const heardAll = [...heardOthers, ...(ours.heard === undefined ? [] : [[OWN, ours.heard] as const])];
        const inText = [...knownOthers, ...(ours.place === 'named' ? [[OWN, ours.counter] as const] : [])];
        fc.pre(heardAll.length > 0 && inText.length > 0);
        const plain = VectorTimestamp.from([
          ...knownOthers,
          ...(ours.place === 'none' ? [] : [[OWN, ours.counter] as const]),
        ]);
        const ageOf = (node: string): number => others.find((other) => other.node === node)?.age ?? 0;
        const ages = hasAges ? plain.table.nodes.map(ageOf) : undefined;

        const received = receivedVector(VectorTimestamp.from(inText), OWN).table as ReceivedTable;
        const joined = ours.place === 'joined' ? received.joinedBy(OWN, ours.counter) : received;
        const table = aged(joined as ReceivedTable, ages);
        const heard = receivedVector(VectorTimestamp.from(heardAll), OWN).table as ReceivedTable;

        const isCovered = others.every(({ known, heard: told }) => known === undefined || (told ?? 0) >= known);
        const expected = [...heard.nodes].map((node) => {
          const other = others.find((one) => one.node === node);
          if (other === undefined) return 0;
          return (other.heard as number) > (other.known ?? 0) ? HEARING : hasAges ? other.age : 0;
        });
        expect(agesOfHeard(table, heard, HEARING)).to.deep.equal(isCovered ? expected : undefined);
        // Whoever has looked at other texts in between does not matter.
        receivedVector(plain, OWN).toString();
        expect(agesOfHeard(table, heard, HEARING)).to.deep.equal(isCovered ? expected : undefined);

        seen[isCovered ? (expected.includes(HEARING) ? 'news' : 'none') : 'undefined']++;
        if (isCovered && expected.some((age) => age > 0 && age < HEARING)) seen.aged++;
      }),
      { numRuns: 5000 },
    );
    for (const [what, times] of Object.entries(seen)) expect(times, what).to.be.above(10);
  });

  it('are given to the table of both', () => {
    const known = (pairs: readonly (readonly [string, number])[], ages?: readonly number[]): ReceivedTable => {
      const { table } = receivedVector(VectorTimestamp.from(pairs), OWN);
      return aged((table.joinedBy(OWN, 7) ?? table) as ReceivedTable, ages);
    };
    const heard = receivedVector(
      VectorTimestamp.from([
        ['a', 1],
        ['b', 5],
        ['z', 3],
      ]),
      OWN,
    ).table;
    const both = known(
      [
        ['a', 1],
        ['z', 2],
      ],
      [4, 0, 9],
    ).raisedBy(heard, OWN, HEARING);
    // Ours joins what does not name us, with an age of its own that nobody asks for.
    expect([both?.nodes, both?.counters, both?.heardAt]).to.deep.equal([
      ['a', 'b', OWN, 'z'],
      [1, 5, 7, 3],
      [4, HEARING, 0, HEARING],
    ]);
    const again = both?.raisedBy(receivedVector(new VectorTimestamp(both, 2, 8), OWN).table, OWN, HEARING + 1);
    expect(again).to.equal(both);
    // Tables whose ages are another's, that are no text, or of another node's reader.
    const table = known([['a', 1]]);
    for (const other of [
      both as ReceivedTable,
      VectorTimestamp.from([['a', 2]]).table,
      receivedVector(VectorTimestamp.from([['a', 2]]), 'other').table,
      receivedVector(VectorTimestamp.from([['a', 2]]), OWN).table.joinedBy(OWN, 1) as ReceivedTable,
    ]) {
      expect(table.raisedBy(other, OWN, HEARING)).to.equal(undefined);
    }
    expect(table.raisedBy(heard, 'other', HEARING)).to.equal(undefined);
    // We have no entry, and somebody says that he has heard of us.
    const nobody = receivedVector(VectorTimestamp.from([['a', 1]]), OWN).table;
    expect(
      nobody.raisedBy(
        receivedVector(
          VectorTimestamp.from([
            ['a', 2],
            [OWN, 1],
          ]),
          OWN,
        ).table,
        OWN,
        1,
      ),
    ).to.equal(undefined);
    expect(nobody.raisedBy(heard, OWN, 1)?.nodes).to.deep.equal(['a', 'b', 'z']);
    expect(aged(nobody as ReceivedTable, [3]).joinedBy(OWN, 1)).to.equal(undefined);
  });
});
