/** Events and logs in an order that no cause breaks: by Lamport time, then by node, then as their process made them. */
import type { EventTable, Lane } from './event-table.js';
import type { LogTable } from './log-table.js';

export function inLamportOrder(table: EventTable, events: readonly number[]): Int32Array {
  const rank = ranksOf(table);
  const { lamport, lane } = table;
  const rankOf = (event: number): number => rank[lane[Math.floor(event / 3)] as number] as number;
  const lamportOf = (event: number): number => lamport[event] as number;
  // Events come as their processes made them, and sorting by counting keeps what is equal as it was.
  const byNode = byCounting(Int32Array.from(events), rankOf) ?? Int32Array.from(events);
  const isAscending = events.every((event, i) => i === 0 || (events[i - 1] as number) < event);
  const sorted = isAscending ? byCounting(byNode, lamportOf) : undefined;
  if (sorted !== undefined) return sorted;
  return byNode.sort((a, b) => lamportOf(a) - lamportOf(b) || rankOf(a) - rankOf(b) || a - b);
}

/** Numbers in a range so much wider than there are events are sorted by comparing: a forged Lamport time is one event. */
const WIDEST_RANGE = 4;

/** Stable and linear; undefined where the keys are no integers, or in too wide a range. */
function byCounting(events: Int32Array, keyOf: (event: number) => number): Int32Array | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const event of events) {
    const key = keyOf(event);
    if (!Number.isInteger(key)) return undefined;
    if (key < low) low = key;
    if (key > high) high = key;
  }
  if (!(high - low < WIDEST_RANGE * events.length)) return undefined;
  const places = new Int32Array(high - low + 2);
  for (const event of events) places[keyOf(event) - low + 1]!++;
  for (let i = 1; i < places.length; i++) places[i]! += places[i - 1] as number;
  const sorted = new Int32Array(events.length);
  for (const event of events) sorted[places[keyOf(event) - low]!++] = event;
  return sorted;
}

/**
 * The same with logs, which come after the events of their Lamport time: a log's is that of its last cause, or one that it had heard
 * of, and every effect's is higher. Among logs, those that stand at the same place are in the order in which they were written.
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
