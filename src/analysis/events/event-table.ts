/**
 * All events of a graph in columns: a million spans are some hundred megabytes as typed arrays and several gigabytes as
 * objects.
 *
 * Event `3s` is the start of span `s`, `3s + 1` its reply (where `tick` says so), `3s + 2` its end. A *chain* is what
 * one process did in one domain. Stamped chains are in the order of their ticks, plain ones in that of their wall
 * clock.
 *
 * Guarantee: an index that there is not is {@link NONE}, or {@link MISSING} for a parent that was named.
 * Hazard: columns are filled by build-table.ts and only read by everybody else.
 */
import { GrowingInts, GrowingNumbers } from './growing-columns.js';
import type { RecordedSpan } from '../recorded.js';

export const START = 0;
export const REPLY = 1;
export const END = 2;

/** No chain, no parent, no entry. */
export const NONE = -1;
/** A parent that was named and not read. */
export const MISSING = -2;

/** Bits of {@link EventTable.flags}. */
export const STAMPED = 1;
/** The span says that its stamps are incomplete. */
export const TOLD_INCOMPLETE = 2;
/** The vector of this event is known from below only. */
export const PARTIAL_START = 4;
export const PARTIAL_REPLY = 8;
export const PARTIAL_END = 16;

/** By what an event is: its number modulo 3. */
const PARTIAL = [PARTIAL_START, PARTIAL_REPLY, PARTIAL_END] as const;

/** Who made events: a stamped node, or as much as is known of a process that stamps nothing. */
export interface Lane {
  readonly id: string;
  readonly service: string;
  readonly stamped: boolean;
  readonly isProcess: boolean;
  resolutionNanos: number;
}

export interface Chain {
  /** {@link NONE} for a node that others have heard of and nobody read. */
  lane: number;
  /** Index of the stamps' domain; {@link NONE} for a plain chain. */
  readonly domain: number;
  /** Its events: `chainEvents[from]` to before `chainEvents[to]`. */
  from: number;
  to: number;
  /** From this tick on two events share one: nobody can say which of them others heard of. */
  clashTick: number;
  /** False for a plain chain whose clock contradicts causes: it orders nothing then. */
  isOrdered: boolean;
}

export class EventTable {
  readonly lanes: Lane[] = [];
  readonly chains: Chain[] = [];
  readonly domains: string[] = [];
  /** Nanoseconds since the epoch that the time columns count from. */
  baseNanos = 0n;
  traces = 0;
  /** Spans that were read a second time and left out. */
  duplicates = 0;
  readonly trace: Int32Array;
  readonly parent: Int32Array;
  /** Spans, each after its parent. */
  readonly treeOrder: Int32Array;
  /** Children of span s: `children[childAt[s]]` to before `children[childAt[s + 1]]`. */
  readonly childAt: Int32Array;
  readonly children: Int32Array;
  /** Spans that a span links to, where they were read. */
  readonly links = new Map<number, readonly number[]>();
  readonly lane: Int32Array;
  readonly startNanos: Float64Array;
  readonly endNanos: Float64Array;
  readonly flags: Uint8Array;
  /** 0 where there is no stamp. */
  readonly tick: Float64Array;
  readonly lamport: Float64Array;
  readonly chain: Int32Array;
  /** Position in its chain. */
  readonly position: Int32Array;
  chainEvents = new Int32Array(0);
  /** Vectors of a span's start (2s) and end (2s + 1): where they begin, and how many entries they have. */
  readonly vectorAt: Int32Array;
  readonly vectorSize: Uint16Array;
  readonly entryChain: GrowingInts;
  readonly entryCount: GrowingNumbers;

  /** Beside {@link chainEvents}: the event that the chain had there, or before, and that is no reply. */
  private lastOthers: Int32Array | undefined = undefined;

  constructor(readonly spans: readonly RecordedSpan[]) {
    const n = spans.length;
    this.trace = new Int32Array(n);
    this.parent = new Int32Array(n).fill(NONE);
    this.treeOrder = new Int32Array(n);
    this.childAt = new Int32Array(n + 1);
    this.children = new Int32Array(n);
    this.lane = new Int32Array(n);
    this.startNanos = new Float64Array(n);
    this.endNanos = new Float64Array(n);
    this.flags = new Uint8Array(n);
    this.tick = new Float64Array(3 * n);
    this.lamport = new Float64Array(3 * n);
    this.chain = new Int32Array(3 * n).fill(NONE);
    this.position = new Int32Array(3 * n);
    this.vectorAt = new Int32Array(2 * n);
    this.vectorSize = new Uint16Array(2 * n);
    this.entryChain = new GrowingInts(n);
    this.entryCount = new GrowingNumbers(n);
  }

  exists(event: number): boolean {
    return event % 3 !== REPLY || (this.tick[event] as number) > 0;
  }

  isStamped(event: number): boolean {
    return (this.tick[event] as number) > 0;
  }

  /** Wall time relative to the base. A reply was sent no earlier than its span started: that is all that is known. */
  timeOf(event: number): number {
    const span = Math.floor(event / 3);
    return (event % 3 === END ? this.endNanos[span] : this.startNanos[span]) as number;
  }

  /** The event at which a caller may go on: the reply where there is one. */
  effectiveEnd(span: number): number {
    return (this.tick[3 * span + REPLY] as number) > 0 ? 3 * span + REPLY : 3 * span + END;
  }

  domainOf(event: number): number {
    const chain = this.chain[event] as number;
    return chain === NONE ? NONE : (this.chains[chain] as Chain).domain;
  }

  /** Tick of the event that stands there in {@link chainEvents}. */
  tickAt(at: number): number {
    return this.tick[this.chainEvents[at] as number] as number;
  }

  /** True where a span's stamps say of themselves that they are incomplete. */
  isToldIncomplete(span: number): boolean {
    return ((this.flags[span] as number) & TOLD_INCOMPLETE) !== 0;
  }

  /** The same, or where a vector was cut. A reply's own vector is never written, so it alone does not count. */
  isDoubtful(span: number): boolean {
    return ((this.flags[span] as number) & (TOLD_INCOMPLETE | PARTIAL_START | PARTIAL_END)) !== 0;
  }

  /** True where the vector of an event is known from below only. */
  isPartial(event: number): boolean {
    return ((this.flags[Math.floor(event / 3)] as number) & (PARTIAL[event % 3] as number)) !== 0;
  }

  /** How many events of a chain a stamped event has heard of. */
  heard(event: number, chain: number): number {
    if (this.chain[event] === chain) return this.tick[event] as number;
    const count = this.named(vectorOf(event), chain);
    if (event % 3 !== REPLY) return count;
    // What its node had at the event before may be more than its span's start had heard, and, where the node had forgotten
    // the trace or that event's own vector was not read, also less.
    return Math.max(count, this.named(vectorOf(this.lastBefore(event)), chain));
  }

  /** How many events of a chain a vector names. */
  private named(vector: number, chain: number): number {
    const from = this.vectorAt[vector] as number;
    const to = from + (this.vectorSize[vector] as number);
    const chains = this.entryChain.values;
    for (let i = from; i < to; i++) if (chains[i] === chain) return this.entryCount.values[i] as number;
    return 0;
  }

  /** True when an event had already heard, of every other node, all that a later one of its chain has. */
  knewAll(earlier: number, later: number): boolean {
    const [a, b] = [vectorOf(earlier), vectorOf(later)];
    const [aFrom, bFrom] = [this.vectorAt[a] as number, this.vectorAt[b] as number];
    const chains = this.entryChain.values;
    const counts = this.entryCount.values;
    const own = this.chain[later] as number;
    for (let i = 0; i < (this.vectorSize[b] as number); i++) {
      const chain = chains[bFrom + i] as number;
      if (chain === own) continue;
      // Vectors of one chain mostly name the same nodes in the same places.
      const isAligned = earlier % 3 !== REPLY && i < (this.vectorSize[a] as number) && chains[aFrom + i] === chain;
      const known = isAligned ? (counts[aFrom + i] as number) : this.heard(earlier, chain);
      if (known < (counts[bFrom + i] as number)) return false;
    }
    return true;
  }

  /** The event of its node before a reply, whose vector is not written: the reply has heard at least as much. */
  private lastBefore(reply: number): number {
    const { from, clashTick } = this.chains[this.chain[reply] as number] as Chain;
    if ((this.tick[reply] as number) >= clashTick) return reply - REPLY;
    this.lastOthers ??= this.findLastOthers();
    const event = this.lastOthers[from + (this.position[reply] as number)] as number;
    return event === NONE ? reply - REPLY : event;
  }

  /** Once for all of them: a node may have sent thousands of replies in a row. */
  private findLastOthers(): Int32Array {
    const found = new Int32Array(this.chainEvents.length);
    for (const { from, to } of this.chains) {
      let last: number = NONE;
      for (let at = from; at < to; at++) {
        const event = this.chainEvents[at] as number;
        if (event % 3 !== REPLY) last = event;
        found[at] = last;
      }
    }
    return found;
  }

  /** Events of a stamped chain up to a tick: the position after the last of them. */
  countUpTo(chain: Chain, tick: number): number {
    let low = chain.from;
    let high = chain.to;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.tick[this.chainEvents[middle] as number] as number) <= tick) low = middle + 1;
      else high = middle;
    }
    return low - chain.from;
  }

  /** The same as far as it is certain which event is meant: from a clash on, a tick does not say. */
  countCertain(chain: Chain, tick: number): number {
    return this.countUpTo(chain, Math.min(tick, chain.clashTick - 1));
  }

  /** Events of a plain chain that are surely over at a time: the position after the last of them. */
  countOverAt(chain: Chain, nanos: number): number {
    if (!chain.isOrdered) return 0;
    const latest = nanos - (this.lanes[chain.lane] as Lane).resolutionNanos;
    let low = chain.from;
    let high = chain.to;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timeOf(this.chainEvents[middle] as number) <= latest) low = middle + 1;
      else high = middle;
    }
    return low - chain.from;
  }
}

/** The vector of an event: a reply's is known as the start's. */
export function vectorOf(event: number): number {
  const span = Math.floor(event / 3);
  return event % 3 === END ? 2 * span + 1 : 2 * span;
}
