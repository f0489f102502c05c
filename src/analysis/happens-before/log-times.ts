/**
 * A Lamport time for every log, so that logs can stand among events.
 *
 * Guarantee: no smaller than that of any cause, and smaller than that of every effect, wherever stamps do not
 * contradict each other. A log without a stamp is placed by the clock of its own process inside its span: that is a
 * place, not an order.
 */
import { type Chain, END, type EventTable, NONE, START } from '../events/event-table.js';
import type { LogOrder } from './log-order.js';

/** Fills the Lamport column of the logs. Events must have theirs. */
export function deriveLogTimes(table: EventTable, order: LogOrder): void {
  const { logs } = order;
  for (let log = 0; log < logs.logs.length; log++) {
    let lamport = logs.lamport[log] as number;
    order.visitCauses(log, {
      event: (event) => {
        lamport = Math.max(lamport, table.lamport[event] as number);
      },
      prefix: (chain, count) => {
        const last = table.chainEvents[(table.chains[chain] as Chain).from + count - 1];
        if (count > 0 && last !== undefined) lamport = Math.max(lamport, table.lamport[last] as number);
      },
    });
    if (logs.chain[log] === NONE) lamport = Math.max(lamport, placeInSpan(table, order, log));
    logs.lamport[log] = lamport;
    logs.ownLamport[log] ||= lamport;
  }
}

/**
 * The time of the last event of the span's process, within the span, that its clock puts before the log; 0 where it
 * does not say.
 */
function placeInSpan(table: EventTable, { logs }: LogOrder, log: number): number {
  const span = logs.span[log] as number;
  if (span === NONE || table.lane[span] !== logs.lane[log]) return 0;
  const [start, end] = [3 * span + START, 3 * span + END];
  const chain = table.chain[start] as number;
  if (chain === NONE || table.chain[end] !== chain) return 0;
  const { from } = table.chains[chain] as Chain;
  let low = from + (table.position[start] as number);
  let high = from + (table.position[end] as number);
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (table.timeOf(table.chainEvents[middle] as number) <= (logs.nanos[log] as number)) low = middle;
    else high = middle;
  }
  return table.lamport[table.chainEvents[low] as number] as number;
}
