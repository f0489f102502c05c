/** Deduplication against a plain set, and causal delivery with few and with many messages waiting. */
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { type BroadcastMessage, CausalDeduplicator, CausalDeliveryBuffer } from '../../src/delivery/index.js';
import { type Experiment, expect, type Operation } from '../measure.js';
import { someNodes } from '../messages.js';

const SENDERS = 10;

interface Dot {
  readonly node: string;
  readonly tick: number;
}

/** Messages of ten senders in turns; each tenth comes late by 50, so that there are holes. */
function dots(count: number): Dot[] {
  const nodes = someNodes(SENDERS, 1);
  const inOrder = Array.from({ length: count }, (_, i) => ({
    node: nodes[i % SENDERS] as string,
    tick: 1 + Math.floor(i / SENDERS),
  }));
  return inOrder
    .map((dot, i) => ({ dot, at: i % 100 < 10 ? i + 50 : i }))
    .sort((a, b) => a.at - b.at)
    .map(({ dot }) => dot);
}

function deduplicates(size: number): Operation {
  const messages = dots(size);
  let seen = new CausalDeduplicator();
  return {
    size,
    prepare() {
      seen = new CausalDeduplicator();
    },
    run() {
      let fresh = 0;
      for (const message of messages) if (seen.handled(message).verdict === 'fresh') fresh++;
      return fresh;
    },
    check(fresh) {
      expect(fresh === size, `${size} fresh messages`);
      expect(
        messages.every((message) => seen.check(message).verdict === 'duplicate'),
        'all of them remembered',
      );
    },
  };
}

/** What one would write without a library: it never forgets, so it grows with every message. */
function addsToSet(size: number): Operation {
  const messages = dots(size);
  let seen = new Set<string>();
  return {
    size,
    prepare() {
      seen = new Set();
    },
    run() {
      let fresh = 0;
      for (const { node, tick } of messages) {
        const name = `${node} ${tick}`;
        if (seen.has(name)) continue;
        seen.add(name);
        fresh++;
      }
      return fresh;
    },
    check: (fresh) => expect(fresh === size, `${size} fresh messages`),
  };
}

/** Broadcasts of ten nodes that heard each other, in causal order. */
function broadcasts(count: number): BroadcastMessage[] {
  const nodes = someNodes(SENDERS, 2);
  let vector = VectorTimestamp.EMPTY;
  return Array.from({ length: count }, (_, i) => {
    const sender = nodes[i % SENDERS] as string;
    vector = vector.withCounter(sender, vector.get(sender) + 1);
    return { sender, vector };
  });
}

/** Delivers messages in order while so many of another sender wait for one that never comes. */
function delivers(size: number, waiting: number): Operation {
  const messages = broadcasts(size);
  let buffer = new CausalDeliveryBuffer();
  return {
    size,
    prepare() {
      buffer = new CausalDeliveryBuffer({ maxWaiting: 20_000 });
      for (let i = 0; i < waiting; i++) {
        buffer.receive({ sender: 'lost', vector: VectorTimestamp.from([['lost', 2 + i]]) });
      }
    },
    run() {
      let delivered = 0;
      for (const message of messages) delivered += buffer.receive(message).delivered.length;
      return delivered;
    },
    check(delivered) {
      expect(delivered === size && buffer.size === waiting, `${size} delivered beside ${waiting} that wait`);
    },
  };
}

/** All but the first wait for an earlier one: the worst order. */
function deliversReversed(size: number): Operation {
  const messages = broadcasts(size).reverse();
  let buffer = new CausalDeliveryBuffer();
  return {
    size,
    prepare() {
      buffer = new CausalDeliveryBuffer({ maxWaiting: size });
    },
    run() {
      let delivered = 0;
      for (const message of messages) delivered += buffer.receive(message).delivered.length;
      return delivered;
    },
    check: (delivered) => expect(delivered === size && buffer.size === 0, `${size} delivered at last`),
  };
}

export function delivery(): Experiment {
  return {
    title: 'Deduplication and causal delivery, per message of ten senders',
    operations: {
      'a Set of dots': addsToSet(10_000),
      'CausalDeduplicator.handled': deduplicates(10_000),
      'receive, nothing waits': delivers(2000, 0),
      'receive, 10,000 wait': delivers(2000, 10_000),
      'receive in reverse, 1,000': deliversReversed(1000),
      'receive in reverse, 10,000': deliversReversed(10_000),
    },
    rows: [
      {
        what: 'CausalDeduplicator.handled',
        against: 'a Set that never forgets',
        ratio: (round) => round['CausalDeduplicator.handled']! / round['a Set of dots']!,
      },
      {
        what: 'delivery while 10,000 messages wait',
        against: 'while none does',
        ratio: (round) => round['receive, 10,000 wait']! / round['receive, nothing waits']!,
        atMost: 1.5,
      },
      {
        what: 'delivery of 10,000 messages in reverse order',
        against: 'of 1,000, per message',
        ratio: (round) => round['receive in reverse, 10,000']! / round['receive in reverse, 1,000']!,
        atMost: 3,
      },
    ],
  };
}
