/**
 * What share of all pairs of spans of one trace have a known order, and where the knowledge comes from.
 *
 * Guarantee: the same graph gives the same answer. Small graphs are counted whole; of others pairs are drawn evenly
 * from all pairs of all traces, by a generator with a fixed seed.
 */
import type { GraphParts } from '../graph/causal-graph.js';
import type { EventTable } from '../events/event-table.js';

/** Shares of pairs of spans by what is known of their order. */
export interface OrderingShares {
  /** Ordered, or concurrent, by stamps alone. */
  readonly proven: number;
  /** Known only with parents, links, local sequence, or the whole trace at hand. */
  readonly derived: number;
  readonly unknown: number;
  /** Pairs looked at: of their starts. */
  readonly pairs: number;
  /** True when the shares are estimates from a sample. */
  readonly sampled: boolean;
}

const WHOLE_PAIRS = 20_000;
/** Pairs are drawn in bunches around one span, because the past of one span is found by one walk. */
const BUNCHES = 32;
const BUNCH_PAIRS = 128;

/** @internal */
export function shareOrderings(parts: GraphParts): OrderingShares {
  const { table } = parts;
  const traces = spansByTrace(table);
  const all = traces.pairs.at(-1) ?? 0;
  const counts = { proven: 0, derived: 0, unknown: 0, pairs: 0 };
  const count = (a: number, b: number): void => {
    counts[judge(parts, 3 * a, 3 * b)]++;
    counts.pairs++;
  };
  if (all <= WHOLE_PAIRS) {
    for (let t = 0; t < traces.at.length - 1; t++) {
      const [from, to] = [traces.at[t] as number, traces.at[t + 1] as number];
      for (let i = from; i < to; i++)
        for (let j = from; j < i; j++) count(traces.spans[j] as number, traces.spans[i] as number);
    }
  } else {
    drawPairs(traces, all, (one) => parts.happened.focus(3 * one), count);
  }
  const share = (of: number): number => (counts.pairs === 0 ? 0 : of / counts.pairs);
  return {
    proven: share(counts.proven),
    derived: share(counts.derived),
    unknown: share(counts.unknown),
    pairs: counts.pairs,
    sampled: all > WHOLE_PAIRS,
  };
}

interface SpansByTrace {
  readonly spans: Int32Array;
  readonly at: Int32Array;
  /** Pairs in each trace and all before it. */
  readonly pairs: Float64Array;
}

function spansByTrace({ trace, traces }: EventTable): SpansByTrace {
  const at = new Int32Array(traces + 1);
  for (const t of trace) at[t + 1] = (at[t + 1] as number) + 1;
  const pairs = new Float64Array(traces);
  for (let t = 0; t < traces; t++) {
    const size = at[t + 1] as number;
    pairs[t] = (t === 0 ? 0 : (pairs[t - 1] as number)) + (size * (size - 1)) / 2;
    at[t + 1] = size + (at[t] as number);
  }
  const next = at.slice();
  const spans = new Int32Array(trace.length);
  trace.forEach((t, s) => {
    spans[next[t] as number] = s;
    next[t] = (next[t] as number) + 1;
  });
  return { spans, at, pairs };
}

function drawPairs(
  { spans, at, pairs }: SpansByTrace,
  all: number,
  focus: (one: number) => void,
  count: (a: number, b: number) => void,
): void {
  const random = generator();
  for (let bunch = 0; bunch < BUNCHES; bunch++) {
    const wanted = random() * all;
    let low = 0;
    let high = pairs.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((pairs[middle] as number) > wanted) high = middle;
      else low = middle + 1;
    }
    const from = at[low] as number;
    const size = (at[low + 1] as number) - from;
    const one = Math.floor(random() * size);
    focus(spans[from + one] as number);
    for (let i = 0; i < BUNCH_PAIRS; i++) {
      const other = (one + 1 + Math.floor(random() * (size - 1))) % size;
      count(spans[from + other] as number, spans[from + one] as number);
    }
  }
}

function judge(parts: GraphParts, a: number, b: number): 'proven' | 'derived' | 'unknown' {
  const { happened } = parts;
  if (happened.byStamps(a, b) !== 'unknown') return 'proven';
  return happened.relate(a, b) === 'unknown' ? 'unknown' : 'derived';
}

/** Marsaglia's xorshift with 32 bits: a sample must be even and the same each time, not secret. */
function generator(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
