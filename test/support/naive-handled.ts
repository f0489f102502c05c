/** Deduplication by remembering everything: a set of dots, a list of versions for each key. */
import * as fc from 'fast-check';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import type { CausalDeduplicator, IdentifiedMessage } from '../../src/delivery/index.js';

const NODES = ['a', '__proto__', 'c d', 'toString'];
const KEYS = ['k', 'constructor', 'ü'];
const dots = fc.record({ node: fc.constantFrom(...NODES), tick: fc.integer({ min: 1, max: 12 }) });
const versions = fc.record({
  key: fc.constantFrom(...KEYS),
  vector: fc
    .dictionary(fc.constantFrom(...NODES), fc.integer({ min: 1, max: 3 }), { minKeys: 1 })
    .map((record) => VectorTimestamp.from(Object.entries(record))),
});

/** Messages named by dot, by version, or by both, few enough to meet often. */
export const messages: fc.Arbitrary<IdentifiedMessage> = fc.oneof(
  { weight: 3, arbitrary: dots },
  { weight: 2, arbitrary: versions },
  { weight: 1, arbitrary: fc.tuple(dots, versions).map(([dot, version]) => ({ ...dot, ...version })) },
);

export class NaiveHandled {
  private readonly dots = new Set<string>();
  private readonly versions = new Map<string, VectorTimestamp[]>();

  add({ node, tick, key, vector }: IdentifiedMessage): void {
    if (node !== undefined && tick !== undefined) this.dots.add(`${tick} ${node}`);
    if (key !== undefined && vector !== undefined) this.versions.set(key, [...(this.versions.get(key) ?? []), vector]);
  }

  /** The verdict; `duplicate` and `stale` are both right for a version that was handled and then replaced. */
  verdicts({ node, tick, key, vector }: IdentifiedMessage): readonly string[] {
    if (node !== undefined && tick !== undefined && this.dots.has(`${tick} ${node}`)) return ['duplicate'];
    if (key === undefined || vector === undefined) return ['fresh'];
    const relations = new Set((this.versions.get(key) ?? []).map((handled) => vector.compare(handled)));
    if (relations.has('equal')) return relations.has('before') ? ['stale'] : ['duplicate'];
    if (relations.has('before')) return ['stale'];
    return relations.has('concurrent') ? ['concurrent'] : ['fresh'];
  }
}

/** Everything that a deduplicator's answers depend on, in an order of its own. */
export function viewOf(deduplicator: CausalDeduplicator): unknown {
  const byName = (a: readonly unknown[], b: readonly unknown[]): number => (String(a[0]) < String(b[0]) ? -1 : 1);
  const { nodes, keys, ...rest } = deduplicator.toJSON();
  return {
    ...rest,
    nodes: [...nodes].sort(byName),
    keys: keys.map(([key, latest, ...more]) => [key, latest.map(String).sort(), ...more] as const).sort(byName),
  };
}
