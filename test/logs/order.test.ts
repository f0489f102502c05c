/** Logs and events of small fleets, read back from what was exported, and how they stand to each other. */
import { type Context, type Span, SpanKind } from '@opentelemetry/api';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { compareLogStamps, type LogStamp } from '../../src/clocks/log-stamp.js';
import type { CausalStamp } from '../../src/clocks/stamp.js';
import { readLogStamp } from '../../src/codec/log-stamps.js';
import { readSpanStamps } from '../../src/codec/span-stamps.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { LoggingNode } from '../support/logging-node.js';

/** Samples all but the spans whose name says otherwise. */
const byName: Sampler = {
  shouldSample: (_context, _traceId, name) => ({
    decision: name.startsWith('unsampled') ? SamplingDecision.NOT_RECORD : SamplingDecision.RECORD_AND_SAMPLED,
  }),
  toString: () => 'by name',
};

function stampOf(log: ReadableLogRecord, spanStart?: CausalStamp): LogStamp {
  const stamp = readLogStamp(log.spanContext?.traceId, log.attributes, spanStart);
  if (stamp === undefined) throw new Error('the log is stamped');
  return stamp;
}

function startOf({ span }: { readonly span: Span }): CausalStamp {
  const stamp = getCausalStamp(span);
  if (stamp === undefined) throw new Error('the span is stamped');
  return stamp;
}

/** A span of the receiver for a request that is sent in this context, without a span of the sender's in between. */
function deliver(sender: LoggingNode, context: Context, receiver: LoggingNode): { span: Span; context: Context } {
  return receiver.start('serve', receiver.extract(sender.inject(context)), { kind: SpanKind.SERVER });
}

describe('logs and events', () => {
  const pair = (options?: ConstructorParameters<typeof LoggingNode>[1]): [LoggingNode, LoggingNode] => [
    new LoggingNode('gateway', { sampler: byName, ...options }),
    new LoggingNode('orders', { sampler: byName, ...options }),
  ];

  it('of one node are in the order in which they were made', () => {
    const [gateway] = pair();
    const first = gateway.start('first');
    const early = stampOf(gateway.log('early', first.context));
    const late = stampOf(gateway.log('late', first.context));
    const second = gateway.start('second', first.context);
    expect(compareLogStamps(startOf(first), early)).to.equal('before');
    expect(compareLogStamps(early, startOf(first))).to.equal('after');
    expect(compareLogStamps(early, late)).to.equal('before');
    expect(compareLogStamps(late, startOf(second))).to.equal('before');
    expect(compareLogStamps(early, early)).to.equal('equal');
    expect(compareLogStamps(startOf(first), startOf(second))).to.equal('before');
  });

  it('are in order along a message that left after the next event', () => {
    const [gateway, orders] = pair();
    const root = gateway.start('root');
    const cause = stampOf(gateway.log('cause', root.context));
    const call = gateway.start('call', root.context, { kind: SpanKind.CLIENT });
    const served = deliver(gateway, call.context, orders);
    const effect = stampOf(orders.log('effect', served.context));
    expect(compareLogStamps(cause, startOf(served))).to.equal('before');
    expect(compareLogStamps(cause, effect)).to.equal('before');
    expect(compareLogStamps(effect, cause)).to.equal('after');
  });

  it('are unknown where the message left before the next event: who hears it cannot tell', () => {
    const [gateway, orders] = pair();
    const call = gateway.start('call', undefined, { kind: SpanKind.CLIENT });
    const before = stampOf(gateway.log('before it left', call.context));
    const served = deliver(gateway, call.context, orders);
    const after = stampOf(gateway.log('after it left', call.context));
    for (const log of [before, after]) {
      expect(compareLogStamps(log, startOf(served))).to.equal('unknown');
      expect(compareLogStamps(startOf(served), log)).to.equal('unknown');
    }
    // All the same no effect is sorted before its cause.
    expect(startOf(served).lamport).to.be.greaterThan(before.lamport);
  });

  it('are concurrent where neither heard of the other', () => {
    const [gateway, orders] = pair();
    const root = gateway.start('root');
    const served = deliver(gateway, root.context, orders);
    gateway.start('next', root.context);
    const here = stampOf(gateway.log('here', root.context));
    const there = stampOf(orders.log('there', served.context));
    expect(compareLogStamps(here, there)).to.equal('concurrent');
    expect(compareLogStamps(there, here)).to.equal('concurrent');
    expect(compareLogStamps(here, startOf(served))).to.equal('concurrent');
    expect(compareLogStamps(here, { ...there, incomplete: true })).to.equal('unknown');
  });

  it('of another trace, or another scope, are unknown', () => {
    const [gateway] = pair();
    const one = stampOf(gateway.log('one', gateway.start('one').context));
    const two = stampOf(gateway.log('two', gateway.start('two').context));
    expect(compareLogStamps(one, two)).to.equal('unknown');
  });

  it('are no proof against a relay that has never ticked, however high its ticks are elsewhere', () => {
    const [gateway, orders] = pair({ maxDomains: 1 });
    const relay = new LoggingNode('relay', { sampler: byName, maxDomains: 1 });
    relay.start('of a trace that is dropped').span.end();
    const call = gateway.start('call', undefined, { kind: SpanKind.PRODUCER });
    const received = relay.extract(gateway.inject(call.context));
    const passedOn = relay.start('unsampled', received);
    const log = stampOf(relay.log('passing on', passedOn.context));
    const served = deliver(relay, passedOn.context, orders);
    expect(log.afterTick).to.equal(2);
    expect(log.vector.get(log.node)).to.equal(0);
    expect(startOf(served).vector.get(log.node)).to.equal(0);
    // The log was written before the message left.
    const complete = { ...log, incomplete: false };
    expect(compareLogStamps(complete, startOf(served))).to.equal('unknown');
    const claiming = { ...complete, vector: log.vector.withCounter(log.node, 2) };
    expect(compareLogStamps(claiming, startOf(served)), 'this is how it would be wrong').to.equal('concurrent');
    expect(compareLogStamps(startOf(call), log)).to.equal('before');
  });

  it('keep their order, and their numbers, when the domain is dropped and comes back', () => {
    const [gateway] = pair({ maxDomains: 1 });
    const trip = gateway.start('trip');
    const before = stampOf(gateway.log('before', trip.context));
    gateway.start('another trace, for which the first is dropped').span.end();
    const after = stampOf(gateway.log('after', trip.context));
    expect(compareLogStamps(before, after)).to.equal('before');
    expect(compareLogStamps(startOf(trip), after)).to.equal('before');
    expect(after.afterTick).to.equal(3);
    expect(after.vector.get(after.node)).to.equal(1);
    expect(after.incomplete).to.equal(true);
    expect(after.seq).to.equal(2);
    expect(after.lamport).to.be.greaterThan(before.lamport);
  });

  it('of one name in two processes contradict each other, and are unknown', () => {
    const [gateway] = pair();
    const root = gateway.start('root');
    const log = stampOf(gateway.log('log', root.context));
    expect(compareLogStamps(log, { ...log, afterTick: 3 })).to.equal('unknown');
    expect(compareLogStamps({ ...log, seq: 9 }, { ...log, afterTick: 3 })).to.equal('unknown');
    expect(compareLogStamps(log, { ...log })).to.equal('equal');
  });

  it('in lean mode take the vector of their span, where nothing was heard since', () => {
    const [gateway, orders] = pair({ attributes: 'lean' });
    const call = gateway.start('call', undefined, { kind: SpanKind.CLIENT });
    const served = deliver(gateway, call.context, orders);
    const log = orders.log('lean', served.context);
    expect(log.attributes).not.to.have.property('causality.vector');
    expect(stampOf(log).incomplete).to.equal(true);
    served.span.end();
    const { attributes } = orders.finished('serve');
    const start = readSpanStamps(served.span.spanContext().traceId, attributes)?.start;
    const derived = stampOf(log, start);
    expect(derived.incomplete).to.equal(false);
    expect(derived.vector.toString()).to.equal(startOf(served).vector.toString());
    expect(compareLogStamps(startOf(call), derived)).to.equal('before');
  });

  it('have a hybrid time of their own each in full mode', () => {
    let now = Date.UTC(2026, 0, 1);
    const [gateway] = pair({ attributes: 'full', now: () => now });
    const root = gateway.start('root');
    now += 2000;
    const first = gateway.log('first', root.context);
    const second = gateway.log('second', root.context);
    expect(first.attributes['causality.hlc']).to.match(/^2026-01-01T00:00:02\.\d{10}Z$/);
    expect(stampOf(second).hlc?.compare(stampOf(first).hlc as never)).to.equal(1);
    expect(startOf(gateway.start('next', root.context)).hlc?.compare(stampOf(second).hlc as never)).to.equal(1);
  });
});
