import {
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import { TraceState } from '@opentelemetry/core';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { type CausalStamp, compareStamps } from '../../src/clocks/stamp.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { type Carrier, TestNode } from '../support/fleet.js';

const SPAN_ID = '00f067aa0ba902b7';

function startOf(span: Span): CausalStamp {
  const stamp = getCausalStamp(span);
  if (stamp === undefined) throw new Error('the span is stamped');
  return stamp;
}

/** The context of a message, as a consumer that only links to it keeps it. */
function linkTo(node: TestNode, carrier: Carrier): Link {
  return { context: trace.getSpanContext(node.extract(carrier)) as SpanContext };
}

function sent(node: TestNode, kind = SpanKind.PRODUCER): { span: Span; carrier: Carrier } {
  const { span, context } = node.start('send', undefined, { kind });
  return { span, carrier: node.inject(context) };
}

describe('the events of spans', () => {
  describe('in one process', () => {
    it('are in the order in which they happened, in one trace', () => {
      const node = new TestNode('node');
      const outer = node.start('outer');
      const first = node.start('first', outer.context);
      first.span.end();
      const second = node.start('second', outer.context);
      expect(compareStamps(startOf(outer.span), startOf(first.span))).to.equal('before');
      expect(compareStamps(startOf(first.span), startOf(second.span))).to.equal('before');
      expect([startOf(outer.span), startOf(first.span), startOf(second.span)].map(({ tick }) => tick)).to.deep.equal([
        1, 2, 4,
      ]);
    });

    it('of two traces know nothing of each other', () => {
      const node = new TestNode('node');
      const [one, other] = [node.start('one'), node.start('other')];
      expect(startOf(other.span).vector.toString()).to.equal(`${node.clock.node}=1`);
      expect(compareStamps(startOf(one.span), startOf(other.span))).to.equal('unknown');
    });

    it('take no part of times that the application passes', () => {
      const node = new TestNode('node');
      const parent = node.start('parent');
      const child = node.tracer.startSpan('child', { startTime: 1 }, parent.context);
      child.end(2);
      expect(compareStamps(startOf(parent.span), startOf(child))).to.equal('before');
    });
  });

  describe('with links', () => {
    it('to a message of another trace take its times, not its counters', () => {
      const [producer, consumer] = [new TestNode('producer'), new TestNode('consumer')];
      for (let i = 0; i < 5; i++) producer.start('work', undefined).span.end();
      const { span, carrier } = sent(producer);
      const received = consumer.start('process', undefined, {
        kind: SpanKind.CONSUMER,
        links: [linkTo(consumer, carrier)],
      });
      expect(startOf(received.span).lamport).to.be.greaterThan(startOf(span).lamport);
      expect(startOf(received.span).vector.toString()).to.equal(`${consumer.clock.node}=1`);
      expect(startOf(received.span).incomplete).to.equal(false);
    });

    it('to a message of the same trace merge all of it', () => {
      const [producer, consumer] = [new TestNode('producer'), new TestNode('consumer')];
      const { span, carrier } = sent(producer);
      const sameTrace = trace.setSpanContext(ROOT_CONTEXT, {
        traceId: span.spanContext().traceId,
        spanId: SPAN_ID,
        traceFlags: TraceFlags.SAMPLED,
      });
      const received = consumer.start('process', sameTrace, { links: [linkTo(consumer, carrier)] });
      expect(compareStamps(startOf(span), startOf(received.span))).to.equal('before');
    });

    it('that are added later are heard by the end, from each of them', () => {
      const consumer = new TestNode('consumer');
      const received = consumer.start('receive', undefined, { kind: SpanKind.CONSUMER });
      const producers = ['one', 'other'].map((name, i) => {
        const producer = new TestNode(name);
        for (let work = 0; work < 5 * (2 - i); work++) producer.start('work').span.end();
        const { span, carrier } = sent(producer);
        received.span.addLink(linkTo(consumer, carrier));
        return startOf(span).lamport;
      });
      expect(startOf(received.span).lamport).to.equal(1);
      received.span.end();
      const { attributes } = consumer.finished('receive');
      expect(attributes['causality.end.lamport']).to.be.greaterThan(Math.max(...producers));
      expect(attributes).not.to.have.any.keys('causality.end.vector', 'causality.incomplete');
    });

    it('that are added later and hide something make the end incomplete', () => {
      const node = new TestNode('node');
      const { span } = node.start('receive');
      const traceState = new TraceState(`causality=${SPAN_ID}`);
      span.addLink({ context: { traceId: '1'.repeat(32), spanId: SPAN_ID, traceFlags: 1, traceState } });
      span.end();
      expect(node.finished('receive').attributes).to.include({ 'causality.incomplete': true });
    });

    it('of which later ones push out others make the end incomplete', () => {
      const node = new TestNode('node');
      const { span } = node.start('receive');
      for (let i = 0; i < 129; i++) {
        span.addLink({ context: { traceId: '1'.repeat(32), spanId: SPAN_ID, traceFlags: 1 } });
      }
      span.end();
      expect(node.finished('receive').attributes).to.include({ 'causality.incomplete': true });
    });

    it('tell how far the clock of a sender is ahead, the furthest of them, at the start and later', () => {
      const START = 1_719_835_200_000;
      const node = new TestNode('node', { now: () => START });
      const links = [300, 100].map((ahead) => {
        const sender = new TestNode('sender', { now: () => START + ahead });
        const sent = sender.inject(sender.start('send', undefined, { kind: SpanKind.PRODUCER }).context);
        return { context: trace.getSpanContext(node.extract(sent)) as SpanContext };
      });
      const early = node.start('early', undefined, { links });
      const late = node.start('late');
      late.span.addLinks(links);
      for (const { span } of [early, late]) span.end();
      for (const name of ['early', 'late']) {
        const behind = node.finished(name).attributes['causality.clock_behind_us'] as number;
        expect(behind, name).to.be.within(299_900, 300_100);
      }
    });

    it('to a local span merge its start', () => {
      const node = new TestNode('node');
      const linked = node.start('linked');
      const later = node.start('later', undefined, { links: [{ context: linked.span.spanContext() }] });
      expect(startOf(later.span).lamport).to.equal(startOf(linked.span).lamport + 1);
    });

    it('whose mark is there but whose stamp nobody read are incomplete', () => {
      const node = new TestNode('node');
      const unread: SpanContext = {
        traceId: '1'.repeat(32),
        spanId: SPAN_ID,
        traceFlags: 1,
        traceState: new TraceState(`causality=${SPAN_ID}`),
      };
      expect(startOf(node.start('process', undefined, { links: [{ context: unread }] }).span).incomplete).to.equal(
        true,
      );
      const unmarked: SpanContext = { traceId: '1'.repeat(32), spanId: SPAN_ID, traceFlags: 1 };
      expect(startOf(node.start('process', undefined, { links: [{ context: unmarked }] }).span).incomplete).to.equal(
        false,
      );
      expect(node.clock.counters.incomplete).to.deep.equal({ 'link-without-stamp': 1 });
    });

    it('of this trace without any stamp are incomplete', () => {
      const node = new TestNode('node');
      const outer = node.start('outer');
      const { traceId } = outer.span.spanContext();
      const inner = node.start('inner', outer.context, {
        links: [{ context: { traceId, spanId: SPAN_ID, traceFlags: 1 } }],
      });
      expect(startOf(inner.span).incomplete).to.equal(true);
    });

    it('that the SDK dropped are incomplete', () => {
      const node = new TestNode('node');
      const provider = new BasicTracerProvider({
        spanLimits: { linkCountLimit: 2 },
        spanProcessors: [node.processor],
      });
      const context = { traceId: '1'.repeat(32), spanId: SPAN_ID, traceFlags: 1 };
      const start = (count: number): Span =>
        provider.getTracer('test').startSpan('process', { links: Array.from({ length: count }, () => ({ context })) });
      expect(startOf(start(2)).incomplete).to.equal(false);
      expect(startOf(start(3)).incomplete).to.equal(true);
      expect(node.clock.counters.incomplete).to.deep.equal({ 'links-dropped': 1 });
    });
  });

  describe('beside another clock in the process', () => {
    it('are ordered also where both have taken what one message brought as it is', () => {
      const [one, other] = [new TestNode('one'), new TestNode('other')];
      const root = one.start('root');
      const { traceId } = root.span.spanContext();
      // Somebody who has heard of us calls back.
      const text = `1!${one.clock.domains.idOf(traceId)}!50!!0!elsewhere*7~${one.clock.node as string}*1`;
      const carrier = { traceparent: `00-${traceId}-${SPAN_ID}-01`, baggage: `causality=${text}` };
      const outer = one.start('outer', one.extract(carrier));
      const inner = other.start('inner', outer.context);
      expect(startOf(inner.span).vector.get(one.clock.node as string)).to.equal(2);
      expect(compareStamps(startOf(root.span), startOf(inner.span))).to.equal('before');
      expect(compareStamps(startOf(outer.span), startOf(inner.span))).to.equal('before');
    });

    it('are ordered by what a parent hands over, and both sides admit that they know no more', () => {
      const [one, other] = [new TestNode('one'), new TestNode('other')];
      const outer = one.start('outer');
      const inner = other.start('inner', outer.context);
      expect(compareStamps(startOf(outer.span), startOf(inner.span))).to.equal('before');
      expect(startOf(inner.span).incomplete).to.equal(true);
      outer.span.end();
      expect(one.finished('outer').attributes['causality.incomplete']).to.equal(true);
      for (const { clock } of [one, other]) expect(clock.counters.incomplete).to.deep.equal({ 'foreign-clock': 1 });
      expect(one.clock.node).not.to.equal(other.clock.node);
    });

    it('do not answer for each other: a message is what connects them', () => {
      const [gateway, orders] = [new TestNode('gateway'), new TestNode('orders')];
      const call = gateway.start('call', undefined, { kind: SpanKind.CLIENT });
      const handled = orders.start('handle', orders.extract(gateway.inject(call.context)), { kind: SpanKind.SERVER });
      const answer = startOf(handled.span);
      expect(answer.vector.toString().split(',')).to.have.members([
        `${gateway.clock.node}=1`,
        `${orders.clock.node}=1`,
      ]);
      expect(answer.incomplete).to.equal(false);
      handled.span.end();
      call.span.end();
      expect(gateway.finished('call').attributes['causality.end.tick']).to.equal(2);
      expect(orders.finished('handle').attributes['causality.end.tick']).to.equal(2);
    });
  });

  it('under a parent that a foreign propagator extracted, with our mark unread, are incomplete', () => {
    const node = new TestNode('node');
    const parent = { traceId: '1'.repeat(32), spanId: SPAN_ID, traceFlags: 1, isRemote: true };
    const marked = trace.setSpanContext(ROOT_CONTEXT, {
      ...parent,
      traceState: new TraceState(`causality=${SPAN_ID}`),
    });
    expect(startOf(node.start('handle', marked).span).incomplete).to.equal(true);
    expect(node.clock.counters.incomplete).to.deep.equal({ 'mark-without-stamp': 1 });
    const unmarked = trace.setSpanContext(ROOT_CONTEXT, {
      ...parent,
      traceId: '2'.repeat(32),
      traceState: new TraceState('v=1'),
    });
    expect(startOf(node.start('handle', unmarked).span).incomplete).to.equal(false);
  });

  describe('of a client', () => {
    it('that got no stamped reply end incomplete, and so does the trace from there', () => {
      const node = new TestNode('node');
      node.clock.messages.watchCarriers();
      const outer = node.start('outer');
      const call = node.start('call', outer.context, { kind: SpanKind.CLIENT });
      node.inject(call.context);
      const during = node.start('during', outer.context);
      call.span.end();
      const after = node.start('after', outer.context);
      expect(startOf(during.span).incomplete).to.equal(false);
      expect(node.finished('call').attributes['causality.incomplete']).to.equal(true);
      expect(startOf(after.span).incomplete).to.equal(true);
    });

    it('whose reply nobody hears make the trace incomplete when they send, but not what they send', () => {
      const [node, callee] = [new TestNode('node'), new TestNode('callee')];
      const outer = node.start('outer');
      const call = node.start('call', outer.context, { kind: SpanKind.CLIENT });
      const handle = callee.start('handle', callee.extract(node.inject(call.context)));
      expect(startOf(call.span).incomplete).to.equal(false);
      expect(startOf(handle.span).incomplete).to.equal(false);
      expect(startOf(node.start('during', outer.context).span).incomplete).to.equal(true);
      expect(node.clock.counters.incomplete).to.deep.equal({ 'reply-without-stamp': 1 });
    });

    it('that sent nothing, and of a producer, stay complete', () => {
      const node = new TestNode('node');
      node.start('call', undefined, { kind: SpanKind.CLIENT }).span.end();
      const send = node.start('send', undefined, { kind: SpanKind.PRODUCER });
      node.inject(send.context);
      send.span.end();
      for (const name of ['call', 'send'])
        expect(node.finished(name).attributes).not.to.have.property('causality.incomplete');
    });
  });

  it('of a span that outlives its domain go on in the present one, ordered and incomplete', () => {
    const node = new TestNode('node', { maxDomains: 1 });
    const long = node.start('long');
    node.start('other');
    expect(node.clock.counters.domainsDropped).to.equal(1);
    const child = node.start('child', long.context);
    expect(compareStamps(startOf(long.span), startOf(child.span))).to.equal('before');
    expect(startOf(child.span).incomplete).to.equal(true);
    long.span.end();
    const { attributes } = node.finished('long');
    expect(attributes['causality.end.tick']).to.be.greaterThan(startOf(child.span).tick as number);
  });

  it('leave what the application put into the context alone', () => {
    const node = new TestNode('node');
    const context = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ user: { value: 'alice' } }));
    const { context: inside } = node.start('outer', context);
    expect(propagation.getBaggage(inside)?.getEntry('user')?.value).to.equal('alice');
  });
});
