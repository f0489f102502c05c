/** Who listens for replies, and what a request of a client means for the trace meanwhile. */
import { type Context, ROOT_CONTEXT, type Span, SpanKind } from '@opentelemetry/api';
import { expect } from 'chai';
import { type CausalStamp, compareStamps } from '../../src/clocks/stamp.js';
import { parseStamp } from '../../src/codec/wire-text.js';
import { repliesOf } from '../../src/otel/clock-replies.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import type { ReplyTransport } from '../../src/otel/messages.js';
import { oddGetter } from '../support/odd-carriers.js';
import { type Carrier, TestNode } from '../support/fleet.js';

const SENDER = '00f067aa0ba902b7';
const OTHER = '00f067aa0ba902b8';

/** Whether what happens is incomplete while a request of this kind of span is under way that nobody announced. */
function doubtful(transports: readonly ReplyTransport[], kind = SpanKind.CLIENT, stopped?: ReplyTransport): boolean {
  const node = new TestNode('node');
  for (const transport of transports) node.clock.messages.watchCarriers(transport);
  if (stopped !== undefined) node.clock.messages.stopWatchingCarriers(stopped);
  const outer = node.start('outer');
  node.inject(node.start('call', outer.context, { kind }).context);
  return getCausalStamp(node.start('during', outer.context).span)?.incomplete as boolean;
}

/** A message of which this node can be asked for a reply. */
function message(node: TestNode, traceDigit: string, lamport: number): { carrier: Carrier; context: Context } {
  const domain = traceDigit.repeat(16);
  const carrier = {
    traceparent: `00-${traceDigit.repeat(32)}-${SENDER}-01`,
    tracestate: `causality=${SENDER}`,
    baggage: `causality=1!${domain}!${lamport}!!0!peer*1`,
  };
  return { carrier, context: node.extract(carrier) };
}

describe('transports that hear replies', () => {
  it('are installed once each, for the whole of a clock', () => {
    const { messages } = new TestNode('node').clock;
    expect(messages.watchCarriers('fetch')).to.equal(true);
    expect(messages.watchCarriers('fetch'), 'again').to.equal(false);
    expect(messages.watchCarriers(), 'http beside it').to.equal(true);
    expect(messages.watchCarriers('http'), 'which is the default').to.equal(false);
    expect(messages.watchCarriers('manual')).to.equal(true);
    messages.stopWatchingCarriers('fetch');
    expect(messages.watchCarriers('fetch'), 'http hears what fetch would').to.equal(false);
    messages.stopWatchingCarriers();
    expect(messages.watchCarriers('fetch'), 'and nothing else does').to.equal(true);
    expect(messages.watchCarriers(), 'http was the default').to.equal(true);
  });

  it('leave a client in doubt where none is sure to hear', () => {
    expect(doubtful(['fetch'])).to.equal(true);
    expect(doubtful(['fetch', 'http'])).to.equal(false);
    expect(doubtful(['grpc', 'fetch'])).to.equal(false);
    expect(doubtful(['fetch', 'http'], SpanKind.CLIENT, 'http'), 'until it stops').to.equal(true);
    expect(doubtful(['fetch', 'grpc', 'manual'], SpanKind.CLIENT, 'grpc'), 'unless another does').to.equal(false);
    expect(doubtful(['fetch', 'manual'], SpanKind.CLIENT, 'fetch')).to.equal(false);
    expect(doubtful(['http'], SpanKind.CLIENT, 'http'), 'nobody is left').to.equal(true);
  });

  it('speak for the call that they announce, and not for another one of the same span, which passes them by', () => {
    const [page, orders] = [new TestNode('page'), new TestNode('orders')];
    page.clock.messages.watchCarriers('fetch');
    const click = page.start('click');
    const call = page.start('call', click.context, { kind: SpanKind.CLIENT });
    const handled = orders.start('handle', orders.extract(page.inject(call.context)), { kind: SpanKind.SERVER });
    page.inject(call.context);
    page.clock.messages.announce(call.span.spanContext().spanId);
    // The first response may have come by now, and the second may not.
    const [cause, effect] = [handled, page.start('render', click.context)].map(({ span }) => getCausalStamp(span));
    expect(compareStamps(cause as CausalStamp, effect as CausalStamp)).to.equal('unknown');
  });

  it('leave nothing in doubt that wants no reply', () => {
    for (const kind of [SpanKind.PRODUCER, SpanKind.INTERNAL]) expect(doubtful(['fetch'], kind)).to.equal(false);
  });

  it('let a request be answered by its carrier for as long as one of them is there', () => {
    const node = new TestNode('node');
    const { messages } = node.clock;
    for (const transport of ['fetch', 'http'] as const) messages.watchCarriers(transport);
    const { carrier } = message(node, '1', 5);
    messages.stopWatchingCarriers('http');
    expect(repliesOf(node.clock).reply(carrier)?.text).to.include('!peer*1');
    messages.stopWatchingCarriers('fetch');
    expect(repliesOf(node.clock).reply(carrier)).to.equal(undefined);
  });
});

describe('a reply', () => {
  it('is to the request of its carrier, whatever else is active', () => {
    const node = new TestNode('node');
    node.clock.messages.watchCarriers();
    const [asked, other] = [message(node, '1', 5), message(node, '2', 70)];
    const active = { context: other.context, parentSpanId: SENDER };
    expect(parseStamp(repliesOf(node.clock).reply(asked.carrier, active)?.text ?? '')).to.include({ lamport: 5 });
  });

  it('is an event of the span of the last request that its carrier held, however often that was read', () => {
    const node = new TestNode('node');
    node.clock.messages.watchCarriers();
    const [first, second] = [message(node, '1', 5), message(node, '2', 70)];
    const carrier = { ...first.carrier };
    const serve = (name: string): Span => node.start(name, node.extract(carrier), { kind: SpanKind.SERVER }).span;
    const earlier = serve('earlier');
    Object.assign(carrier, second.carrier, { traceparent: second.carrier['traceparent']?.replace(SENDER, OTHER) });
    const later = serve('later');
    node.extract(carrier);
    repliesOf(node.clock).reply(carrier);
    for (const span of [earlier, later]) span.end();
    expect(node.finished('earlier').attributes).not.to.have.property('causality.reply.tick');
    expect(node.finished('later').attributes).to.include({ 'causality.reply.tick': 2 });
  });

  it('is of the clock that is asked, also where the server span is another clock’s', () => {
    const [asked, serving] = [new TestNode('asked'), new TestNode('serving')];
    asked.clock.messages.watchCarriers();
    const { carrier, context } = message(asked, '1', 5);
    const { span } = serving.start('serve', context, { kind: SpanKind.SERVER });
    const { vector } = parseStamp(repliesOf(asked.clock).reply(carrier)?.text ?? '');
    expect(vector.toString()).to.equal('peer=1');
    span.end();
    expect(serving.finished('serve').attributes).not.to.have.property('causality.reply.tick');
  });

  it('can be asked for by no carrier but an object', () => {
    for (const carrier of ['text', 17, null]) {
      const node = new TestNode('node');
      node.clock.messages.watchCarriers();
      const { carrier: headers } = message(node, '1', 5);
      const getter = { ...oddGetter(), get: (_: unknown, key: string) => headers[key] };
      const received = node.propagator.extract(ROOT_CONTEXT, carrier, getter);
      expect(getCausalStamp(received)).to.include({ lamport: 5 });
      expect(node.clock.counters).to.deep.include({ errors: 0, incomplete: {} });
    }
  });

  it('goes to a request of process scope that names no span, and again', () => {
    const node = new TestNode('node', { scope: 'process', trust: 'all' });
    node.clock.messages.watchCarriers();
    const carrier = { baggage: 'causality=1!-!5!!0!peer*1' };
    for (let i = 0; i < 2; i++) {
      expect(getCausalStamp(node.extract(carrier)), 'a context of an arrival alone').to.include({ lamport: 5 });
      expect(repliesOf(node.clock).reply(carrier)?.text).to.match(/^1!-!5!!\d!peer\*1$/);
    }
    expect(node.clock.counters.errors).to.equal(0);
  });
});
