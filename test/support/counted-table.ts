import { VectorTable } from '../../src/clocks/vector-table.js';

/** A table whose counters are all 5, and how often the text around an entry was made from it. */
export function countedTable(nodes: readonly string[]): { readonly table: VectorTable; readonly made: () => number } {
  let made = 0;
  const counted = [...nodes];
  // Whoever makes the text names the last node once.
  Object.defineProperty(counted, nodes.length - 1, {
    get() {
      made++;
      return nodes.at(-1);
    },
  });
  return {
    table: new VectorTable(
      counted,
      nodes.map(() => 5),
    ),
    made: () => made,
  };
}
