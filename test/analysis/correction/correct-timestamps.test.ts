import { expect } from 'chai';
import * as fc from 'fast-check';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import { type CorrectedTraces, correctTimestamps } from '../../../src/analysis/correction/correct-timestamps.js';
import { findAnomalies } from '../../../src/analysis/findings/find-anomalies.js';
import type { CausalEdge, CausalEvent } from '../../../src/analysis/graph/graph-model.js';
import type { RecordedSpan } from '../../../src/analysis/recorded.js';
import { crowdOf, crowds, inOrder, squeezes } from '../../support/crowds.js';
import { edgesWithoutCuts } from '../../support/edges-without-cuts.js';
import { History } from '../../support/history.js';
import { type Fleet, play, plans } from '../../support/history-arbitrary.js';

/** Wall time of an event's span; a reply's was not recorded, its span's start stands for it. */
function timeOf(spans: ReadonlyMap<string, RecordedSpan>, spanId: string, kind: string): bigint {
  const span = spans.get(spanId) as RecordedSpan;
  return kind === 'end' ? span.endNanos : span.startNanos;
}

function byId(spans: readonly RecordedSpan[]): ReadonlyMap<string, RecordedSpan> {
  return new Map(spans.map((span) => [span.spanId, span]));
}

/** Counted by what the clocks could tell before: moved times may seem finer than they are. */
function inversionsIn(before: CausalGraph, spans: readonly RecordedSpan[]): number {
  const resolutions = new Map(before.nodes.map(({ id, resolutionNanos }) => [id, resolutionNanos]));
  const resolutionOf = (event: CausalEvent): number => resolutions.get(event.node.id) as number;
  return findAnomalies(CausalGraph.of(spans)).inversions.filter(
    ({ edge: { from, to }, byNanos }) => byNanos >= Math.max(resolutionOf(from), resolutionOf(to)),
  ).length;
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
  for (const { from, to, kind, basis } of edgesWithoutCuts(graph)) {
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
  expect(inversionsIn(graph, spans)).to.equal(report.inversionsAfter);
  for (const span of before) {
    const corrected = after.get(span.spanId) as RecordedSpan;
    expect(corrected.endNanos - corrected.startNanos).to.equal(span.endNanos - span.startNanos);
    if (corrected.startNanos === span.startNanos) expect(corrected).to.equal(span);
  }
}

interface Demand {
  readonly edge: CausalEdge;
  readonly from: string;
  readonly to: string;
  readonly atLeast: number;
}

/** What each edge asks of the two spans' shifts, told from the graph alone. */
function demandsOf(graph: CausalGraph): Demand[] {
  const demand = (edge: CausalEdge): Demand => {
    const { from, to } = edge;
    const late = Number(momentOf(from) - momentOf(to));
    const resolution = Math.max(from.node.resolutionNanos, to.node.resolutionNanos);
    const isTie = edge.kind !== 'process' && late > 0 && late < resolution;
    return { edge, from: from.span.recorded.spanId, to: to.span.recorded.spanId, atLeast: isTie ? 0 : late };
  };
  const demands = edgesWithoutCuts(graph)
    .filter(({ to }) => to.kind !== 'reply')
    .map(demand);
  // A reply's time was not recorded: what comes before it in its process is before what comes after it.
  for (const node of graph.nodes) {
    const ticked = graph.events.filter(
      (event) => event.node === node && event.tick !== undefined && event.kind !== 'reply',
    );
    const byTrace = new Map<string, CausalEvent[]>();
    for (const event of ticked.sort((x, y) => (x.tick as number) - (y.tick as number))) {
      const chain = byTrace.get(event.span.recorded.traceId);
      const previous = chain?.at(-1);
      if (previous !== undefined)
        demands.push(demand({ from: previous, to: event, kind: 'process', basis: 'stamped' }));
      if (chain === undefined) byTrace.set(event.span.recorded.traceId, [event]);
      else chain.push(event);
    }
  }
  return demands.filter(({ from, to }) => from !== to);
}

function momentOf(event: CausalEvent): bigint {
  return event.kind === 'end' ? event.span.recorded.endNanos : event.span.recorded.startNanos;
}

/** Everything that was in order still is, whatever can be put right is, and of the rest a circle shows why not. */
function expectBestCorrection(before: readonly RecordedSpan[], { spans, report }: CorrectedTraces): void {
  const graph = CausalGraph.of(before);
  const demands = demandsOf(graph);
  const [original, after] = [byId(before), byId(spans)];
  const shiftOf = (id: string): number =>
    Number((after.get(id) as RecordedSpan).startNanos - (original.get(id) as RecordedSpan).startNanos);
  for (const [id, span] of original) {
    const corrected = after.get(id) as RecordedSpan;
    expect(corrected.endNanos - corrected.startNanos).to.equal(span.endNanos - span.startNanos);
  }
  const holds = ({ from, to, atLeast }: Demand): boolean => shiftOf(to) - shiftOf(from) >= atLeast;
  const told = new Set(report.unresolved.map(({ from, to }) => keyOf(from, to)));
  const left: Demand[] = [];
  for (const demand of demands) {
    const { edge, atLeast } = demand;
    if (holds(demand)) continue;
    // The sequence of a process without stamps is what the clock in doubt says: where it was in order, it may go.
    const isDoubtful = edge.kind === 'process' && edge.basis === 'derived';
    const name = `${edge.from.span.recorded.name}.${edge.from.kind} → ${edge.to.span.recorded.name}.${edge.to.kind}`;
    if (edge.kind === 'process' && atLeast > 0) continue;
    if (!isDoubtful) expect(atLeast, `${name} was in order`).to.be.above(0);
    expect(told.has(keyOf(edge.from, edge.to)), `${name} is told`).to.equal(true);
    left.push(demand);
  }
  const kept = demands.filter((demand) => holds(demand));
  for (const { from, to, atLeast } of left) {
    expect(longestPath(kept, to, from) + atLeast, 'a circle that asks for more than nothing').to.be.above(0);
  }
  expect(told.size).to.equal(left.length);
  if (report.inversionsBefore === 0) for (const span of before) expect(after.get(span.spanId)).to.equal(span);
}

function keyOf(from: CausalEvent, to: CausalEvent): string {
  return `${from.index} ${to.index}`;
}

function longestPath(demands: readonly Demand[], from: string, to: string): number {
  const reach = new Map([[from, 0]]);
  for (let changed = true; changed; ) {
    changed = false;
    for (const { from: a, to: b, atLeast } of demands) {
      const far = (reach.get(a) ?? Number.NEGATIVE_INFINITY) + atLeast;
      if (far <= (reach.get(b) ?? Number.NEGATIVE_INFINITY)) continue;
      reach.set(b, far);
      changed = true;
    }
  }
  return reach.get(to) ?? Number.NEGATIVE_INFINITY;
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

  for (const fleet of ['stamped', 'plain', 'mixed'] as readonly Fleet[]) {
    it(`leave no inversion that durations leave room to mend, however clocks of a ${fleet} fleet are set`, () => {
      const steps = fc.array(fc.tuple(fc.nat({ max: 23 }), fc.nat({ max: 3 }), fc.integer({ min: -400, max: 400 })), {
        minLength: 1,
        maxLength: 8,
      });
      fc.assert(
        fc.property(plans(fleet), steps, (plan, set) => {
          const before = play(plan, { steps: set }).recorded();
          expectBestCorrection(before, correctTimestamps(before));
        }),
        { numRuns: 500 },
      );
    });
  }

  it('leave no inversion that durations leave room to mend, where processes do much at once by coarse clocks', () => {
    fc.assert(
      fc.property(crowds({ processes: 3 }), (moments) => {
        const before = crowdOf(inOrder(moments));
        expectBestCorrection(before, correctTimestamps(before));
      }),
      { numRuns: 200 },
    );
    let parted = 0;
    fc.assert(
      fc.property(squeezes(), (moments) => {
        const before = crowdOf(moments);
        const corrected = correctTimestamps(before);
        expectBestCorrection(before, corrected);
        const graph = CausalGraph.of(before);
        const behindCuts = new Set(
          [...graph.edges()].filter(({ from }) => from.kind === 'cut').map(({ to }) => to.index),
        );
        for (const { to, kind } of corrected.report.unresolved) {
          if (kind === 'process' && behindCuts.has(to.index)) parted++;
        }
      }),
      { numRuns: 300 },
    );
    expect(parted, 'edges over cuts that gave way').to.be.above(20);
  });

  it('say what a duration leaves no room for', () => {
    const history = new History();
    const [a, b] = [history.process('a-1'), history.process('b-1')];
    const call = history.start(a, 'call', { kind: 'client' });
    const serve = history.start(b, 'serve', { parent: call, kind: 'server' });
    const inner = history.start(b, 'inner', { parent: serve });
    history.passMs(50);
    history.end(inner);
    history.reply(serve);
    const late = history.start(b, 'late', { parent: inner });
    history.end(late);
    history.end(serve);
    // The caller's clock is set back while it waits: by its own account it was over before it began.
    a.offsetMs = -70;
    history.end(call);
    const spans = history.recorded();
    const { report } = correctTimestamps(spans);
    expect(report.constantOffsets).to.equal(false);
    expect(report.unresolved).to.have.length(1);
    expectBestCorrection(spans, correctTimestamps(spans));
  });

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
