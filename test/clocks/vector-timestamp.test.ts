import { expect } from 'chai';
import * as fc from 'fast-check';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { inverseRelation } from '../../src/clocks/relation.js';
import { countedTable } from '../support/counted-table.js';
import { expectInvalid } from '../support/invalid-value.js';
import { naiveMerge, naiveRelation, naiveText } from '../support/naive-vector.js';

const NODES = ['a', 'b', 'c', 'd', 'e', '__proto__', 'constructor', 'aa', 'Z'];
/** Few nodes and small counters, so that equal, ordered and concurrent pairs all come up often. */
const naiveArbitrary = fc
  .dictionary(fc.constantFrom(...NODES), fc.integer({ min: 1, max: 3 }))
  .map((record) => new Map(Object.entries(record)));
const real = (naive: ReadonlyMap<string, number>) => VectorTimestamp.from(naive);

describe('VectorTimestamp', () => {
  it('sorts its entries by code units and prints them', () => {
    const vector = VectorTimestamp.from([
      ['b', 2],
      ['a', 1],
      ['Z', 3],
      ['a-b', 4],
    ]);
    expect(vector.toString()).to.equal('Z=3,a=1,a-b=4,b=2');
    expect([...vector]).to.deep.equal([
      ['Z', 3],
      ['a', 1],
      ['a-b', 4],
      ['b', 2],
    ]);
    expect(vector.size).to.equal(4);
    expect(VectorTimestamp.EMPTY.toString()).to.equal('');
    expect(VectorTimestamp.from([])).to.equal(VectorTimestamp.EMPTY);
  });

  for (const counter of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1' as unknown as number]) {
    it(`refuses the counter ${counter}`, () => {
      expectInvalid(() => VectorTimestamp.from([['a', counter]]), 'vector[a]');
    });
  }

  it('refuses a node that is empty, no string, or there twice', () => {
    expectInvalid(() => VectorTimestamp.from([['', 1]]), 'vector node');
    expectInvalid(() => VectorTimestamp.from([[7 as unknown as string, 1]]), 'vector node');
    expectInvalid(
      () =>
        VectorTimestamp.from([
          ['a', 1],
          ['b', 1],
          ['a', 1],
        ]),
      'vector',
    );
  });

  it('keeps dangerous names as ordinary keys, also as JSON', () => {
    const vector = VectorTimestamp.from([
      ['__proto__', 1],
      ['constructor', 2],
    ]);
    expect(vector.get('__proto__')).to.equal(1);
    expect(vector.get('hasOwnProperty')).to.equal(0);
    expect(JSON.stringify(vector)).to.equal('{"__proto__":1,"constructor":2}');
    expect(Object.getPrototypeOf(vector.toJSON())).to.equal(null);
  });

  it('sets a counter without touching the original, wherever the node belongs', () => {
    const vector = VectorTimestamp.from([
      ['b', 2],
      ['d', 4],
    ]);
    const texts = ['a', 'b', 'c', 'd', 'e'].map((node) => vector.withCounter(node, 9).toString());
    expect(texts).to.deep.equal(['a=9,b=2,d=4', 'b=9,d=4', 'b=2,c=9,d=4', 'b=2,d=9', 'b=2,d=4,e=9']);
    expect(vector.toString()).to.equal('b=2,d=4');
    const moved = vector.withCounter('b', 5).withCounter('b', 6).withCounter('d', 7).withCounter('b', 8);
    expect(moved.toString()).to.equal('b=8,d=7');
    expect([moved.get('b'), moved.get('d')]).to.deep.equal([8, 7]);
  });

  it('prints in several formats, in any order, from one table', () => {
    const vector = VectorTimestamp.from([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]).withCounter('b', 7);
    for (let round = 0; round < 2; round++) {
      expect(vector.join('=', ',')).to.equal('a=1,b=7,c=3');
      expect(vector.join('*', '~')).to.equal('a*1~b*7~c*3');
      expect(vector.join('=', ' ')).to.equal('a=1 b=7 c=3');
      expect(vector.withCounter('c', 8).join('*', '~')).to.equal('a*1~b*7~c*8');
    }
  });

  it('knows the length of its text', () => {
    const long = VectorTimestamp.from([['a', 2 ** 40]]);
    expect([long.textLength, long.withCounter('a', 1).textLength]).to.deep.equal([long.toString().length, 3]);
    fc.assert(
      fc.property(naiveArbitrary, fc.constantFrom(...NODES), fc.integer({ min: 1, max: 2 ** 48 }), (a, node, own) => {
        for (const vector of [real(a), real(a).withCounter(node, own)]) {
          expect(vector.textLength).to.equal(vector.toString().length);
          expect(vector.toString()).to.equal(vector.toString());
        }
      }),
    );
  });

  it('prints each format of each own entry as the entries are, in any order', () => {
    const use = fc.tuple(
      fc.constantFrom(-1, 0, 1, 2),
      fc.constantFrom('=', ':'),
      fc.constantFrom(',', ';'),
      fc.nat(99),
    );
    fc.assert(
      fc.property(fc.array(use, { maxLength: 12 }), (uses) => {
        const { table } = countedTable(['a', 'b', 'c']);
        for (const [own, assign, separator, counter] of uses) {
          const texts = ['a', 'b', 'c'].map((node, i) => `${node}${assign}${i === own ? counter : 5}`);
          expect(new VectorTimestamp(table, own, counter).join(assign, separator)).to.equal(texts.join(separator));
        }
      }),
    );
  });

  it('makes the text of two formats once, of a third in turn, and anew when it was given back', () => {
    const { table, made } = countedTable(['a', 'b', 'c']);
    const timestamp = new VectorTimestamp(table, 1, 7);
    const makings = ['*', '=', '*', '=', '*', '=', ':', ':', '=', '*'].map((assign) => {
      timestamp.join(assign, ',');
      return made();
    });
    expect(makings).to.deep.equal([1, 2, 2, 2, 2, 2, 3, 3, 3, 4]);
    table.forgetText();
    timestamp.join(':', ',');
    timestamp.join('*', ',');
    expect(made()).to.equal(6);
  });

  it('shares the table of the others with what its own entry becomes', () => {
    const base = VectorTimestamp.from([
      ['a', 1],
      ['b', 2],
    ]);
    for (const node of ['a', 'b']) {
      const first = base.withCounter(node, 5);
      expect(first.table).to.equal(base.table);
      expect(first.withCounter(node, 6).table).to.equal(base.table);
    }
    // Another entry takes over: the former one settles.
    const other = base.withCounter('a', 5).withCounter('b', 6);
    expect([other.toString(), other.withCounter('b', 7).table === other.table]).to.deep.equal(['a=5,b=6', true]);
  });

  it('is itself merged with less, and the other merged with more', () => {
    const less = real(new Map([['a', 1]]));
    const more = real(
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    );
    expect([more.merge(less), less.merge(more)]).to.deep.equal([more, more]);
    expect(more.merge(less)).to.equal(more);
    expect(less.merge(more)).to.equal(more);
  });

  it('compares, merges and prints like the naive model', () => {
    fc.assert(
      fc.property(naiveArbitrary, naiveArbitrary, (a, b) => {
        const [left, right] = [real(a), real(b)];
        expect(left.compare(right)).to.equal(naiveRelation(a, b));
        expect(left.covers(right)).to.equal(['after', 'equal'].includes(naiveRelation(a, b)));
        expect(left.merge(right).toString()).to.equal(naiveText(naiveMerge(a, b)));
        for (const node of NODES) expect(left.get(node)).to.equal(a.get(node) ?? 0);
      }),
      { numRuns: 1000 },
    );
  });

  it('compares two vectors that share a table, or whose own entries differ', () => {
    const own = fc.constantFrom(...NODES);
    const counter = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(naiveArbitrary, own, counter, own, counter, (start, n1, c1, n2, c2) => {
        const base = real(start);
        const [a, b] = [new Map(start).set(n1, c1), new Map(start).set(n2, c2)];
        const [left, right] = [base.withCounter(n1, c1), base.withCounter(n2, c2)];
        expect(left.compare(right)).to.equal(naiveRelation(a, b));
        expect(left.merge(right).toString()).to.equal(naiveText(naiveMerge(a, b)));
        const third = left.withCounter(n1, c2);
        expect(left.compare(third)).to.equal(naiveRelation(a, new Map(a).set(n1, c2)));
      }),
      { numRuns: 1000 },
    );
  });

  it('merges idempotently, commutatively, associatively, and only upwards', () => {
    fc.assert(
      fc.property(naiveArbitrary, naiveArbitrary, naiveArbitrary, (x, y, z) => {
        const [a, b, c] = [real(x), real(y), real(z)];
        expect(a.merge(a)).to.equal(a);
        expect(a.merge(b).toString()).to.equal(b.merge(a).toString());
        expect(a.merge(b).merge(c).toString()).to.equal(a.merge(b.merge(c)).toString());
        expect(['equal', 'after']).to.include(a.merge(b).compare(a));
        expect(a.merge(VectorTimestamp.EMPTY)).to.equal(a);
      }),
    );
  });

  it('is a partial order', () => {
    fc.assert(
      fc.property(naiveArbitrary, naiveArbitrary, naiveArbitrary, (x, y, z) => {
        const [a, b, c] = [real(x), real(y), real(z)];
        expect(b.compare(a)).to.equal(inverseRelation(a.compare(b)));
        if (a.compare(b) === 'before' && b.compare(c) === 'before') expect(a.compare(c)).to.equal('before');
        expect(a.compare(real(x))).to.equal('equal');
      }),
    );
  });
});
