/**
 * A unique hybrid timestamp: an NTP64 time and the id of the clock that gave it, as the uhlc crate has it.
 *
 * Guarantee: no two events have the same timestamp, because one clock gives no time twice and no two clocks share
 * an id; the order (time, id) is total and agrees with happens-before among clocks that heard of each other.
 * Hazard: a smaller timestamp does not mean *before*. Only a vector tells order from concurrency.
 */
import { ClockId } from './clock-id.js';
import { InvalidValueError } from './errors.js';
import { Ntp64 } from './ntp64.js';

/** A time and the clock that gave it. Immutable. */
export class HybridTimestamp {
  /**
   * @param time physical time and counter
   * @param id the clock that gave it
   */
  constructor(
    /** Physical time and counter. */
    readonly time: Ntp64,
    /** The clock that gave it. */
    readonly id: ClockId,
  ) {}

  /** Reads the lossless `7386690599959157260/33`. Throws {@link InvalidValueError}. */
  static parse(text: string): HybridTimestamp {
    const [time, id] = divide(text, 'decimal NTP64 time, "/" and clock id');
    return new HybridTimestamp(Ntp64.parseDecimal(time), ClockId.parse(id));
  }

  /** Reads the lossless `2024-07-01T15:32:06.8604790003Z/33`, ten fraction digits. Throws {@link InvalidValueError}. */
  static parseRfc3339(text: string): HybridTimestamp {
    const [time, id] = divide(text, 'RFC 3339 time, "/" and clock id');
    return new HybridTimestamp(Ntp64.parseRfc3339(time), ClockId.parse(id));
  }

  /** Reads uhlc's lossy `2024-07-01T15:32:06.860479001Z/33`, up to nine digits. Throws {@link InvalidValueError}. */
  static parseRfc3339Lossy(text: string): HybridTimestamp {
    const [time, id] = divide(text, 'RFC 3339 time, "/" and clock id');
    return new HybridTimestamp(Ntp64.parseRfc3339Lossy(time), ClockId.parse(id));
  }

  /** Total order: by time, then by the bytes of the id. */
  compare(other: HybridTimestamp): -1 | 0 | 1 {
    return this.time.compare(other.time) || this.id.compare(other.id);
  }

  /** `7386690599959157260/33`: lossless, but of varying width. */
  toString(): string {
    return `${this.time.toDecimal()}/${this.id.toString()}`;
  }

  /** The same as {@link toString}. */
  toJSON(): string {
    return this.toString();
  }

  /** `2024-07-01T15:32:06.8604790003Z/33`: lossless, and sorts as text. */
  toRfc3339(): string {
    return `${this.time.toRfc3339()}/${this.id.toString()}`;
  }

  /** `2024-07-01T15:32:06.860479001Z/33`, as uhlc prints it for people: rounded up to the nanosecond. */
  toRfc3339Lossy(): string {
    return `${this.time.toRfc3339Lossy()}/${this.id.toString()}`;
  }
}

function divide(text: string, expected: string): [time: string, id: string] {
  const slash = typeof text === 'string' ? text.indexOf('/') : -1;
  if (slash < 0) throw new InvalidValueError('hybrid timestamp', text, expected);
  return [text.slice(0, slash), text.slice(slash + 1)];
}
