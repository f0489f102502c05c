/**
 * The refusal of a text that is not a stamp: it names the field, what was found there, and what was expected.
 */
import { InvalidValueError } from '../clocks/errors.js';

export const COUNTER_EXPECTED = 'an integer from 1 to 2^48, in decimal without sign or leading zero';
export const NODE_EXPECTED = '1 to 64 of A-Z a-z 0-9 - _ .';

/** Why a text is not a stamp: short codes that serve as counter names. */
export type StampProblem = 'empty' | 'oversized' | 'version' | 'malformed' | 'counter' | 'node' | 'order' | 'entries';

/**
 * The error of {@link parseStamp}. `reason` is stable and short; `field`, `value` and `expected` say the rest.
 */
export class StampFormatError extends InvalidValueError {
  override readonly name = 'StampFormatError';

  constructor(
    readonly reason: StampProblem,
    field: string,
    value: unknown,
    expected: string,
  ) {
    super(`stamp.${field}`, value, expected);
  }
}

export function malformed(field: string, value: unknown, expected: string): StampFormatError {
  return new StampFormatError('malformed', field, value, expected);
}

export function badCounter(field: string, value: string): StampFormatError {
  return new StampFormatError('counter', field, value, COUNTER_EXPECTED);
}
