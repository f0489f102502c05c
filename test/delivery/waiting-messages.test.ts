/** What a delivery buffer keeps beside the messages: nothing, once they are gone. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { WaitingMessages } from '../../src/delivery/waiting-messages.js';

/** Its index, from the outside. */
function filings(waiting: WaitingMessages<string>): number {
  const { filed } = waiting as unknown as { filed: ReadonlyMap<string, ReadonlyMap<number, ReadonlySet<unknown>>> };
  let count = 0;
  for (const counters of filed.values()) {
    expect(counters.size).to.be.at.least(1);
    for (const messages of counters.values()) {
      expect(messages.size).to.be.at.least(1);
      count += messages.size;
    }
  }
  return count;
}

const stamped = (sender: string, entries: Readonly<Record<string, number>>) => ({
  message: `${entries[sender]} of ${sender}`,
  sender,
  tick: entries[sender] as number,
  vector: VectorTimestamp.from(Object.entries(entries)),
});

describe('WaitingMessages', () => {
  it('files each message exactly once, under something that it waits for, until it goes', () => {
    const entries = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 4 }), { minKeys: 1 });
    const steps = fc.array(
      fc.record({ does: fc.constantFrom('add', 'add', 'remove', 'oldest', 'wake'), entries, which: fc.nat() }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, (list) => {
        const waiting = new WaitingMessages<string>();
        const seen = new Map<string, number>();
        const seenOf = (node: string): number => seen.get(node) ?? 0;
        for (const { does, entries: record, which } of list) {
          const nodes = Object.keys(record);
          const sender = nodes[which % nodes.length] as string;
          const one = stamped(sender, record);
          if (does === 'add') {
            if (one.tick > seenOf(sender) && waiting.get(sender, one.tick) === undefined) waiting.add(one, seenOf);
          } else if (does === 'remove') waiting.remove(sender, one.tick);
          else if (does === 'oldest') {
            const [first] = waiting;
            expect(waiting.removeOldest()?.message).to.equal(first?.message);
          } else {
            seen.set(sender, seenOf(sender) + 1);
            const before = [...waiting];
            const ready = waiting.wake(sender, seenOf(sender), seenOf);
            const meets = (other: typeof one): boolean =>
              [...other.vector].every(([node, count]) => seenOf(node) >= (node === other.sender ? count - 1 : count));
            expect(new Set(ready.map(({ message }) => message))).to.deep.equal(
              new Set(before.filter(meets).map(({ message }) => message)),
            );
          }
          expect(filings(waiting)).to.equal(waiting.size);
          expect(waiting.entries).to.equal([...waiting].reduce((sum, { vector }) => sum + vector.size, 0));
        }
        for (const { sender, tick } of waiting.clear()) expect(waiting.get(sender, tick)).to.equal(undefined);
        expect(filings(waiting)).to.equal(0);
        expect(waiting.size).to.equal(0);
        expect(waiting.entries).to.equal(0);
        expect(waiting.removeOldest()).to.equal(undefined);
      }),
      { numRuns: 500 },
    );
  });
});
