/**
 * How far ahead of the physical clock a remote hybrid timestamp may be: the limit where no option states one.
 */
import { type Environment, hostEnvironment } from './environment.js';
import { InvalidValueError } from './errors.js';
import { DEFAULT_MAX_DRIFT_MS, HIGHEST_MAX_DRIFT_MS } from './limits.js';

export const DRIFT_VARIABLE = 'OTEL_CAUSALITY_MAX_DRIFT_MS';
export const DRIFT_EXPECTED = `milliseconds from 0 to ${HIGHEST_MAX_DRIFT_MS}`;

/**
 * `OTEL_CAUSALITY_MAX_DRIFT_MS`, or 500. Throws {@link InvalidValueError} naming the variable when it is set to
 * anything but a number from 0 to a day.
 */
export function defaultMaxDriftMs(environment: Environment = hostEnvironment()): number {
  const text = environment[DRIFT_VARIABLE]?.trim();
  if (text === undefined || text === '') return DEFAULT_MAX_DRIFT_MS;
  const value = driftIn(text);
  if (value === undefined) throw new InvalidValueError(DRIFT_VARIABLE, text, DRIFT_EXPECTED);
  return value;
}

/** The limit that a text states; undefined where it states none that can be meant. */
export function driftIn(text: string): number | undefined {
  const value = /^\d{1,8}(?:\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  return value <= HIGHEST_MAX_DRIFT_MS ? value : undefined;
}

/** Returns the limit when it is one. Throws {@link InvalidValueError} naming the option. */
export function checkMaxDriftMs(value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value <= HIGHEST_MAX_DRIFT_MS) return value;
  throw new InvalidValueError('maxDriftMs', value, DRIFT_EXPECTED);
}
