/**
 * A hundred thousand traces through a store of a thousand: days of a busy gateway in a few seconds.
 *
 * Guarantee: checked by counts of live memory after a forced collection, never by time.
 */
import { ROOT_CONTEXT, SpanKind, trace as traceApi, TraceFlags } from '@opentelemetry/api';
import { expect } from 'chai';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { collectGarbage } from '../support/collect-garbage.js';
import { TestNode } from '../support/fleet.js';

const TRACES = 100_000;
const STORE = 1000;
/** Traces of one phase: the memory is looked at after each. */
const PHASE = 20_000;
/** Traces begin in this order again and again, so that each comes back after it was dropped, and some while held. */
const DISTINCT = 5000;
/** Traces between two turns of the event loop. */
const TURN = 500;
const MEGABYTE = 2 ** 20;

function traceId(number: number): string {
  // Spread like random ids, and different in both halves of their last sixteen digits.
  const mixed = Math.imul(number + 1, 0x9e3779b1) >>> 0;
  const other = Math.imul(number + 1, 0x85ebca6b) >>> 0;
  return `0af7651916cd43dd${mixed.toString(16).padStart(8, '0')}${other.toString(16).padStart(8, '0')}`;
}

describe('a hundred thousand traces through a store of a thousand', function () {
  this.timeout(0);

  it('use no (node, tick) of a trace twice, and leave nothing behind', async () => {
    const orders = new TestNode('orders', { maxDomains: STORE });
    const lastTicks = new Map<string, number>();
    const heap: number[] = [];
    let stamps = 0;

    for (let i = 0; i < TRACES; i++) {
      // A third of the time a trace that began a moment ago goes on: it is still held.
      const id = traceId(i % 3 === 2 ? Math.max(i - 700, 0) % DISTINCT : i % DISTINCT);
      const parent = { traceId: id, spanId: '00f067aa0ba902b7', traceFlags: TraceFlags.SAMPLED, isRemote: true };
      const context = traceApi.setSpanContext(ROOT_CONTEXT, parent);
      const { span } = orders.start('handle', context, { kind: SpanKind.SERVER });
      const tick = getCausalStamp(span)?.tick ?? 0;
      span.end();
      const ended = orders.finished('handle').attributes['causality.end.tick'] as number;
      orders.exporter.reset();
      const last = lastTicks.get(id) ?? 0;
      if (tick <= last || ended <= tick) expect.fail(`trace ${i}: ticks ${tick} and ${ended} after ${last}`);
      lastTicks.set(id, ended);
      stamps += 2;
      // The exporting processor holds each span until the event loop turns.
      if (i % TURN === 0) await new Promise((turned) => setImmediate(turned));
      if ((i + 1) % PHASE === 0) {
        collectGarbage();
        heap.push(process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers);
      }
    }

    const { liveDomains, domainsDropped, errors, incomplete } = orders.clock.counters;
    expect(stamps).to.equal(2 * TRACES);
    expect(errors).to.equal(0);
    expect(liveDomains).to.equal(STORE);
    expect(domainsDropped).to.be.greaterThan(TRACES / 2);
    expect(incomplete['trace-returned']).to.be.greaterThan(TRACES / 2);
    // The first phase fills the store and the filter; whatever grew with the traces would show in the others.
    const growth = ((heap.at(-1) as number) - (heap[0] as number)) / MEGABYTE;
    expect(
      growth,
      `megabytes after each phase: ${heap.map((bytes) => (bytes / MEGABYTE).toFixed(1)).join(', ')}`,
    ).to.be.below(4);
  });
});
