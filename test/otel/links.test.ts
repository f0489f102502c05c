/** Links: what each tells once, and what they may not do. */
import {
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  trace,
} from '@opentelemetry/api';
import { TraceState } from '@opentelemetry/core';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { diagLines } from '../support/diag-lines.js';
import { TestNode } from '../support/fleet.js';

const SPAN_ID = '00f067aa0ba902b7';
const elsewhere: SpanContext = { traceId: '1'.repeat(32), spanId: SPAN_ID, traceFlags: 1 };
const unread: Link = { context: { ...elsewhere, traceState: new TraceState(`causality=${SPAN_ID}`) } };
const unstamped: Link = { context: elsewhere };

/** A link to what this sender sent in a trace of its own, or in that of a context. */
function sent(sender: TestNode, node: TestNode, context?: Context): Link {
  const { context: sending } = sender.start('send', context, { kind: SpanKind.PRODUCER });
  return { context: trace.getSpanContext(node.extract(sender.inject(sending))) as SpanContext };
}

describe('links', () => {
  it('move no clock, however far ahead the sender is proven to be', () => {
    for (const sameTrace of [true, false]) {
      let now = 1_000_000_000;
      const [sender, node] = [
        new TestNode('sender', { now: () => now + 250 }),
        new TestNode('node', { now: () => now }),
      ];
      const root = sender.start('root');
      const link = sent(sender, node, root.context);
      const { traceId } = sameTrace ? root.span.spanContext() : elsewhere;
      const parent = trace.setSpanContext(ROOT_CONTEXT, { ...elsewhere, traceId });
      const { context } = node.start('process', parent, { links: [link] });
      now += 60_000;
      const { hlc, lamport } = getCausalStamp(node.start('later', context).span) ?? {};
      expect([hlc?.seconds, hlc?.fraction], `${sameTrace}`).to.deep.equal([now / 1000, 0]);
      expect(lamport, 'it was heard').to.equal(4);
    }
  });

  it('that were heard at the start are not heard again at the end', () => {
    const sender = new TestNode('sender', { now: () => 2_000_000_000 });
    const node = new TestNode('node', { now: () => 1_000_000_000 });
    const { span } = node.start('process', undefined, { links: [sent(sender, node)] });
    span.end();
    expect(node.clock.counters).to.include({ hlcRefused: 1 });
  });

  it('to messages that a plain service passed on hide what that heard, in their own trace', () => {
    for (const [sameTrace, incomplete] of [
      [true, { 'passed-on': 1 }],
      [false, {}],
    ] as const) {
      const [sender, node] = [new TestNode('sender'), new TestNode('node')];
      const { span, context } = sender.start('send', undefined, { kind: SpanKind.PRODUCER });
      const carrier = sender.inject(context);
      const { traceId, spanId } = span.spanContext();
      const passedOn = { ...carrier, traceparent: carrier['traceparent']?.replace(spanId, SPAN_ID) };
      const links = [{ context: trace.getSpanContext(node.extract(passedOn)) as SpanContext }];
      const parent = trace.setSpanContext(ROOT_CONTEXT, { ...elsewhere, ...(sameTrace ? { traceId } : {}) });
      node.start('process', parent, { links });
      expect(node.clock.counters.incomplete).to.deep.equal(incomplete);
    }
  });

  it('to messages of which our propagator knows nothing came from where nobody takes part', () => {
    const node = new TestNode('node');
    const root = node.start('root');
    const { traceId } = root.span.spanContext();
    const links = [{ context: { ...elsewhere, traceId, isRemote: true } }];
    expect(getCausalStamp(node.start('process', root.context, { links }).span)?.incomplete).to.equal(false);
  });

  it('to messages say that a propagator is missing, and no others do', () => {
    const warned = (isRemote: boolean): number => {
      const node = new TestNode('node', { parts: 'processor' });
      const links = [{ context: { ...elsewhere, isRemote } }];
      return diagLines(() => node.start('process', undefined, { links })).filter((line) => line.startsWith('warn'))
        .length;
    };
    expect([warned(true), warned(false)]).to.deep.equal([1, 0]);
  });

  describe('beyond the number that the SDK keeps, which are added late,', () => {
    let node: TestNode;
    beforeEach(() => (node = new TestNode('node')));

    function processing(links: Link[]): Span {
      const provider = new BasicTracerProvider({ spanLimits: { linkCountLimit: 2 }, spanProcessors: [node.processor] });
      return provider.getTracer('test').startSpan('process', { links });
    }

    it('are heard, as far as they are kept', () => {
      processing([unstamped]).addLinks([unstamped, unread]).end();
      expect(node.clock.counters.incomplete).to.deep.equal({ 'link-without-stamp': 1 });
    });

    it('make the end incomplete, also where the span began with as many as it keeps', () => {
      for (const links of [[], [unstamped, unstamped]]) {
        node = new TestNode('node');
        processing(links).addLinks([unstamped, unstamped, unstamped]).end();
        expect(node.clock.counters.incomplete).to.deep.equal({ 'links-dropped': 1 });
      }
    });
  });
});
