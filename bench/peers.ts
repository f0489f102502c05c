/**
 * The vector clocks and the hybrid clock that npm had before this library, behind one face. Three of the four bring no
 * types.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** A vector clock as a library does it: `T` is its own representation. */
export interface VectorPeer<T> {
  from(entries: readonly (readonly [node: string, counter: number])[]): T;
  /** The next event of a node, as a value that the text can be taken of. */
  tick(clock: T, node: string): T;
  encode(clock: T): string;
  merge(a: T, b: T): T;
  /** True when `a` is before `b`. */
  isBefore(a: T, b: T): boolean;
}

type Counters = Record<string, number>;
type Aged = Record<string, { v: number; t: number }>;

interface PlainVectors<T> {
  increment(clock: T, node: string): T;
  merge(a: T, b: T): T;
  compare(a: T, b: T): number;
}

const vectorclock = require('vectorclock') as PlainVectors<Counters>;
const pvclock = (require('pvclock') as (options?: object) => PlainVectors<Aged>)({ small: 2000, big: 4000 });
const thing = (await import('@thi.ng/vclock')) as {
  inc(clock: Counters, node: string): Counters;
  merge(a: Counters, b: Counters): Counters;
  compare(a: Counters, b: Counters): number;
};

export const VECTOR_PEERS: Readonly<Record<string, VectorPeer<Counters> | VectorPeer<Aged>>> = {
  vectorclock: {
    from: (entries) => Object.fromEntries<number>(entries),
    tick: (clock: Counters, node: string) => vectorclock.increment(clock, node),
    encode: (clock: Counters) => JSON.stringify(clock),
    merge: (a: Counters, b: Counters) => vectorclock.merge(a, b),
    isBefore: (a: Counters, b: Counters) => vectorclock.compare(a, b) < 0,
  },
  '@thi.ng/vclock': {
    from: (entries) => Object.fromEntries<number>(entries),
    tick: (clock: Counters, node: string) => thing.inc(clock, node),
    encode: (clock: Counters) => JSON.stringify(clock),
    merge: (a: Counters, b: Counters) => thing.merge(a, b),
    isBefore: (a: Counters, b: Counters) => thing.compare(a, b) < 0,
  },
  pvclock: {
    from: (entries) => {
      const t = Math.round(Date.now() / 1000);
      return Object.fromEntries<{ v: number; t: number }>(entries.map(([node, v]) => [node, { v, t }]));
    },
    tick: (clock: Aged, node: string) => pvclock.increment(clock, node),
    encode: (clock: Aged) => JSON.stringify(clock),
    merge: (a: Aged, b: Aged) => pvclock.merge(a, b),
    isBefore: (a: Aged, b: Aged) => pvclock.compare(a, b) < 0,
  },
};

/** What is used of @consento/hlc. */
export interface HybridPeerTime {
  readonly wallTime: bigint;
  readonly logical: number;
}

interface HybridPeer {
  now(): HybridPeerTime;
  update(other: HybridPeerTime): void;
}

interface HybridPeerClass {
  new (): HybridPeer;
  readonly Timestamp: new (wallTime: bigint, logical: number) => HybridPeerTime;
}

export const ConsentoHlc = require('@consento/hlc') as HybridPeerClass;
