import { expect } from 'chai';
import * as fc from 'fast-check';
import { KnownVector } from '../../src/clocks/known-vector.js';
import { fitVector, VectorState } from '../../src/clocks/vector-state.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { countedTable } from '../support/counted-table.js';
import { givenVector } from '../support/given.js';
import { NaiveVectorState } from '../support/naive-vector-state.js';
import { receivedVector } from '../support/received-vector.js';

const OWN = 'm';
const vector = (record: Record<string, number>) => VectorTimestamp.from(Object.entries(record));

describe('VectorState', () => {
  it('starts with nothing, ticks its own entry, and gives values that stay', () => {
    const state = new VectorState(4);
    expect(state.snapshot()).to.equal(KnownVector.EMPTY);
    expect(state.tick(OWN, 1)).to.equal(0);
    const first = state.snapshot();
    state.tick(OWN, 2);
    expect([first.toString(), state.snapshot().toString()]).to.deep.equal(['m=1', 'm=2']);
    expect([state.own, state.size]).to.deep.equal([2, 1]);
  });

  it('shares the table of a trace that has just begun', () => {
    const [one, other] = [new VectorState(4), new VectorState(4)];
    for (const state of [one, other]) state.tick(OWN, 1);
    expect(one.snapshot().table).to.equal(other.snapshot().table);
    other.tick(OWN, 2);
    expect([one, other].map((state) => state.snapshot().toString())).to.deep.equal(['m=1', 'm=2']);
  });

  it('lets nobody else move its own entry beyond what it made', () => {
    const state = new VectorState(4);
    state.tick(OWN, 3);
    expect(state.hear(vector({ m: 9, a: 1 }), OWN, 5)).to.deep.equal({ dropped: 0, ownRefused: true });
    expect(state.snapshot().toString()).to.equal('a=1,m=3');
    expect(state.hear(vector({ m: 5 }), OWN, 5)).to.deep.equal({ dropped: 0, ownRefused: false });
    expect(state.snapshot().toString()).to.equal('a=1,m=5');
    state.hear(vector({ m: 1, a: 1 }), OWN, 5);
    expect(state.snapshot().toString()).to.equal('a=1,m=5');
  });

  it('hears before it has a name', () => {
    const state = new VectorState(2);
    state.hear(vector({ a: 1, b: 1 }), undefined, 0);
    expect(state.snapshot().toString()).to.equal('a=1,b=1');
    expect(state.tick(OWN, 1)).to.equal(1);
    expect(state.snapshot().toString()).to.equal('b=1,m=1');
    const relaying = new VectorState(4);
    for (const heard of [{ a: 1 }, { b: 2, c: 3 }, { a: 4 }]) relaying.hear(vector(heard), undefined, 0);
    expect(relaying.snapshot().toString()).to.equal('a=4,b=2,c=3');
  });

  it('drops what brought news longest ago, never its own', () => {
    const state = new VectorState(3);
    state.tick(OWN, 1);
    for (const node of ['a', 'b']) state.hear(vector({ [node]: 1 }), OWN, 1);
    state.hear(vector({ a: 2 }), OWN, 1);
    expect(state.hear(vector({ c: 1 }), OWN, 1).dropped).to.equal(1);
    expect(state.snapshot().toString()).to.equal('a=2,c=1,m=1');
  });

  it('knows news from what came with it: an entry that stayed is as old as before', () => {
    const state = new VectorState(3);
    state.tick(OWN, 1);
    for (const node of ['a', 'b']) state.hear(vector({ [node]: 1 }), OWN, 1);
    // Together with the news of c comes nothing new of a, which goes.
    expect(state.hear(vector({ a: 1, c: 1 }), OWN, 1).dropped).to.equal(1);
    expect(state.snapshot().toString()).to.equal('b=1,c=1,m=1');
    // b was heard of before c, and stays as old though it comes again.
    expect(state.hear(vector({ b: 1, c: 1, d: 1 }), OWN, 1).dropped).to.equal(1);
    expect(state.snapshot().toString()).to.equal('c=1,d=1,m=1');
    expect(state.hear(vector({ d: 1, e: 1 }), OWN, 1).dropped).to.equal(1);
    expect(state.snapshot().toString()).to.equal('d=1,e=1,m=1');
  });

  it('hears all of what another state knows at once, its own entry too', () => {
    for (const name of ['b', 'z']) {
      const theirs = new VectorState(4);
      theirs.hear(vector({ c: 3 }), name, 0);
      for (const counter of [1, 2]) theirs.tick(name, counter);
      const state = new VectorState(4);
      state.hear(theirs.snapshot(), OWN, 0);
      expect(givenVector(state.snapshot()).toJSON()).to.deep.equal({ c: 3, [name]: 2 });
    }
  });

  it('takes what it began with for older than whatever brought news since', () => {
    for (const [raised, gone] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const state = new VectorState(2);
      state.hear(vector({ a: 1, b: 1 }), undefined, 0);
      state.hear(vector({ a: 1, b: 1, [raised]: 2 }), undefined, 0);
      expect(state.tick(OWN, 1)).to.equal(1);
      expect(state.snapshot().get(gone), `${gone} went`).to.equal(0);
      expect(state.snapshot().get(raised)).to.equal(2);
    }
  });

  it('gives its text in any format, made once until it rests', () => {
    for (const [nodes, afterRest] of [
      [['a', 'b'], 2],
      // A table of one is shared with other states.
      [['a'], 1],
    ] as const) {
      const { table, made } = countedTable(nodes);
      const state = new VectorState(4);
      state.hear(new VectorTimestamp(table, -1, 0), undefined, 0);
      const text = nodes.map((node) => `${node}*5`).join('~');
      for (const makings of [1, 1, 1]) expect([state.text('*', '~'), made()]).to.deep.equal([text, makings]);
      state.rest();
      expect([state.text('*', '~'), made()]).to.deep.equal([text, afterRest]);
    }
  });

  it('does not take old news for news, and keeps its table then', () => {
    const state = new VectorState(3);
    state.tick(OWN, 1);
    state.hear(vector({ a: 5 }), OWN, 1);
    const { table } = state.snapshot();
    state.hear(vector({ a: 4 }), OWN, 1);
    state.hear(state.snapshot(), OWN, 1);
    state.tick(OWN, 2);
    expect(state.snapshot().table).to.equal(table);
  });

  it('shares the names where the same ones are heard of, and keeps how old each entry is', () => {
    const state = new VectorState(4);
    state.tick(OWN, 1);
    for (const node of ['b', 'a', 'c']) state.hear(vector({ [node]: 1 }), OWN, 1);
    const before = state.snapshot();
    state.hear(vector({ a: 1, b: 1, c: 2, m: 1 }), OWN, 1);
    const after = state.snapshot();
    expect(after.toString()).to.equal('a=1,b=1,c=2,m=1');
    expect(after.table).to.not.equal(before.table);
    expect(after.table.nodes).to.equal(before.table.nodes);
    expect(before.toString()).to.equal('a=1,b=1,c=1,m=1');
    state.hear(vector({ d: 1 }), OWN, 1);
    expect(state.snapshot().toString()).to.equal('a=1,c=2,d=1,m=1');
  });

  it('says what had to go to make room for its own entry', () => {
    const state = new VectorState(2);
    state.hear(vector({ a: 1, b: 1 }), undefined, 0);
    expect(state.hear(vector({ [OWN]: 3 }), OWN, 5)).to.deep.equal({ dropped: 1, ownRefused: false });
    expect(state.snapshot().toString()).to.equal('b=1,m=3');
  });

  it('makes a new table exactly where something is new, whatever the entries', () => {
    const entries = fc.uniqueArray(
      fc.tuple(fc.constantFrom('a', 'b', 'k', 'l', OWN, 'n', 'y', 'z'), fc.integer({ min: 1, max: 3 })),
      {
        selector: ([node]) => node,
      },
    );
    fc.assert(
      fc.property(
        fc.array(entries, { maxLength: 3 }),
        entries,
        fc.boolean(),
        fc.boolean(),
        (earlier, heard, ticks, wire) => {
          const state = new VectorState(8);
          if (ticks) state.tick(OWN, 3);
          for (const one of [...earlier, [[OWN, 3] as const, ['a', 1] as const]]) {
            const message = VectorTimestamp.from(one);
            state.hear(wire && one.length > 0 ? receivedVector(message, OWN) : message, OWN, 3);
          }
          const before = state.snapshot();
          const { dropped, ownRefused } = state.hear(VectorTimestamp.from(heard), OWN, 3);
          expect([dropped, ownRefused]).to.deep.equal([0, false]);
          const isNew = heard.some(([node, counter]) => node !== OWN && counter > before.get(node));
          expect(state.snapshot().table === before.table, before.toString()).to.equal(!isNew);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('does what the naive state does, at any limit', () => {
    const heard = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'x', 'y', OWN), fc.integer({ min: 1, max: 6 }));
    const step = fc.oneof(fc.constant('tick' as const), heard);
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 7 }),
        fc.array(step, { maxLength: 40 }),
        fc.boolean(),
        (maxEntries, steps, wire) => {
          const state = new VectorState(maxEntries);
          const naive = new NaiveVectorState(OWN, maxEntries);
          let made = 0;
          for (const move of steps) {
            if (move === 'tick') {
              made = Math.max(made, state.own) + 1;
              expect(state.tick(OWN, made)).to.equal(naive.tick(made));
            } else {
              const expected = naive.hear(new Map(Object.entries(move)), made);
              const message = vector(move);
              const heard = wire && message.size > 0 ? receivedVector(message, OWN) : message;
              expect(state.hear(heard, OWN, made)).to.deep.equal(expected);
            }
            expect(state.snapshot().toString()).to.equal(naive.toString());
            expect(state.size).to.be.at.most(maxEntries);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

/** Others who have heard all that we know, or all but a little, and say so: what replies are. */
describe('VectorState that hears what others made of what it knows', () => {
  const news = fc.dictionary(
    fc.constantFrom('a', 'ab', 'b', 'b-1', 'k', OWN, 'n', 'z'),
    fc.integer({ min: 1, max: 12 }),
  );
  const move = fc.oneof(
    fc.constant('tick' as const),
    fc.record({ news, forgets: fc.constantFrom('', '', '', 'a', 'b', OWN), wire: fc.boolean() }),
  );

  it('does what the naive state does, at any limit, however it is looked at', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 8 }),
        fc.array(move, { maxLength: 14, size: 'max' }),
        fc.constantFrom('text', 'columns', 'nothing'),
        (maxEntries, moves, look) => {
          const state = new VectorState(maxEntries);
          const naive = new NaiveVectorState(OWN, maxEntries);
          const known = (): Map<string, number> => new Map(naive.entries.map(({ node, counter }) => [node, counter]));
          let made = 0;
          for (const one of moves) {
            if (one === 'tick') {
              made = Math.max(made, state.own) + 1;
              expect(state.tick(OWN, made)).to.equal(naive.tick(made));
            } else {
              const said = known();
              for (const [node, counter] of Object.entries(one.news)) {
                if (counter > (said.get(node) ?? 0)) said.set(node, counter);
              }
              said.delete(one.forgets);
              if (said.size === 0) continue;
              const plain = VectorTimestamp.from(said);
              const heard = one.wire ? receivedVector(plain, OWN) : plain;
              expect(state.hear(heard, OWN, made)).to.deep.equal(naive.hear(said, made));
            }
            if (look === 'text') expect(state.snapshot().toString()).to.equal(naive.toString());
            if (look === 'columns') expect(new Map(givenVector(state.snapshot()).entries())).to.deep.equal(known());
          }
          expect(state.text('=', ',')).to.equal(naive.toString());
          expect(new Map(givenVector(state.snapshot()).entries())).to.deep.equal(known());
        },
      ),
      { numRuns: 4000 },
    );
  });

  it('reads no entry of a reply from somebody who has heard all that we had told him', () => {
    const state = new VectorState(8);
    const hear = (record: Record<string, number>): VectorTimestamp => {
      const heard = receivedVector(vector(record), OWN);
      state.hear(heard, OWN, 9);
      return heard;
    };
    hear({ a: 10, z: 3 });
    state.tick(OWN, 1);
    const asked = state.snapshot();
    const answered = hear({ a: 10, b: 1, [OWN]: 1, z: 4 });
    state.tick(OWN, 2);
    expect(state.snapshot().toString()).to.equal('a=10,b=1,m=2,z=4');
    // Who has not heard of us, and whoever says the same again.
    hear({ a: 10, b: 2, z: 4 });
    const { table } = state.snapshot();
    hear({ a: 10, b: 2, [OWN]: 2, z: 4 });
    expect(state.snapshot().table).to.equal(table);
    expect(state.text('*', '~')).to.equal('a*10~b*2~m*2~z*4');
    for (const unread of [asked, answered, state.snapshot()]) {
      expect((unread.table as unknown as { readonly nodeColumn: readonly string[] }).nodeColumn).to.have.length(0);
    }
    hear({ a: 9, c: 1, [OWN]: 2 });
    expect(state.text('*', '~')).to.equal('a*10~b*2~c*1~m*2~z*4');
  });
});

describe('fitVector', () => {
  let whole: KnownVector;
  beforeEach(() => {
    const state = new VectorState(10);
    state.tick(OWN, 7);
    for (const node of ['c', 'a', 'b']) state.hear(vector({ [node]: 1 }), OWN, 7);
    whole = state.snapshot();
  });

  it('gives back the vector itself where it fits, to the character', () => {
    expect(whole.toString()).to.equal('a=1,b=1,c=1,m=7');
    expect(fitVector(whole, OWN, 15)).to.deep.equal({ vector: whole, dropped: 0 });
    expect(fitVector(whole, OWN, 15).vector).to.equal(whole);
  });

  for (const [maxLength, text, dropped] of [
    [14, 'a=1,b=1,m=7', 1],
    [11, 'a=1,b=1,m=7', 1],
    [10, 'b=1,m=7', 2],
    [6, 'm=7', 3],
    [1, 'm=7', 3],
  ] as const) {
    it(`keeps ${text} in ${maxLength} characters`, () => {
      const fitted = fitVector(whole, OWN, maxLength);
      expect([fitted.vector.toString(), fitted.dropped]).to.deep.equal([text, dropped]);
      expect(fitted.vector.get(OWN)).to.equal(7);
    });
  }

  it('may drop everything where nothing is to be kept', () => {
    const { vector: left, dropped } = fitVector(vector({ a: 1, b: 2 }), undefined, 2);
    expect([left.toString(), dropped]).to.deep.equal(['', 2]);
  });
});
