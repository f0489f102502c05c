/**
 * Holds exported traces to what has to be true of them: every cause before its effect, what was done in order ordered,
 * what was done side by side concurrent. Spans are known by service and label, `orders POST /orders`.
 */
import { compareStamps, relateSpans, type SpanRelation } from 'otel-causality/analysis';
import type { ExportedSpan } from './exported-spans.js';

type Pair = readonly [first: string, second: string];

export interface Expectations {
  /** Spans of every trace. */
  readonly spans: readonly string[];
  readonly sequential: readonly Pair[];
  readonly parallel: readonly Pair[];
}

export interface Tally {
  right: number;
  checked: number;
}

export interface Verdict {
  readonly spans: number;
  readonly missing: readonly string[];
  readonly unstamped: readonly string[];
  /** Parent→child edges, by Lamport time and by vector. */
  readonly edges: Tally;
  readonly sequential: Tally;
  readonly parallel: Tally;
  /** Parent→child edges whose child starts before its parent by the wall clock. */
  readonly wallInversions: number;
  /** One sentence for each answer that is wrong. */
  readonly wrong: readonly string[];
}

export function nameOf({ service, label }: ExportedSpan): string {
  return `${service} ${label}`;
}

export function judge(traces: readonly (readonly ExportedSpan[])[], expected: Expectations): Verdict {
  const missing: string[] = [];
  const unstamped: string[] = [];
  const wrong: string[] = [];
  const edges = { right: 0, checked: 0 };
  const sequential = { right: 0, checked: 0 };
  const parallel = { right: 0, checked: 0 };
  let wallInversions = 0;

  for (const trace of traces) {
    const byName = new Map(trace.map((span) => [nameOf(span), span]));
    const byId = new Map(trace.map((span) => [span.spanId, span]));
    missing.push(...expected.spans.filter((name) => !byName.has(name)));
    unstamped.push(...trace.filter(({ stamps }) => stamps === undefined).map(nameOf));

    for (const child of trace) {
      const parent = byId.get(child.parentSpanId);
      if (parent === undefined) continue;
      if (child.startMs < parent.startMs) wallInversions++;
      const problem = edgeProblem(parent, child);
      count(edges, problem === undefined);
      if (problem !== undefined) wrong.push(`${nameOf(parent)} caused ${nameOf(child)}: ${problem}`);
    }
    const hold = (tally: Tally, pairs: readonly Pair[], wanted: SpanRelation): void => {
      for (const [first, second] of pairs) {
        const found = relationOf(byName.get(first), byName.get(second));
        count(tally, found === wanted);
        if (found !== wanted) wrong.push(`${first} and ${second}: expected ${wanted}, found ${found}`);
      }
    };
    hold(sequential, expected.sequential, 'before');
    hold(parallel, expected.parallel, 'concurrent');
  }
  const spans = traces.reduce((sum, trace) => sum + trace.length, 0);
  return { spans, missing, unstamped, edges, sequential, parallel, wallInversions, wrong };
}

/** The reason why the demo did not show what it is there to show; undefined where it did. */
export function failureOf(verdict: Verdict, wantedTraces: number, traces: number): string | undefined {
  if (traces !== wantedTraces) return `${wantedTraces} traces were expected, ${traces} arrived`;
  if (verdict.missing.length > 0) return `${verdict.missing.length} spans never arrived: ${shortened(verdict.missing)}`;
  if (verdict.unstamped.length > 0) {
    const whole = verdict.unstamped.length === verdict.spans;
    return `${whole ? 'no span carries' : `${verdict.unstamped.length} spans lack`} causality.* attributes; is the library off?`;
  }
  if (verdict.wrong.length > 0) return `${verdict.wrong.length} causal relations came out wrong`;
  if (verdict.wallInversions === 0) return 'the wall clock put no span before its cause, so this run has shown nothing';
  return undefined;
}

function edgeProblem(parent: ExportedSpan, child: ExportedSpan): string | undefined {
  const cause = parent.stamps?.start;
  const effect = child.stamps?.start;
  if (cause === undefined || effect === undefined) return 'no stamp to compare';
  if (cause.lamport >= effect.lamport) return `Lamport time went from ${cause.lamport} to ${effect.lamport}`;
  const relation = compareStamps(cause, effect);
  return relation === 'before' ? undefined : `their vectors say ${relation}`;
}

function relationOf(first: ExportedSpan | undefined, second: ExportedSpan | undefined): SpanRelation {
  if (first?.stamps === undefined || second?.stamps === undefined) return 'unknown';
  return relateSpans(first.stamps, second.stamps);
}

function count(tally: Tally, isRight: boolean): void {
  tally.checked++;
  if (isRight) tally.right++;
}

function shortened(names: readonly string[]): string {
  const shown = [...new Set(names)];
  return shown.length > 3 ? `${shown.slice(0, 3).join(', ')} …` : shown.join(', ');
}
