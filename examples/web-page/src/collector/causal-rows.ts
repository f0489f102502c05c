/** One trace as a table in causal order, with what a wall clock would have made of it. */
import { CausalGraph, type RecordedSpan } from 'otel-causality/analysis';
import type { CausalRow, CausalRows } from '../trace-table.js';

export function causalRows(spans: readonly RecordedSpan[]): CausalRows {
  const graph = CausalGraph.of(spans);
  const starts = graph.order().filter(({ kind }) => kind === 'start');
  const origin = starts[0]?.span.recorded.startNanos ?? 0n;
  const rows = starts.map(({ span, lamport, node }): CausalRow => {
    const { name, spanId, startNanos, attributes, kind } = span.recorded;
    const cause = span.parent?.recorded.startNanos;
    return {
      lamport,
      node: node.id,
      name: kind === 'client' ? `→ ${callOf(name, attributes)}` : callOf(name, attributes),
      spanId,
      wallMs: Number((startNanos - origin) / 1_000n) / 1_000,
      wrongWay: cause !== undefined && startNanos < cause,
    };
  });
  const children = graph.spans.filter(({ parent }) => parent !== undefined);
  return {
    rows,
    edges: children.length,
    proven: children.filter(({ parent, start }) => parent && graph.relation(parent.start, start) === 'before').length,
    inverted: rows.filter(({ wrongWay }) => wrongWay).length,
    complete: spans.every(({ attributes: { ['causality.tick']: tick, ['causality.incomplete']: incomplete } }) => {
      return tick !== undefined && incomplete !== true;
    }),
  };
}

/** HTTP spans are called by their method alone; their attributes know the path. */
function callOf(name: string, attributes: RecordedSpan['attributes']): string {
  const method = attributes['http.request.method'] ?? attributes['http.method'];
  if (typeof method !== 'string') return name;
  const url = String(attributes['url.full'] ?? attributes['http.url'] ?? '');
  const path = URL.canParse(url) ? new URL(url).pathname : (attributes['url.path'] ?? attributes['http.target'] ?? '');
  return `${method} ${String(path)}`;
}
