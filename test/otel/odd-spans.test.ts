/** Spans as an SDK that we do not know may hand them over, and spans that throw. */
import { type Context, ROOT_CONTEXT, type Span, SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import { expect } from 'chai';
import type { CausalStamp } from '../../src/clocks/stamp.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { diagLines } from '../support/diag-lines.js';
import { TestNode } from '../support/fleet.js';

const SPAN_ID = '00f067aa0ba902b7';
const fail = (): never => {
  throw new Error('broken on purpose');
};

function stampOf(span: Span): CausalStamp {
  const stamp = getCausalStamp(span);
  if (stamp === undefined) throw new Error('the span is stamped');
  return stamp;
}

/** A span of which nothing is known but its context. */
function bareSpan(traceDigit: string, traceFlags = TraceFlags.SAMPLED): Span {
  const spanContext = { traceId: traceDigit.repeat(32), spanId: SPAN_ID, traceFlags };
  return Object.assign(trace.wrapSpanContext(spanContext), { attributes: {} });
}

describe('a span of another SDK', () => {
  it('that begins a trace of its own belongs to that one, whatever its parent context holds', () => {
    const [sender, node] = [new TestNode('sender'), new TestNode('node')];
    for (let i = 0; i < 5; i++) sender.start('work').span.end();
    const cause = sender.start('cause');
    const serve = node.start('serve', node.extract(sender.inject(cause.context)), { kind: SpanKind.SERVER });
    const root = bareSpan('1');
    node.processor.onStart(root as never, serve.context);
    expect(stampOf(root)).to.include({ domain: '1'.repeat(16), incomplete: false });
    expect(stampOf(root).vector.size).to.equal(1);
    expect(stampOf(root).lamport, 'times compare across traces').to.be.above(stampOf(cause.span).lamport);
    expect(node.clock.counters.errors).to.equal(0);
  });

  it('under a parent of this process that nobody stamped has nothing to say of propagators', () => {
    const warned = (isRemote: boolean): number => {
      const node = new TestNode('node', { parts: 'processor' });
      const parent = { traceId: '1'.repeat(32), spanId: SPAN_ID, traceFlags: TraceFlags.SAMPLED, isRemote };
      const start = (): unknown => node.start('span', trace.setSpanContext(ROOT_CONTEXT, parent));
      return diagLines(start).filter((line) => line.startsWith('warn')).length;
    };
    expect([warned(false), warned(true)]).to.deep.equal([0, 1]);
  });

  it('that nobody stamped ends without a word', () => {
    const node = new TestNode('node');
    const lines = diagLines(() => node.processor.onEnd(bareSpan('1', TraceFlags.NONE)));
    expect(lines).to.deep.equal([]);
  });
});

describe('a span that throws what it is asked for', () => {
  const spoil = (span: Span): void => void Object.defineProperty(span, 'links', { get: fail });

  it('at its start makes its trace incomplete', () => {
    const node = new TestNode('node');
    const broken = bareSpan('1');
    spoil(broken);
    expect(() => node.processor.onStart(broken as never, ROOT_CONTEXT)).not.to.throw();
    expect(getCausalStamp(broken)).to.equal(undefined);
    const next = bareSpan('1');
    node.processor.onStart(next as never, ROOT_CONTEXT);
    expect(stampOf(next).incomplete).to.equal(true);
    expect(node.clock.counters).to.deep.include({ errors: 1, incomplete: { 'hook-failed': 1 } });
    expect(node.clock.domains.peek('1'.repeat(32))?.liveSpans, 'nobody will end the broken one').to.equal(1);
  });

  it('at its end, too, and is let go of', () => {
    const node = new TestNode('node');
    const { span, context } = node.start('broken');
    spoil(span);
    const lines = diagLines(() => {
      node.processor.onEnding(span as never);
      node.processor.onEnd(span);
    });
    expect(lines.join(), 'the SDK did call onEnding')
      .to.include('stamping an end failed')
      .and.not.include('never calls');
    expect(stampOf(node.start('next', context).span).incomplete).to.equal(true);
    expect(node.clock.counters).to.deep.include({ errors: 1, incomplete: { 'hook-failed': 1 } });
    expect(node.clock.domains.peek(span.spanContext().traceId)?.liveSpans).to.equal(1);
  });

  it('nothing is asked of links that are gone at the end', () => {
    const node = new TestNode('node');
    const { context } = node.start('linked');
    const span = node.tracer.startSpan('span', { links: [{ context: trace.getSpanContext(context) as never }] });
    Object.defineProperty(span, 'links', { value: undefined });
    span.end();
    expect(node.finished('span').attributes).to.include({ 'causality.end.tick': 2 });
    expect(node.clock.counters).to.deep.include({ errors: 0, incomplete: {} });
  });
});

describe('a span under a parent that another clock stamped', () => {
  for (const [name, options, shared] of [
    ['of the same scope hears its start, and', {}, 2],
    ['of another scope hears its times, and', { scope: 'process', trust: 'all' }, 1],
  ] as const) {
    it(`${name} moves no clock`, () => {
      let now = 1_000_000_000;
      const one = new TestNode('one', { ...options, now: () => now + 250 });
      const node = new TestNode('node', { now: () => now });
      const root = one.start('root');
      const outer = one.start('outer', root.context);
      const inner = node.start('inner', outer.context);
      expect(stampOf(inner.span).lamport).to.equal(stampOf(outer.span).lamport + 1);
      expect(stampOf(inner.span).vector.size).to.equal(shared);
      expect(node.clock.counters.incomplete).to.deep.equal({ 'foreign-clock': 1 });
      now += 60_000;
      const later = stampOf(node.start('later', inner.context).span);
      expect([later.hlc?.seconds, later.hlc?.fraction]).to.deep.equal([now / 1000, 0]);
    });
  }
});

describe('the requests of a span that has ended', () => {
  const forget = (context: Context): string => trace.getSpanContext(context)?.spanId as string;

  it('are forgotten where it was a client’s, answered or not', () => {
    const node = new TestNode('node');
    node.clock.messages.watchCarriers();
    for (const answered of [true, false]) {
      const { span, context } = node.start('call', undefined, { kind: SpanKind.CLIENT });
      node.inject(context);
      const reply = `1!${span.spanContext().traceId.slice(-16)}!9!!0!${node.clock.node}*1~peer*1`;
      if (answered) node.clock.messages.hearReply(forget(context), reply);
      span.end();
      const { received } = node.clock.counters;
      node.clock.messages.hearReply(forget(context), reply);
      expect(node.clock.counters.received).to.equal(received);
    }
    expect(node.clock.counters.incomplete).to.deep.equal({ 'reply-without-stamp': 1 });
  });

  it('bring no trace back by their reply', () => {
    const node = new TestNode('node', { maxDomains: 1 });
    node.clock.messages.watchCarriers();
    const { span, context } = node.start('send', undefined, { kind: SpanKind.PRODUCER });
    node.inject(context);
    span.end();
    const other = node.start('of another trace').span.spanContext().traceId;
    const reply = `1!${span.spanContext().traceId.slice(-16)}!9!!0!${node.clock.node}*1~peer*1`;
    node.clock.messages.hearReply(forget(context), reply);
    expect(node.clock.domains.peek(other)?.isCurrent).to.equal(true);
    expect(node.clock.counters.domainsDropped).to.equal(1);
  });

  it('say that a propagator is missing where it was a client’s, and only then', () => {
    const warned = (kind: SpanKind): number => {
      const node = new TestNode('node', { parts: 'processor' });
      return diagLines(() => node.start('span', undefined, { kind }).span.end()).filter((line) =>
        line.includes('no CausalityPropagator uses their clock'),
      ).length;
    };
    expect([warned(SpanKind.CLIENT), warned(SpanKind.INTERNAL), warned(SpanKind.SERVER)]).to.deep.equal([1, 0, 0]);
  });
});
