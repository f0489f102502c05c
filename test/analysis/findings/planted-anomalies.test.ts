import { expect } from 'chai';
import * as fc from 'fast-check';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import { findAnomalies } from '../../../src/analysis/findings/find-anomalies.js';
import type { Anomalies, Inversion } from '../../../src/analysis/findings/findings.js';
import type { RecordedSpan } from '../../../src/analysis/recorded.js';
import type { History, Told } from '../../support/history.js';
import { type Plan, play, plans } from '../../support/history-arbitrary.js';

const consistent = plans('stamped', { offsets: false, size: 30 });

/** Everything found, as lines, so that nothing else can be found unnoticed. */
function linesOf(found: Anomalies): string[] {
  return [
    ...found.inversions
      .filter(({ cause }) => cause === 'skew')
      .map(({ edge: { from, to } }) => `inversion ${from.span.recorded.spanId} ${to.span.recorded.spanId}.${to.kind}`),
    ...found.missingTicks.flatMap(({ node, from, to }) =>
      Array.from({ length: to - from + 1 }, (_, i) => `missing ${node} ${from + i}`),
    ),
    ...found.missingParents.map(({ span }) => `orphan ${span.recorded.spanId}`),
    ...found.identityClashes.map(({ node, tick, events }) => `clash ${node} ${tick} ${events.length}`),
    ...found.incomplete.map(({ node }) => `incomplete ${node}`),
    ...found.races.map(({ first, second }) => `race ${idsOf([first.span.recorded, second.span.recorded])}`),
  ];
}

function idsOf(pair: readonly { readonly spanId: string }[]): string {
  return pair
    .map(({ spanId }) => spanId)
    .sort()
    .join(' ');
}

function analysed(spans: Iterable<RecordedSpan>): string[] {
  return linesOf(findAnomalies(CausalGraph.of(spans)));
}

describe('planted anomalies', () => {
  it('are none where nothing was planted', () => {
    fc.assert(
      fc.property(consistent, (plan) => {
        expect(analysed(play(plan, { answered: true }).recorded())).to.deep.equal([]);
      }),
    );
  });

  it('are inversions, each where a clock was set back, and nowhere else', () => {
    fc.assert(
      fc.property(
        consistent,
        fc.array(fc.integer({ min: -200, max: 200 }), { minLength: 4, maxLength: 4 }),
        (plan, offsets) => {
          const history = play(withOffsets(plan, offsets), { answered: true });
          const graph = CausalGraph.of(history.recorded());
          const found = findAnomalies(graph);
          // A reply's news may reach another span of the caller's process before the one that asked: an edge of its own.
          const isNews = ({ edge }: Inversion): boolean => edge.kind === 'message' && edge.from.kind === 'reply';
          const inversions = found.inversions.filter((one) => !isNews(one));
          expect(linesOf({ ...found, inversions })).to.have.members(expectedInversions(history, graph));
          const pasts = history.closure();
          const told = new Map(history.told.map((span) => [span.id, span]));
          for (const { edge, byNanos, cause } of found.inversions.filter(isNews)) {
            const [from, to] = [edge.from, edge.to].map(
              ({ span, kind }) => told.get(span.recorded.spanId)?.events[kind] as number,
            ) as [number, number];
            expect(pasts[to]?.has(from)).to.equal(true);
            const resolution = Math.max(edge.from.node.resolutionNanos, edge.to.node.resolutionNanos);
            expect(cause === 'skew').to.equal(byNanos >= resolution);
          }
        },
      ),
    );
  });

  it('are missing events, each that was taken away', () => {
    fc.assert(
      fc.property(consistent, fc.array(fc.nat({ max: 40 }), { maxLength: 5 }), (plan, lost) => {
        const history = play(plan, { answered: true });
        const all = history.recorded();
        const kept = all.filter((_, i) => !lost.includes(i));
        expect(analysed(kept)).to.have.members(expectedMissing(all, kept));
      }),
    );
  });

  it('are clashes, each tick that two events share', () => {
    fc.assert(
      fc.property(consistent, fc.nat(), (plan, which) => {
        const spans = play(plan, { answered: true }).recorded();
        fc.pre(spans.length > 0);
        const original = spans[which % spans.length] as RecordedSpan;
        const twin = { ...original, spanId: 'f'.repeat(16), name: 'twin' };
        const ticks = ['causality.tick', 'causality.reply.tick', 'causality.end.tick'].flatMap(
          (name) => original.attributes[name] ?? [],
        );
        const expected = ticks.map(
          (tick) => `clash ${String(original.attributes['causality.node'])} ${String(tick)} 2`,
        );
        expect(analysed([...spans, twin])).to.have.members(expected);
      }),
    );
  });

  it('are races, each pair of accesses that nothing orders', () => {
    const accesses = fc.array(fc.constantFrom('SELECT x', 'UPDATE x', 'SELECT y', 'UPDATE y', ''), {
      minLength: 40,
      maxLength: 40,
    });
    fc.assert(
      fc.property(consistent, accesses, (plan, access) => {
        const history = play(plan, { answered: true });
        history.told.forEach((span, i) => {
          const [operation, resource] = (access[i % access.length] as string).split(' ');
          if (resource === undefined) return;
          span.attributes['causality.resource'] = resource;
          span.attributes['db.operation.name'] = operation as string;
        });
        expect(analysed(history.recorded())).to.have.members(expectedRaces(history));
      }),
      { numRuns: 400 },
    );
  });
});

function withOffsets({ processes, actions }: Plan, offsets: readonly number[]): Plan {
  return {
    processes: processes.map((process, i) => ({ ...process, offsetMs: offsets[i % offsets.length] as number })),
    actions,
  };
}

function expectedInversions({ told }: History, { nodes }: CausalGraph): string[] {
  const resolutionOf = ({ process }: Told): number => nodes.find(({ id }) => id === process.name)?.resolutionNanos ?? 0;
  return told.flatMap((span) => {
    const { parent } = span;
    if (parent === undefined) return [];
    const resolution = BigInt(Math.max(resolutionOf(span), resolutionOf(parent)));
    const lines: string[] = [];
    if (parent.startNanos - span.startNanos >= resolution) lines.push(`inversion ${parent.id} ${span.id}.start`);
    const heard = span.events.reply !== undefined && span.events.reply < (parent.events.end as number);
    if (heard && span.startNanos - parent.endNanos >= resolution) lines.push(`inversion ${span.id} ${parent.id}.end`);
    return lines;
  });
}

function expectedMissing(all: readonly RecordedSpan[], kept: readonly RecordedSpan[]): string[] {
  const isKept = new Set(kept.map(({ spanId }) => spanId));
  const lines = kept
    .filter(({ parentSpanId }) => parentSpanId !== undefined && !isKept.has(parentSpanId))
    .map(({ spanId }) => `orphan ${spanId}`);
  // Every tick that was seen, as an event or in a vector, and those that are events.
  const seen = new Map<string, Set<number>>();
  const events = new Set<string>();
  const see = (node: string, tick: number): void => {
    seen.set(node, (seen.get(node) ?? new Set()).add(tick));
  };
  for (const { attributes } of kept) {
    const node = attributes['causality.node'] as string;
    for (const name of ['causality.tick', 'causality.reply.tick', 'causality.end.tick']) {
      const tick = attributes[name];
      if (typeof tick !== 'number') continue;
      see(node, tick);
      events.add(`${node} ${tick}`);
    }
    for (const name of ['causality.vector', 'causality.end.vector']) {
      for (const entry of ((attributes[name] as string | undefined) ?? '').split(',').filter((text) => text !== '')) {
        const [heard, count] = entry.split('=') as [string, string];
        see(heard, Number(count));
      }
    }
  }
  for (const [node, ticks] of seen) {
    for (let tick = Math.min(...ticks); tick <= Math.max(...ticks); tick++) {
      if (!events.has(`${node} ${tick}`)) lines.push(`missing ${node} ${tick}`);
    }
  }
  expect(all.length).to.be.at.least(kept.length);
  return lines;
}

function expectedRaces(history: History): string[] {
  const pasts = history.closure();
  const lines: string[] = [];
  const isOver = (x: Told, y: Told): boolean =>
    pasts[y.events.start]?.has(x.events.reply ?? (x.events.end as number)) === true;
  const isInside = (inner: Told, outer: Told): boolean => {
    for (let at = inner.parent; at !== undefined; at = at.parent) if (at === outer) return true;
    return false;
  };
  const isWrite = ({ attributes }: Told): boolean => attributes['db.operation.name'] === 'UPDATE';
  history.told.forEach((y, i) => {
    for (const x of history.told.slice(0, i)) {
      const resource = x.attributes['causality.resource'];
      if (resource === undefined || resource !== y.attributes['causality.resource']) continue;
      if (!(isWrite(x) || isWrite(y)) || isInside(y, x) || isInside(x, y) || isOver(x, y) || isOver(y, x)) continue;
      lines.push(`race ${idsOf([{ spanId: x.id }, { spanId: y.id }])}`);
    }
  });
  return lines;
}
