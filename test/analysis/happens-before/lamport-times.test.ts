import { expect } from 'chai';
import { EventTable } from '../../../src/analysis/events/event-table.js';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import { circleOfParents } from '../../support/circle-of-parents.js';

/** How often a graph's making asks whether an event is stamped, which it does of each event that it looks at. */
function looksOf(spans: number): number {
  const recorded = circleOfParents(spans, 1, (i) => (i % 2 === 0 ? i : spans - i));
  const { isStamped } = EventTable.prototype;
  let looks = 0;
  EventTable.prototype.isStamped = function (event) {
    looks++;
    return isStamped.call(this, event);
  };
  try {
    CausalGraph.of(recorded);
  } finally {
    EventTable.prototype.isStamped = isStamped;
  }
  return looks;
}

describe('derived Lamport times', () => {
  it('cost the same for each event, also where a clock contradicts causes everywhere', () => {
    const [once, twice] = [looksOf(2_000), looksOf(4_000)];
    expect(once).to.be.above(2_000);
    expect(twice).to.be.below(2.3 * once);
  });
});
