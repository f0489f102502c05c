/** Smallest fleets of what the model once found in the analysis, each with the pair of events that was answered wrongly. */
import { type Context, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { expect } from 'chai';
import { CausalGraph } from '../../src/analysis/graph/causal-graph.js';
import type { CausalSpan } from '../../src/analysis/graph/graph-model.js';
import { recordedOf } from '../../src/analysis/live/exported-span.js';
import { repliesOf } from '../../src/otel/clock-replies.js';
import { type Carrier, TestNode } from '../support/fleet.js';

/** The graph of all that the nodes have exported, and its spans by name. */
function graphOf(...nodes: readonly TestNode[]): { graph: CausalGraph; named: (name: string) => CausalSpan } {
  const graph = CausalGraph.of(nodes.flatMap(({ exporter }) => exporter.getFinishedSpans().map(recordedOf)));
  return { graph, named: (name) => graph.spans.find(({ recorded }) => recorded.name === name) as CausalSpan };
}

/** A gateway has begun a call, and orders to serve it. */
function served(options: ConstructorParameters<typeof TestNode>[1]) {
  const [gateway, orders] = [new TestNode('gateway', options), new TestNode('orders', options)];
  for (const { clock } of [gateway, orders]) clock.messages.watchCarriers();
  const root = gateway.start('root');
  const call = gateway.start('call', root.context, { kind: SpanKind.CLIENT });
  const carrier: Carrier = gateway.inject(call.context);
  const serve = orders.start('serve', orders.extract(carrier), { kind: SpanKind.SERVER });
  const finish = (): void => {
    const reply = repliesOf(orders.clock).reply(carrier);
    serve.span.end();
    gateway.clock.messages.hearReply(call.span.spanContext().spanId, reply?.text);
    call.span.end();
    root.span.end();
  };
  return { gateway, orders, serve, finish };
}

/** Work that begins and ends in a context. */
function work(node: TestNode, context: Context): void {
  node.start('work', context).span.end();
}

describe('what the model found in the analysis', () => {
  it('does not call a reply concurrent with its cause because a span before it was read without a vector', () => {
    const { gateway, orders, serve, finish } = served({ attributes: 'lean' });
    // The parent of the work is never exported, and the work alone does not say what it had heard.
    work(orders, orders.start('open', serve.context).context);
    finish();
    const { graph, named } = graphOf(gateway, orders);
    expect(graph.relation(named('root').start, named('serve').reply!)).to.equal('before');
  });

  it('does not take what a client did inside its call for an answer to it', () => {
    const [gateway, orders] = [new TestNode('gateway'), new TestNode('orders')];
    for (const { clock } of [gateway, orders]) clock.messages.watchCarriers();
    const root = gateway.start('root');
    // A call out of the fleet, for which the trace is incomplete, and which explains that.
    const pay = gateway.start('pay', root.context, { kind: SpanKind.CLIENT, attributes: { 'server.address': 'bank' } });
    gateway.inject(pay.context);
    pay.span.end();
    const send = gateway.start('send', root.context, { kind: SpanKind.PRODUCER });
    const handle = orders.start('handle', orders.extract(gateway.inject(send.context)), { kind: SpanKind.CONSUMER });
    handle.span.end();
    // Orders, asked by a message that loses its stamp, answer in a span that is not sampled: they may tell of what they did.
    const ask = gateway.start('ask', root.context, { kind: SpanKind.CLIENT });
    gateway.inject(ask.context);
    work(gateway, ask.context);
    ask.span.end();
    for (const { span } of [send, root]) span.end();
    const { graph, named } = graphOf(gateway, orders);
    expect(graph.relation(named('handle').end, named('ask').end)).to.equal('unknown');
  });

  it('knows that a reply comes after what its span’s start had heard, whatever its node forgot in between', () => {
    const { gateway, orders, serve, finish } = served({ maxDomains: 1 });
    orders.start('another trace, for which the first is dropped', ROOT_CONTEXT);
    const { traceId, traceFlags } = serve.span.spanContext();
    // Called by a service that takes no part, and so without a word of the gateway.
    work(
      orders,
      trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: 'b7ad6b7169203331', traceFlags, isRemote: true }),
    );
    finish();
    const { graph, named } = graphOf(gateway, orders);
    expect(graph.relation(named('root').start, named('serve').reply!)).to.equal('before');
  });

  it('does not take for hidden by a call what a process in process scope would not read and began a trace with', () => {
    const gateway = new TestNode('gateway', { scope: 'process', trust: 'none' });
    const orders = new TestNode('orders', { scope: 'process', trust: 'all' });
    for (const { clock } of [gateway, orders]) clock.messages.watchCarriers();
    const root = gateway.start('root');
    const pay = gateway.start('pay', root.context, { kind: SpanKind.CLIENT, attributes: { 'server.address': 'bank' } });
    gateway.inject(pay.context);
    pay.span.end();
    const call = gateway.start('call', root.context, { kind: SpanKind.CLIENT });
    const carrier = gateway.inject(call.context);
    const serve = orders.start('serve', orders.extract(carrier), { kind: SpanKind.SERVER });
    const reply = repliesOf(orders.clock).reply(carrier);
    gateway.clock.messages.hearReply(call.span.spanContext().spanId, reply?.text);
    serve.span.end();
    call.span.end();
    const unread = gateway.extract(orders.inject(serve.context));
    gateway.start('anew', unread, { kind: SpanKind.SERVER, root: true }).span.end();
    root.span.end();
    const { graph, named } = graphOf(gateway, orders);
    expect(graph.relation(named('serve').end, named('anew').start)).to.equal('unknown');
  });
});
