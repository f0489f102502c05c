import type { Constraint } from '../../../src/analysis/correction/offset-solver.js';

/** True where some circle of constraints asks for more than nothing: the longest way from each variable to itself, by Floyd and Warshall. */
export function hasImpossibleCircle(nodes: number, all: readonly Constraint[]): boolean {
  const longest = Array.from({ length: nodes }, (_, i) =>
    Array.from({ length: nodes }, (__, j) => (i === j ? 0 : Number.NEGATIVE_INFINITY)),
  );
  for (const { from, to, atLeast } of all) longest[from]![to] = Math.max(longest[from]![to]!, atLeast);
  for (let k = 0; k < nodes; k++) {
    for (let i = 0; i < nodes; i++) {
      for (let j = 0; j < nodes; j++) {
        longest[i]![j] = Math.max(longest[i]![j]!, longest[i]![k]! + longest[k]![j]!);
      }
    }
  }
  return longest.some((row, i) => row[i]! > 0);
}
