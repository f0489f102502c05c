/**
 * Values that came from another system: counters that it holds as 64-bit integers, node ids of any alphabet.
 *
 * Guarantee: a counter that a JavaScript number cannot hold exactly is refused, never rounded, because a rounded
 * counter compares wrongly with its neighbours. Nothing longer than its limit is taken in.
 */
import { InvalidValueError } from './errors.js';
import { MAX_FOREIGN_COUNTER, MAX_FOREIGN_NODE_ID_LENGTH } from './limits.js';

/** What a foreign counter may be, in words for error messages. */
export const FOREIGN_COUNTER_RANGE = 'an integer from 0 to 2^53-1';

/** 2^53-1 has sixteen digits; more can only be out of range. */
const MAX_DIGITS = 16;

/** Returns the counter when it is an integer from 0 to 2^53-1, and throws {@link InvalidValueError} otherwise. */
export function checkForeignCounter(field: string, value: unknown): number {
  const counter = Number.isInteger(value) ? (value as number) : -1;
  if (counter >= 0 && counter <= MAX_FOREIGN_COUNTER) return counter;
  throw new InvalidValueError(field, value, FOREIGN_COUNTER_RANGE);
}

/**
 * Reads a counter from decimal digits without sign, blank or leading zero. Throws {@link InvalidValueError}, also for
 * a number from 2^53 to 2^64-1 that its writer could hold and we cannot.
 */
export function parseForeignCounter(field: string, text: string): number {
  if (text.length > MAX_DIGITS || !/^(?:0|[1-9]\d*)$/.test(text)) {
    throw new InvalidValueError(field, text, `${FOREIGN_COUNTER_RANGE} in plain decimal digits`);
  }
  return checkForeignCounter(field, Number(text));
}

/** Throws {@link InvalidValueError} unless the value is a string of 1 to 256 characters. */
export function checkForeignNodeId(field: string, value: unknown): asserts value is string {
  if (typeof value !== 'string' || value === '' || value.length > MAX_FOREIGN_NODE_ID_LENGTH) {
    throw new InvalidValueError(field, value, `a string of 1 to ${MAX_FOREIGN_NODE_ID_LENGTH} characters`);
  }
}

/** As {@link checkForeignNodeId}, and without the `=` and `,` that structure the text of a vector. */
export function checkVectorNodeId(field: string, value: unknown): asserts value is string {
  checkForeignNodeId(field, value);
  if (/[=,]/.test(value)) throw new InvalidValueError(field, value, 'a node id without "=" and ","');
}
