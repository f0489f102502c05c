/**
 * Results on real exports of the demo's fleet (`npm run golden` makes them), held against what is kept, and against what the
 * fleet's code says must be so. A folder may hold the same traces as other backends give them (`jaeger-v3.json`,
 * `tempo-v2.json`, …): those must lead to the same orders.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { EXPECTATIONS } from '../../examples/demo/scenario.js';
import { CausalGraph } from '../../src/analysis/graph/causal-graph.js';
import { correctTimestamps } from '../../src/analysis/correction/correct-timestamps.js';
import { spanLabel } from '../../src/analysis/wording/span-label.js';
import { findAnomalies } from '../../src/analysis/findings/find-anomalies.js';
import type { CausalEvent, CausalSpan } from '../../src/analysis/graph/graph-model.js';
import type { RecordedSpan } from '../../src/analysis/recorded.js';
import { checkout, type Moment } from '../support/golden/program.js';
import { RECIPES } from '../support/golden/recipes.js';
import { resultsOf } from '../support/golden/results.js';
import { repositoryRoot } from '../support/repository.js';
import { readAll } from './readers/reading-all.js';

const FOLDER = join(repositoryRoot, 'test', 'analysis', 'golden');
const EXPORT = 'export.jsonl';

/** The same traces, as others than OpenTelemetry's own exporter have them. */
function otherForms(name: string): string[] {
  return readdirSync(join(FOLDER, name)).filter((file) => /^(?:zipkin|jaeger|tempo)[\w-]*\.json$/.test(file));
}

async function spansOf(name: string, file = EXPORT): Promise<RecordedSpan[]> {
  const { spans, said, error } = await readAll(join(FOLDER, name, file));
  expect([said, error]).to.deep.equal([[], undefined]);
  return spans;
}

/** `gateway → POST /orders`, which is there once in every trace. */
function nameOf({ recorded }: CausalSpan): string {
  return `${recorded.service} ${recorded.kind === 'client' ? '→ ' : ''}${spanLabel(recorded)}`;
}

function byTrace(graph: CausalGraph): Map<string, Map<string, CausalSpan>> {
  const traces = new Map<string, Map<string, CausalSpan>>();
  for (const span of graph.spans) {
    const { traceId } = span.recorded;
    const trace = traces.get(traceId) ?? new Map<string, CausalSpan>();
    expect(trace.has(nameOf(span)), nameOf(span)).to.equal(false);
    traces.set(traceId, trace.set(nameOf(span), span));
  }
  return traces;
}

function momentsOf(trace: ReadonlyMap<string, CausalSpan>): [Moment, CausalEvent][] {
  return [...trace].flatMap(([name, { start, reply, end }]) =>
    [start, reply, end].flatMap((event): [Moment, CausalEvent][] =>
      event === undefined ? [] : [[`${name}#${event.kind}`, event]],
    ),
  );
}

describe('results on real exports of the fleet', () => {
  for (const { name } of RECIPES) {
    it(`are those that are kept: ${name}`, async () => {
      const results = await resultsOf(join(FOLDER, name, EXPORT));
      for (const [file, text] of results) {
        expect(text, `${name}/${file}`).to.equal(readFileSync(join(FOLDER, name, file), 'utf8'));
      }
      const kept = readdirSync(join(FOLDER, name)).filter(
        (file) => file !== EXPORT && !otherForms(name).includes(file),
      );
      expect(kept).to.have.members([...results.keys()]);
    });

    it(`never contradict what the fleet's code says: ${name}`, async () => {
      const graph = CausalGraph.of(await spansOf(name));
      const pasts = checkout(name !== 'race').closure();
      let proven = 0;
      for (const trace of byTrace(graph).values()) {
        const moments = momentsOf(trace);
        for (const [first, a] of moments) {
          for (const [second, b] of moments) {
            if (pasts.get(second)?.has(first) !== true) continue;
            const relation = graph.relation(a, b);
            const isKnown = a.stamp !== undefined && b.stamp !== undefined;
            // Who neither stamps nor replies with a stamp leaves some orders open; nobody ever turns one round.
            if (isKnown && name !== 'one-unstamped') expect(relation, `${first} → ${second}`).to.equal('before');
            else expect(relation, `${first} → ${second}`).to.be.oneOf(['before', 'unknown']);
            if (relation === 'before') proven++;
          }
        }
        for (const [x, y] of EXPECTATIONS.parallel) {
          const [first, second] = [trace.get(x), trace.get(y)];
          if (first === undefined || second === undefined) continue;
          const wanted = name === 'one-unstamped' ? ['concurrent', 'unknown'] : ['concurrent'];
          expect(graph.spanRelation(first, second), `${x} and ${y}`).to.be.oneOf(wanted);
        }
      }
      expect(proven).to.be.above(100);
    });

    it(`draw causes above their effects: ${name}`, async () => {
      const graph = CausalGraph.of(await spansOf(name));
      const pasts = checkout(name !== 'race').closure();
      const place = new Map(graph.order().map((event, at) => [event, at]));
      for (const trace of byTrace(graph).values()) {
        const moments = momentsOf(trace);
        for (const [first, a] of moments) {
          for (const [second, b] of moments) {
            if (pasts.get(second)?.has(first) !== true || graph.relation(a, b) !== 'before') continue;
            expect(place.get(a), `${first} above ${second}`).to.be.below(place.get(b) as number);
          }
        }
      }
    });

    for (const file of existsSync(join(FOLDER, name)) ? otherForms(name) : []) {
      it(`are the same orders from ${file}: ${name}`, async () => {
        const [graph, other] = [CausalGraph.of(await spansOf(name)), CausalGraph.of(await spansOf(name, file))];
        expect(other.spanCount).to.equal(graph.spanCount);
        const others = new Map(other.spans.map((span) => [span.recorded.spanId, span]));
        for (const x of graph.spans) {
          for (const y of graph.spans) {
            const [otherX, otherY] = [x, y].map(({ recorded }) => others.get(recorded.spanId) as CausalSpan);
            const told = `${nameOf(x)} and ${nameOf(y)}`;
            expect(other.relation(otherX!.start, otherY!.start), told).to.equal(graph.relation(x.start, y.start));
            expect(other.spanRelation(otherX!, otherY!), told).to.equal(graph.spanRelation(x, y));
          }
        }
        const [found, otherFound] = [findAnomalies(graph), findAnomalies(other)];
        expect(otherFound.totals).to.deep.equal(found.totals);
      });
    }
  }

  it('find the clocks that the fleet was given', async () => {
    const spans = await spansOf('clocks-apart');
    const graph = CausalGraph.of(spans);
    const skews = findAnomalies(graph).skews.filter(({ from }) => from.service === 'gateway');
    for (const [service, offsetMs] of [
      ['orders', -120],
      ['payments', 80],
    ] as const) {
      const skew = skews.find(({ to }) => to.service === service);
      expect(skew?.atLeastNanos).to.be.at.most(offsetMs * 1e6 + 1e6);
      expect(skew?.atMostNanos).to.be.at.least(offsetMs * 1e6 - 1e6);
    }
    const { report } = correctTimestamps(graph);
    expect(report).to.include({ constantOffsets: true, inversionsAfter: 0 });
    expect(report.offsets.map(({ node }) => node.service)).to.have.members(['orders', 'payments']);
  });

  it('find what a crash took along, and nothing else missing', async () => {
    const found = findAnomalies(CausalGraph.of(await spansOf('crash')));
    expect(found.missingParents.map(({ span }) => nameOf(span))).to.deep.equal(['orders POST /shipped']);
    // Its call started, as orders had heard; that it ended nobody can have heard.
    expect(found.missingTicks.map(({ node, from, to }) => [node.replace(/-.*/, ''), to - from + 1])).to.deep.equal([
      ['inventory', 1],
    ]);
    expect(found.totals).to.include({ identityClashes: 0, races: 0, incompleteSpans: 0 });
  });

  it('find the one race, and what only luck kept apart in flow order', async () => {
    const spans = await spansOf('race');
    const { races } = findAnomalies(CausalGraph.of(spans));
    const pairs = races.map(({ first, second }) => [nameOf(first.span), nameOf(second.span)].sort());
    expect(pairs).to.deep.equal([['inventory POST /reserve', 'orders POST /confirm']]);
    expect(findAnomalies(CausalGraph.of(spans, { order: 'flow' })).races).to.have.length(6);
  });

  it('say where stamps end that one service does not make', async () => {
    const graph = CausalGraph.of(await spansOf('one-unstamped'));
    expect(new Set(graph.spans.filter(({ stamps }) => stamps === undefined).map(({ node }) => node.id))).to.deep.equal(
      new Set(['payments@payments-0']),
    );
    expect(findAnomalies(graph).totals).to.include({ missingTicks: 0, missingParents: 0, races: 0 });
  });
});
