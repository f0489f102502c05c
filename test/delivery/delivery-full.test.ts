/** A buffer that is far too small, in any order: what it has no room for it names, and asking for that brings all. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { CausalDeliveryBuffer } from '../../src/delivery/index.js';
import { BroadcastWorld, stepArbitrary, type TestMessage } from '../support/broadcast-world.js';

const nameOf = ({ sender, vector }: TestMessage): string => `${sender} ${vector.get(sender)}`;

describe('a delivery buffer that is too small', () => {
  for (const whenFull of ['reject', 'drop-oldest'] as const) {
    it(`loses nothing in silence and delivers nothing twice or too early (${whenFull})`, () => {
      fc.assert(
        fc.property(
          fc.array(stepArbitrary, { minLength: 10, maxLength: 60 }),
          fc.array(fc.nat(), { maxLength: 60 }),
          fc.integer({ min: 1, max: 3 }),
          (steps, arrivals, maxWaiting) => {
            const world = new BroadcastWorld();
            for (const step of steps) world.run(step);
            const { messages, pasts } = world;
            if (messages.length === 0) return;
            const byName = new Map(messages.map((message) => [nameOf(message), message]));

            const dropped: TestMessage[] = [];
            const options = { maxWaiting, whenFull, onDropped: (message: TestMessage) => dropped.push(message) };
            let buffer = new CausalDeliveryBuffer<TestMessage>(options);
            const delivered = new Set<number>();
            const arrived = new Set<number>();
            let turnedAway = 0;
            const receive = (message: TestMessage): void => {
              const reception = buffer.receive(message);
              if (reception.reason === 'full') turnedAway++;
              arrived.add(message.index);
              for (const { index } of reception.delivered) {
                expect(delivered.has(index)).to.equal(false);
                for (const cause of pasts[index] as ReadonlySet<number>) expect(delivered.has(cause)).to.equal(true);
                delivered.add(index);
              }
              expect(buffer.size).to.be.at.most(maxWaiting);
              expect(buffer.counters.refused.full).to.equal(turnedAway);
              expect(buffer.counters.dropped).to.equal(dropped.length);
            };
            const missing = (): Set<string> =>
              new Set(
                buffer.missing().flatMap(({ node, from, to }) => {
                  return Array.from({ length: to - from + 1 }, (_, i) => `${node} ${from + i}`);
                }),
              );
            const check = (): void => {
              const names = missing();
              const waiting = new Set(buffer.snapshot().waiting.map(nameOf));
              for (const index of arrived) {
                const name = nameOf(messages[index] as TestMessage);
                // It is in exactly one of three places.
                expect(Number(delivered.has(index)) + Number(waiting.has(name)) + Number(names.has(name))).to.equal(1);
              }
            };

            for (const arrival of arrivals) {
              receive(messages[arrival % messages.length] as TestMessage);
              check();
              const stored = JSON.stringify(buffer.snapshot());
              const [before, { counters }] = [missing(), buffer];
              const restored = CausalDeliveryBuffer.restore<TestMessage>(JSON.parse(stored), options);
              expect(JSON.stringify(restored.snapshot())).to.equal(stored);
              buffer = restored;
              expect(missing()).to.deep.equal(before);
              turnedAway -= counters.refused.full;
              dropped.length = 0;
            }
            for (let round = 0; missing().size > 0; round++) {
              expect(round).to.be.at.most(messages.length);
              // A peer answers in whatever order it likes.
              for (const name of [...missing()].reverse()) receive(byName.get(name) as TestMessage);
              check();
            }
            for (const index of arrived) expect(delivered.has(index)).to.equal(true);
          },
        ),
        { numRuns: 150 },
      );
    });
  }
});
