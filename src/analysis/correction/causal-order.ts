/**
 * Spans in one causal order.
 *
 * Guarantee: inside a trace no span has a lower rank than one whose start led to its own.
 * Hazard: traces stand one after the other, by the wall clocks of their first spans.
 */
import { type EventTable, NONE } from '../events/event-table.js';

/** By trace, traces by their earliest start, and inside a trace by Lamport time. */
export function causalOrder(table: EventTable): Int32Array {
  const earliest = new Float64Array(table.traces).fill(Number.POSITIVE_INFINITY);
  for (let s = 0; s < table.spans.length; s++) {
    const trace = table.trace[s] as number;
    if (table.parent[s] === NONE || earliest[trace] === Number.POSITIVE_INFINITY) {
      earliest[trace] = Math.min(earliest[trace] as number, table.startNanos[s] as number);
    }
  }
  const order = Int32Array.from({ length: table.spans.length }, (_, s) => s);
  order.sort((a, b) => {
    const [x, y] = [table.trace[a] as number, table.trace[b] as number];
    if (x !== y) return (earliest[x] as number) - (earliest[y] as number) || x - y;
    return (table.lamport[3 * a] as number) - (table.lamport[3 * b] as number) || a - b;
  });
  return order;
}

/** The place of each span in such an order. */
export function ranksIn(order: Int32Array): Float64Array {
  const ranks = new Float64Array(order.length);
  order.forEach((span, rank) => {
    ranks[span] = rank;
  });
  return ranks;
}
