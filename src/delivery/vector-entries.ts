/** Vectors as lists of pairs: how states hold them, so that a node called `__proto__` is one like any other. */
import { InvalidValueError } from '../clocks/errors.js';
import type { VectorTimestamp } from '../clocks/vector-timestamp.js';
import { vectorOf } from './foreign-names.js';

/** The entries of a vector, ascending by node. */
export type VectorEntries = readonly (readonly [node: string, counter: number])[];

/** Reads entries that came from a storage or a peer. Throws {@link InvalidValueError} naming the field. */
export function vectorIn(field: string, value: unknown): VectorTimestamp {
  const vector = Array.isArray(value) ? vectorOf(value) : undefined;
  if (vector === undefined) throw new InvalidValueError(field, value, 'the entries of a vector');
  return vector;
}
