import { HybridLogicalClock } from '../../src/clocks/hybrid-logical-clock.js';
import type { HybridTimestamp } from '../../src/clocks/hybrid-timestamp.js';
import { LamportClock } from '../../src/clocks/lamport-clock.js';
import { VectorClock } from '../../src/clocks/vector-clock.js';
import { describeClockLaws } from '../support/clock-laws.js';

const NOON = 1_719_835_200_000;

describeClockLaws('LamportClock', {
  make: (node) => new LamportClock(`n${node}`),
  isBefore: (a, b) => a.compare(b) < 0,
});

describeClockLaws('VectorClock', {
  make: (node) => new VectorClock(`n${node}`),
  isBefore: (a, b) => a.compare(b) === 'before',
});

for (const [how, millisOf] of [
  ['clocks that agree', () => NOON],
  ['clocks set apart', (node: number) => NOON + 100 * node],
  ['a clock that runs backwards', (node: number, read: number) => NOON - node * read],
] as const) {
  describeClockLaws<HybridTimestamp>(`HybridLogicalClock with ${how}`, {
    make: (node) => {
      let reads = 0;
      const hlc = new HybridLogicalClock({
        id: (node + 1).toString(16),
        now: () => millisOf(node, reads++),
        maxDriftMs: 86_400_000,
      });
      return { send: () => hlc.newTimestamp(), receive: (message) => hlc.update(message) };
    },
    isBefore: (a, b) => a.compare(b) < 0,
  });
}
