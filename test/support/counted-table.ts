import { VectorTable } from '../../src/clocks/vector-timestamp.js';

/** A table whose counters are all 5, and how often the text around an entry was made from it. */
export function countedTable(nodes: readonly string[]): { readonly table: VectorTable; readonly made: () => number } {
  let made = 0;
  const counted = [...nodes];
  const map = counted.map.bind(counted);
  counted.map = ((...given: Parameters<typeof map>) => {
    made++;
    return map(...given);
  }) as typeof counted.map;
  return {
    table: new VectorTable(
      counted,
      nodes.map(() => 5),
    ),
    made: () => made,
  };
}
