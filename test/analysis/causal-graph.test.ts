import { expect } from 'chai';
import * as fc from 'fast-check';
import { CausalGraph } from '../../src/analysis/causal-graph.js';
import type { CausalEvent } from '../../src/analysis/graph-model.js';
import type { History } from '../support/history.js';
import { type Fleet, play, plans } from '../support/history-arbitrary.js';

/** The graph's events with the number of the true event. */
function paired(history: History, graph: CausalGraph): [CausalEvent, number][] {
  return graph.events.flatMap((event) => {
    const truth = history.told[event.span.index]?.events[event.kind];
    return truth === undefined ? [] : [[event, truth] as [CausalEvent, number]];
  });
}

describe('a causal graph', () => {
  for (const fleet of ['stamped', 'plain', 'mixed'] as readonly Fleet[]) {
    it(`never says a wrong before or concurrent of a ${fleet} fleet`, () => {
      fc.assert(
        fc.property(plans(fleet), (plan) => {
          const history = play(plan);
          const graph = CausalGraph.of(history.recorded());
          const pasts = history.closure();
          const events = paired(history, graph);
          for (const [a, trueA] of events) {
            for (const [b, trueB] of events) {
              const relation = graph.relation(a, b);
              const before = pasts[trueB]?.has(trueA) === true;
              const after = pasts[trueA]?.has(trueB) === true;
              const told = `${a.span.recorded.name}.${a.kind} ${relation} ${b.span.recorded.name}.${b.kind}`;
              if (relation === 'before') expect(before, told).to.equal(true);
              if (relation === 'after') expect(after, told).to.equal(true);
              if (relation === 'concurrent') expect(before || after, told).to.equal(false);
            }
          }
        }),
        { numRuns: 300 },
      );
    });
  }
});
