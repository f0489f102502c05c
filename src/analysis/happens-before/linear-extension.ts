/**
 * Events and logs in an order that no cause breaks: by Lamport time, then by node, then as their process made them.
 *
 * Guarantee: where Lamport times and nodes are the same, events stand as they were read.
 * Hazard: Lamport times must be derived before; where stamps contradict each other, some cause stands behind its
 * effect.
 */
import type { EventTable, Lane } from '../events/event-table.js';
import type { LogTable } from '../events/log-table.js';

export function inLamportOrder(table: EventTable, events: readonly number[]): Int32Array {
  const rank = ranksOf(table);
  const { lamport, lane } = table;
  return Int32Array.from(events).sort(
    (a, b) =>
      (lamport[a] as number) - (lamport[b] as number) ||
      (rank[lane[Math.floor(a / 3)] as number] as number) - (rank[lane[Math.floor(b / 3)] as number] as number) ||
      a - b,
  );
}

/**
 * The same with logs, which come after the events of their Lamport time: a log's is that of its last cause, or one that
 * it had heard of, and every effect's is higher. Among logs, those that stand at the same place are in the order in
 * which they were written.
 */
export function withLogs(table: EventTable, logs: LogTable, events: Int32Array, some: readonly number[]): Int32Array {
  const rank = ranksOf(table);
  const sorted = Int32Array.from(some).sort(
    (a, b) =>
      (logs.lamport[a] as number) - (logs.lamport[b] as number) ||
      (logs.ownLamport[a] as number) - (logs.ownLamport[b] as number) ||
      (rank[logs.lane[a] as number] as number) - (rank[logs.lane[b] as number] as number) ||
      (logs.tick[a] as number) - (logs.tick[b] as number) ||
      (logs.seq[a] as number) - (logs.seq[b] as number) ||
      (logs.nanos[a] as number) - (logs.nanos[b] as number) ||
      a - b,
  );
  const merged = new Int32Array(events.length + sorted.length);
  let next = 0;
  let length = 0;
  for (const event of events) {
    while (next < sorted.length && (logs.lamport[sorted[next] as number] as number) < (table.lamport[event] as number))
      merged[length++] = table.tick.length + (sorted[next++] as number);
    merged[length++] = event;
  }
  while (next < sorted.length) merged[length++] = table.tick.length + (sorted[next++] as number);
  return merged;
}

function ranksOf(table: EventTable): Int32Array {
  const byName = table.lanes.map((_, lane) => lane);
  byName.sort((a, b) => compareText((table.lanes[a] as Lane).id, (table.lanes[b] as Lane).id) || a - b);
  const rank = new Int32Array(byName.length);
  byName.forEach((lane, i) => {
    rank[lane] = i;
  });
  return rank;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
