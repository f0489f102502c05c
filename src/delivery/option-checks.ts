/** What an option may be. Each check throws an {@link InvalidValueError} that names the option. */
import { InvalidValueError } from '../clocks/errors.js';

/** An option that is an integer in a range. Throws {@link InvalidValueError}. */
export function integerOption(
  name: string,
  value: number | undefined,
  { preset, lowest = 1, highest }: { readonly preset: number; readonly lowest?: number; readonly highest: number },
): number {
  if (value === undefined) return preset;
  if (Number.isInteger(value) && value >= lowest && value <= highest) return value;
  throw new InvalidValueError(name, value, `an integer from ${lowest} to ${highest}`);
}

/** An option that is one of a few words. Throws {@link InvalidValueError}. */
export function wordOption<T extends string>(name: string, value: T | undefined, allowed: readonly [T, ...T[]]): T {
  if (value === undefined) return allowed[0];
  if (allowed.includes(value)) return value;
  throw new InvalidValueError(name, value, allowed.map((one) => `'${one}'`).join(' or '));
}
