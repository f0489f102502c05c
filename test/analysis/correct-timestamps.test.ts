import { expect } from 'chai';
import * as fc from 'fast-check';
import { CausalGraph } from '../../src/analysis/causal-graph.js';
import { type CorrectedTraces, correctTimestamps } from '../../src/analysis/correct-timestamps.js';
import { findAnomalies } from '../../src/analysis/find-anomalies.js';
import { type Constraint, solveOffsets } from '../../src/analysis/offset-solver.js';
import type { RecordedSpan } from '../../src/analysis/recorded.js';
import { History } from '../support/history.js';
import { type Fleet, play, plans } from '../support/history-arbitrary.js';

/** Wall time of an event's span; a reply's was not recorded, its span's start stands for it. */
function timeOf(spans: ReadonlyMap<string, RecordedSpan>, spanId: string, kind: string): bigint {
  const span = spans.get(spanId) as RecordedSpan;
  return kind === 'end' ? span.endNanos : span.startNanos;
}

function byId(spans: readonly RecordedSpan[]): ReadonlyMap<string, RecordedSpan> {
  return new Map(spans.map((span) => [span.spanId, span]));
}

/** @param sequenceHolds false where a clock was set: a plain process's clock alone tells of its sequence */
function expectCorrected(
  before: readonly RecordedSpan[],
  { spans, report }: CorrectedTraces,
  sequenceHolds = true,
): void {
  const after = byId(spans);
  const original = byId(before);
  const graph = CausalGraph.of(before);
  for (const { from, to, kind, basis } of graph.edges()) {
    if (!sequenceHolds && kind === 'process' && basis === 'derived') continue;
    const [a, b] = [from.span.recorded.spanId, to.span.recorded.spanId];
    // When a reply was sent is known from below only: wall time cannot put it before its cause.
    if (to.kind === 'reply') continue;
    const wasInOrder = timeOf(original, a, from.kind) <= timeOf(original, b, to.kind);
    const isInOrder = timeOf(after, a, from.kind) <= timeOf(after, b, to.kind);
    // Where a clock was set, a contradiction may be left: then it is told.
    const isTold = report.unresolved.some(
      (edge) => edge.from.span.recorded.spanId === a && edge.to.span.recorded.spanId === b && edge.to.kind === to.kind,
    );
    if (wasInOrder && !(isTold && !sequenceHolds))
      expect(isInOrder, `${a}.${from.kind} → ${b}.${to.kind} stays in order`).to.equal(true);
  }
  if (sequenceHolds) expect(report.unresolved).to.deep.equal([]);
  expect(report.inversionsAfter).to.be.at.most(report.unresolved.length);
  expect(findAnomalies(CausalGraph.of(spans)).totals.skewed).to.equal(report.inversionsAfter);
  for (const span of before) {
    const corrected = after.get(span.spanId) as RecordedSpan;
    expect(corrected.endNanos - corrected.startNanos).to.equal(span.endNanos - span.startNanos);
    if (corrected.startNanos === span.startNanos) expect(corrected).to.equal(span);
  }
}

describe('corrected timestamps', () => {
  for (const fleet of ['stamped', 'plain', 'mixed'] as readonly Fleet[]) {
    it(`are the very same spans where clocks agree, of a ${fleet} fleet`, () => {
      fc.assert(
        fc.property(plans(fleet, { offsets: false }), (plan) => {
          const spans = play(plan).recorded();
          const corrected = correctTimestamps(spans);
          spans.forEach((span, i) => expect(corrected.spans[i]).to.equal(span));
          expect(corrected.report).to.include({ constantOffsets: true, inversionsBefore: 0, inversionsAfter: 0 });
          expect(corrected.report.offsets).to.deep.equal([]);
        }),
      );
    });

    it(`leave no inversion and break no order, of a ${fleet} fleet`, () => {
      fc.assert(
        fc.property(plans(fleet), (plan) => {
          const spans = play(plan).recorded();
          const corrected = correctTimestamps(spans);
          expectCorrected(spans, corrected);
          // Constant offsets exist: those that the clocks were given, turned round. A service's name may stand for two.
          expect(corrected.report.constantOffsets).to.equal(true);
        }),
        { numRuns: 300 },
      );
    });

    it(`bear a clock that was set, of a ${fleet} fleet`, () => {
      fc.assert(
        fc.property(plans(fleet), fc.nat({ max: 30 }), fc.integer({ min: -300, max: 300 }), (plan, at, stepMs) => {
          const history = play(plan);
          const step = BigInt(stepMs) * 1_000_000n;
          const stepping = history.told[at % Math.max(history.told.length, 1)]?.process.name.replace(/-.*/, '');
          const stepped = (span: RecordedSpan): RecordedSpan => ({
            ...span,
            startNanos: span.startNanos + step,
            endNanos: span.endNanos + step,
          });
          const spans = history
            .recorded()
            .map((span, i) => (i >= at && span.service === stepping ? stepped(span) : span));
          expectCorrected(spans, correctTimestamps(spans), false);
        }),
        { numRuns: 300 },
      );
    });
  }

  it('move only the clock that is wrong, whichever way', () => {
    for (const offsetMs of [-5000, 5000]) {
      const history = new History();
      const names = ['a', 'b', 'c', 'd'];
      const fleet = names.map((name) => history.process(`${name}-1`, { offsetMs: name === 'c' ? offsetMs : 0 }));
      const root = history.start(fleet[0]!, 'root');
      for (const process of fleet.slice(1)) {
        const call = history.start(fleet[0]!, `→${process.name}`, { parent: root, kind: 'client' });
        history.passMs(2);
        const serve = history.start(process, process.name, { parent: call, kind: 'server' });
        history.passMs(2);
        history.reply(serve);
        history.end(serve);
        history.end(call);
      }
      history.end(root);
      const { report } = correctTimestamps(history.recorded());
      expect(report.offsets.map(({ node }) => node.id)).to.deep.equal(['c-1']);
      expect(Math.abs(Number(report.offsets[0]!.offsetNanos)) / 1e6).to.be.within(4996, 5004);
    }
  });

  it('say where a clock was set', () => {
    const history = new History();
    const [a, b] = [history.process('a-1'), history.process('b-1')];
    const root = history.start(a, 'root');
    for (let i = 0; i < 6; i++) {
      if (i === 3) b.offsetMs = -900;
      const call = history.start(a, `call${i}`, { parent: root, kind: 'client' });
      history.passMs(1);
      const serve = history.start(b, `serve${i}`, { parent: call, kind: 'server' });
      history.passMs(1);
      history.reply(serve);
      history.end(serve);
      history.passMs(1);
      history.end(call);
    }
    history.end(root);
    const { report } = correctTimestamps(history.recorded());
    expect(report.constantOffsets).to.equal(false);
    const offsets = report.offsets.filter(({ node }) => node.id === 'b-1');
    expect(offsets.map(({ since, spans }) => [since?.recorded.name, spans])).to.deep.equal([
      ['serve0', 3],
      ['serve3', 3],
    ]);
  });
});

describe('offsets', () => {
  const nodes = 6;
  const constraints: fc.Arbitrary<Constraint[]> = fc.array(
    fc.record({
      from: fc.nat({ max: nodes - 1 }),
      to: fc.nat({ max: nodes - 1 }),
      atLeast: fc.integer({ min: -10, max: 4 }),
    }),
    { maxLength: 14 },
  );

  it('are found exactly where some exist, and then satisfy every constraint', () => {
    fc.assert(
      fc.property(constraints, (all) => {
        const found = solveOffsets(nodes, all, new Float64Array(nodes).fill(1));
        expect(found === undefined).to.equal(hasImpossibleCircle(all));
        for (const { from, to, atLeast } of found === undefined ? [] : all) {
          expect((found?.[to] as number) - (found?.[from] as number)).to.be.at.least(atLeast);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('are all zero where they can be, and one cannot be brought nearer to zero alone', () => {
    fc.assert(
      fc.property(constraints, (all) => {
        const found = solveOffsets(nodes, all, new Float64Array(nodes).fill(1));
        if (found === undefined) return;
        if (all.every(({ atLeast }) => atLeast <= 0))
          expect([...found]).to.deep.equal(Array.from({ length: nodes }, () => 0));
        found.forEach((offset, node) => {
          if (offset === 0) return;
          const nearer = Float64Array.from(found);
          nearer[node] = offset - Math.sign(offset);
          const holds = all.every(({ from, to, atLeast }) => nearer[to]! - nearer[from]! >= atLeast);
          expect(holds, `node ${node} at ${offset}`).to.equal(false);
        });
      }),
      { numRuns: 1000 },
    );
  });

  function hasImpossibleCircle(all: readonly Constraint[]): boolean {
    const longest = Array.from({ length: nodes }, (_, i) =>
      Array.from({ length: nodes }, (__, j) => (i === j ? 0 : Number.NEGATIVE_INFINITY)),
    );
    for (const { from, to, atLeast } of all) longest[from]![to] = Math.max(longest[from]![to]!, atLeast);
    for (let k = 0; k < nodes; k++) {
      for (let i = 0; i < nodes; i++) {
        for (let j = 0; j < nodes; j++) {
          longest[i]![j] = Math.max(longest[i]![j]!, longest[i]![k]! + longest[k]![j]!);
        }
      }
    }
    return longest.some((row, i) => row[i]! > 0);
  }
});
