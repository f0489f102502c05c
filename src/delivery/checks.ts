/**
 * What a message of a stranger must be before anything is remembered of it, and what an option may be.
 *
 * Guarantee: `vectorOf` never throws and never returns a vector with a node or counter beyond its limit. It takes a
 * vector of another copy of this package as well: a page may hold the ESM and the CommonJS build at once.
 */
import { InvalidValueError } from '../clocks/errors.js';
import {
  MAX_COUNTER,
  MAX_FOREIGN_NODE_ID_LENGTH,
  MAX_FOREIGN_VECTOR_ENTRIES,
  MAX_STATE_NAME_LENGTH,
} from '../clocks/limits.js';
import { VectorTimestamp } from '../clocks/vector-timestamp.js';

export const NODE_EXPECTED = `a string of 1 to ${MAX_FOREIGN_NODE_ID_LENGTH} characters`;
export const TICK_EXPECTED = 'an integer from 1 to 2^48';

export function isNode(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_FOREIGN_NODE_ID_LENGTH;
}

export function isTick(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_COUNTER;
}

/** The vector when it is one within the limits, and undefined otherwise. Linear in its entries. */
export function vectorOf(value: unknown): VectorTimestamp | undefined {
  if (value instanceof VectorTimestamp) return isWithinLimits(value) ? value : undefined;
  try {
    const entries: [string, number][] = [];
    for (const [node, counter] of value as Iterable<[string, number]>) {
      if (entries.length === MAX_FOREIGN_VECTOR_ENTRIES || !isNode(node) || !isTick(counter)) return undefined;
      entries.push([node, counter]);
    }
    return VectorTimestamp.from(entries);
  } catch {
    return undefined;
  }
}

function isWithinLimits(vector: VectorTimestamp): boolean {
  if (vector.size > MAX_FOREIGN_VECTOR_ENTRIES) return false;
  for (let i = 0; i < vector.size; i++)
    if (!isNode(vector.table.nodes[i]) || !isTick(vector.counterAt(i))) return false;
  return true;
}

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

/** A name that can be part of a key or of a file's name everywhere. Throws {@link InvalidValueError}. */
export function checkStateName(field: string, value: unknown): asserts value is string {
  if (typeof value === 'string' && value.length <= MAX_STATE_NAME_LENGTH && /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(value)) {
    return;
  }
  const expected = `1 to ${MAX_STATE_NAME_LENGTH} of A-Z a-z 0-9 - _, beginning with a letter or digit`;
  throw new InvalidValueError(field, value, expected);
}
