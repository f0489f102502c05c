/**
 * What causes demand of the clocks: one constraint for each edge between two spans.
 *
 * Guarantee: an edge that wall time has right must stay right; one that it has wrong beyond the clocks' resolution must
 * become right; one that is wrong within the resolution must not become worse.
 */
import type { GraphParts } from '../graph/causal-graph.js';
import { type Chain, type EventTable, NONE, REPLY } from '../events/event-table.js';
import { resolutionOf } from '../events/clock-resolution.js';

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

/**
 * The sequence of each process, where its clock has it right; with `stampedOnly` not of those that only their clock
 * tells it of.
 */
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
