/** Smallest programs of what the model once found, each with the pair of events that was answered wrongly. */
import { type Context, defaultTextMapSetter, ROOT_CONTEXT, SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import { suppressTracing, unsuppressTracing } from '@opentelemetry/core';
import { type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { type CausalStamp, compareStamps } from '../../src/clocks/stamp.js';
import { repliesOf } from '../../src/otel/clock-replies.js';
import { DroppedTraces } from '../../src/otel/dropped-traces.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { type Carrier, TestNode } from '../support/fleet.js';

/** Samples all but the spans whose name says otherwise. */
const byName: Sampler = {
  shouldSample: (_context, _traceId, name) => ({
    decision: name.startsWith('unsampled') ? SamplingDecision.NOT_RECORD : SamplingDecision.RECORD_AND_SAMPLED,
  }),
  toString: () => 'by name',
};

function node(name: string, options: ConstructorParameters<typeof TestNode>[1] = {}): TestNode {
  const made = new TestNode(name, { sampler: byName, ...options });
  made.clock.messages.watchCarriers();
  return made;
}

/** A node that awaits the replies of one span at a time, instead of those of ten thousand. */
function awaitsOne(one: TestNode): TestNode {
  Object.assign((one.clock.messages as unknown as { readonly awaited: { capacity: number } }).awaited, { capacity: 1 });
  return one;
}

type Started = ReturnType<TestNode['start']>;

function stampOf({ span }: Started): CausalStamp {
  const stamp = getCausalStamp(span);
  if (stamp === undefined) throw new Error('the span is stamped');
  return stamp;
}

/** A request to a server that does its work and replies. Returns the server's span. */
function roundTrip(client: TestNode, context: Context, name: string, server: TestNode): Started {
  const call = client.start(name, context, { kind: SpanKind.CLIENT });
  const carrier: Carrier = client.inject(call.context);
  const handled = server.start('handle', server.extract(carrier), { kind: SpanKind.SERVER });
  const reply = repliesOf(server.clock).reply(carrier);
  client.clock.messages.hearReply(call.span.spanContext().spanId, reply?.text);
  handled.span.end();
  call.span.end();
  return handled;
}

/** Two services are called in one trace by somebody who takes no part. */
const plainCaller = trace.setSpanContext(ROOT_CONTEXT, {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
});

describe('what the model found', () => {
  it('lets the Lamport and hybrid times of a trace that comes back go on above those it had', () => {
    let now = 1_000_000;
    const gateway = node('gateway', { maxDomains: 1, now: () => now });
    const trip = gateway.start('trip');
    for (let i = 0; i < 5; i++) gateway.start('step', trip.context);
    const before = gateway.start('step', trip.context);
    now -= 3_600_000;
    gateway.start('another trace, for which the first is dropped');
    const after = gateway.start('step', trip.context);
    expect(compareStamps(stampOf(before), stampOf(after))).to.equal('before');
    expect(stampOf(after).lamport).to.be.greaterThan(stampOf(before).lamport);
    expect(stampOf(after).hlc?.compare(stampOf(before).hlc as never)).to.equal(1);
  });

  it('does not call two callees of an unsampled root concurrent that it called one after the other', () => {
    const [gateway, orders, payments] = [node('gateway'), node('orders'), node('payments')];
    const root = gateway.start('unsampled root');
    const first = roundTrip(gateway, root.context, 'unsampled call', orders);
    const second = roundTrip(gateway, root.context, 'unsampled call', payments);
    expect(stampOf(first).incomplete).to.equal(false);
    expect(compareStamps(stampOf(first), stampOf(second))).to.equal('unknown');
  });

  it('does not call a span concurrent with what an unsampled span before it in its process has called', () => {
    const [gateway, orders] = [node('gateway'), node('orders')];
    const root = gateway.start('unsampled root');
    const heard = roundTrip(gateway, root.context, 'unsampled call', orders);
    expect(compareStamps(stampOf(heard), stampOf(gateway.start('child', root.context)))).to.equal('unknown');
  });

  it('marks what an unsampled span sends in a trace whose domain was dropped', () => {
    const [gateway, orders] = [node('gateway', { maxDomains: 1 }), node('orders')];
    const root = gateway.start('root');
    const cause = stampOf(root);
    const unsampled = gateway.start('unsampled call', root.context, { kind: SpanKind.CLIENT });
    gateway.start('another trace, for which the first is dropped');
    const effect = orders.start('handle', orders.extract(gateway.inject(unsampled.context)));
    expect(compareStamps(cause, stampOf(effect))).to.equal('unknown');
  });

  it('marks what one clock sends for a span of another one in the same process', () => {
    const [gateway, beside, orders] = [node('gateway'), node('beside'), node('orders')];
    const call = gateway.start('call', undefined, { kind: SpanKind.CLIENT });
    const effect = orders.start('handle', orders.extract(beside.inject(call.context)));
    expect(compareStamps(stampOf(call), stampOf(effect))).to.equal('unknown');
  });

  it('does not call a callee concurrent with what its caller does after a response that nobody hears', () => {
    const [page, orders, payments] = [new TestNode('page'), node('orders'), node('payments')];
    const root = page.start('click');
    const served = [orders, payments].map((server) => {
      const call = page.start('fetch', root.context, { kind: SpanKind.CLIENT });
      const carrier = page.inject(call.context);
      const handled = server.start('handle', server.extract(carrier), { kind: SpanKind.SERVER });
      repliesOf(server.clock).reply(carrier);
      return handled;
    }) as [Started, Started];
    // Both spans are still open, as a browser's are for 300 ms after the response.
    expect(compareStamps(stampOf(served[0]), stampOf(served[1]))).to.equal('unknown');
    expect(compareStamps(stampOf(served[0]), stampOf(page.start('render', root.context)))).to.equal('unknown');
  });

  it('leaves no stamp of a copied message beside the mark, whichever of the two places it was in', () => {
    for (const [before, after] of [
      ['baggage', 'header'],
      ['header', 'baggage'],
    ] as const) {
      const [gateway, orders] = [
        node('gateway', { propagator: { carrier: before } }),
        node('orders', { propagator: { carrier: after } }),
      ];
      const payments = node('payments', { propagator: { carrier: before } });
      const received = gateway.inject(gateway.start('call', plainCaller).context);
      const cause = orders.start('work', plainCaller);
      // A gateway that passes on all headers it got.
      orders.propagator.inject(cause.context, received, defaultTextMapSetter);
      const effect = payments.start('handle', payments.extract(received));
      expect(compareStamps(stampOf(cause), stampOf(effect))).to.equal('unknown');
    }
  });

  it('hears each reply to headers that were sent more than once', () => {
    const [gateway, orders, payments] = [node('gateway'), node('orders'), node('payments')];
    const call = gateway.start('call', undefined, { kind: SpanKind.CLIENT });
    const carrier = gateway.inject(call.context);
    const handled = [orders, payments].map((server) => {
      const received = { ...carrier };
      const served = server.start('handle', server.extract(received), { kind: SpanKind.SERVER });
      const reply = repliesOf(server.clock).reply(received);
      gateway.clock.messages.hearReply(call.span.spanContext().spanId, reply?.text);
      return served;
    }) as [Started, Started];
    const afterwards = stampOf(gateway.start('afterwards', call.context));
    for (const one of handled) expect(compareStamps(stampOf(one), afterwards)).to.equal('before');
    expect(afterwards.incomplete).to.equal(false);
  });

  for (const kind of [SpanKind.CLIENT, SpanKind.PRODUCER]) {
    it(`does not take the reply of a cache for that of the server that a ${SpanKind[kind]} span asked again`, () => {
      const [gateway, orders] = [node('gateway'), node('orders')];
      const root = gateway.start('root');
      let kept: string | undefined;
      const [, again] = [0, 1].map(() => {
        const call = gateway.start('call', root.context, { kind });
        const carrier = gateway.inject(call.context);
        const handled = orders.start('handle', orders.extract(carrier), { kind: SpanKind.SERVER });
        const reply = repliesOf(orders.clock).reply(carrier);
        // "Not modified": the cache gives the page what it has, the first reply's header included.
        kept ??= reply?.text;
        gateway.clock.messages.hearReply(call.span.spanContext().spanId, kept);
        return handled;
      }) as [Started, Started];
      expect(compareStamps(stampOf(again), stampOf(gateway.start('afterwards', root.context)))).to.equal('unknown');
    });
  }

  it('knows that it missed something where the stamp in a reply to a producer cannot be read', () => {
    const [gateway, orders] = [node('gateway'), node('orders')];
    const send = gateway.start('send', undefined, { kind: SpanKind.PRODUCER });
    const carrier = gateway.inject(send.context);
    const handled = orders.start('handle', orders.extract(carrier), { kind: SpanKind.SERVER });
    expect(repliesOf(orders.clock).reply(carrier)).not.to.equal(undefined);
    gateway.clock.messages.hearReply(send.span.spanContext().spanId, 'no stamp');
    expect(compareStamps(stampOf(handled), stampOf(gateway.start('afterwards', send.context)))).to.equal('unknown');
  });

  it('remembers in all that follows that a message came unread, while tracing was suppressed', () => {
    const [gateway, orders, payments] = [node('gateway'), node('orders'), node('payments')];
    const call = gateway.start('call');
    const suppressed = orders.extract(gateway.inject(call.context), suppressTracing(ROOT_CONTEXT));
    const context = unsuppressTracing(suppressed);
    const relayed = payments.start('handle', payments.extract(orders.inject(context)));
    expect(compareStamps(stampOf(call), stampOf(relayed)), 'passed on').to.equal('unknown');
    const unsampled = orders.start('unsampled', context, { kind: SpanKind.SERVER });
    const child = orders.start('child', unsampled.context);
    expect(compareStamps(stampOf(call), stampOf(child)), 'in a child').to.equal('unknown');
  });

  it('recognises a trace that it has forgotten, when a message says what it had done there', () => {
    const [gateway, orders, payments] = [node('gateway', { maxDomains: 1 }), node('orders'), node('payments')];
    const { domains } = gateway.clock as unknown as { domains: { store: { droppedTraces: DroppedTraces } } };
    domains.store.droppedTraces = new DroppedTraces(2);
    const root = gateway.start('root', plainCaller);
    const sent = gateway.inject(gateway.start('send', root.context, { kind: SpanKind.PRODUCER }).context);
    const heard = roundTrip(gateway, root.context, 'call', orders);
    const before = stampOf(gateway.start('work', root.context));
    const later = payments.inject(payments.start('later', payments.extract(sent)).context);
    // So many other traces that the store and its memory are full of them: by chance one may be taken for the first.
    for (let i = 0; i < 16; i++) gateway.start(`another ${i}`);
    const back = stampOf(gateway.start('back', gateway.extract(later)));
    expect(compareStamps(stampOf(heard), back)).to.equal('unknown');
    expect(compareStamps(before, back)).to.equal('before');
    expect(back.lamport).to.be.greaterThan(before.lamport);
  });

  for (const kind of [SpanKind.PRODUCER, SpanKind.CLIENT]) {
    it(`misses what a reply tells that came when the request of a ${SpanKind[kind]} span had been given up`, () => {
      const [gateway, orders] = [awaitsOne(node('gateway')), node('orders')];
      const call = gateway.start('call', undefined, { kind });
      const carrier = gateway.inject(call.context);
      const handled = orders.start('handle', orders.extract(carrier), { kind: SpanKind.SERVER });
      gateway.inject(gateway.start('another call').context);
      gateway.clock.messages.hearReply(call.span.spanContext().spanId, repliesOf(orders.clock).reply(carrier)?.text);
      expect(compareStamps(stampOf(handled), stampOf(gateway.start('afterwards', call.context)))).to.equal('unknown');
    });
  }

  it('takes nothing from what is no stamp of the trace when the request had been given up', () => {
    const gateway = awaitsOne(node('gateway'));
    const call = gateway.start('call', undefined, { kind: SpanKind.PRODUCER });
    gateway.inject(call.context);
    gateway.inject(gateway.start('another call').context);
    const { spanId } = call.span.spanContext();
    const known = `1!${call.span.spanContext().traceId.slice(16)}!1!!0!${gateway.clock.node}*1`;
    for (const text of [undefined, '', 'no stamp', known.replace(/![0-9a-f]{16}!/, '!0000000000000000!'), known]) {
      gateway.clock.messages.hearReply(spanId, text);
    }
    expect(gateway.clock.counters.incomplete).to.deep.equal({});
    gateway.clock.messages.hearReply(spanId, known.replace('!0!', '!1!'));
    expect(gateway.clock.counters).to.deep.include({ errors: 0, incomplete: { 'reply-without-stamp': 1 } });
  });

  it('misses the second reply to headers that were sent again, when the first was so long ago that both were given up', () => {
    const [gateway, orders] = [awaitsOne(node('gateway')), node('orders')];
    const root = gateway.start('root');
    const carrier = gateway.inject(root.context);
    orders.extract(carrier);
    gateway.clock.messages.hearReply(root.span.spanContext().spanId, repliesOf(orders.clock).reply(carrier)?.text);
    gateway.inject(gateway.start('another call').context);
    const handled = orders.start('handle', orders.extract({ ...carrier }), { kind: SpanKind.SERVER });
    // Its reply loses its stamp on the way.
    gateway.clock.messages.hearReply(root.span.spanContext().spanId, undefined);
    expect(compareStamps(stampOf(handled), stampOf(gateway.start('afterwards', root.context)))).to.equal('unknown');
  });

  it('counts the replies to a span and to who passes on its context apart', () => {
    const gateway = node('gateway');
    const root = gateway.start('root');
    const send = gateway.start('send', root.context, { kind: SpanKind.PRODUCER });
    const hear = (text?: string): void => gateway.clock.messages.hearReply(send.span.spanContext().spanId, text);
    const reply = (carrier: Carrier): string | undefined => {
      const orders = node('orders');
      orders.start('handle', orders.extract(carrier), { kind: SpanKind.SERVER });
      return repliesOf(orders.clock).reply(carrier)?.text;
    };
    send.span.end();
    // Somebody without a span of his own sends the request back.
    const passedOn = gateway.inject(gateway.extract(gateway.inject(send.context)));
    hear(reply(passedOn));
    hear(reply(passedOn));
    expect(stampOf(gateway.start('afterwards', root.context)).incomplete, 'when all were heard').to.equal(false);
    // The other way round: what is passed on first, and a message of the span's own.
    const first = gateway.inject(gateway.extract(passedOn));
    const second = gateway.inject(send.context);
    for (const carrier of [first, second]) hear(reply(carrier));
    gateway.inject(gateway.start('unsampled call', root.context, { kind: SpanKind.CLIENT }).context);
    expect(stampOf(gateway.start('meanwhile', root.context)).incomplete, 'while one is awaited').to.equal(true);
  });

  it('misses nothing where a reply that nobody awaits tells what is known already', () => {
    const [gateway, orders] = [awaitsOne(node('gateway')), node('orders')];
    for (let i = 0; i < 2; i++) gateway.inject(gateway.start('a call in another trace').context);
    const root = gateway.start('root');
    const unsampled = gateway.start('unsampled call', root.context, { kind: SpanKind.CLIENT });
    const carrier = gateway.inject(unsampled.context);
    const handled = orders.start('handle', orders.extract(carrier), { kind: SpanKind.SERVER });
    const text = repliesOf(orders.clock).reply(carrier)?.text;
    for (let i = 0; i < 2; i++) gateway.clock.messages.hearReply(unsampled.span.spanContext().spanId, text);
    const afterwards = stampOf(gateway.start('afterwards', root.context));
    expect([compareStamps(stampOf(handled), afterwards), afterwards.incomplete]).to.deep.equal(['before', false]);
  });

  it('keeps the incompleteness between a head and the end of its body out of a link to an event there', () => {
    const [gateway, orders] = [node('gateway'), node('orders')];
    const call = gateway.start('call', undefined, { kind: SpanKind.CLIENT });
    const carrier = gateway.inject(call.context);
    const handled = orders.start('handle', orders.extract(carrier), { kind: SpanKind.SERVER });
    const bodyEnded = repliesOf(orders.clock).reply(carrier)?.openBody();
    const streamed = orders.start('chunk', handled.context);
    const linked = orders.start('chunk', handled.context, { links: [{ context: streamed.span.spanContext() }] });
    bodyEnded?.();
    expect(stampOf(linked).incomplete).to.equal(true);
    expect(stampOf(orders.start('afterwards', handled.context)).incomplete).to.equal(false);
  });
});
