/**
 * Lamport's scalar clock (Lamport 1978), in the form of the Rust SDK like-a-clockwork.
 *
 * Guarantee: an event's time is greater than that of every event in its past, and (time, node) is a total order that
 * agrees with happens-before.
 * Hazard: the converse does not hold. A smaller time says nothing about cause; only a vector clock can tell.
 * Hazard: here a send ticks and a receive ticks, as that SDK has it. The clock that stamps spans has its own rules.
 */
import { InvalidValueError } from './errors.js';
import {
  checkForeignCounter,
  checkForeignNodeId,
  FOREIGN_COUNTER_RANGE,
  parseForeignCounter,
} from './foreign-values.js';
import { MAX_FOREIGN_COUNTER } from './limits.js';

/** One moment of one node's Lamport clock. Immutable. */
export class LamportTimestamp {
  /**
   * @param nodeId whose clock it is: 1 to 256 characters
   * @param time events in its longest causal past, 0..2^53-1
   * Throws {@link InvalidValueError}.
   */
  constructor(
    /** Whose clock it is. */
    readonly nodeId: string,
    /** Its time. */
    readonly time: number,
  ) {
    checkForeignNodeId('lamport.nodeId', nodeId);
    checkForeignCounter('lamport.time', time);
  }

  /** Reads `node:time`. The node may have colons of its own: the last one divides. Throws {@link InvalidValueError}. */
  static parse(text: string): LamportTimestamp {
    const colon = typeof text === 'string' ? text.lastIndexOf(':') : -1;
    if (colon < 0) throw new InvalidValueError('lamport', text, 'node:time');
    return new LamportTimestamp(text.slice(0, colon), parseForeignCounter('lamport.time', text.slice(colon + 1)));
  }

  /** Total order: by time, then by node (by code point, which is also the order of the UTF-8 bytes). */
  compare(other: LamportTimestamp): -1 | 0 | 1 {
    if (this.time !== other.time) return this.time < other.time ? -1 : 1;
    return compareCodePoints(this.nodeId, other.nodeId);
  }

  /** `node:time` */
  toString(): string {
    return `${this.nodeId}:${this.time}`;
  }

  /** The fields under the names that like-a-clockwork serializes them. */
  toJSON(): { node_id: string; time: number } {
    return { node_id: this.nodeId, time: this.time };
  }
}

/** The Lamport clock of one node. Starts at 0, which no event has. */
export class LamportClock {
  private now = 0;

  /** @param nodeId 1 to 256 characters without a colon. Throws {@link InvalidValueError}. */
  constructor(
    /** Whose clock it is. */
    readonly nodeId: string,
  ) {
    checkForeignNodeId('nodeId', nodeId);
    if (nodeId.includes(':')) throw new InvalidValueError('nodeId', nodeId, 'a node id without a colon');
  }

  /** The time of the last event; 0 before the first. */
  get time(): number {
    return this.now;
  }

  /** A local event. Returns its time. Throws {@link InvalidValueError} beyond 2^53-1 and changes nothing then. */
  tick(): number {
    return this.advanceFrom(this.now);
  }

  /** The event of sending: ticks, and returns the timestamp for the message. */
  send(): LamportTimestamp {
    return new LamportTimestamp(this.nodeId, this.tick());
  }

  /** The event of receiving: one more than the greater of both times. Returns it. Throws as {@link tick} does. */
  receive(timestamp: LamportTimestamp): number {
    return this.advanceFrom(Math.max(this.now, timestamp.time));
  }

  private advanceFrom(time: number): number {
    if (time >= MAX_FOREIGN_COUNTER) throw new InvalidValueError('lamport.time', time, FOREIGN_COUNTER_RANGE);
    this.now = time + 1;
    return this.now;
  }
}

/** Code units order surrogates before U+E000; code points, and with them UTF-8, do not. */
function compareCodePoints(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  let at = 0;
  // Beyond the end there is NaN, which equals nothing and is above nothing.
  while (a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === a.length) return -1;
  const left = a.charCodeAt(at);
  const right = b.charCodeAt(at);
  const isSurrogate = left >= 0xd800 && left <= 0xdfff;
  const otherIsSurrogate = right >= 0xd800 && right <= 0xdfff;
  if (isSurrogate !== otherIsSurrogate) return isSurrogate ? 1 : -1;
  return left < right ? -1 : 1;
}
