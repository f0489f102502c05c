/**
 * The logs that a page shows, in causal order.
 *
 * Guarantee: each stands in a trace that the page has. Its text is one line with an end; where attributes are left out,
 * because the page goes to strangers, so is what was logged.
 */
import type { GraphParts } from '../graph/causal-graph.js';
import { type Chain, END, NONE } from '../events/event-table.js';
import { LogOrder } from '../happens-before/log-order.js';
import { inLamportOrder, withLogs } from '../happens-before/linear-extension.js';
import { countText } from '../wording/durations.js';
import { logLabel } from '../wording/log-label.js';
import type { DiagramData, PackedLog } from './diagram-data.js';
import type { Texts } from './pack-spans.js';

/** Most logs of one page: beyond it, marks are a grey band and the page only becomes heavier. */
export const MOST_DIAGRAM_LOGS = 20_000;

export function packLogs(
  { table, logs, predecessors }: GraphParts,
  texts: Texts,
  withTexts: boolean,
): Pick<DiagramData, 'logs' | 'notes'> {
  const traces = new Set(table.trace);
  const all = [...logs.logs.keys()];
  const shown = all.filter((log) => traces.has(logs.trace[log] as number));
  const notes: string[] = [];
  const elsewhere = all.length - shown.length;
  if (elsewhere > 0) notes.push(`${countText(elsewhere, 'log')} of no trace that has spans here: not drawn.`);
  if (shown.length > MOST_DIAGRAM_LOGS) {
    notes.push(
      `${countText(shown.length, 'log')}, of which the first ${MOST_DIAGRAM_LOGS.toLocaleString('en')} in causal order are drawn.`,
    );
  }
  const order = new LogOrder(table, logs, predecessors);
  const inOrder = withLogs(table, logs, inLamportOrder(table, []), shown).subarray(0, MOST_DIAGRAM_LOGS);
  return { notes, logs: Array.from(inOrder, (moment) => packed(moment - table.tick.length)) };

  function packed(log: number): PackedLog {
    const recorded = logs.logs[log] as (typeof logs.logs)[number];
    const label = withTexts ? logLabel(recorded) : recorded.severity === '' ? 'log' : recorded.severity;
    const nanos = logs.nanos[log] as number;
    return [
      logs.trace[log] as number,
      logs.lane[log] as number,
      logs.span[log] as number,
      logs.lamport[log] as number,
      Number.isNaN(nanos) ? null : nanos,
      texts.number(label),
      nextOf(order, log),
      ...causesOf(order, log),
    ];
  }

  /** The last event of each node that is known to come before the log, and the start of its span. */
  function causesOf(logOrder: LogOrder, log: number): [behind: number, ...others: number[]] {
    const causes = new Set<number>();
    let behind: number = NONE;
    logOrder.visitCauses(log, {
      event: (event) => void causes.add(event),
      prefix: (chain, count) => {
        if (count === 0) return;
        const { from, domain } = table.chains[chain] as Chain;
        const last = table.chainEvents[from + count - 1] as number;
        if (domain === NONE) behind = last;
        else causes.add(last);
      },
    });
    return [behind, ...causes];
  }

  /** The event of its own node, or in flow order of its span, that is known to be the first after it. */
  function nextOf(logOrder: LogOrder, log: number): number {
    const own = logs.chain[log] as number;
    const span = logs.span[log] as number;
    let next: number = NONE;
    if (predecessors.order === 'flow' || own === NONE) next = span === NONE ? NONE : 3 * span + END;
    else {
      const chain = table.chains[own] as Chain;
      const at = chain.from + table.countUpTo(chain, logs.tick[log] as number);
      if (at < chain.to) next = table.chainEvents[at] as number;
    }
    return next !== NONE && logOrder.leadsTo(log, next) ? next : NONE;
  }
}
