/** One trace in two orders: as the wall clocks have it, and as causes and effects have it. */
import { compareStamps, relateSpans, type SpanStamps } from 'otel-causality/analysis';
import type { ExportedSpan } from './exported-spans.js';

export interface OrderedSpan extends ExportedSpan {
  readonly stamps: SpanStamps;
  /** Its place in causal order, from 1. */
  readonly number: number;
  /** Numbers of the spans that are concurrent with it. */
  readonly concurrent: readonly number[];
  /** The cause that the wall clock put after it: its parent if that is one, else the one it is furthest from. */
  readonly misplaced: { readonly cause: ExportedSpan; readonly causeNumber: number; readonly ms: number } | undefined;
}

export interface TwoOrders {
  /** By start time. */
  readonly wall: readonly OrderedSpan[];
  /** By Lamport time, then by node. */
  readonly causal: readonly OrderedSpan[];
}

type StampedSpan = ExportedSpan & { readonly stamps: SpanStamps };

export function orderTwice(trace: readonly ExportedSpan[]): TwoOrders {
  const sorted = trace.filter(isStamped).sort(byCause);
  const causal = sorted.map((span, at) => numbered(span, at + 1, sorted));
  return { wall: [...causal].sort((a, b) => a.startMs - b.startMs), causal };
}

function numbered(span: StampedSpan, number: number, sorted: readonly StampedSpan[]): OrderedSpan {
  const concurrent = sorted.flatMap((other, at) =>
    other !== span && relateSpans(span.stamps, other.stamps) === 'concurrent' ? [at + 1] : [],
  );
  return { ...span, number, concurrent, misplaced: misplacement(span, sorted) };
}

function isStamped(span: ExportedSpan): span is StampedSpan {
  return span.stamps !== undefined;
}

function byCause({ stamps: { start: a } }: StampedSpan, { stamps: { start: b } }: StampedSpan): number {
  return a.lamport - b.lamport || (a.node < b.node ? -1 : a.node > b.node ? 1 : a.tick - b.tick);
}

function misplacement(span: StampedSpan, trace: readonly StampedSpan[]): OrderedSpan['misplaced'] {
  let found: OrderedSpan['misplaced'];
  for (const [at, cause] of trace.entries()) {
    const ms = cause.startMs - span.startMs;
    if (ms <= 0 || compareStamps(cause.stamps.start, span.stamps.start) !== 'before') continue;
    const here = { cause, causeNumber: at + 1, ms };
    if (cause.spanId === span.parentSpanId) return here;
    if (found === undefined || ms > found.ms) found = here;
  }
  return found;
}
