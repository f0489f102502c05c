import { ROOT_CONTEXT, type Span, trace, TraceFlags } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SamplingDecision,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { CausalClock } from '../../src/otel/causal-clock.js';
import { MAX_RECENT_TRACES } from '../../src/clocks/limits.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { CausalitySpanProcessor } from '../../src/otel/span-processor.js';
import { diagLines } from '../support/diag-lines.js';
import { TestNode } from '../support/fleet.js';

describe('the span processor', () => {
  it('stamps start and end before any exporter sees the span, wherever it stands', () => {
    for (const first of [true, false]) {
      const exporter = new InMemorySpanExporter();
      const ours = new CausalitySpanProcessor({ clock: new CausalClock({ node: 'node' }) }) as SpanProcessor;
      const theirs = new SimpleSpanProcessor(exporter);
      const provider = new BasicTracerProvider({ spanProcessors: first ? [ours, theirs] : [theirs, ours] });
      provider.getTracer('test').startSpan('span').end();
      expect(exporter.getFinishedSpans()[0]?.attributes).to.include({ 'causality.tick': 1, 'causality.end.tick': 2 });
    }
  });

  it('names its node after the service, when it was given no name', () => {
    const node = new TestNode('checkout', { node: undefined as never });
    node.start('span').span.end();
    expect(node.finished('span').attributes['causality.node']).to.match(/^checkout-[0-9a-z]{8}$/);
  });

  it('stamps a span once, however often it is told', () => {
    const node = new TestNode('node');
    const { span } = node.start('span');
    node.processor.onEnding(span);
    node.processor.onEnding(span);
    expect((span as unknown as { attributes: object }).attributes).to.include({ 'causality.end.tick': 2 });
    span.end();
    node.start('next', trace.setSpan(ROOT_CONTEXT, span)).span.end();
    expect(node.finished('next').attributes['causality.tick']).to.equal(3);
  });

  it('stamps a span once where two processors have one clock, and lets it go', () => {
    const clock = new CausalClock({ node: 'node' });
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({
      spanProcessors: [
        new CausalitySpanProcessor({ clock }),
        new CausalitySpanProcessor({ clock }),
        new SimpleSpanProcessor(exporter),
      ],
    });
    for (const name of ['a', 'b']) provider.getTracer('test').startSpan(name).end();
    const ticks = exporter
      .getFinishedSpans()
      .map(({ attributes }) => [attributes['causality.tick'], attributes['causality.end.tick']]);
    expect(ticks).to.deep.equal([
      [1, 2],
      [1, 2],
    ]);
    for (const span of exporter.getFinishedSpans()) {
      expect(clock.domains.peek(span.spanContext().traceId)?.liveSpans).to.equal(0);
    }
  });

  it('lets go of a span whose end could not be written', () => {
    const node = new TestNode('node');
    const { span } = node.start('span');
    const { traceId } = span.spanContext();
    expect(node.clock.domains.peek(traceId)?.liveSpans).to.equal(1);
    const closed = Object.create(span, {
      setAttribute: {
        value() {
          throw new Error('closed');
        },
      },
    }) as Span;
    node.processor.onEnding(closed);
    expect(node.clock.counters.errors).to.equal(1);
    expect(node.clock.domains.peek(traceId)?.liveSpans).to.equal(0);
  });

  it('keeps no text of what a trace at rest has heard', () => {
    const node = new TestNode('node');
    const { span } = node.start('span');
    const { traceId, spanId } = span.spanContext();
    const text = `1!${traceId.slice(-16)}!7!!0!other*3`;
    node.clock.messages.watchCarriers();
    node.inject(trace.setSpan(ROOT_CONTEXT, span));
    node.clock.messages.hearReply(spanId, text);
    span.end();
    expect(node.finished('span').attributes['causality.end.vector']).to.match(/^node-\w{8}=2,other=3$/);
    // It rests once as many have come after it.
    for (let i = 0; i < MAX_RECENT_TRACES; i++) node.start('later').span.end();
    const table = node.clock.domains.peek(traceId)?.heard.table as unknown as { latest: unknown };
    expect(table).to.have.property('latest', undefined);
  });

  describe('leaves alone', () => {
    it('what no sampler wanted', () => {
      const node = new TestNode('node', { sampler: new AlwaysOffSampler() });
      const { span } = node.start('span');
      span.end();
      expect(getCausalStamp(span)).to.equal(undefined);
      expect(node.clock.counters.liveDomains).to.equal(0);
    });

    it('spans that are recorded only: a tick of theirs would be a hole', () => {
      const recordOnly = { shouldSample: () => ({ decision: SamplingDecision.RECORD }), toString: () => 'record only' };
      const node = new TestNode('node', { sampler: recordOnly });
      const { span } = node.start('span');
      expect(span.isRecording()).to.equal(true);
      span.end();
      expect(getCausalStamp(span)).to.equal(undefined);
      expect((span as unknown as { attributes: object }).attributes).to.deep.equal({});
      expect(node.clock.counters.liveDomains).to.equal(0);
    });
  });

  it('takes a remote parent without mark and stamp for one who takes no part', () => {
    const node = new TestNode('node');
    const remote = {
      traceId: '1'.repeat(32),
      spanId: '00f067aa0ba902b7',
      traceFlags: TraceFlags.SAMPLED,
      isRemote: true,
    };
    node.start('span', trace.setSpanContext(ROOT_CONTEXT, remote)).span.end();
    const { attributes } = node.finished('span');
    expect(attributes['causality.vector']).to.equal(`${attributes['causality.node'] as string}=1`);
    expect(attributes).not.to.have.property('causality.incomplete');
  });

  describe('in an SDK that never calls onEnding', () => {
    /** The hooks that such an SDK knows. */
    function withoutEnding(processor: CausalitySpanProcessor): SpanProcessor {
      return {
        onStart: (span, context) => processor.onStart(span, context),
        onEnd: (span) => processor.onEnd(span),
        forceFlush: () => processor.forceFlush(),
        shutdown: () => processor.shutdown(),
      };
    }

    it('stamps starts, says once that ends are missing, and lets domains go idle', () => {
      const clock = new CausalClock({ node: 'node', maxDomains: 5 });
      const exporter = new InMemorySpanExporter();
      const provider = new BasicTracerProvider({
        spanProcessors: [withoutEnding(new CausalitySpanProcessor({ clock })), new SimpleSpanProcessor(exporter)],
      });
      const lines = diagLines(() => {
        for (let i = 0; i < 20; i++) provider.getTracer('test').startSpan('span').end();
      });
      expect(lines.filter((line) => line.includes('onEnding'))).to.have.length(1);
      expect(exporter.getFinishedSpans()).to.have.length(20);
      for (const { attributes } of exporter.getFinishedSpans()) {
        expect(attributes).to.have.property('causality.tick');
        expect(attributes).not.to.have.property('causality.end.tick');
      }
      expect(clock.counters).to.include({ liveDomains: 5, errors: 0 });
    });
  });

  it('says nothing of the kind where the SDK does call it', () => {
    const lines = diagLines(() => {
      const node = new TestNode('node');
      const spans: Span[] = [1, 2, 3].map(() => node.start('span').span);
      for (const span of spans) span.end();
      for (const span of spans) span.end();
    });
    expect(lines).to.deep.equal([]);
  });

  it('has nothing to flush or to shut down', async () => {
    const { processor } = new TestNode('node');
    for (const done of [processor.forceFlush(), processor.shutdown()]) {
      expect(done).to.be.a('promise');
      await done;
    }
  });
});
