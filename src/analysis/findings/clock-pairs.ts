/**
 * What wall time says of causes and effects, edge by edge, gathered for each pair of nodes in one pass.
 *
 * Guarantee: linear in edges. Only edges that a cause makes (parents, messages, links, replies) are looked at: the mere
 * sequence of a process is not a cause.
 * Hazard: a reply's time was not recorded; its span's start stands for it, which is never too late.
 */
import type { Edges } from '../happens-before/edges.js';
import { resolutionOf } from '../events/clock-resolution.js';
import type { EventTable } from '../events/event-table.js';
import type { Basis, EdgeKind } from '../happens-before/order-terms.js';

export interface ClockPair {
  readonly from: number;
  readonly to: number;
  edges: number;
  skewed: number;
  withinResolution: number;
  ties: number;
  worstNanos: number;
  /** Least time from a cause to its effect, by their two clocks. */
  leastNanos: number;
}

/** Told of each edge that wall time has the wrong way round. */
export type InversionVisitor = (
  from: number,
  to: number,
  kind: EdgeKind,
  basis: Basis,
  byNanos: number,
  cause: 'skew' | 'resolution',
) => void;

export function compareClocks(table: EventTable, edges: Edges, onInversion: InversionVisitor): ClockPair[] {
  const pairs = new Map<number, ClockPair>();
  const { lane, lanes } = table;
  edges.visitCauses((from, to, kind, basis) => {
    const a = lane[Math.floor(from / 3)] as number;
    const b = lane[Math.floor(to / 3)] as number;
    const key = a * lanes.length + b;
    let pair = pairs.get(key);
    if (pair === undefined) {
      pair = {
        from: a,
        to: b,
        edges: 0,
        skewed: 0,
        withinResolution: 0,
        ties: 0,
        worstNanos: 0,
        leastNanos: Number.POSITIVE_INFINITY,
      };
      pairs.set(key, pair);
    }
    const delay = table.timeOf(to) - table.timeOf(from);
    pair.edges++;
    if (delay < pair.leastNanos) pair.leastNanos = delay;
    if (delay === 0) pair.ties++;
    if (delay >= 0) return;
    const cause = -delay < resolutionOf(lanes, a, b) ? 'resolution' : 'skew';
    if (cause === 'skew') pair.skewed++;
    else pair.withinResolution++;
    if (-delay > pair.worstNanos) pair.worstNanos = -delay;
    onInversion(from, to, kind, basis, -delay, cause);
  });
  return [...pairs.values()];
}
