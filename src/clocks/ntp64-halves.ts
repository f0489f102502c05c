/**
 * NTP64 time (see {@link Ntp64}) as its two halves: what a clock counts with and what stamps hold and write. Reading texts
 * and all other conversions are Ntp64's, which a page that only stamps need not load.
 *
 * Guarantee: all arithmetic is exact on two unsigned 32-bit halves.
 * Hazard: the seconds wrap in the year 2106. A time outside the range is clamped, never wrapped.
 */

/** 2^32: one second in fraction units. */
const UNIT = 0x1_0000_0000;
export const FRACTION_PER_MS = UNIT / 1000;
const MAX_HALF = UNIT - 1;
const TEXT_DIGITS = 10;
const TEXT_UNIT = 10 ** TEXT_DIGITS;

const HEX_BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** An instant. Immutable. */
export class Halves {
  /**
   * @param seconds whole seconds since the Unix epoch, 0..2^32-1
   * @param fraction 2^-32 s units, 0..2^32-1
   */
  constructor(
    readonly seconds: number,
    readonly fraction: number,
  ) {}
}

/** Orders two NTP64 values given as halves. */
export function compareHalves(aSeconds: number, aFraction: number, bSeconds: number, bFraction: number): -1 | 0 | 1 {
  if (aSeconds !== bSeconds) return aSeconds < bSeconds ? -1 : 1;
  return aFraction === bFraction ? 0 : aFraction < bFraction ? -1 : 1;
}

/** Whole seconds of a time in milliseconds, clamped to 0..2^32-1; not a number counts as 0. */
export function secondsOfMillis(millis: number): number {
  if (!(millis > 0)) return 0;
  const seconds = Math.floor(millis / 1000);
  return seconds > MAX_HALF ? MAX_HALF : seconds;
}

/** The fraction that belongs to {@link secondsOfMillis}, rounded down. */
export function fractionOfMillis(millis: number, seconds: number): number {
  if (!(millis > 0)) return 0;
  // Never below 0: the division by 1000 that made the seconds does not round up to the next one.
  const fraction = Math.floor((millis - seconds * 1000) * FRACTION_PER_MS);
  return fraction > MAX_HALF ? MAX_HALF : fraction;
}

let cachedHexSecond = -1;
let cachedHex = '';

/** Sixteen lower-case hexadecimal digits of an NTP64 value given as halves; those of the last second are kept. */
export function hexOfHalves(seconds: number, fraction: number): string {
  if (seconds !== cachedHexSecond) {
    cachedHex = hexHalf(seconds);
    cachedHexSecond = seconds;
  }
  return cachedHex + hexHalf(fraction);
}

/** Eight lower-case hexadecimal digits of 32 bits. */
export function hexHalf(half: number): string {
  return (
    (HEX_BYTES[half >>> 24] as string) +
    (HEX_BYTES[(half >>> 16) & 255] as string) +
    (HEX_BYTES[(half >>> 8) & 255] as string) +
    (HEX_BYTES[half & 255] as string)
  );
}

/** RFC 3339 in UTC with ten fraction digits: fixed width, so it sorts as text, and lossless. */
export function rfc3339OfHalves({ seconds, fraction }: Halves): string {
  return `${secondText(seconds)}.${tenDigits(fraction)}Z`;
}

function tenDigits(fraction: number): string {
  // 2^32 * 10^10 is over 2^53, so the product is taken in two exact halves and rounded once.
  const high = fraction >>> 16;
  const low = fraction & 0xffff;
  const scaledHigh = (high * TEXT_UNIT) / 65_536;
  const wholeHigh = Math.floor(scaledHigh);
  const digits = wholeHigh + Math.round(scaledHigh - wholeHigh + (low * TEXT_UNIT) / UNIT);
  return String(digits).padStart(TEXT_DIGITS, '0');
}

let cachedSecond = -1;
let cachedText = '';

/** Date and time without the fraction. It changes once a second: formatting it anew for every event would cost a microsecond each. */
export function secondText(seconds: number): string {
  if (seconds !== cachedSecond) {
    cachedText = new Date(seconds * 1000).toISOString().slice(0, 19);
    cachedSecond = seconds;
  }
  return cachedText;
}
