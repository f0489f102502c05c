import { expect } from 'chai';
import { findClockSteps } from '../../../src/analysis/correction/clock-steps.js';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import { circleOfParents } from '../../support/circle-of-parents.js';

function weightsOf({ nodes, spans }: CausalGraph): Float64Array {
  const weights = new Float64Array(nodes.length);
  for (const { node } of spans) weights[node.index]!++;
  return weights;
}

describe('clocks that were set', () => {
  const cases: readonly [name: string, services: number, millisAt: (i: number, of: number) => number][] = [
    ['each span before its parent, by one clock', 1, (i, of) => of - i],
    ['all times mixed up, by one clock', 1, (i, of) => (i * 7919) % of],
    ['all times mixed up, by seven clocks', 7, (i, of) => (i * 7919) % of],
  ];
  for (const [name, services, millisAt] of cases) {
    it(`cost little more than each constraint once: ${name}`, () => {
      const workOf = (spans: number): number => {
        const graph = CausalGraph.of(circleOfParents(spans, services, (i) => millisAt(i, spans)));
        const { work, unresolved } = findClockSteps(graph.parts, weightsOf(graph));
        expect(unresolved).to.deep.equal([]);
        return work;
      };
      // So many that the steps, of which there is a most, are found among the first of them.
      const [once, twice] = [workOf(4_000), workOf(8_000)];
      expect(twice).to.be.below(2.5 * once);
      expect(twice).to.be.below(100 * 8_000);
    });
  }

  it('are found where they were set, however much comes after', () => {
    const spans = 10_000;
    // A caller and a server in turns; in the middle the server's clock is set back by an hour.
    const graph = CausalGraph.of(circleOfParents(spans, 2, (i) => i - (i % 2 === 1 && i >= spans / 2 ? 3_600_000 : 0)));
    const { steps, unresolved, work } = findClockSteps(graph.parts, weightsOf(graph));
    expect(unresolved).to.deep.equal([]);
    expect(steps.map(({ lane, span }) => [graph.nodes[lane]?.service, span])).to.deep.equal([['s1', spans / 2 + 1]]);
    expect(work).to.be.below(200 * spans);
  });
});
