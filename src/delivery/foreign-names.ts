/**
 * What the names of a stranger's message must be before anything is remembered of it: node, tick and vector; and the
 * names of states.
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

/** A name that can be part of a key or of a file's name everywhere. Throws {@link InvalidValueError}. */
export function checkStateName(field: string, value: unknown): asserts value is string {
  if (typeof value === 'string' && value.length <= MAX_STATE_NAME_LENGTH && /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(value)) {
    return;
  }
  const expected = `1 to ${MAX_STATE_NAME_LENGTH} of A-Z a-z 0-9 - _, beginning with a letter or digit`;
  throw new InvalidValueError(field, value, expected);
}
