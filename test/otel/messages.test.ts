import { type Context, ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { compareStamps } from '../../src/clocks/stamp.js';
import { parseStamp } from '../../src/codec/wire-text.js';
import { repliesOf } from '../../src/otel/clock-replies.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import type { Reply } from '../../src/otel/replies.js';
import { type Carrier, type NodeOptions, TestNode } from '../support/fleet.js';

/** A client and a server that answer each other by hand, as the HTTP hooks do. */
class Exchange {
  readonly client: TestNode;
  readonly server: TestNode;
  readonly call: { readonly span: Span; readonly context: Context };
  readonly request: Carrier;
  readonly handle: { readonly span: Span; readonly context: Context };

  constructor({ client = {}, server = {} }: { client?: NodeOptions; server?: NodeOptions } = {}) {
    this.client = new TestNode('client', client);
    this.server = new TestNode('server', server);
    for (const { clock } of [this.client, this.server]) clock.messages.watchCarriers();
    this.call = this.client.start('call', undefined, { kind: SpanKind.CLIENT });
    this.request = this.client.inject(this.call.context);
    this.handle = this.server.start('handle', this.server.extract(this.request), { kind: SpanKind.SERVER });
  }

  reply(): Reply | undefined {
    return repliesOf(this.server.clock).reply(this.request);
  }

  hear(text: string | undefined): void {
    this.client.clock.messages.hearReply(this.call.span.spanContext().spanId, text);
  }

  clientEnd(): Record<string, unknown> {
    this.call.span.end();
    return this.client.finished('call').attributes;
  }
}

const other = '1!00000000000000aa!90!!0!x*1';

describe('messages', () => {
  describe('replies', () => {
    it('make what the client does next happen after what the server did', () => {
      const exchange = new Exchange();
      const work = exchange.server.start('work', exchange.handle.context);
      exchange.hear(exchange.reply()?.text);
      const next = exchange.client.start('next', exchange.call.context);
      const [before, after] = [getCausalStamp(work.span), getCausalStamp(next.span)];
      if (before === undefined || after === undefined) throw new Error('both are stamped');
      expect(compareStamps(before, after)).to.equal('before');
      expect(exchange.clientEnd()).not.to.have.property('causality.incomplete');
    });

    it('to what a call sends after its end are awaited, too: nobody else would say that one is missing', () => {
      const exchange = new Exchange();
      exchange.hear(exchange.reply()?.text);
      exchange.call.span.end();
      const { client, server, call } = exchange;
      const late = server.extract(client.inject(call.context));
      const told = server.start('late', late, { kind: SpanKind.SERVER });
      const during = client.start('during', call.context);
      expect(getCausalStamp(told.span)).to.have.property('incomplete', false);
      expect(getCausalStamp(during.span)).to.have.property('incomplete', true);
      expect(parseStamp(client.inject(call.context)['baggage']?.slice('causality='.length) ?? '').incomplete).to.equal(
        true,
      );
      for (let replies = 0; replies < 2; replies++) exchange.hear(exchange.reply()?.text);
      expect(getCausalStamp(client.start('after', call.context).span)).to.have.property('incomplete', false);
    });

    it('are events of the server span, once', () => {
      const exchange = new Exchange();
      const [first, second] = [exchange.reply(), exchange.reply()];
      expect(parseStamp(first?.text ?? '').vector.get(exchange.server.clock.node as string)).to.equal(2);
      expect(parseStamp(second?.text ?? '').vector.get(exchange.server.clock.node as string)).to.equal(2);
      exchange.handle.span.end();
      expect(exchange.server.finished('handle').attributes).to.include({
        'causality.tick': 1,
        'causality.reply.tick': 2,
        'causality.end.tick': 3,
      });
    });

    it('are found by the context of their request where the carrier is another object', () => {
      const exchange = new Exchange();
      const replies = repliesOf(exchange.server.clock);
      const parentSpanId = exchange.call.span.spanContext().spanId;
      const { context } = exchange.handle;
      expect(replies.reply({}, { context, parentSpanId: undefined })).to.equal(undefined);
      expect(replies.reply({}, { context, parentSpanId: 'f'.repeat(16) })).to.equal(undefined);
      expect(replies.reply({}, { context: ROOT_CONTEXT, parentSpanId })).to.equal(undefined);
      expect(repliesOf(exchange.client.clock).reply({}, { context, parentSpanId })).to.equal(undefined);
      expect(replies.reply({}, { context, parentSpanId })?.text).to.match(/^1!/);
      exchange.handle.span.end();
      expect(exchange.server.finished('handle').attributes).to.include({ 'causality.reply.tick': 2 });
    });

    it('of an unsampled server relay what it knows, without an event', () => {
      const exchange = new Exchange({ server: { sampler: new AlwaysOffSampler() } });
      const { vector } = parseStamp(exchange.reply()?.text ?? '');
      expect(vector.toString()).to.equal(`${exchange.client.clock.node}=1`);
    });

    it('go only to requests whose stamp was accepted', () => {
      expect(new Exchange({ server: { trust: 'none' } }).reply()).to.equal(undefined);
      expect(new Exchange({ server: { scope: 'process', trust: 'all' } }).reply()).to.equal(undefined);
      const exchange = new Exchange();
      expect(repliesOf(exchange.server.clock).reply({})).to.equal(undefined);
    });

    it('are not written when a forged stamp leaves nothing to tell', () => {
      const { server } = new Exchange();
      const traceId = '1'.repeat(32);
      const forged = {
        traceparent: `00-${traceId}-00f067aa0ba902b7-00`,
        baggage: `causality=1!${'1'.repeat(16)}!9!!0!${server.clock.node}*9`,
      };
      server.extract(forged);
      expect(repliesOf(server.clock).reply(forged)).to.equal(undefined);
    });

    it('of a server span whose trace was dropped tell what it knew', () => {
      const exchange = new Exchange({ server: { maxDomains: 1 } });
      exchange.server.start('in another trace');
      const { vector, incomplete } = parseStamp(exchange.reply()?.text ?? '');
      expect([vector.get(exchange.client.clock.node as string), incomplete]).to.deep.equal([1, true]);
    });

    it('cast doubt on what happens while their body is open, and on nothing later', () => {
      const exchange = new Exchange();
      const bodyEnded = exchange.reply()?.openBody();
      const start = (): boolean | undefined =>
        getCausalStamp(exchange.server.start('work', exchange.handle.context).span)?.incomplete;
      expect(start()).to.equal(true);
      for (let i = 0; i < 3; i++) bodyEnded?.();
      expect(start()).to.equal(false);
      exchange.reply()?.openBody();
      expect(start(), 'an end that is told thrice ends no other body').to.equal(true);
    });
  });

  describe('a reply that is missing or bad makes the trace incomplete:', () => {
    for (const [name, text, refused] of [
      ['none', undefined, {}],
      ['a malformed one', '1!broken', { malformed: 1 }],
      ['an empty one', '', { empty: 1 }],
      ['one of another trace', other, { 'other-domain': 1 }],
    ] as const) {
      it(name, () => {
        const exchange = new Exchange();
        exchange.hear(text);
        expect(exchange.client.clock.counters.refused).to.deep.equal(refused);
        expect(exchange.clientEnd()['causality.incomplete']).to.equal(true);
      });
    }

    it('and one of another trace gives its times', () => {
      const exchange = new Exchange();
      exchange.hear(other);
      const attributes = exchange.clientEnd();
      expect(attributes['causality.end.lamport']).to.equal(91);
      expect(attributes).not.to.have.property('causality.end.vector');
    });
  });

  it('that reply to a trace that was let go of are heard by nobody', () => {
    for (const text of [undefined, other]) {
      const node = new TestNode('node', { maxDomains: 1 });
      node.clock.messages.watchCarriers();
      const { traceId } = node.start('known').span.spanContext();
      // Of a span that is not recorded nobody would go on with what its reply tells.
      const sender = { traceId, spanId: 'f'.repeat(16), traceFlags: 0 };
      node.inject(trace.setSpanContext(ROOT_CONTEXT, sender));
      node.start('in another trace');
      node.clock.messages.hearReply(sender.spanId, text);
      expect(node.clock.counters.refused).to.deep.equal(text === undefined ? {} : { 'other-domain': 1 });
      expect(node.clock.counters).to.deep.include({ incomplete: {}, liveDomains: 1, domainsDropped: 1 });
    }
  });

  describe('replies from targets that got no stamp', () => {
    const forge = (exchange: Exchange): string =>
      `1!${exchange.call.span.spanContext().traceId.slice(-16)}!281474976710656!!0!evil*281474976710656`;

    it('are not believed', () => {
      const exchange = new Exchange({ client: { propagator: { propagateTo: () => false } } });
      exchange.hear(forge(exchange));
      const attributes = exchange.clientEnd();
      expect(attributes).to.include({ 'causality.end.lamport': 2, 'causality.incomplete': true });
      expect(attributes).not.to.have.property('causality.end.vector');
      expect(exchange.client.clock.counters.refused).to.deep.equal({ untrusted: 1 });
    });

    it('cannot spoil the life of a process in process scope', () => {
      const exchange = new Exchange({
        client: { scope: 'process', trust: 'none', propagator: { propagateTo: () => false } },
      });
      exchange.hear('1!-!281474976710656!!0!evil*281474976710656');
      exchange.client.start('later').span.end();
      expect(exchange.client.finished('later').attributes['causality.lamport']).to.equal(2);
    });
  });

  it('admits that another clock of the process keeps to itself what its span knows', () => {
    const gateway = new TestNode('gateway');
    const [one, other] = [new TestNode('one'), new TestNode('other')];
    const request = gateway.inject(gateway.start('call').context);
    one.start('serve', one.extract(request));
    const { context } = other.start('inner', other.extract(request));
    const stamp = /causality=([^,;]*)/.exec(one.inject(context)['baggage'] ?? '')?.[1];
    expect(parseStamp(stamp ?? '').incomplete).to.equal(true);
    expect(one.clock.counters.incomplete).to.deep.equal({ 'foreign-clock': 1 });
  });

  it('lets a producer do without a stamp in the reply, and not with one that cannot be read', () => {
    for (const [text, incomplete] of [
      [undefined, {}],
      ['none', { 'reply-without-stamp': 1 }],
    ] as const) {
      const node = new TestNode('producer');
      node.clock.messages.watchCarriers();
      const { span, context } = node.start('send', undefined, { kind: SpanKind.PRODUCER });
      node.inject(context);
      node.clock.messages.hearReply(span.spanContext().spanId, text);
      expect(node.clock.counters.incomplete, text).to.deep.equal(incomplete);
    }
  });

  it('ignores replies that nobody awaits', () => {
    const exchange = new Exchange();
    const text = exchange.reply()?.text;
    exchange.clientEnd();
    const { received } = exchange.client.clock.counters;
    exchange.hear(text);
    exchange.client.clock.messages.hearReply('ffffffffffffffff', text);
    expect(exchange.client.clock.counters.received).to.equal(received);
  });

  it('lets a reply tell a client that its clock is behind, without moving it: only requests do', () => {
    let now = 1_000_000_000;
    const lagging = new Exchange({
      client: { now: () => now, attributes: 'full' },
      server: { now: () => 1_000_000_250, attributes: 'full' },
    });
    lagging.hear(lagging.reply()?.text);
    expect(lagging.clientEnd()).to.include({
      'causality.clock_behind_us': 250_000,
      'causality.end.hlc': '1970-01-12T13:46:40.2500000007Z',
    });
    now += 1000;
    lagging.client.start('later', lagging.call.context).span.end();
    expect(lagging.client.finished('later').attributes['causality.hlc']).to.equal('1970-01-12T13:46:41.0000000000Z');
  });

  it('is not moved by a reply of another trace, either', () => {
    let now = 1_000_000_000;
    const exchange = new Exchange({ client: { now: () => now, attributes: 'full' } });
    const other = new TestNode('other', { now: () => 1_000_000_250 });
    exchange.hear(/causality=([^,;]*)/.exec(other.inject(other.start('call').context)['baggage'] ?? '')?.[1]);
    now += 1000;
    exchange.client.start('later', exchange.call.context).span.end();
    expect(exchange.client.finished('later').attributes['causality.hlc']).to.equal('1970-01-12T13:46:41.0000000000Z');
  });

  it('hears a reply in the present domain of a trace that was dropped meanwhile', () => {
    const exchange = new Exchange({ client: { maxDomains: 1 } });
    exchange.client.start('of another trace');
    exchange.hear(exchange.reply()?.text);
    const attributes = exchange.clientEnd();
    expect(attributes['causality.end.vector']).to.include(`${exchange.server.clock.node}=2`);
    expect(attributes).to.include({ 'causality.incomplete': true });
    expect(exchange.client.clock.counters.incomplete).to.deep.equal({ 'trace-returned': 1 });
  });
});

describe('the first request of a process in process scope', () => {
  const options = { scope: 'process', trust: 'all', sampler: new AlwaysOffSampler() } as const;
  const firstRequest = (node: TestNode): Carrier => node.inject(node.start('unsampled').context);

  it('names the beginning of its node, so that its reply can be stamped', () => {
    const node = new TestNode('node', options);
    expect(firstRequest(node)['baggage']).to.match(/^causality=1!-!1![0-9a-f]{16}!0!node-[0-9a-z]{8}\*1$/);
    expect(node.clock.counters.incomplete).to.deep.equal({});
  });

  it('goes unstamped, and is remembered, where the process has no name yet', () => {
    const node = new TestNode('node', { ...options, node: undefined as never });
    expect(firstRequest(node)).not.to.have.property('baggage');
    expect(node.clock.counters.incomplete).to.deep.equal({ 'unstamped-request': 1 });
  });
});
