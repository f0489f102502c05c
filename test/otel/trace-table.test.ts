import { expect } from 'chai';
import * as fc from 'fast-check';
import { TraceKey } from '../../src/otel/trace-key.js';
import { TraceTable } from '../../src/otel/trace-table.js';
import { traceKeys, twinOf } from '../support/trace-keys.js';

interface Held {
  readonly key: TraceKey;
}

/** Few words in each half, so that many keys share one, and ids whose words are the same and whose texts are not. */
const ODD_IDS = ['00000000', '00000001', '80000000', 'pppppppp', '-'].flatMap((high, _, words) =>
  words.map((low) => high + low),
);
/** As many as fill the slots that a table begins with, and its next ones: many meet in one. */
const IDS = [...ODD_IDS, ...traceKeys(75, 1).map(({ id }) => id)];

function held(id: string): Held {
  return { key: new TraceKey(id) };
}

/** The most slots in a row that are taken: as many may have to be looked at. */
function longestRun(held: readonly Held[]): number {
  const table = new TraceTable<Held>();
  for (const value of held) table.add(value);
  expect(table.size).to.equal(held.length);
  const { values } = table as unknown as { readonly values: readonly (Held | undefined)[] };
  let longest = 0;
  let run = 0;
  for (const value of [...values, ...values]) {
    run = value === undefined ? 0 : run + 1;
    longest = Math.max(longest, run);
  }
  return longest;
}

describe('the table of traces', () => {
  it('does as a map does', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('add', 'delete'), fc.constantFrom(...IDS)), {
      minLength: 100,
      maxLength: 400,
      size: 'max',
    });
    fc.assert(
      fc.property(steps, (program) => {
        const table = new TraceTable<Held>();
        const map = new Map<string, Held>();
        for (const [what, id] of program) {
          const present = map.get(id);
          if (what === 'add' && present === undefined) {
            const value = held(id);
            table.add(value);
            map.set(id, value);
          } else if (what === 'delete' && present !== undefined) {
            table.delete(present);
            map.delete(id);
          }
          expect(table.size).to.equal(map.size);
        }
        for (const id of IDS) expect(table.get(new TraceKey(id))).to.equal(map.get(id));
      }),
    );
  });

  it('finds each of many while others come and go', () => {
    const table = new TraceTable<Held>();
    const values = traceKeys(20_000, 2).map((key) => ({ key }));
    const kept = 1900;
    for (const [i, value] of values.entries()) {
      table.add(value);
      if (i >= kept) table.delete(values[i - kept] as Held);
      if (i % 997 === 0) {
        for (let j = Math.max(0, i - kept + 1); j <= i; j++) {
          expect(table.get((values[j] as Held).key)).to.equal(values[j]);
        }
        if (i >= kept) expect(table.get((values[i - kept] as Held).key)).to.equal(undefined);
      }
    }
    expect(table.size).to.equal(kept);
  });

  it('lets nobody choose ids that meet in one slot', () => {
    // In one half the same, in the other multiples of a power of two: what a hash without a secret would put together.
    for (const shift of [0, 8, 16, 20, 24, 25, 28]) {
      const words = Array.from({ length: 2 ** Math.min(10, 32 - shift) }, (_, i) => (i * 2 ** shift) % 2 ** 32);
      for (const idOf of [
        (word: string) => `${word}00000000`,
        (word: string) => `00000000${word}`,
        (word: string) => word + word,
      ]) {
        const values = words.map((word) => held(idOf(word.toString(16).padStart(8, '0'))));
        // Beyond 60 in none of thousands of tables.
        expect(longestRun(values), `multiples of 2^${shift}`).to.be.lessThan(100);
      }
    }
  });

  it('puts the same values elsewhere in every table: where is nobody else’s to know', () => {
    const values = traceKeys(20, 3).map((key) => ({ key }));
    const layouts = Array.from({ length: 2 }, () => {
      const table = new TraceTable<Held>();
      for (const value of values) table.add(value);
      return (table as unknown as { readonly values: readonly (Held | undefined)[] }).values.map((value) =>
        value === undefined ? -1 : values.indexOf(value),
      );
    });
    expect(layouts[0]).not.to.deep.equal(layouts[1]);
  });

  it('tells traces apart whose words are the same', () => {
    const table = new TraceTable<Held>();
    const odd = held('not-a-number');
    const number = { key: twinOf(odd.key) };
    table.add(odd);
    expect(table.get(number.key)).to.equal(undefined);
    table.add(number);
    expect([table.get(odd.key), table.get(number.key)]).to.deep.equal([odd, number]);
    table.delete(odd);
    expect([table.get(odd.key), table.get(number.key)]).to.deep.equal([undefined, number]);
  });

  it('finds ids that are no hexadecimal digits as fast as others', () => {
    const values = Array.from({ length: 2000 }, (_, i) => held(`trace-${[...String(i)].join('x').padStart(12, 'z')}`));
    expect(longestRun(values)).to.be.lessThan(100);
  });

  it('does nothing for a value that it does not hold', () => {
    const table = new TraceTable<Held>();
    table.delete(held(IDS[0] as string));
    const value = held(IDS[0] as string);
    table.add(value);
    table.delete(held(IDS[0] as string));
    table.delete(held(IDS[1] as string));
    expect([table.size, table.get(value.key)]).to.deep.equal([1, value]);
  });
});
