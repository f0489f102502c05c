/** A graph's edges taken apart the naive way: for small graphs, and to hold what goes over cuts to what it stands for. */
import type { CausalGraph } from '../../src/analysis/graph/causal-graph.js';
import type { CausalCut, CausalEdge, CausalEvent } from '../../src/analysis/graph/graph-model.js';

type Point = CausalEvent | CausalCut;

function causesOf(graph: CausalGraph): Map<Point, Point[]> {
  const causes = new Map<Point, Point[]>();
  for (const { from, to } of graph.edges()) causes.set(to, [...(causes.get(to) ?? []), from]);
  return causes;
}

/** All events that a path of the graph's edges leads from, for each event. */
export function closureOf(graph: CausalGraph): Map<CausalEvent, Set<CausalEvent>> {
  const causes = causesOf(graph);
  const reach = (event: CausalEvent): Set<CausalEvent> => {
    const found = new Set<Point>(causes.get(event));
    for (const point of found) for (const cause of causes.get(point) ?? []) found.add(cause);
    return new Set([...found].filter((point) => point.kind !== 'cut'));
  };
  return new Map(graph.events.map((event) => [event, reach(event)]));
}

/** The edges with those over cuts as the pairs of events that they stand for, but for what leads over a third one. */
export function edgesWithoutCuts(graph: CausalGraph): CausalEdge[] {
  const causes = causesOf(graph);
  const behind = (cut: CausalCut): CausalEvent[] => {
    const found = new Set<Point>(causes.get(cut));
    for (const point of found) {
      if (point.kind === 'cut') for (const cause of causes.get(point) ?? []) found.add(cause);
    }
    return [...found].filter((point) => point.kind !== 'cut');
  };
  return [...graph.edges()].flatMap(({ from, to, ...rest }): CausalEdge[] => {
    if (to.kind === 'cut') return [];
    if (from.kind !== 'cut') return [{ from, to, ...rest }];
    const all = behind(from);
    const last = all.reduce(
      (latest, event) => (momentOf(event) > latest ? momentOf(event) : latest),
      momentOf(all[0]!),
    );
    return all
      .filter((event) => last - momentOf(event) < BigInt(event.node.resolutionNanos))
      .filter((event) => to.kind !== 'start' || event !== to.span.parent?.start)
      .map((event) => ({ from: event, to, ...rest }));
  });
}

function momentOf(event: CausalEvent): bigint {
  return event.kind === 'end' ? event.span.recorded.endNanos : event.span.recorded.startNanos;
}
