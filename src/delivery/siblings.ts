/**
 * The values of a register that stand side by side: each under the dot of the write that made it.
 *
 * Guarantee: every replica has them in the same order.
 * Hazard: values are compared as JSON, which does not tell `{ a: undefined }` from `{}`.
 */

/** One value, and the write that made it. */
export interface Sibling<V> {
  /** Who wrote it. */
  readonly node: string;
  /** The write's number on its node. */
  readonly tick: number;
  /** What was written. */
  readonly value: V;
}

/** By node, then by tick: every replica shows the same values in the same order. */
export function compareSiblings(a: Sibling<unknown>, b: Sibling<unknown>): number {
  if (a.node !== b.node) return a.node < b.node ? -1 : 1;
  return a.tick - b.tick;
}

/** All siblings of two lists that share none, in order. */
export function siblingsOfBoth<V>(a: readonly Sibling<V>[], b: readonly Sibling<V>[]): readonly Sibling<V>[] {
  return [...a, ...b].sort(compareSiblings);
}

/**
 * True when two values are the same, or are the same JSON. What JSON cannot hold, or only too deep, is like nothing
 * else.
 */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  try {
    return canonical(a) === canonical(b);
  } catch {
    return false;
  }
}

/** JSON with the names of every object in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  );
}
