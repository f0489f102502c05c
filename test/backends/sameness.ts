/** What a backend gives back beside what was sent to it: the same spans, and the same answers. */
import { expect } from 'chai';
import { CausalGraph } from '../../src/analysis/graph/causal-graph.js';
import { findAnomalies } from '../../src/analysis/findings/find-anomalies.js';
import type { AttributeRecord, RecordedSpan } from '../../src/analysis/recorded.js';
import { storyOf } from './recorded-fleet.js';

const PREFIX = 'causality.';

/** Our attributes alone, by name. */
export function causalityOf(attributes: AttributeRecord): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([name]) => name.startsWith(PREFIX))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** What must survive in every backend that keeps types and nanoseconds. */
function essenceOf(span: RecordedSpan): object {
  const { traceId, spanId, parentSpanId, name, kind, service, startNanos, endNanos } = span;
  return { traceId, spanId, parentSpanId, name, kind, service, startNanos, endNanos, ...causalityOf(span.attributes) };
}

function byId(spans: readonly RecordedSpan[]): RecordedSpan[] {
  return [...spans].sort((a, b) => (a.spanId < b.spanId ? -1 : 1));
}

export function expectSameSpans(found: readonly RecordedSpan[], recorded: readonly RecordedSpan[]): void {
  expect(recorded).to.have.length.above(0);
  expect(byId(found).map(essenceOf)).to.deep.equal(byId(recorded).map(essenceOf));
}

/** Trace by trace, because backends return traces in any order. */
export function expectSameAnswers(found: readonly RecordedSpan[], recorded: readonly RecordedSpan[]): void {
  for (const traceId of new Set(recorded.map((span) => span.traceId))) {
    const [theirs, ours] = [found, recorded].map((spans) => byId(spans).filter((span) => span.traceId === traceId));
    expect(storyOf(theirs as RecordedSpan[])).to.deep.equal(storyOf(ours as RecordedSpan[]));
    const totals = [theirs, ours].map((spans) => findAnomalies(CausalGraph.of(spans as RecordedSpan[])).totals);
    expect(totals[0]).to.deep.equal(totals[1]);
  }
}
