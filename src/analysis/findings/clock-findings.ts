/**
 * What wall clocks got wrong: inversions, summed for each pair of services, and the offset of each pair of nodes.
 *
 * Guarantee: an offset lies within its bounds if neither clock was set: no message takes less than no time. Where the
 * bounds leave no room, the verdict says that one was. Sums count every edge, also those beyond the limit of the list.
 * Hazard: two clocks without messages between them are not compared, however far both are from a third.
 */
import type { GraphParts } from '../graph/causal-graph.js';
import type { Lane } from '../events/event-table.js';
import type { Inversion, InversionSummary, Skew } from './findings.js';
import type { CausalNode } from '../graph/graph-model.js';
import { compareClocks, type ClockPair } from './clock-pairs.js';
import { resolutionOf } from '../events/clock-resolution.js';

export interface ClockFindings {
  readonly inversions: readonly Inversion[];
  readonly inversionSummary: readonly InversionSummary[];
  readonly skews: readonly Skew[];
}

export function findClockAnomalies({ table, edges, views }: GraphParts, limit: number): ClockFindings {
  const inversions: Inversion[] = [];
  const pairs = compareClocks(table, edges, (from, to, kind, basis, byNanos, cause) => {
    if (inversions.length >= limit) return;
    const edge = { from: views.event(from), to: views.event(to), kind, basis };
    inversions.push({ kind: 'inversion', edge, byNanos, cause });
  });
  return {
    inversions,
    inversionSummary: sumByService(pairs, table.lanes),
    skews: skewsOf(pairs, table.lanes, views.nodes),
  };
}

function sumByService(pairs: readonly ClockPair[], lanes: readonly Lane[]): InversionSummary[] {
  const sums = new Map<string, { -readonly [K in keyof InversionSummary]: InversionSummary[K] }>();
  for (const pair of pairs) {
    const from = (lanes[pair.from] as Lane).service;
    const to = (lanes[pair.to] as Lane).service;
    const key = JSON.stringify([from, to]);
    let sum = sums.get(key);
    if (sum === undefined) {
      sum = { from, to, edges: 0, skewed: 0, withinResolution: 0, ties: 0, worstNanos: 0 };
      sums.set(key, sum);
    }
    sum.edges += pair.edges;
    sum.skewed += pair.skewed;
    sum.withinResolution += pair.withinResolution;
    sum.ties += pair.ties;
    sum.worstNanos = Math.max(sum.worstNanos, pair.worstNanos);
  }
  return [...sums.values()].sort((a, b) => b.skewed - a.skewed || b.withinResolution - a.withinResolution);
}

/** A message takes no less than no time, whichever way it goes: that bounds the offset from both sides. */
function skewsOf(pairs: readonly ClockPair[], lanes: readonly Lane[], nodes: readonly CausalNode[]): Skew[] {
  const byKey = new Map(pairs.map((pair) => [pair.from * lanes.length + pair.to, pair]));
  const skews: Skew[] = [];
  for (const pair of pairs) {
    const { from, to } = pair;
    if (from === to) continue;
    const back = byKey.get(to * lanes.length + from);
    if (back !== undefined && from > to) continue;
    const resolution = resolutionOf(lanes, from, to);
    const atMostNanos = pair.leastNanos + resolution;
    const atLeastNanos = back === undefined ? undefined : -(back.leastNanos + resolution);
    skews.push({
      kind: 'skew',
      from: nodes[from] as CausalNode,
      to: nodes[to] as CausalNode,
      atLeastNanos,
      atMostNanos,
      messages: pair.edges + (back?.edges ?? 0),
      verdict: verdictOf(atLeastNanos, atMostNanos),
    });
  }
  return skews;
}

function verdictOf(atLeast: number | undefined, atMost: number): Skew['verdict'] {
  if (atLeast !== undefined && atLeast > atMost) return 'stepped';
  return atMost > 0 && (atLeast === undefined || atLeast < 0) ? 'agree' : 'apart';
}
