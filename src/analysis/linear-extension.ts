/** Events in an order that no cause breaks: by Lamport time, then by node, then as their process made them. */
import type { EventTable, Lane } from './event-table.js';

export function inLamportOrder(table: EventTable, events: readonly number[]): Int32Array {
  const byName = table.lanes.map((_, lane) => lane);
  byName.sort((a, b) => compareText((table.lanes[a] as Lane).id, (table.lanes[b] as Lane).id) || a - b);
  const rank = new Int32Array(byName.length);
  byName.forEach((lane, i) => {
    rank[lane] = i;
  });
  const { lamport, lane } = table;
  return Int32Array.from(events).sort(
    (a, b) =>
      (lamport[a] as number) - (lamport[b] as number) ||
      (rank[lane[Math.floor(a / 3)] as number] as number) - (rank[lane[Math.floor(b / 3)] as number] as number) ||
      a - b,
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
