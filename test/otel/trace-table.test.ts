import { expect } from 'chai';
import * as fc from 'fast-check';
import { TraceKey } from '../../src/otel/trace-key.js';
import { NO_SLOT, TraceSlots } from '../../src/otel/trace-slots.js';
import { TraceTable } from '../../src/otel/trace-table.js';
import { traceKeys, twinOf } from '../support/trace-keys.js';

/** Few words in each half, so that many keys share one, and ids whose words are the same and whose texts are not. */
const ODD_IDS = ['00000000', '00000001', '80000000', 'pppppppp', '-'].flatMap((high, _, words) =>
  words.map((low) => high + low),
);
/** As many as fill the places that a table begins with, and its next ones: many meet in one. */
const IDS = [...ODD_IDS, ...traceKeys(75, 1).map(({ id }) => id)];

/** A table, and the slots that are held in it. */
class TableUnderTest {
  readonly slots = new TraceSlots(100_000);
  readonly table = new TraceTable(this.slots);

  add(key: TraceKey): number {
    const slot = this.slots.take(key);
    this.table.add(slot);
    return slot;
  }

  delete(slot: number): void {
    this.table.delete(slot);
    this.slots.giveBack(slot);
  }

  find(id: string): number {
    return this.table.find(new TraceKey(id));
  }

  /** Of each place the slot, or {@link NO_SLOT}. */
  get layout(): number[] {
    const { places } = this.table as unknown as { readonly places: Int32Array };
    return [...places].flatMap((held, at) => (at % 2 === 1 ? [held - 1] : []));
  }
}

/** The most places in a row that are taken: as many may have to be looked at. */
function longestRun(keys: readonly TraceKey[]): number {
  const test = new TableUnderTest();
  for (const key of keys) test.add(key);
  expect(test.table.size).to.equal(keys.length);
  let longest = 0;
  let run = 0;
  for (const slot of [...test.layout, ...test.layout]) {
    run = slot === NO_SLOT ? 0 : run + 1;
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
        const test = new TableUnderTest();
        const map = new Map<string, number>();
        for (const [what, id] of program) {
          const present = map.get(id);
          if (what === 'add' && present === undefined) map.set(id, test.add(new TraceKey(id)));
          if (what === 'delete' && present !== undefined) {
            test.delete(present);
            map.delete(id);
          }
          expect(test.table.size).to.equal(map.size);
        }
        for (const id of IDS) expect(test.find(id)).to.equal(map.get(id) ?? NO_SLOT);
      }),
    );
  });

  it('finds each of many while others come and go', () => {
    const test = new TableUnderTest();
    const keys = traceKeys(20_000, 2);
    const slots: number[] = [];
    const kept = 1900;
    for (const [i, key] of keys.entries()) {
      slots.push(test.add(key));
      if (i >= kept) test.delete(slots[i - kept] as number);
      if (i % 997 === 0) {
        for (let j = Math.max(0, i - kept + 1); j <= i; j++) {
          expect(test.table.find(keys[j] as TraceKey)).to.equal(slots[j]);
        }
        if (i >= kept) expect(test.table.find(keys[i - kept] as TraceKey)).to.equal(NO_SLOT);
      }
    }
    expect(test.table.size).to.equal(kept);
  });

  it('lets nobody choose ids that meet in one place', () => {
    // In one half the same, in the other multiples of a power of two: what a hash without a secret would put together.
    for (const shift of [0, 8, 16, 20, 24, 25, 28]) {
      const words = Array.from({ length: 2 ** Math.min(10, 32 - shift) }, (_, i) => (i * 2 ** shift) % 2 ** 32);
      for (const idOf of [
        (word: string) => `${word}00000000`,
        (word: string) => `00000000${word}`,
        (word: string) => word + word,
      ]) {
        const keys = words.map((word) => new TraceKey(idOf(word.toString(16).padStart(8, '0'))));
        // Beyond 60 in none of thousands of tables.
        expect(longestRun(keys), `multiples of 2^${shift}`).to.be.lessThan(100);
      }
    }
  });

  it('puts the same traces elsewhere in every table: where is nobody else’s to know', () => {
    const layouts = Array.from({ length: 2 }, () => {
      const test = new TableUnderTest();
      for (const key of traceKeys(20, 3)) test.add(key);
      return test.layout;
    });
    expect(layouts[0]).not.to.deep.equal(layouts[1]);
  });

  it('tells traces apart whose words are the same', () => {
    const test = new TableUnderTest();
    const oddKey = new TraceKey('not-a-number');
    const numberKey = twinOf(oddKey);
    const odd = test.add(oddKey);
    expect(test.table.find(numberKey)).to.equal(NO_SLOT);
    const number = test.add(numberKey);
    expect([test.table.find(oddKey), test.table.find(numberKey)]).to.deep.equal([odd, number]);
    test.delete(odd);
    expect([test.table.find(oddKey), test.table.find(numberKey)]).to.deep.equal([NO_SLOT, number]);
  });

  it('finds ids that are no hexadecimal digits as fast as others', () => {
    const keys = Array.from(
      { length: 2000 },
      (_, i) => new TraceKey(`trace-${[...String(i)].join('x').padStart(12, 'z')}`),
    );
    expect(longestRun(keys)).to.be.lessThan(100);
  });

  it('does nothing for a slot that it does not hold', () => {
    const test = new TableUnderTest();
    const [key, other] = [new TraceKey(IDS[0] as string), new TraceKey(IDS[1] as string)];
    const [slot, twin, another] = [test.slots.take(key), test.slots.take(key), test.slots.take(other)];
    test.table.delete(slot);
    test.table.add(slot);
    test.table.delete(twin);
    test.table.delete(another);
    expect([test.table.size, test.table.find(key)]).to.deep.equal([1, slot]);
  });
});
