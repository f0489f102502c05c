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
import { InvalidValueError } from './errors.js';
import { driftMillis, HybridState } from './hybrid-state.js';
import { HybridTimestamp } from './hybrid-timestamp.js';
import { DEFAULT_MAX_DRIFT_MS, HIGHEST_MAX_DRIFT_MS } from './limits.js';
import { Ntp64 } from './ntp64.js';
import { createPhysicalClock, type PhysicalClock } from './physical-clock.js';

/** The environment variable that sets the default drift limit, in milliseconds. */
const MAX_DRIFT_VARIABLE = 'OTEL_CAUSALITY_MAX_DRIFT_MS';

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
    readonly driftMs: number,
    readonly maxDriftMs: number,
    readonly remote: HybridTimestamp,
    readonly now: Ntp64,
  ) {
    super(
      `${remote.toRfc3339()} is ${driftMs} ms ahead of the local clock (${now.toRfc3339()}); the limit is ${maxDriftMs} ms`,
    );
  }
}

export class HybridLogicalClock {
  readonly id: ClockId;
  readonly maxDriftMs: number;
  private readonly state = new HybridState();
  private readonly now: PhysicalClock;

  /** Throws {@link InvalidValueError} naming the option (or the variable) and its value. */
  constructor(options: HybridLogicalClockOptions = {}) {
    this.id = clockIdOf(options.id);
    this.maxDriftMs =
      options.maxDriftMs === undefined ? defaultMaxDriftMs() : checkMaxDrift('maxDriftMs', options.maxDriftMs);
    if (options.now !== undefined && typeof options.now !== 'function') {
      throw new InvalidValueError('now', options.now, 'a function that returns milliseconds');
    }
    this.now = options.now ?? createPhysicalClock();
  }

  /** The timestamp of a new event. Throws {@link InvalidValueError} once the last time of the year 2106 was given. */
  newTimestamp(): HybridTimestamp {
    if (this.state.isExhausted) {
      throw new InvalidValueError('hybrid time', this.state.last.toRfc3339(), 'a time below 2^64-1');
    }
    this.state.advance(this.now());
    return new HybridTimestamp(this.state.last, this.id);
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
}

/**
 * The drift limit where no option states one, in milliseconds. Throws {@link InvalidValueError} naming the variable
 * when it is set to anything but a number from 0 to a day.
 */
export function defaultMaxDriftMs(
  environment: Readonly<Record<string, string | undefined>> = hostEnvironment(),
): number {
  const text = environment[MAX_DRIFT_VARIABLE]?.trim();
  if (text === undefined || text === '') return DEFAULT_MAX_DRIFT_MS;
  if (!/^\d{1,8}(?:\.\d{1,6})?$/.test(text)) throw new InvalidValueError(MAX_DRIFT_VARIABLE, text, DRIFT_RANGE);
  return checkMaxDrift(MAX_DRIFT_VARIABLE, Number(text), text);
}

const DRIFT_RANGE = `milliseconds from 0 to ${HIGHEST_MAX_DRIFT_MS}`;

function checkMaxDrift(field: string, value: unknown, given: unknown = value): number {
  if (typeof value === 'number' && value >= 0 && value <= HIGHEST_MAX_DRIFT_MS) return value;
  throw new InvalidValueError(field, given, DRIFT_RANGE);
}

function clockIdOf(id: ClockId | Uint8Array | string | undefined): ClockId {
  if (id === undefined) return ClockId.random();
  if (id instanceof ClockId) return id;
  return typeof id === 'string' ? ClockId.parse(id) : ClockId.fromBytes(id);
}

/** The host's environment variables; none where there is no such thing, as in a browser. */
function hostEnvironment(): Readonly<Record<string, string | undefined>> {
  return (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env ?? {};
}
