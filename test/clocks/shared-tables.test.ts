import { expect } from 'chai';
import * as fc from 'fast-check';
import { VectorState } from '../../src/clocks/vector-state.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { givenVector } from '../support/given.js';
import { NaiveVectorState } from '../support/naive-vector-state.js';
import { receivedVector } from '../support/received-vector.js';

const OWN = 'm';
const vector = (record: Record<string, number>) => VectorTimestamp.from(Object.entries(record));

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
    fc.record({ kind: fc.constant('wire' as const), at, by: fc.option(at, { nil: undefined }) }),
    fc.record({ kind: fc.constant('rest' as const), at }),
    fc.record({ kind: fc.constant('print' as const), at, format, kept: fc.boolean() }),
  );
  const received = fc.tuple(
    fc.dictionary(fc.constantFrom('a', ...NODES), fc.integer({ min: 1, max: 2 }), { minKeys: 1 }),
    fc.option(at, { nil: undefined }),
  );

  function plainOf(naive: NaiveVectorState): VectorTimestamp {
    const pairs = naive.toString() === '' ? [] : naive.toString().split(',');
    return VectorTimestamp.from(pairs.map((pair) => [pair.split('=')[0] as string, Number(pair.split('=')[1])]));
  }

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
        fc.boolean(),
        (maxEntries, first, beginners, moves, looks) => {
          const states = NODES.map((node) => ({
            node,
            real: new VectorState(maxEntries),
            naive: new NaiveVectorState(node, maxEntries),
            made: 0,
          }));
          /** All that can be heard, beside what it says. */
          const told: { heard: VectorTimestamp; entries: readonly (readonly [string, number])[] }[] = [];
          const tell = (heard: VectorTimestamp, plain: VectorTimestamp): void => {
            // Not asked of the vector itself: asking reads a text.
            if (heard.size > 0) told.unshift({ heard, entries: [...plain] });
          };
          for (const [record, by] of first) {
            const plain = vector(record);
            tell(by === undefined ? plain : receivedVector(plain, NODES[by]), plain);
          }

          // Some begin with an event of their own and the same message: that is when a table gets more than one owner.
          const beginnings = beginners.flatMap((one) => [
            { kind: 'tick' as const, at: one },
            { kind: 'hear' as const, at: one, which: 0 },
          ]);
          for (const step of [...beginnings, ...moves]) {
            const state = states[step.at] as (typeof states)[number];
            const { node, real, naive } = state;
            if (step.kind === 'tick') {
              state.made = Math.max(state.made, real.own) + 1;
              expect(real.tick(node, state.made)).to.equal(naive.tick(state.made));
            } else if (step.kind === 'hear') {
              const { heard, entries } = told[step.which % told.length] as (typeof told)[number];
              expect(real.hear(heard, node, state.made)).to.deep.equal(naive.hear(new Map(entries), state.made));
            } else if (step.kind === 'snapshot') {
              tell(givenVector(real.snapshot()), plainOf(naive));
            } else if (step.kind === 'message') {
              // Without an own entry, as a reader makes it.
              tell(plainOf(naive), plainOf(naive));
            } else if (step.kind === 'wire') {
              // By one of them, or by somebody whose name is not drawn yet.
              const by = step.by === undefined ? undefined : NODES[step.by];
              if (real.size > 0) tell(receivedVector(plainOf(naive), by), plainOf(naive));
            } else if (step.kind === 'rest') {
              real.rest();
            } else {
              const [assign, separator] = step.format;
              const expected = naive.toString().replaceAll('=', assign).replaceAll(',', separator);
              if (step.kept) expect(real.snapshot().toString()).to.equal(naive.toString());
              expect(real.text(assign, separator)).to.equal(expected);
            }
            if (!looks) continue;
            for (const each of states) {
              expect([...givenVector(each.real.snapshot())].map((entry) => entry.join('=')).join(',')).to.equal(
                each.naive.toString(),
              );
            }
            for (const { heard, entries } of told) expect([...heard]).to.deep.equal(entries);
          }
          for (const each of states) {
            expect(each.real.snapshot().toString()).to.equal(each.naive.toString());
            expect([...givenVector(each.real.snapshot())]).to.deep.equal([...plainOf(each.naive)]);
          }
          for (const { heard, entries } of told) {
            const text = entries.map((entry) => entry.join('=')).join(',');
            expect([heard.toString(), heard.textLength, heard.toString()]).to.deep.equal([text, text.length, text]);
          }
        },
      ),
      { numRuns: 3000 },
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
