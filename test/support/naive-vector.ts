/** A vector as a plain Map of counters: slow, obvious, and written without a look at the real one. */
export type NaiveVector = ReadonlyMap<string, number>;

export function naiveMerge(a: NaiveVector, b: NaiveVector): NaiveVector {
  const merged = new Map<string, number>();
  for (const node of [...a.keys(), ...b.keys()]) merged.set(node, Math.max(a.get(node) ?? 0, b.get(node) ?? 0));
  return merged;
}

export function naiveRelation(a: NaiveVector, b: NaiveVector): 'before' | 'after' | 'equal' | 'concurrent' {
  const nodes = [...new Set([...a.keys(), ...b.keys()])];
  const someLess = nodes.some((node) => (a.get(node) ?? 0) < (b.get(node) ?? 0));
  const someMore = nodes.some((node) => (a.get(node) ?? 0) > (b.get(node) ?? 0));
  if (someLess && someMore) return 'concurrent';
  if (someLess) return 'before';
  return someMore ? 'after' : 'equal';
}

export function naiveText(vector: NaiveVector): string {
  return [...vector]
    .filter(([, counter]) => counter > 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([node, counter]) => `${node}=${counter}`)
    .join(',');
}
