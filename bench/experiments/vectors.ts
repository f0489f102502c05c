/** Vector timestamps against the vector clocks on npm. */
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { type Experiment, expect, type Operation } from '../measure.js';
import { someNodes } from '../messages.js';
import { VECTOR_PEERS, type VectorPeer } from '../peers.js';

/** Ours behind the face that the peers have. */
const OURS: VectorPeer<VectorTimestamp> = {
  from: (entries) => VectorTimestamp.from(entries),
  tick: (clock, node) => clock.withCounter(node, clock.get(node) + 1),
  encode: (clock) => clock.toString(),
  merge: (a, b) => a.merge(b),
  isBefore: (a, b) => a.compare(b) === 'before',
};

/** Pairs of vectors that the operations take in turn. */
const PAIRS = 64;

interface Pair<T> {
  readonly a: T;
  /** Heard more than `a` of most nodes; of every second pair less of one, and those are concurrent. */
  readonly b: T;
}

function pairs<T>(peer: VectorPeer<T>, entries: number): Pair<T>[] {
  return Array.from({ length: PAIRS }, (_, seed) => {
    const nodes = someNodes(entries, seed);
    const a = nodes.map((node, i) => [node, 100 + ((seed + i) % 50)] as const);
    const behind = seed % 2 === 1 ? (seed * 7) % entries : -1;
    const b = a.map(
      ([node, counter], i) => [node, i === behind ? counter - 1 : counter + ((i + seed) % 3) + 1] as const,
    );
    return { a: peer.from(a), b: peer.from(b) };
  });
}

function ticks<T>(peer: VectorPeer<T>, entries: number, size: number): Operation {
  const own = someNodes(entries, 5)[entries >> 1] as string;
  let clock = peer.from(someNodes(entries, 5).map((node, i) => [node, 1 + i] as const));
  let text = '';
  let count = entries >> 1;
  return {
    size,
    run() {
      let sum = 0;
      for (let i = 0; i < size; i++) {
        clock = peer.tick(clock, own);
        text = peer.encode(clock);
        // Reads a character, because a rope that nobody reads is not yet a text.
        sum += text.charCodeAt(text.length >> 1);
      }
      count += size;
      return sum;
    },
    check(sum) {
      expect((sum as number) > 0 && text.includes(String(count + 1)), `${count + 1} in ${text}`);
    },
  };
}

function merges<T>(peer: VectorPeer<T>, entries: number, size: number): Operation {
  const inputs = pairs(peer, entries);
  return {
    size,
    run() {
      const results: T[] = [];
      for (let i = 0; i < size; i++) {
        const { a, b } = inputs[i % PAIRS] as Pair<T>;
        results.push(peer.merge(a, b));
      }
      return results;
    },
    check(result) {
      const merged = (result as T[]).at(-1) as T;
      const { a } = inputs[(size - 1) % PAIRS] as Pair<T>;
      expect(peer.isBefore(a, merged), 'the merged vector is after the first');
    },
  };
}

function comparisons<T>(peer: VectorPeer<T>, entries: number, size: number): Operation {
  const inputs = pairs(peer, entries);
  return {
    size,
    run() {
      let before = 0;
      for (let i = 0; i < size; i++) {
        const { a, b } = inputs[i % PAIRS] as Pair<T>;
        if (peer.isBefore(a, b)) before++;
      }
      return before;
    },
    check(before) {
      expect(before === size / 2, `half of them before, not ${String(before)} of ${size}`);
    },
  };
}

const KINDS = { 'tick + encode': ticks, merge: merges, compare: comparisons };

/** What a tick's text takes of whoever has kept all but the number: one number between two texts, and a look at the result. */
function pieces(entries: number, size: number): Operation {
  const [first, ...others] = someNodes(entries, 5);
  const before = `${first}=`;
  const after = others.map((node) => `,${node}=1`).join('');
  let count = entries;
  let text = '';
  return {
    size,
    run() {
      let sum = 0;
      for (let i = 0; i < size; i++) {
        text = before + ++count + after;
        sum += text.charCodeAt(text.length >> 1);
      }
      return sum;
    },
    check: (sum) => expect((sum as number) > 0 && text.includes(`=${count}`), `${count} in ${text}`),
  };
}

/** The floor of {@link vectors}: what is left when nothing is looked up or made but the text. */
export function textFloor(entries: number, atMost: number): Experiment {
  const size = 1024;
  const operations: Record<string, Operation> = { pieces: pieces(entries, size) };
  for (const [name, peer] of Object.entries(VECTOR_PEERS)) {
    operations[name] = ticks(peer as VectorPeer<unknown>, entries, size);
  }
  return {
    title: `Floor of a tick's text: one number between two texts, of ${entries} entries`,
    operations,
    rows: [
      {
        what: `a number between two texts, ${entries} entries`,
        against: 'tick + encode of the fastest of vectorclock, @thi.ng/vclock and pvclock',
        ratio: (nanos) =>
          (nanos['pieces'] as number) / Math.min(...Object.keys(VECTOR_PEERS).map((name) => nanos[name] as number)),
        atMost,
      },
    ],
  };
}

/** @param atMost how much of the fastest peer's time ours may take */
export function vectors(entries: number, atMost: number): Experiment {
  const size = entries > 100 ? 128 : 1024;
  const operations: Record<string, Operation> = {};
  for (const [kind, operation] of Object.entries(KINDS)) {
    operations[`${kind}: ours`] = operation(OURS, entries, size);
    for (const [name, peer] of Object.entries(VECTOR_PEERS)) {
      operations[`${kind}: ${name}`] = operation(peer as VectorPeer<unknown>, entries, size);
    }
  }
  return {
    title: `Vector timestamps of ${entries}`,
    operations,
    rows: Object.keys(KINDS).map((kind) => ({
      what: `${kind}, ${entries} entries`,
      against: 'the fastest of vectorclock, @thi.ng/vclock and pvclock',
      ratio: (nanos) =>
        (nanos[`${kind}: ours`] as number) /
        Math.min(...Object.keys(VECTOR_PEERS).map((name) => nanos[`${kind}: ${name}`] as number)),
      atMost,
    })),
  };
}
