/** Contexts that hold what an earlier message brought when another message comes. */
import { type Context, defaultTextMapGetter, type Span, SpanKind, trace } from '@opentelemetry/api';
import { suppressTracing, unsuppressTracing, W3CTraceContextPropagator } from '@opentelemetry/core';
import { AlwaysOffSampler, AlwaysOnSampler } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { type CausalStamp, compareStamps } from '../../src/clocks/stamp.js';
import { parseStamp } from '../../src/codec/wire-text.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { type Carrier, TestNode } from '../support/fleet.js';
import { LoggingNode } from '../support/logging-node.js';

function startOf(span: Span): CausalStamp {
  const stamp = getCausalStamp(span);
  if (stamp === undefined) throw new Error('the span is stamped');
  return stamp;
}

function stampIn(carrier: Carrier): CausalStamp {
  return parseStamp(/causality=([^,;]*)/.exec(carrier['baggage'] ?? '')?.[1] ?? '');
}

/** A span of this node, in this context, and what it sends. */
function sent(node: TestNode, context?: Context): { span: Span; context: Context; carrier: Carrier } {
  const started = node.start('send', context, { kind: SpanKind.PRODUCER });
  return { ...started, carrier: node.inject(started.context) };
}

describe('a message that another propagator reads, in a context that holds an earlier one', () => {
  const plain = new W3CTraceContextPropagator();
  const readings: readonly (readonly [string, (node: TestNode, carrier: Carrier, context: Context) => Context])[] = [
    ['a propagator of its own', (_, carrier, context) => plain.extract(context, carrier, defaultTextMapGetter)],
    [
      'ours while tracing is suppressed',
      (node, carrier, context) => unsuppressTracing(node.extract(carrier, suppressTracing(context))),
    ],
  ];

  for (const [name, read] of readings) {
    it(`is never called concurrent with what it caused, read by ${name}`, () => {
      const [gateway, sender, node] = [new TestNode('gateway'), new TestNode('sender'), new LoggingNode('node')];
      const cause = sent(sender);
      const context = read(node, cause.carrier, node.extract(sent(gateway).carrier));
      const effect = node.start('process', context, { kind: SpanKind.CONSUMER });
      expect(compareStamps(startOf(cause.span), startOf(effect.span))).to.equal('unknown');
      expect(node.clock.counters.incomplete).to.deep.equal({ 'mark-without-stamp': 1 });
    });

    it(`makes what passes it on unsampled admit that, read by ${name}`, () => {
      const [gateway, sender] = [new TestNode('gateway'), new TestNode('sender')];
      const receiver = new TestNode('receiver', { sampler: new AlwaysOnSampler() });
      const hop = new TestNode('hop', { sampler: new AlwaysOffSampler() });
      const cause = sent(sender);
      const context = read(hop, cause.carrier, hop.extract(sent(gateway).carrier));
      const relayed = sent(hop, context).carrier;
      const effect = receiver.start('process', receiver.extract(relayed));
      expect(compareStamps(startOf(cause.span), startOf(effect.span))).to.equal('unknown');
    });

    it(`makes a log there admit that, read by ${name}`, () => {
      const [gateway, sender, node] = [new TestNode('gateway'), new TestNode('sender'), new LoggingNode('node')];
      const cause = sent(sender);
      node.start('known', node.extract(cause.carrier));
      const again = sent(sender, cause.context);
      const context = read(node, again.carrier, node.extract(sent(gateway).carrier));
      expect(node.log('received', context).attributes).to.include({ 'causality.incomplete': true });
    });
  }
});

describe('a message that another propagator reads once more', () => {
  it('is the one that the context holds: its mark says so, in the spans that nobody samples too', () => {
    const again = new W3CTraceContextPropagator();
    for (const sampler of [new AlwaysOnSampler(), new AlwaysOffSampler()]) {
      const [sender, node] = [new TestNode('sender'), new TestNode('node', { sampler })];
      const { span, carrier } = sent(sender);
      const context = again.extract(node.extract(carrier), carrier, defaultTextMapGetter);
      const stamp = stampIn(node.inject(node.start('inner', node.start('serve', context).context).context));
      expect(stamp.vector.get(sender.clock.node as string)).to.equal(startOf(span).tick);
      expect(stamp.incomplete).to.equal(false);
      expect(node.clock.counters.incomplete).to.deep.equal({});
    }
  });
});

describe('a span that is put into the context of a message that came after its start', () => {
  /** A server span, and a context with that span and with a later message of its trace. */
  function received(): { node: LoggingNode; sender: TestNode; later: Span; context: Context } {
    const [sender, node] = [new TestNode('sender'), new LoggingNode('node')];
    const first = sent(sender);
    const { span } = node.start('serve', node.extract(first.carrier), { kind: SpanKind.SERVER });
    const later = sent(sender, first.context);
    return { node, sender, later: later.span, context: trace.setSpan(node.extract(later.carrier), span) };
  }

  it('sends what the message brought', () => {
    const { node, sender, later, context } = received();
    const stamp = stampIn(node.inject(context));
    expect(stamp.vector.get(sender.clock.node as string)).to.equal(startOf(later).tick);
    expect(stamp.incomplete).to.equal(false);
  });

  it('has logs that come after the message', () => {
    const { node, sender, later, context } = received();
    const { attributes } = node.log('received', context);
    expect(attributes['causality.vector']).to.include(`${sender.clock.node}=${startOf(later).tick}`);
    expect(attributes).not.to.have.property('causality.incomplete');
    expect(node.clock.counters.incomplete).to.deep.equal({});
  });

  it('has children that start after the message', () => {
    const { node, later, context } = received();
    expect(compareStamps(startOf(later), startOf(node.start('child', context).span))).to.equal('before');
  });
});
