/**
 * NTP64 time: 32 bits of seconds since the Unix epoch (not NTP's 1900) and 32 bits of fraction, as the uhlc crate
 * uses it. One unit is 2^-32 s, about 0.23 ns. In a hybrid timestamp the low 4 bits count events, not time.
 *
 * Guarantee: all arithmetic is exact on two unsigned 32-bit halves; BigInt appears only in conversions.
 * Hazard: the seconds wrap in the year 2106. A time outside the range is clamped, never wrapped.
 */
import { InvalidValueError } from './errors.js';
import {
  compareHalves,
  FRACTION_PER_MS,
  fractionOfMillis,
  hexOfHalves,
  rfc3339OfHalves,
  secondsOfMillis,
  secondText,
} from './ntp64-halves.js';

/** 2^32: one second in fraction units. */
const UNIT = 0x1_0000_0000;
const MAX_HALF = UNIT - 1;
const TEXT_UNIT = 10 ** 10;

const NANOS_PER_SECOND = 1_000_000_000;
const NANOS_PER_SECOND_BIG = 1_000_000_000n;
const NANOS_PER_MS = 1_000_000;

/** An instant as NTP64. Immutable. */
export class Ntp64 {
  /**
   * @param seconds whole seconds since the Unix epoch, 0..2^32-1
   * @param fraction 2^-32 s units, 0..2^32-1
   */
  constructor(
    /** Whole seconds since the Unix epoch. */
    readonly seconds: number,
    /** Units of 2^-32 s. */
    readonly fraction: number,
  ) {}

  /** From milliseconds since the Unix epoch, with fractions, rounded down to the unit and clamped to the range. */
  static fromMillis(millis: number): Ntp64 {
    const seconds = secondsOfMillis(millis);
    return new Ntp64(seconds, fractionOfMillis(millis, seconds));
  }

  /** From the 64-bit integer that uhlc prints. Throws {@link InvalidValueError} outside 0..2^64-1. */
  static fromBigInt(value: bigint): Ntp64 {
    if (value < 0n || value > 0xffff_ffff_ffff_ffffn) {
      throw new InvalidValueError('ntp64', value, 'an integer from 0 to 2^64-1');
    }
    return new Ntp64(Number(value >> 32n), Number(value & 0xffff_ffffn));
  }

  /**
   * Parses `2024-07-01T15:32:06.8604790010Z`: RFC 3339 in UTC with exactly ten fraction digits. Ten are the fewest
   * that are lossless for 2^-32 s, with rounding to nearest both ways. Throws {@link InvalidValueError}.
   */
  static parseRfc3339(text: string): Ntp64 {
    const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{10})Z$/.exec(text);
    const seconds = match === null ? Number.NaN : parseSecond(match[1] as string);
    // The last two ten-digit texts of a second are nearer to the next second than to any fraction of this one.
    const fraction = match === null ? 0 : Math.round((Number(match[2]) / TEXT_UNIT) * UNIT);
    const carry = fraction === UNIT ? 1 : 0;
    if (!(seconds + carry <= MAX_HALF)) {
      throw new InvalidValueError('time', text, 'RFC 3339 in UTC with ten fraction digits, from 1970 to 2106');
    }
    return carry === 1 ? new Ntp64(seconds + 1, 0) : new Ntp64(seconds, fraction);
  }

  /**
   * Parses RFC 3339 in UTC with up to nine fraction digits, as uhlc does: rounded down to the unit. The counterpart
   * of {@link toRfc3339Lossy}. Throws {@link InvalidValueError}.
   */
  static parseRfc3339Lossy(text: string): Ntp64 {
    const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(text);
    const seconds = match === null ? Number.NaN : parseSecond(match[1] as string);
    if (match === null || !(seconds <= MAX_HALF)) {
      throw new InvalidValueError('time', text, 'RFC 3339 in UTC with up to nine fraction digits, from 1970 to 2106');
    }
    const nanos = Number((match[2] ?? '').padEnd(9, '0'));
    return new Ntp64(seconds, Number((BigInt(nanos) << 32n) / NANOS_PER_SECOND_BIG));
  }

  /** Parses the decimal digits of the 64-bit integer, as uhlc prints it. Throws {@link InvalidValueError}. */
  static parseDecimal(text: string): Ntp64 {
    if (typeof text !== 'string' || !/^(?:0|[1-9]\d{0,19})$/.test(text)) {
      throw new InvalidValueError('ntp64', text, 'an integer from 0 to 2^64-1 in decimal digits');
    }
    return Ntp64.fromBigInt(BigInt(text));
  }

  /** From a Date. Throws {@link InvalidValueError} for one that is invalid or outside 1970 to 2106. */
  static fromDate(date: Date): Ntp64 {
    const millis = date.getTime();
    if (!(millis >= 0 && millis < UNIT * 1000))
      throw new InvalidValueError('date', String(date), 'a date in 1970 to 2106');
    return Ntp64.fromMillis(millis);
  }

  /** The 64-bit integer that uhlc prints. */
  toBigInt(): bigint {
    return (BigInt(this.seconds) << 32n) | BigInt(this.fraction);
  }

  /** Milliseconds since the Unix epoch as a double: exact to about a quarter of a microsecond in this century. */
  toMillis(): number {
    return this.seconds * 1000 + this.fraction / FRACTION_PER_MS;
  }

  /** A Date, cut to the millisecond. Gives back what {@link fromDate} was given. */
  toDate(): Date {
    // Nanoseconds round up, because the unit was rounded down: otherwise every date would come back 1 ms earlier.
    return new Date(this.seconds * 1000 + Math.floor(nanosRoundedUp(this.fraction) / NANOS_PER_MS));
  }

  /** Sixteen lower-case hexadecimal digits, as the wire carries it. */
  toHex(): string {
    return hexOfHalves(this.seconds, this.fraction);
  }

  /** RFC 3339 in UTC with ten fraction digits: fixed width, so it sorts as text, and lossless. */
  toRfc3339(): string {
    return rfc3339OfHalves(this);
  }

  /**
   * RFC 3339 in UTC with nine fraction digits, rounded up, as uhlc prints it. Lossy: three or four of these units
   * share a text.
   */
  toRfc3339Lossy(): string {
    const nanos = nanosRoundedUp(this.fraction);
    if (nanos === NANOS_PER_SECOND) return `${secondText(this.seconds + 1)}.000000000Z`;
    return `${secondText(this.seconds)}.${String(nanos).padStart(9, '0')}Z`;
  }

  /** The decimal digits of the 64-bit integer, as uhlc prints it. Lossless. */
  toDecimal(): string {
    return String(this.toBigInt());
  }

  /** The same as {@link toRfc3339}. */
  toString(): string {
    return this.toRfc3339();
  }

  /** Orders by time. */
  compare(other: Ntp64): -1 | 0 | 1 {
    return compareHalves(this.seconds, this.fraction, other.seconds, other.fraction);
  }
}

/** Up to 10^9, which is the next second. The product with 2^32 goes over 2^53, so it is taken in two exact halves. */
function nanosRoundedUp(fraction: number): number {
  const scaledHigh = ((fraction >>> 16) * NANOS_PER_SECOND) / 65_536;
  const wholeHigh = Math.floor(scaledHigh);
  return wholeHigh + Math.ceil(scaledHigh - wholeHigh + ((fraction & 0xffff) * NANOS_PER_SECOND) / UNIT);
}

/** Seconds since the epoch of `2024-07-01T15:32:06`; not a number for a date that does not exist. */
function parseSecond(text: string): number {
  const millis = Date.parse(`${text}Z`);
  // Date.parse takes the 30th of February for the 1st of March, and 24:00:00 for the next day.
  const exists = millis >= 0 && new Date(millis).toISOString().startsWith(text);
  return exists ? millis / 1000 : Number.NaN;
}
