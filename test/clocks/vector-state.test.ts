import { expect } from 'chai';
import * as fc from 'fast-check';
import { fitVector, VectorState } from '../../src/clocks/vector-state.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { countedTable } from '../support/counted-table.js';
import { NaiveVectorState } from '../support/naive-vector-state.js';

const OWN = 'm';
const vector = (record: Record<string, number>) => VectorTimestamp.from(Object.entries(record));

describe('VectorState', () => {
  it('starts with nothing, ticks its own entry, and gives values that stay', () => {
    const state = new VectorState(4);
    expect(state.snapshot()).to.equal(VectorTimestamp.EMPTY);
    expect(state.tick(OWN, 1)).to.equal(0);
    const first = state.snapshot();
    state.tick(OWN, 2);
    expect([first.toString(), state.snapshot().toString()]).to.deep.equal(['m=1', 'm=2']);
    expect([state.ownCounter, state.size]).to.deep.equal([2, 1]);
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
      expect(state.snapshot().toJSON()).to.deep.equal({ c: 3, [name]: 2 });
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

  it('gives its text in any format, made twice at the most until it rests', () => {
    for (const [nodes, afterRest] of [
      [['a', 'b'], 3],
      // A table of one is shared with other states.
      [['a'], 2],
    ] as const) {
      const { table, made } = countedTable(nodes);
      const state = new VectorState(4);
      state.hear(new VectorTimestamp(table, -1, 0), undefined, 0);
      const text = nodes.map((node) => `${node}*5`).join('~');
      for (const makings of [1, 2, 2]) expect([state.text('*', '~'), made()]).to.deep.equal([text, makings]);
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
      fc.property(fc.array(entries, { maxLength: 3 }), entries, fc.boolean(), (earlier, heard, ticks) => {
        const state = new VectorState(8);
        if (ticks) state.tick(OWN, 3);
        for (const one of [...earlier, [[OWN, 3] as const, ['a', 1] as const]]) {
          state.hear(VectorTimestamp.from(one), OWN, 3);
        }
        const before = state.snapshot();
        const { dropped, ownRefused } = state.hear(VectorTimestamp.from(heard), OWN, 3);
        expect([dropped, ownRefused]).to.deep.equal([0, false]);
        const isNew = heard.some(([node, counter]) => node !== OWN && counter > before.get(node));
        expect(state.snapshot().table === before.table, before.toString()).to.equal(!isNew);
      }),
      { numRuns: 2000 },
    );
  });

  it('does what the naive state does, at any limit', () => {
    const heard = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'x', 'y', OWN), fc.integer({ min: 1, max: 6 }));
    const step = fc.oneof(fc.constant('tick' as const), heard);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 7 }), fc.array(step, { maxLength: 40 }), (maxEntries, steps) => {
        const state = new VectorState(maxEntries);
        const naive = new NaiveVectorState(OWN, maxEntries);
        let made = 0;
        for (const move of steps) {
          if (move === 'tick') {
            made = Math.max(made, state.ownCounter) + 1;
            expect(state.tick(OWN, made)).to.equal(naive.tick(made));
          } else {
            const expected = naive.hear(new Map(Object.entries(move)), made);
            expect(state.hear(vector(move), OWN, made)).to.deep.equal(expected);
          }
          expect(state.snapshot().toString()).to.equal(naive.toString());
          expect(state.size).to.be.at.most(maxEntries);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

/**
 * Several states that hear the very same vectors, as the traces of one process and the nodes of one test do: tables end up
 * in many hands, with another own entry in each.
 */
describe('vector states that share tables', () => {
  const NODES = ['b', 'm', 'y'] as const;
  const at = fc.nat({ max: NODES.length - 1 });
  const format = fc.constantFrom(['*', '~'] as const, ['=', ','] as const, [':', ' '] as const);
  const move = fc.oneof(
    fc.record({ kind: fc.constant('tick' as const), at }),
    fc.record({ kind: fc.constant('hear' as const), at, which: fc.nat({ max: 3 }) }),
    fc.record({ kind: fc.constant('snapshot' as const), at }),
    fc.record({ kind: fc.constant('message' as const), at }),
    fc.record({ kind: fc.constant('rest' as const), at }),
    fc.record({ kind: fc.constant('print' as const), at, format, kept: fc.boolean() }),
  );
  const received = fc.dictionary(fc.constantFrom('a', ...NODES), fc.integer({ min: 1, max: 2 }), { minKeys: 1 });

  /** Takes a message's table as it is, but for its own entry, which nobody else may move. */
  function adopting(message: VectorTimestamp, node: string): VectorState {
    const state = new VectorState(4);
    state.tick(node, 2);
    expect(state.hear(message, node, 2).ownRefused).to.equal(true);
    expect(state.snapshot().table).to.equal(message.table);
    return state;
  }

  it('do what naive ones do, and nothing that was ever told changes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.array(received, { minLength: 1, maxLength: 2 }),
        fc.subarray([...NODES.keys()]),
        fc.array(move, { maxLength: 30, size: 'max' }),
        (maxEntries, first, beginners, moves) => {
          const states = NODES.map((node) => ({
            node,
            real: new VectorState(maxEntries),
            naive: new NaiveVectorState(node, maxEntries),
            made: 0,
          }));
          /** All that can be heard, beside what it says. */
          const told: { heard: VectorTimestamp; entries: readonly (readonly [string, number])[] }[] = [];
          const tell = (heard: VectorTimestamp): void => {
            if (heard.size > 0) told.unshift({ heard, entries: [...heard] });
          };
          for (const record of first) tell(vector(record));

          // Some begin with an event of their own and the same message: that is when a table gets more than one owner.
          const beginnings = beginners.flatMap((one) => [
            { kind: 'tick' as const, at: one },
            { kind: 'hear' as const, at: one, which: 0 },
          ]);
          for (const step of [...beginnings, ...moves]) {
            const state = states[step.at] as (typeof states)[number];
            const { node, real, naive } = state;
            if (step.kind === 'tick') {
              state.made = Math.max(state.made, real.ownCounter) + 1;
              expect(real.tick(node, state.made)).to.equal(naive.tick(state.made));
            } else if (step.kind === 'hear') {
              const { heard, entries } = told[step.which % told.length] as (typeof told)[number];
              expect(real.hear(heard, node, state.made)).to.deep.equal(naive.hear(new Map(entries), state.made));
            } else if (step.kind === 'snapshot') {
              tell(real.snapshot());
            } else if (step.kind === 'message') {
              // Without an own entry, as a reader makes it.
              tell(VectorTimestamp.from(real.snapshot()));
            } else if (step.kind === 'rest') {
              real.rest();
            } else {
              const [assign, separator] = step.format;
              const expected = naive.toString().replaceAll('=', assign).replaceAll(',', separator);
              if (step.kept) expect(real.snapshot().keptText()).to.equal(naive.toString());
              expect(real.text(assign, separator)).to.equal(expected);
            }
            for (const each of states) {
              expect([...each.real.snapshot()].map((entry) => entry.join('=')).join(',')).to.equal(
                each.naive.toString(),
              );
            }
            for (const { heard, entries } of told) expect([...heard]).to.deep.equal(entries);
          }
          for (const { heard, entries } of told) {
            const text = entries.map((entry) => entry.join('=')).join(',');
            expect([heard.toString(), heard.textLength, heard.keptText()]).to.deep.equal([text, text.length, text]);
          }
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('count for themselves how old each entry is', () => {
    const relaying = new VectorState(2);
    for (const heard of [{ a: 1 }, { b: 1 }, { a: 2 }]) relaying.hear(vector(heard), 'y', 0);
    const state = new VectorState(2);
    state.hear(relaying.snapshot(), OWN, 0);
    // By the relaying state's count both would be newer than this.
    expect(state.hear(vector({ c: 1 }), OWN, 0).dropped).to.equal(1);
    expect(state.snapshot().toString()).to.equal('b=1,c=1');
  });

  it('say the same when they are heard of again, whoever overrides whose entry', () => {
    const message = vector({ a: 1, b: 9, m: 9 });
    const [b, m] = [adopting(message, 'b'), adopting(message, 'm')];
    for (let round = 0; round < 3; round++) {
      expect([b.text('=', ','), m.text('=', ','), message.toString()]).to.deep.equal([
        'a=1,b=2,m=9',
        'a=1,b=9,m=2',
        'a=1,b=9,m=9',
      ]);
      b.rest();
    }
    // What another owner overrides in the shared table is news where it is more, and none where it is less.
    b.hear(m.snapshot(), 'b', 2);
    expect(b.snapshot().toString()).to.equal('a=1,b=2,m=9');
    m.tick('m', 12);
    b.hear(m.snapshot(), 'b', 2);
    expect(b.snapshot().toString()).to.equal('a=1,b=2,m=12');
    expect(m.snapshot().toString()).to.equal('a=1,b=9,m=12');
  });

  it('hear what the other overrides, also in the first entry of the table', () => {
    const message = vector({ b: 9, m: 9 });
    const [b, m] = [adopting(message, 'b'), adopting(message, 'm')];
    b.tick('b', 12);
    m.hear(b.snapshot(), 'm', 2);
    expect(m.snapshot().toString()).to.equal('b=12,m=2');
    m.tick('m', 13);
    b.hear(m.snapshot(), 'b', 12);
    expect(b.snapshot().toString()).to.equal('b=12,m=13');
  });
});

describe('fitVector', () => {
  let whole: VectorTimestamp;
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
