/**
 * What an application's own code does while a hook of ours has called it: a clock, a logger, a span's getter that makes and
 * ends spans, of this very trace or of others. Each had a trace laid to rest, or dropped, that the hook still held.
 */
import { diag, DiagLogLevel, ROOT_CONTEXT, type Span, trace, TraceFlags } from '@opentelemetry/api';
import { expect } from 'chai';
import { parseStamp } from '../../src/codec/wire-text.js';
import { MAX_RECENT_TRACES } from '../../src/clocks/limits.js';
import { calledOut } from '../../src/otel/called-out.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { TestNode } from '../support/fleet.js';

/** What is to happen inside the next call of the clock, or of a logger: once, as whatever it does calls both again. */
let meanwhile: (() => void) | undefined;

function happen(): void {
  const happening = meanwhile;
  meanwhile = undefined;
  happening?.();
}

function now(): number {
  happen();
  return 1_719_835_200_000;
}

function attributesOf(span: Span): Readonly<Record<string, unknown>> {
  return (span as unknown as { readonly attributes: Record<string, unknown> }).attributes;
}

function stampIn({ baggage = '' }: Readonly<Record<string, string>>): ReturnType<typeof parseStamp> {
  return parseStamp(/causality=([^,;]*)/.exec(baggage)?.[1] ?? '');
}

/** A trace whose one span has ended: nothing goes on in it, and it has been laid to rest. */
function ended(node: TestNode): ReturnType<TestNode['start']> {
  const span = node.start('first');
  span.span.end();
  for (let i = 0; i < MAX_RECENT_TRACES; i++) node.start('another').span.end();
  return span;
}

describe('code of the application’s that a hook has called', () => {
  beforeEach(() => {
    for (const method of ['error', 'warn', 'info', 'debug', 'verbose'] as const) logger[method] = happen;
    diag.setLogger(logger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
  });
  afterEach(() => {
    meanwhile = undefined;
    diag.disable();
    expect(calledOut.depth).to.equal(0);
  });
  const logger = {} as Record<'error' | 'warn' | 'info' | 'debug' | 'verbose', () => void>;

  it('may end the last span of a trace for which a request leaves: it carries all that is known', () => {
    const node = new TestNode('node', { now });
    const { span } = ended(node);
    const { traceId } = span.spanContext();
    const traceparent = `00-${traceId}-${SPAN_CONTEXT.spanId}-01`;
    const baggage = `causality=1!${traceId.slice(-16)}!9!!0!peer*4`;
    const received = node.extract({ traceparent, baggage, tracestate: `causality=${SPAN_CONTEXT.spanId}` });
    meanwhile = () => node.start('meanwhile', received).span.end();
    const { vector, incomplete } = stampIn(node.inject(received));
    expect([vector.get('peer'), vector.get(node.clock.node as string), incomplete]).to.deep.equal([4, 4, false]);
    expect(node.clock.counters.errors).to.equal(0);
  });

  it('may end the last span of a trace that a log belongs to: the log is after it', async () => {
    const { CausalityLogRecordProcessor } = await import('../../src/logs/log-record-processor.js');
    const node = new TestNode('node', { now, attributes: 'full' });
    const { context, span } = ended(node);
    const attributes: Record<string, unknown> = {};
    const log = {
      spanContext: span.spanContext(),
      attributes,
      setAttribute: (name: string, value: unknown) => (attributes[name] = value),
    };
    // The trace is held already when the log asks for its own time.
    meanwhile = () => (meanwhile = () => node.start('meanwhile', context).span.end());
    new CausalityLogRecordProcessor({ clock: node.clock }).onEmit(log as never, context);
    expect(attributes).to.include({ 'causality.tick': 4, 'causality.vector': `${node.clock.node}=4` });
    expect(node.clock.counters.errors).to.equal(0);
  });

  it('may begin traces beyond the limit: no two events of a trace get one tick, and there is room for them', () => {
    const node = new TestNode('node', { now, maxDomains: 1 });
    const outer = node.start('outer');
    const getter = (): undefined => {
      const inner = node.start('inner', outer.context);
      for (let i = 0; i < 3; i++) node.start('of another trace');
      inner.span.end();
      return undefined;
    };
    Object.defineProperty(outer.span, 'links', { get: getter });
    outer.span.end();
    const inner = node.finished('inner').attributes;
    expect(attributesOf(outer.span)['causality.end.tick']).to.equal((inner['causality.end.tick'] as number) + 1);
    expect(inner['causality.end.tick']).to.equal(3);
    ended(node);
    expect(node.clock.counters).to.deep.include({ errors: 0, incomplete: {}, liveDomains: 1 });
  });

  it('may make spans of the trace that has just come back: they are of one domain', () => {
    const node = new TestNode('node', { maxDomains: 1 });
    const { context } = ended(node);
    ended(node);
    const inner: Span[] = [];
    meanwhile = () => inner.push(node.start('inner', context).span);
    const outer = node.start('outer', context).span;
    expect(inner).to.have.length(1);
    const [first, second] = [getCausalStamp(inner[0] as Span), getCausalStamp(outer)];
    expect(second?.tick).to.be.above(first?.tick as number);
    expect([first?.incomplete, second?.incomplete]).to.deep.equal([true, true]);
    expect(node.clock.counters.liveDomains).to.equal(1);
  });

  it('may end the span whose end it is: it ends once, and other spans of its trace stay live', () => {
    const node = new TestNode('node', { now });
    const outer = node.start('outer');
    const span = node.start('span', outer.context).span;
    meanwhile = () => node.processor.onEnding(span as never);
    node.processor.onEnding(span as never);
    expect(attributesOf(span)['causality.end.tick']).to.equal(3);
    expect(node.clock.domains.peek(span.spanContext().traceId)?.liveSpans).to.equal(1);
    meanwhile = () => node.processor.onEnd(outer.span as never);
    node.processor.onEnd(outer.span as never);
    expect(node.clock.domains.peek(span.spanContext().traceId)?.liveSpans).to.equal(0);
    expect(node.clock.counters.errors).to.equal(0);
  });

  it('may have dropped the trace of the span whose end is written: who is live in it afterwards stays so', () => {
    const node = new TestNode('node', { maxDomains: 1 });
    const attributes: Record<string, unknown> = {};
    const setAttribute = (name: string, value: unknown): void => {
      attributes[name] = value;
      happen();
    };
    const span = { spanContext: () => SPAN_CONTEXT, attributes, setAttribute };
    node.processor.onStart(span as never, ROOT_CONTEXT);
    meanwhile = () => {
      node.start('of another trace').span.end();
      node.start('child', trace.setSpanContext(ROOT_CONTEXT, SPAN_CONTEXT));
    };
    node.processor.onEnding(span as never);
    expect(node.clock.domains.peek(SPAN_CONTEXT.traceId)?.liveSpans).to.equal(1);
    expect(node.clock.counters).to.deep.include({ errors: 0, domainsDropped: 2 });
  });
});

const SPAN_CONTEXT = { traceId: '1'.repeat(32), spanId: '00f067aa0ba902b7', traceFlags: TraceFlags.SAMPLED };
