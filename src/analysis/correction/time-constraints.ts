/**
 * What causes demand of the clocks: one constraint for each edge between two spans.
 *
 * Guarantee: an edge that wall time has right must stay right; one that it has wrong beyond the clocks' resolution must
 * become right; one that is wrong within the resolution must not become worse.
 */
import type { GraphParts } from '../graph/causal-graph.js';
import { type Chain, type EventTable, NONE, REPLY } from '../events/event-table.js';
import { resolutionOf } from '../findings/clock-pairs.js';

/** `to`'s span must be moved at least this much further than `from`'s. */
export interface SpanConstraint {
  readonly from: number;
  readonly to: number;
  readonly atLeast: number;
  /** The events of the edge. */
  readonly cause: number;
  readonly effect: number;
}

/** Visits the constraints of all causes. */
export function visitConstraints(
  { table, edges }: GraphParts,
  visit: (cause: number, effect: number, atLeast: number) => void,
): void {
  edges.visitCauses((cause, effect) => visit(cause, effect, demandOf(table, cause, effect)));
}

/** What plain processes' own clocks tell of their sequence, in the form of the graph's edges. */
export function visitPlainSequence(
  { table, edges }: GraphParts,
  visit: (cause: number, effect: number, atLeast: number) => void,
): void {
  for (let span = 0; span < table.spans.length; span++) {
    edges.visitAllOf(span, (cause, effect, kind, basis) => {
      if (kind !== 'process' || basis !== 'derived') return;
      const demand = table.timeOf(cause) - table.timeOf(effect);
      if (demand <= 0) visit(cause, effect, demand);
    });
  }
}

/** The sequence of each process, where its clock has it right; with `stampedOnly` not of those that only their clock tells it of. */
export function visitSequence(
  { table }: GraphParts,
  stampedOnly: boolean,
  visit: (cause: number, effect: number, atLeast: number) => void,
): void {
  for (const chain of table.chains as readonly Chain[]) {
    if (!chain.isOrdered || (stampedOnly && chain.domain === NONE)) continue;
    // A reply's time is known from below only: that holds it against what follows, not against what came before.
    let timed = NONE;
    let reply = NONE;
    for (let at = chain.from; at < chain.to; at++) {
      const effect = table.chainEvents[at] as number;
      if (effect % 3 === REPLY) {
        reply = effect;
        continue;
      }
      for (const cause of [timed, reply]) {
        if (cause === NONE) continue;
        const demand = table.timeOf(cause) - table.timeOf(effect);
        if (demand <= 0) visit(cause, effect, demand);
      }
      timed = effect;
      reply = NONE;
    }
  }
}

function demandOf(table: EventTable, cause: number, effect: number): number {
  const late = table.timeOf(cause) - table.timeOf(effect);
  const a = table.lane[Math.floor(cause / 3)] as number;
  const b = table.lane[Math.floor(effect / 3)] as number;
  return late > 0 && late < resolutionOf(table.lanes, a, b) ? 0 : late;
}

/** Causal rank of each span: by trace, traces by their earliest start, and inside a trace by Lamport time. */
export function causalRanks(table: EventTable): Float64Array {
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
  const ranks = new Float64Array(order.length);
  order.forEach((span, rank) => {
    ranks[span] = rank;
  });
  return ranks;
}
