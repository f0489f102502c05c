/** Hybrid time against one bare read of the physical clock, and against the hybrid clock on npm. */
import { HybridLogicalClock } from '../../src/clocks/hybrid-logical-clock.js';
import { HybridTimestamp } from '../../src/clocks/hybrid-timestamp.js';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import { createPhysicalClock } from '../../src/clocks/physical-clock.js';
import { type Experiment, expect, type Operation } from '../measure.js';
import { ConsentoHlc, type HybridPeerTime } from '../peers.js';

const SIZE = 2048;

/** @param read returns something of the time that it read, so that it is read */
function operation(read: (i: number) => number): Operation {
  return {
    size: SIZE,
    run() {
      let sum = 0;
      for (let i = 0; i < SIZE; i++) sum += read(i);
      return sum;
    },
    check(sum) {
      expect((sum as number) > 0, 'times were read');
    },
  };
}

/** Times of other nodes, some ahead of ours, none beyond the drift. */
function remoteMillis(): number[] {
  const now = Date.now();
  return Array.from({ length: SIZE }, (_, i) => now + ((i * 37) % 200) - 150);
}

export function hybrid(): Experiment {
  const physical = createPhysicalClock();
  const ours = new HybridLogicalClock();
  const updated = new HybridLogicalClock();
  const remote = remoteMillis().map((millis) => new HybridTimestamp(Ntp64.fromMillis(millis), ours.id));
  const peer = new ConsentoHlc();
  const updatedPeer = new ConsentoHlc();
  const peerRemote = remoteMillis().map(
    (millis) => new ConsentoHlc.Timestamp(BigInt(Math.floor(millis)) * 1_000_000n, 0),
  );
  const against = 'one bare read of the physical clock';
  return {
    title: 'Hybrid logical clock',
    operations: {
      'performance.now': operation(() => performance.now()),
      physical: operation(() => physical()),
      now: operation(() => ours.newTimestamp().time.fraction + 1),
      update: operation((i) => {
        updated.update(remote[i] as HybridTimestamp);
        return 1;
      }),
      '@consento/hlc now': operation(() => peer.now().logical + 1),
      '@consento/hlc update': operation((i) => {
        updatedPeer.update(peerRemote[i] as HybridPeerTime);
        return 1;
      }),
    },
    rows: [
      { what: 'HLC now', against, ratio: (t) => (t['now'] as number) / (t['physical'] as number), atMost: 1.15 },
      { what: 'HLC update', against, ratio: (t) => (t['update'] as number) / (t['physical'] as number), atMost: 1.15 },
      {
        what: 'HLC now',
        against: '@consento/hlc',
        ratio: (t) => (t['now'] as number) / (t['@consento/hlc now'] as number),
        atMost: 1,
      },
      {
        what: 'HLC update',
        against: '@consento/hlc',
        ratio: (t) => (t['update'] as number) / (t['@consento/hlc update'] as number),
        atMost: 1,
      },
    ],
  };
}
