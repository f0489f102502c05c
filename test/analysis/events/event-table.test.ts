import { expect } from 'chai';
import { REPLY } from '../../../src/analysis/events/event-table.js';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import type { RecordedSpan } from '../../../src/analysis/recorded.js';
import { parallelSpans } from '../../support/crowds.js';

/** A node that begins many spans, then replies to all, then ends them; the last one that it begins has heard of another node. */
function repliesInARow(count: number): RecordedSpan[] {
  const spans = parallelSpans(count + 1);
  return spans.map((span, i): RecordedSpan => {
    if (i === count) {
      const attributes = {
        'causality.node': 'b',
        'causality.tick': 1,
        'causality.lamport': 1,
        'causality.vector': 'b=1',
      };
      return { ...span, attributes };
    }
    const own = i + 1;
    const attributes = {
      'causality.node': 'a',
      'causality.tick': own,
      'causality.lamport': own + 1,
      'causality.vector': own === count ? `a=${own},b=1` : `a=${own}`,
      'causality.reply.tick': count + own,
      'causality.reply.lamport': count + own + 1,
      'causality.end.tick': 2 * count + own,
      'causality.end.lamport': 2 * count + own + 1,
    };
    return { ...span, attributes };
  });
}

/** What each reply has heard of the other node, and how often places in chains are looked at for that. */
function askReplies(count: number): { readonly heard: readonly number[]; readonly looks: number } {
  const { table } = CausalGraph.of(repliesInARow(count)).parts;
  let looks = 0;
  const other = table.chain[3 * count] as number;
  table.chainEvents = new Proxy(table.chainEvents, {
    get: (target, key) => {
      looks++;
      return Reflect.get(target, key, target) as unknown;
    },
  });
  const heard = Array.from({ length: count }, (_, span) => table.heard(3 * span + REPLY, other));
  return { heard, looks };
}

describe('a table of events', () => {
  it('knows of replies what their node had heard before them, at the same cost for each, however many are in a row', () => {
    const [once, twice] = [askReplies(500), askReplies(1_000)];
    expect(new Set(once.heard)).to.deep.equal(new Set([1]));
    expect(new Set(twice.heard)).to.deep.equal(new Set([1]));
    expect(once.looks).to.be.above(500);
    expect(twice.looks).to.be.below(2.3 * once.looks);
  });
});
