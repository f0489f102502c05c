/**
 * What is asked of a consumer whose span only links to its producers: no counter of another trace, but their Lamport
 * and hybrid times, and the edges in the analysis.
 */
import { expect } from 'chai';
import type { CausalSpan } from '../../src/analysis/graph-model.js';
import type { ServiceOptions } from '../transports/fleet.js';
import type { Told } from '../transports/oracle.js';

/** Hybrid times on the spans, so that they can be compared. */
export const PRODUCER: ServiceOptions = { environment: { CLOCK: JSON.stringify({ attributes: 'full' }) } };

/** The same, on a host whose clock is behind: a hybrid time above the producer's shows that it was heard. */
export const LATE_CONSUMER: ServiceOptions = {
  environment: { CLOCK: JSON.stringify({ attributes: 'full' }), BEHIND_MS: '300' },
};

/** Holds a consumer's span against the spans that it links to, and returns those. */
export function expectHeardThroughLinks(told: Told, consumer: CausalSpan): CausalSpan[] {
  const producers = consumer.recorded.links.map(({ spanId }) => {
    const found = told.graph.spans.find(({ recorded }) => recorded.spanId === spanId);
    if (found === undefined) throw new Error(`the linked span ${spanId} was not exported`);
    return found;
  });
  for (const producer of producers) {
    expect(consumer.recorded.traceId).not.to.equal(producer.recorded.traceId);
    const [cause, effect] = [producer.stamps?.start, consumer.stamps?.start];
    expect(effect?.lamport, 'Lamport time').to.be.greaterThan(cause?.lamport ?? Number.POSITIVE_INFINITY);
    const times = [producer, consumer].map(({ recorded }) => String(recorded.attributes['causality.hlc']));
    expect(times, 'hybrid times').to.deep.equal(times.toSorted());
    expect(new Set(times).size).to.equal(2);
    expect(effect?.vector.size, 'counters of its own trace alone').to.equal(1);
    expect(effect?.incomplete, 'a link hides nothing of its own trace').to.equal(false);
    expect(told.graph.relation(producer.start, consumer.start)).to.equal('before');
  }
  const ids = new Set(producers.map(({ index }) => index));
  const edges = [...told.graph.edges()].filter(({ kind, from, to }) => {
    return kind === 'link' && to.span === consumer && ids.has(from.span.index);
  });
  expect(edges, 'an edge for each link').to.have.length(producers.length);
  return producers;
}
