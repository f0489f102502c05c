/**
 * Spans as Chrome's trace events, for Perfetto and chrome://tracing: a process for each node, tracks whose slices nest,
 * and an arrow for each message, reply and link.
 *
 * Guarantee: both ends of an arrow lie in a slice, and it never points back in time: the viewers drop such arrows.
 * Hazard: an arrow whose effect wall time has before its cause is therefore left out: correct the timestamps first.
 */
import type { CausalGraph } from '../graph/causal-graph.js';
import { spanLabel } from '../wording/span-label.js';
import type { CausalEdge, CausalEvent, CausalSpan } from '../graph/graph-model.js';
import { oneLine } from '../one-line.js';
import { assignTracks, type Slice } from './slice-tracks.js';
import { addTo } from '../multimap.js';

/** A slice ends before its end, for the viewers: without this nanosecond no arrow could point at a span's end. */
const LAST_NANOS = 1;

interface Placed extends Slice {
  readonly span: CausalSpan;
  readonly pid: number;
  readonly tid: number;
}

/**
 * One JSON document, line by line. Times count from the earliest span, in microseconds; `otherData` says when that was.
 */
export function* writeChromeTrace(graph: CausalGraph): Generator<string, void, undefined> {
  const base = graph.spans.reduce<bigint | undefined>(
    (least, { recorded: { startNanos } }) => (least === undefined || startNanos < least ? startNanos : least),
    undefined,
  );
  const placed = placeSpans(graph, base ?? 0n);
  yield '{"displayTimeUnit":"ms",';
  yield `"otherData":{"baseUnixNano":"${base ?? 0n}"},`;
  yield '"traceEvents":[';
  let held: string | undefined;
  for (const event of traceEvents(graph, placed)) {
    if (held !== undefined) yield `${held},`;
    held = JSON.stringify(event);
  }
  if (held !== undefined) yield held;
  yield ']}';
}

function placeSpans(graph: CausalGraph, base: bigint): ReadonlyMap<CausalSpan, Placed> {
  const byNode = new Map<number, CausalSpan[]>();
  for (const span of graph.spans) {
    addTo(byNode, span.node.index, span);
  }
  const placed = new Map<CausalSpan, Placed>();
  for (const [node, spans] of byNode) {
    const slices = spans.map(({ recorded: { startNanos, endNanos } }): Slice => {
      const from = Number(startNanos - base);
      return { from, to: Math.max(Number(endNanos - base), from) + LAST_NANOS };
    });
    const tracks = assignTracks(slices);
    for (const [at, span] of spans.entries()) {
      const { from, to } = slices[at] as Slice;
      placed.set(span, { from, to, span, pid: node + 1, tid: (tracks[at] as number) + 1 });
    }
  }
  return placed;
}

function* traceEvents(graph: CausalGraph, placed: ReadonlyMap<CausalSpan, Placed>): Generator<object> {
  for (const { index, id } of graph.nodes) {
    yield { ph: 'M', name: 'process_name', pid: index + 1, tid: 0, args: { name: oneLine(id) } };
    yield { ph: 'M', name: 'process_sort_index', pid: index + 1, tid: 0, args: { sort_index: index } };
  }
  for (const slice of placed.values()) yield sliceEvent(slice);
  let id = 0;
  for (const edge of graph.causes()) {
    if (edge.kind === 'parent') continue;
    const arrow = arrowOf(edge, placed);
    if (arrow === undefined) continue;
    id++;
    const { from, to, begin, end } = arrow;
    const shared = { cat: edge.kind, name: edge.basis === 'derived' ? `${edge.kind} (derived)` : edge.kind, id };
    yield { ph: 's', ...shared, pid: from.pid, tid: from.tid, ts: begin / 1000 };
    yield { ph: 'f', bp: 'e', ...shared, pid: to.pid, tid: to.tid, ts: end / 1000 };
  }
}

function sliceEvent({ span, from, to, pid, tid }: Placed): object {
  const { traceId, spanId, parentSpanId, kind, service } = span.recorded;
  return {
    ph: 'X',
    name: oneLine(spanLabel(span.recorded)),
    cat: kind,
    pid,
    tid,
    ts: from / 1000,
    dur: (to - from) / 1000,
    args: {
      traceId,
      spanId,
      ...(parentSpanId === undefined ? {} : { parentSpanId }),
      service: oneLine(service),
      lamport: span.start.lamport,
      ...(span.start.stamp === undefined ? {} : { vector: span.start.stamp.vector.toString() }),
    },
  };
}

interface Arrow {
  readonly from: Placed;
  readonly to: Placed;
  readonly begin: number;
  readonly end: number;
}

function arrowOf(edge: CausalEdge, placed: ReadonlyMap<CausalSpan, Placed>): Arrow | undefined {
  const from = placed.get(edge.from.span);
  const to = placed.get(edge.to.span);
  if (from === undefined || to === undefined) return undefined;
  const end = momentOf(edge.to, to);
  // When a reply left was not recorded: at some time in its span, and before it was heard.
  const begin = edge.from.kind === 'reply' ? Math.min(momentOf(edge.from, from), end) : momentOf(edge.from, from);
  return begin < from.from || begin > end ? undefined : { from, to, begin, end };
}

/** In the slice: when it started, or when it ended. */
function momentOf(event: CausalEvent, slice: Slice): number {
  return event.kind === 'start' ? slice.from : slice.to - LAST_NANOS;
}
