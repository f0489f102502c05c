/**
 * Times of all formats as nanoseconds since the Unix epoch.
 *
 * Guarantee: the result is what was written, to the nanosecond, or an error that names the field; a text is measured
 * before it becomes a bigint, whose cost grows with the square of its digits.
 * Hazard: nanoseconds need more than 53 bits. A number that JSON.parse had to round is reported to the caller, who
 * still has the text.
 */
import { InvalidValueError } from '../../../clocks/errors.js';
import type { Reading } from './reading.js';

/** Digits of the highest unsigned integer of 64 bits. */
const MOST_DIGITS = 20;
const HIGHEST_NANOS = 2n ** 64n - 1n;

/** Nanoseconds as decimal digits or a number. Throws {@link InvalidValueError}. */
export function nanosOf(value: unknown, field: string, reading: Reading): bigint {
  if (typeof value === 'string') {
    if (isDigits(value)) {
      const nanos = BigInt(value);
      if (value.length < MOST_DIGITS || nanos <= HIGHEST_NANOS) return nanos;
    }
  } else if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 64) {
    if (!Number.isSafeInteger(value)) reading.rounded = true;
    return BigInt(value);
  }
  throw new InvalidValueError(field, value, 'nanoseconds since 1970');
}

/** Microseconds as a number or decimal digits. Throws {@link InvalidValueError}. */
export function microsOf(value: unknown, field: string): bigint {
  const micros = typeof value === 'string' && value.length < MOST_DIGITS && isDigits(value) ? Number(value) : value;
  if (typeof micros === 'number' && micros >= 0 && micros <= Number.MAX_SAFE_INTEGER) {
    if (Number.isInteger(micros)) return BigInt(micros) * 1000n;
    const whole = Math.floor(micros);
    return BigInt(whole) * 1000n + BigInt(Math.round((micros - whole) * 1000));
  }
  throw new InvalidValueError(field, value, 'microseconds');
}

/** Cheaper than a regular expression, and this runs twice for each span. */
function isDigits(text: string): boolean {
  if (text.length === 0 || text.length > MOST_DIGITS) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}
