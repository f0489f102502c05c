/**
 * What is asked of a consumer whose span only links to its producers: no counter of another trace, but their Lamport
 * and hybrid times, and the edges in the analysis.
 */
import { expect } from 'chai';
import type { CausalSpan } from '../../src/analysis/graph/graph-model.js';
import type { ServiceOptions } from './fleet.js';
import type { Told } from './oracle.js';

/** Hybrid times on the spans, so that they can be compared. */
export const PRODUCER: ServiceOptions = { environment: { CLOCK: JSON.stringify({ attributes: 'full' }) } };

/** The same, on a host whose clock is behind: a hybrid time above the producer's shows that it was heard. */
export const LATE_CONSUMER: ServiceOptions = {
  environment: { CLOCK: JSON.stringify({ attributes: 'full' }), BEHIND_MS: '300' },
};

/**
 * Holds a consumer's span against the spans that it links to, and returns those.
 * @param heardAt its end, where links are added to a span under way
 */
export function expectHeardThroughLinks(
  told: Told,
  consumer: CausalSpan,
  heardAt: 'start' | 'end' = 'start',
): CausalSpan[] {
  const heard = consumer.stamps?.[heardAt];
  const hybrid = heardAt === 'start' ? 'causality.hlc' : 'causality.end.hlc';
  const producers = consumer.recorded.links.map(({ spanId }) => {
    const found = told.graph.spans.find(({ recorded }) => recorded.spanId === spanId);
    if (found === undefined) throw new Error(`the linked span ${spanId} was not exported`);
    return found;
  });
  for (const producer of producers) {
    expect(consumer.recorded.traceId).not.to.equal(producer.recorded.traceId);
    const lamport = producer.stamps?.start.lamport ?? Number.POSITIVE_INFINITY;
    expect(heard?.lamport, 'Lamport time').to.be.greaterThan(lamport);
    const times = [String(producer.recorded.attributes['causality.hlc']), String(consumer.recorded.attributes[hybrid])];
    expect(times, 'hybrid times').to.deep.equal(times.toSorted());
    expect(new Set(times).size).to.equal(2);
    expect(heard?.vector.size, 'counters of its own trace alone').to.equal(1);
    expect(heard?.incomplete, 'a link hides nothing of its own trace').to.equal(false);
    expect(told.graph.relation(producer.start, consumer[heardAt])).to.equal('before');
  }
  const ids = new Set(producers.map(({ index }) => index));
  const edges = [...told.graph.edges()].filter(({ kind, from, to }) => {
    return kind === 'link' && to === consumer[heardAt] && from.kind !== 'cut' && ids.has(from.span.index);
  });
  expect(edges, 'an edge for each linked span').to.have.length(ids.size);
  return producers;
}
