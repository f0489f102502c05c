/**
 * Timestamps as they would be if the clocks had agreed: each node's clock gets a constant offset, the least that its
 * causes and effects force.
 *
 * Guarantee: durations are kept; afterwards no cause lies after its effect by more than the clocks can tell, no edge
 * that was in order is out of order, and what nothing forces to move is the very same object. Where constant offsets
 * cannot do it, because a clock was set, the report says so and the offset changes from there on, if need be from span
 * to span. Exceptions are `unresolved`, and are proven to be impossible beside the rest while durations are kept: a
 * span that its clock says lasted less than what it waited for. Where a plain process's clock was set, what it told of
 * its own sequence may go.
 * Hazard: corrected times are possible ones, not true ones: a clock that is off by less than messages take is not
 * found.
 */
import { CausalGraph } from '../graph/causal-graph.js';
import { findClockSteps } from './clock-steps.js';
import type { CausalEdge, CausalNode, CausalSpan } from '../graph/graph-model.js';
import { compareClocks } from '../findings/clock-pairs.js';
import { type Constraint, roundOffsets, solveOffsets } from './offset-solver.js';
import type { Lane } from '../events/event-table.js';
import type { RecordedSpan } from '../recorded.js';
import { visitConstraints } from './time-constraints.js';

/** By how much a node's clock was moved. */
export interface NodeOffset {
  readonly node: CausalNode;
  /** Added to all times of these spans. */
  readonly offsetNanos: bigint;
  readonly spans: number;
  /** Where a clock was set: the first span that got this offset. */
  readonly since: CausalSpan | undefined;
}

/** What was moved, and what could not be put right. */
export interface CorrectionReport {
  /** False where some clock was set, or runs at another speed: no constant offsets are possible. */
  readonly constantOffsets: boolean;
  /** Every offset that is not zero, and, for a clock that was set, every one of its offsets. */
  readonly offsets: readonly NodeOffset[];
  readonly inversionsBefore: number;
  readonly inversionsAfter: number;
  /** Edges that no offsets put right: their records contradict each other. */
  readonly unresolved: readonly CausalEdge[];
}

/** Spans with corrected times, and how they came about. */
export interface CorrectedTraces {
  /** In the order they came; those that did not move are the same objects. */
  readonly spans: readonly RecordedSpan[];
  readonly report: CorrectionReport;
}

/** Moves clocks by the least that puts every cause before its effect. */
export function correctTimestamps(traces: CausalGraph | Iterable<RecordedSpan>): CorrectedTraces {
  const graph = traces instanceof CausalGraph ? traces : CausalGraph.of(traces);
  const { table, views } = graph.parts;
  const weights = new Float64Array(table.lanes.length);
  for (const lane of table.lane) weights[lane] = (weights[lane] as number) + 1;
  const constants = solveConstants(graph, weights);
  const stepped = constants === undefined ? findClockSteps(graph.parts, weights) : undefined;
  const offsetOf = stepped?.offsetOf ?? ((span: number): number => constants?.[table.lane[span] as number] ?? 0);
  const spans = table.spans.map((span, s) => moved(span, BigInt(Math.round(offsetOf(s)))));
  const inversionsBefore = inversionsOf(graph);
  const hasMoved = spans.some((span, s) => span !== table.spans[s]);
  return {
    spans,
    report: {
      constantOffsets: stepped === undefined,
      offsets: offsetsOf(graph, offsetOf, new Set(stepped?.steps.map(({ lane }) => lane))),
      inversionsBefore,
      inversionsAfter: hasMoved ? inversionsAfter(graph, offsetOf) : inversionsBefore,
      unresolved: (stepped?.unresolved ?? []).map(({ cause, effect }) => {
        const isStamped = graph.parts.predecessors.hasHeard(effect, cause);
        const isOneProcess = table.chain[cause] === table.chain[effect];
        return {
          from: views.event(cause),
          to: views.event(effect),
          kind: isOneProcess ? ('process' as const) : ('message' as const),
          basis: isStamped ? ('stamped' as const) : ('derived' as const),
        };
      }),
    },
  };
}

/** One constraint for each pair of clocks. */
function solveConstants({ parts }: CausalGraph, weights: Float64Array): Float64Array | undefined {
  const { table } = parts;
  const size = table.lanes.length;
  const strictest = new Map<number, number>();
  visitConstraints(parts, (cause, effect, atLeast) => {
    const from = table.lane[Math.floor(cause / 3)] as number;
    const to = table.lane[Math.floor(effect / 3)] as number;
    if (from === to && atLeast <= 0) return;
    const key = from * size + to;
    const known = strictest.get(key);
    if (known === undefined || atLeast > known) strictest.set(key, atLeast);
  });
  const constraints: Constraint[] = [];
  for (const [key, atLeast] of strictest) {
    constraints.push({ from: Math.floor(key / size), to: key % size, atLeast });
  }
  const offsets = solveOffsets(size, constraints, weights);
  if (offsets !== undefined) {
    roundOffsets(offsets, constraints, (lane) => (table.lanes[lane] as Lane).resolutionNanos);
  }
  return offsets;
}

function moved(span: RecordedSpan, offset: bigint): RecordedSpan {
  if (offset === 0n) return span;
  return {
    ...span,
    startNanos: span.startNanos + offset,
    endNanos: span.endNanos + offset,
    events: span.events.map((event) => ({ ...event, timeNanos: event.timeNanos + offset })),
  };
}

function inversionsOf({ parts }: CausalGraph): number {
  let count = 0;
  for (const pair of compareClocks(parts.table, parts.edges, () => {})) count += pair.skewed;
  return count;
}

function inversionsAfter({ parts }: CausalGraph, offsetOf: (span: number) => number): number {
  let count = 0;
  visitConstraints(parts, (cause, effect, atLeast) => {
    if (offsetOf(Math.floor(effect / 3)) - offsetOf(Math.floor(cause / 3)) < atLeast) count++;
  });
  return count;
}

function offsetsOf(
  { parts }: CausalGraph,
  offsetOf: (span: number) => number,
  stepped: ReadonlySet<number>,
): NodeOffset[] {
  const { table, views } = parts;
  const byKey = new Map<string, { lane: number; offset: number; spans: number; first: number }>();
  for (let s = 0; s < table.spans.length; s++) {
    const lane = table.lane[s] as number;
    const offset = Math.round(offsetOf(s));
    if (offset === 0 && !stepped.has(lane)) continue;
    const key = `${lane} ${offset}`;
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, { lane, offset, spans: 1, first: s });
    else {
      known.spans++;
      if ((table.lamport[3 * s] as number) < (table.lamport[3 * known.first] as number)) known.first = s;
    }
  }
  return [...byKey.values()].map(({ lane, offset, spans, first }) => ({
    node: views.nodes[lane] as CausalNode,
    offsetNanos: BigInt(offset),
    spans,
    since: stepped.has(lane) ? views.span(first) : undefined,
  }));
}
