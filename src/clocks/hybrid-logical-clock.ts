/**
 * A unique hybrid logical clock, exactly as the uhlc crate (0.8) has it.
 *
 * Guarantee: its timestamps are strictly increasing and greater than every timestamp it was updated with, under any
 * physical clock: one that stands still, steps back or jumps. They equal physical time (down to 16 units, 3.7 ns)
 * while no other clock is ahead, and are never further ahead of the fastest physical clock heard than a counter.
 * Hazard: a timestamp too far ahead is refused ({@link ClockDriftError}); the order to its sender is then lost.
 *
 * Follows: Kulkarni et al., "Logical Physical Clocks" (2014); the uhlc crate by ZettaScale.
 */
import { ClockId } from './clock-id.js';
import { checkMaxDriftMs, defaultMaxDriftMs } from './drift-limit.js';
import { InvalidValueError } from './errors.js';
import { driftMillis, HybridState } from './hybrid-state.js';
import { HybridTimestamp } from './hybrid-timestamp.js';
import { Ntp64 } from './ntp64.js';
import { createPhysicalClock, type PhysicalClock } from './physical-clock.js';

/** The options of a clock, all optional. */
export interface HybridLogicalClockOptions {
  /** The clock's own id: an id, 1 to 16 bytes (little-endian), or its hexadecimal text. Default: 16 random bytes. */
  readonly id?: ClockId | Uint8Array | string;
  /** The physical clock, in milliseconds since the Unix epoch. Default: the host's, at microsecond resolution. */
  readonly now?: PhysicalClock;
  /**
   * How far ahead of the physical clock a received timestamp may be, in milliseconds, 0 to a day. Default:
   * `OTEL_CAUSALITY_MAX_DRIFT_MS`, or else 500.
   */
  readonly maxDriftMs?: number;
}

/** A received timestamp is further ahead of the physical clock than the limit. The clock's state is unchanged. */
export class ClockDriftError extends RangeError {
  override readonly name = 'ClockDriftError';

  /**
   * @param driftMs how far the remote clock is ahead, in milliseconds
   * @param maxDriftMs how far it may be
   * @param remote the timestamp that was refused
   * @param now what the local physical clock said
   */
  constructor(
    /** How far the remote clock is ahead, in milliseconds. */
    readonly driftMs: number,
    /** How far it may be, in milliseconds. */
    readonly maxDriftMs: number,
    /** The timestamp that was refused. */
    readonly remote: HybridTimestamp,
    /** What the local physical clock said. */
    readonly now: Ntp64,
  ) {
    super(
      `${remote.toRfc3339()} is ${driftMs} ms ahead of the local clock (${now.toRfc3339()}); the limit is ${maxDriftMs} ms`,
    );
  }
}

/** A clock that gives unique timestamps, close to physical time and never out of causal order. */
export class HybridLogicalClock {
  /** Part of every timestamp it gives. */
  readonly id: ClockId;
  /** How far ahead of the physical clock a received timestamp may be. */
  readonly maxDriftMs: number;
  private readonly state = new HybridState();
  private readonly now: PhysicalClock;

  /** Throws {@link InvalidValueError} naming the option (or the variable) and its value. */
  constructor(options: HybridLogicalClockOptions = {}) {
    this.id = clockIdOf(options.id);
    this.maxDriftMs = options.maxDriftMs === undefined ? defaultMaxDriftMs() : checkMaxDriftMs(options.maxDriftMs);
    if (options.now !== undefined && typeof options.now !== 'function') {
      throw new InvalidValueError('now', options.now, 'a function that returns milliseconds');
    }
    this.now = options.now ?? createPhysicalClock();
  }

  /** The timestamp of a new event. Throws {@link InvalidValueError} once the last time of the year 2106 was given. */
  newTimestamp(): HybridTimestamp {
    if (this.state.isExhausted) {
      throw new InvalidValueError('hybrid time', this.last.toRfc3339(), 'a time below 2^64-1');
    }
    this.state.advance(this.now());
    return new HybridTimestamp(this.last, this.id);
  }

  /**
   * Hears of a timestamp: every later {@link newTimestamp} is greater. Throws {@link ClockDriftError} when it is
   * more than `maxDriftMs` ahead of the physical clock; exactly that far is accepted.
   */
  update(timestamp: HybridTimestamp): void {
    const physical = this.now();
    if (this.state.receive(timestamp.time, physical, this.maxDriftMs) === 'refused') {
      const drift = driftMillis(timestamp.time, physical);
      throw new ClockDriftError(drift, this.maxDriftMs, timestamp, Ntp64.fromMillis(physical));
    }
  }

  private get last(): Ntp64 {
    const { seconds, fraction } = this.state;
    return new Ntp64(seconds, fraction);
  }
}

function clockIdOf(id: ClockId | Uint8Array | string | undefined): ClockId {
  if (id === undefined) return ClockId.random();
  if (id instanceof ClockId) return id;
  return typeof id === 'string' ? ClockId.parse(id) : ClockId.fromBytes(id);
}
