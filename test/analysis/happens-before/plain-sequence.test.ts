/** What coarse clocks put in order, held to the definition, pair by pair. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { EventTable } from '../../../src/analysis/events/event-table.js';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import type { CausalEvent } from '../../../src/analysis/graph/graph-model.js';
import { MOST_DIRECT } from '../../../src/analysis/happens-before/plain-sequence.js';
import type { RecordedSpan } from '../../../src/analysis/recorded.js';
import { crowdOf, crowds, inOrder, type Moment, parallelSpans } from '../../support/crowds.js';
import { closureOf, edgesWithoutCuts } from '../../support/edges-without-cuts.js';

function momentOf({ kind, span }: CausalEvent): bigint {
  return kind === 'end' ? span.recorded.endNanos : span.recorded.startNanos;
}

/** Whether the one is surely over by the process's own clock when the other happens. */
function isOver(a: CausalEvent, b: CausalEvent): boolean {
  return a.node === b.node && momentOf(b) - momentOf(a) >= BigInt(a.node.resolutionNanos);
}

/** What is told of two events by the definition, and by nothing in between. */
function isTold(a: CausalEvent, b: CausalEvent): boolean {
  if (isOver(a, b) || (a.span === b.span && a.kind === 'start' && b.kind === 'end')) return true;
  if (a.kind !== 'start') return false;
  const { spanId } = a.span.recorded;
  if (b.kind === 'start') return b.span.recorded.parentSpanId === spanId;
  return b.span.recorded.links.some((link) => link.spanId === spanId);
}

/** All pairs, each as `a b`, by Warshall. */
function orderOf(events: readonly CausalEvent[]): Set<string> {
  const before = events.map((a) => events.map((b) => a !== b && isTold(a, b)));
  for (let k = 0; k < events.length; k++) {
    for (const row of before) if (row[k]) for (let j = 0; j < events.length; j++) row[j] ||= before[k]![j]!;
  }
  const pairs = new Set<string>();
  before.forEach((row, i) => row.forEach((is, j) => is && pairs.add(`${events[i]!.index} ${events[j]!.index}`)));
  return pairs;
}

/** Edges, and how often a clock is looked at for them. */
function costOf(spans: readonly RecordedSpan[]): { readonly edges: number; readonly looks: number } {
  const graph = CausalGraph.of(spans);
  const { timeOf } = EventTable.prototype;
  let looks = 0;
  EventTable.prototype.timeOf = function (event) {
    looks++;
    return timeOf.call(this, event);
  };
  let edges = 0;
  try {
    for (const { from, to } of graph.edges()) if (from !== to) edges++;
  } finally {
    EventTable.prototype.timeOf = timeOf;
  }
  return { edges, looks };
}

function shaped(count: number, at: (i: number) => Partial<Moment>): RecordedSpan[] {
  const plain = { from: 0, lasts: 2, process: 0, parent: count, link: count };
  return crowdOf(Array.from({ length: count }, (_, i) => ({ ...plain, ...at(i) })));
}

const SHAPES: Readonly<Record<string, (count: number) => RecordedSpan[]>> = {
  'at one instant': (n) => shaped(n, () => ({ lasts: 0 })),
  'from one instant to the next': (n) => shaped(n, () => ({})),
  'at three instants': (n) => shaped(n, (i) => ({ from: 2 * (i % 3), lasts: 0 })),
  'at as many instants as each has': (n) => shaped(n, (i) => ({ from: 2 * (i % Math.ceil(Math.sqrt(n))) })),
  'within less than the clock can tell, on and on': (n) =>
    shaped(n, (i) => ({ from: i % 10 === 0 ? 2 * Math.floor((3 * i) / n) : (6 * i) / n, lasts: 0 })),
  'below one parent': (n) => shaped(n, () => ({ parent: 0 })),
  'each below the one before': (n) => shaped(n, (i) => ({ parent: i - 1 < 0 ? n : i - 1 })),
  'linked to one': (n) => shaped(n, () => ({ link: 0 })),
  'in two processes by turns': (n) => shaped(n, (i) => ({ process: i % 2, parent: i % 2 === 1 ? i - 1 : n })),
};

describe('the sequence of a plain process', () => {
  it('is before exactly along the edges, whether these go over cuts or not', () => {
    let cuts = 0;
    fc.assert(
      fc.property(crowds(), (moments) => {
        const graph = CausalGraph.of(crowdOf(inOrder(moments)));
        const wanted = orderOf(graph.events);
        const found = [...closureOf(graph)].flatMap(([b, past]) => [...past].map((a) => `${a.index} ${b.index}`));
        expect(new Set(found)).to.deep.equal(wanted);
        for (const a of graph.events) {
          for (const b of graph.events) {
            expect(graph.relation(a, b) === 'before').to.equal(wanted.has(`${a.index} ${b.index}`));
          }
        }
        for (const { to } of graph.edges()) if (to.kind === 'cut') cuts++;
      }),
      { numRuns: 200 },
    );
    expect(cuts, 'edges to cuts').to.be.above(1_000);
  });

  it('is, where clocks contradict parents and links, before exactly along the edges all the same', () => {
    fc.assert(
      fc.property(crowds(), (moments) => {
        const graph = CausalGraph.of(crowdOf(moments));
        const pasts = closureOf(graph);
        for (const a of graph.events) {
          for (const b of graph.events) {
            const isPast = pasts.get(b)?.has(a) === true;
            if (graph.relation(a, b) === 'before') expect(isPast).to.equal(true);
            // Whatever is both before and after another is proven to be neither.
            else if (isPast) expect(pasts.get(a)?.has(b)).to.equal(true);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('says no edge twice, none that another two make, and few for each event', () => {
    fc.assert(
      fc.property(crowds(), (moments) => {
        const graph = CausalGraph.of(crowdOf(inOrder(moments)));
        const edges = [...graph.edges()];
        const names = edges.map(({ from, to, kind }) => `${from.index} ${to.index} ${kind}`);
        expect(new Set(names).size).to.equal(names.length);
        const local = edges.filter(({ kind }) => kind === 'process');
        expect(local.length).to.be.at.most((MOST_DIRECT + 3 + 1) * graph.events.length);
        for (const { from: a, to: b } of edgesWithoutCuts(graph).filter(({ kind }) => kind === 'process')) {
          const between = graph.events.filter((event) => isOver(a, event) && isOver(event, b));
          expect(between, `${a.index} ${b.index}`).to.deep.equal([]);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('has cuts that are no events, each one object, and numbered and timed between their causes and effects', () => {
    fc.assert(
      fc.property(crowds(), (moments) => {
        const graph = CausalGraph.of(crowdOf(inOrder(moments)));
        const byIndex = new Map<number, unknown>(graph.events.map((event) => [event.index, event]));
        for (const { from, to } of graph.edges()) {
          for (const point of [from, to]) {
            expect(byIndex.get(point.index) ?? point).to.equal(point);
            byIndex.set(point.index, point);
          }
          expect(to.lamport).to.be.at.least(from.lamport);
          if (to.kind === 'cut') expect(from.node).to.equal(to.node);
          else expect(to.lamport).to.be.above(from.lamport);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('goes over a cut only where more events than a few stand directly before one', () => {
    const few = [...CausalGraph.of(parallelSpans(MOST_DIRECT)).edges()];
    expect(few).to.have.length(MOST_DIRECT * MOST_DIRECT);
    expect(few.every(({ from, to }) => from.kind === 'start' && to.kind === 'end')).to.equal(true);
    const many = [...CausalGraph.of(parallelSpans(MOST_DIRECT + 1)).edges()];
    expect(many).to.have.length(2 * (MOST_DIRECT + 1));
    expect(new Set(many.flatMap(({ from, to }) => [from, to]).filter(({ kind }) => kind === 'cut')).size).to.equal(1);
  });

  it('plays no part in flow order', () => {
    const edges = [...CausalGraph.of(parallelSpans(20), { order: 'flow' }).edges()];
    expect(edges.map(({ from, to }) => [from.kind, to.kind])).to.deep.equal(edges.map(() => ['start', 'end']));
  });

  for (const [shape, spansOf] of Object.entries(SHAPES)) {
    it(`costs the same for each event, of spans ${shape}`, () => {
      const [once, twice] = [costOf(spansOf(1_000)), costOf(spansOf(2_000))];
      expect(once.looks).to.be.above(1_000);
      expect(twice.looks, 'looks at a clock').to.be.below(2.3 * once.looks);
      expect(twice.edges, 'edges').to.be.below(2.1 * once.edges);
    });
  }
});
