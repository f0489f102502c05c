import { expect } from 'chai';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import { findingsText } from '../../../src/analysis/reports/findings-text.js';
import { paintNothing } from '../../../src/analysis/reports/paint.js';
import { findAnomalies } from '../../../src/analysis/findings/find-anomalies.js';
import type { Anomalies } from '../../../src/analysis/findings/findings.js';
import { RACE_COMPARISONS } from '../../../src/analysis/findings/races.js';
import type { RecordedSpan } from '../../../src/analysis/recorded.js';
import { History } from '../../support/history.js';

/** So many that all pairs of them are just within the limit. */
const WITHIN = Math.floor((1 + Math.sqrt(1 + 8 * RACE_COMPARISONS)) / 2);

const STOCK = { 'causality.resource': 'stock', 'causality.operation': 'write' };

/** Writes that begin before any of them is over: each pair is a race. */
function sideBySide(count: number): RecordedSpan[] {
  const history = new History();
  const root = history.start(history.process('a-1'), 'root');
  const writes = Array.from({ length: count }, (_, i) =>
    history.start(root.process, `write${i}`, { parent: root, attributes: STOCK }),
  );
  for (const write of writes) history.end(write);
  history.end(root);
  return history.recorded();
}

/** Writes of two nodes in turns, each after the one before. */
function inTurns(count: number): RecordedSpan[] {
  const history = new History();
  const [a, b] = [history.process('a-1'), history.process('b-1')];
  const root = history.start(a, 'root');
  for (let i = 0; i < count; i += 100) {
    const call = history.start(a, 'call', { parent: root, kind: 'client' });
    const serve = history.start(b, 'serve', { parent: call, kind: 'server' });
    for (let j = 0; j < 50; j++) history.end(history.start(b, 'write', { parent: serve, attributes: STOCK }));
    history.reply(serve);
    history.end(serve);
    history.end(call);
    for (let j = 0; j < 50; j++) history.end(history.start(a, 'write', { parent: root, attributes: STOCK }));
  }
  history.end(root);
  return history.recorded();
}

function textOf(found: Anomalies): string[] {
  const counts = { spans: 0, traces: 0, nodes: 0 };
  return [...findingsText(counts, found, { columns: 100, paint: paintNothing, shown: 0, failOn: new Set() })];
}

describe('races of one resource', () => {
  it('are all found up to the limit of comparisons, and nothing is said of a limit', () => {
    const found = findAnomalies(CausalGraph.of(sideBySide(WITHIN)));
    expect(found.totals.races).to.equal((WITHIN * (WITHIN - 1)) / 2);
    expect(found).to.deep.include({ racesTruncated: false, truncatedResources: [] });
    expect(textOf(found).join('\n')).to.not.include('there may be more');
  });

  for (const order of ['process', 'flow'] as const) {
    it(`beyond it say where more may be, in the finding and in the text, in ${order} order`, () => {
      const found = findAnomalies(CausalGraph.of(sideBySide(WITHIN + 1), { order }));
      expect(found.totals.races).to.equal(RACE_COMPARISONS);
      expect(found).to.deep.include({ racesTruncated: true, truncatedResources: ['stock'] });
      expect(textOf(found)).to.include('    there may be more: after 200,000 pairs no more were compared of stock');
    });
  }

  it('cost no comparison where accesses are in order: far more pairs than the limit, and none left out', () => {
    const count = 2000;
    expect((count * (count - 1)) / 2).to.be.above(5 * RACE_COMPARISONS);
    const found = findAnomalies(CausalGraph.of(inTurns(count)));
    expect(found.totals.races).to.equal(0);
    expect(found.racesTruncated).to.equal(false);
    expect(textOf(found)).to.include('✔ race        no two accesses of one resource race');
  });

  it('are not said to be none where not all were compared', () => {
    const found = findAnomalies(CausalGraph.of(sideBySide(2)));
    const open = {
      ...found,
      totals: { ...found.totals, races: 0 },
      races: [],
      racesTruncated: true,
      truncatedResources: ['x', 'y'],
    };
    const text = textOf(open);
    expect(text).to.include('! race        no race among the accesses that were compared');
    expect(text.join('\n')).to.include('of x and 1 other resource');
  });
});
