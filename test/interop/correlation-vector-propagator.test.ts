import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  SpanKind,
  trace,
} from '@opentelemetry/api';
import { CompositePropagator, suppressTracing, W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { CorrelationVector } from '../../src/clocks/correlation-vector.js';
import { CausalClock } from '../../src/otel/causal-clock.js';
import { CausalityPropagator } from '../../src/otel/propagator.js';
import {
  CorrelationVectorPropagator,
  type CorrelationVectorPropagatorOptions,
  CorrelationVectorSpanProcessor,
} from '../../src/interop/index.js';
import { expectInvalid } from '../support/invalid-value.js';

const BASE = 'PmvzQKgYek6Sdk/T5sWaqw';

function service(options: CorrelationVectorPropagatorOptions = {}) {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    spanProcessors: [new CorrelationVectorSpanProcessor(options), new SimpleSpanProcessor(exporter)],
  });
  const propagator = new CorrelationVectorPropagator(options);
  return {
    tracer: provider.getTracer('test'),
    propagator,
    spans: (): ReadableSpan[] => exporter.getFinishedSpans(),
    cvOf: (name: string): unknown =>
      exporter.getFinishedSpans().find((span) => span.name === name)?.attributes['causality.cv'],
    receive: (headers: Record<string, unknown>, within = ROOT_CONTEXT) =>
      propagator.extract(within, headers, defaultTextMapGetter),
    send: (within: Context): string | undefined => {
      const headers: Record<string, string> = {};
      propagator.inject(within, headers, defaultTextMapSetter);
      return headers['MS-CV'];
    },
  };
}

describe('CorrelationVectorPropagator', () => {
  it('extends on receive and counts up on each send', () => {
    const { receive, send } = service();
    const received = receive({ 'ms-cv': `${BASE}.1` });
    expect([1, 2, 3].map(() => send(received))).to.deep.equal([1, 2, 3].map((i) => `${BASE}.1.${i}`));
  });

  it('gives two receivers of different messages vectors that differ, and reads any case', () => {
    const [a, b] = [service(), service()];
    expect(a.send(a.receive({ 'MS-CV': `${BASE}.1` }))).to.equal(`${BASE}.1.1`);
    expect(b.send(b.receive({ 'Ms-Cv': [`${BASE}.2`] }))).to.equal(`${BASE}.2.1`);
  });

  it('is pure when extracting: twice the same message, twice the same vector', () => {
    const { receive, send } = service();
    const headers = { 'ms-cv': `${BASE}.1` };
    expect(send(receive(headers))).to.equal(send(receive(headers)));
    expect(receive({})).to.equal(ROOT_CONTEXT);
  });

  it('spins instead where one message may be received more than once', () => {
    const random = [Uint8Array.of(0, 0), Uint8Array.of(0xab, 0xcd), Uint8Array.of(1, 2)];
    let drawn = 0;
    const { receive, send } = service({
      receive: { interval: 'coarse', periodicity: 'short', entropy: 2 },
      now: () => 1_719_847_926_860,
      randomBytes: (count) => (count === 2 ? (random[drawn++ % 3] as Uint8Array) : new Uint8Array(count)),
    });
    drawn = 1;
    expect(send(receive({ 'ms-cv': `${BASE}.1` }))).to.equal(`${BASE}.1.3976178637.1`);
    expect(send(receive({ 'ms-cv': `${BASE}.1` }))).not.to.equal(`${BASE}.1.3976178637.1`);
    expect(send(receive({ 'ms-cv': 'tul4NUsfs9Cl7mOf.1' }))).to.equal('tul4NUsfs9Cl7mOf.1.1');
  });

  it('stamps every span with a vector of its own, which sorts after its parent’s', () => {
    const { receive, send, tracer, cvOf } = service();
    const received = receive({ 'ms-cv': `${BASE}.4` });
    const server = tracer.startSpan('server', { kind: SpanKind.SERVER }, received);
    const inServer = trace.setSpan(received, server);
    const client = tracer.startSpan('client', { kind: SpanKind.CLIENT }, inServer);
    const out = send(trace.setSpan(inServer, client));
    const later = tracer.startSpan('later', {}, inServer);
    for (const span of [later, client, server]) span.end();
    expect(['server', 'client', 'later'].map(cvOf)).to.deep.equal([`${BASE}.4.0`, `${BASE}.4.1`, `${BASE}.4.3`]);
    expect(out).to.equal(`${BASE}.4.2`);
  });

  it('follows the span where a context was made anew around it', () => {
    const { receive, send, tracer } = service();
    const span = tracer.startSpan('server', {}, receive({ 'ms-cv': `${BASE}.1` }));
    expect(send(trace.setSpan(ROOT_CONTEXT, span))).to.equal(`${BASE}.1.1`);
  });

  for (const version of ['1', '2.1', '3.0'] as const) {
    it(`begins a vector of version ${version} at a span that received none, and keeps it for the request`, () => {
      const { send, tracer, cvOf } = service({ version });
      const root = tracer.startSpan('root', {}, ROOT_CONTEXT);
      const inRoot = trace.setSpan(ROOT_CONTEXT, root);
      const child = tracer.startSpan('child', {}, inRoot);
      const out = CorrelationVector.parse(send(trace.setSpan(ROOT_CONTEXT, child)) ?? '');
      root.end();
      child.end();
      const begun = CorrelationVector.parse(cvOf('root') as string);
      expect(begun.version).to.equal(version);
      expect(cvOf('child')).to.equal(begun.increment().value);
      expect(out.value).to.equal(begun.increment().increment().value);
      const other = tracer.startSpan('other', {}, ROOT_CONTEXT);
      other.end();
      expect(CorrelationVector.parse(cvOf('other') as string).base).not.to.equal(begun.base);
    });
  }

  it('begins one for a message that belongs to no span', () => {
    const { send } = service();
    expect(CorrelationVector.parse(send(ROOT_CONTEXT) ?? '').value).to.match(/\.1$/);
  });

  it('continues a traceparent in version 3.0, and only there', () => {
    const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b9c7c989f97918e1-01' };
    const third = service({ version: '3.0' });
    expect(third.send(third.receive(headers))).to.equal('A.CvdlGRbNQ92ESOshHIAxnA-B9C7C989F97918E1.1');
    expect(third.send(third.receive({ ...headers, 'ms-cv': `A.${BASE}.1` }))).to.equal(`A.${BASE}.1.1`);
    expect(third.receive({ traceparent: 'garbage' })).to.equal(ROOT_CONTEXT);
    const second = service();
    expect(second.receive(headers)).to.equal(ROOT_CONTEXT);
    expect([third.propagator.refused, second.propagator.refused]).to.deep.equal([0, 0]);
  });

  it('passes a terminated vector on unchanged', () => {
    const { receive, send, tracer, cvOf } = service();
    const ended = `${BASE}.${'1.'.repeat(50)}10!`;
    const received = receive({ 'ms-cv': ended });
    tracer.startSpan('server', {}, received).end();
    expect([cvOf('server'), send(received), send(received)]).to.deep.equal([ended, ended, ended]);
  });

  it('records on the span what a reset replaced, on receive, at a start and on send', () => {
    const { receive, send, tracer, spans } = service({ version: '3.0' });
    const suffix = `.${'1.'.repeat(51)}F`;
    const received = receive({ 'ms-cv': `A.${BASE}${suffix}` });
    const server = tracer.startSpan('server', {}, received);
    server.end();
    const [event] = spans()[0]?.events ?? [];
    expect(event?.name).to.equal('causality.cv.reset');
    const id = event?.attributes?.['causality.cv.replaced_by'] as string;
    expect(event?.attributes).to.deep.equal({ 'causality.cv.replaced': suffix, 'causality.cv.replaced_by': id });
    expect(spans()[0]?.attributes['causality.cv']).to.equal(`A.${BASE}#${id}.0`);

    tracer.startSpan('second', {}, trace.setSpan(received, server)).end();
    expect(spans()[1]?.events, 'once is enough').to.deep.equal([]);

    // At 128 characters, ...F cannot become ...10 without a reset.
    const full = receive({ 'ms-cv': `A.${BASE}.${'1.'.repeat(50)}1` });
    const holder = tracer.startSpan('holder', {}, full);
    const inHolder = trace.setSpan(full, holder);
    const values = Array.from({ length: 16 }, () => send(inHolder) ?? '');
    holder.end();
    const resets = spans()[2]?.events ?? [];
    expect(resets).to.have.lengthOf(1);
    expect(values.at(-2)).to.match(/\.1\.F$/);
    expect(values.at(-1)).to.equal(`A.${BASE}#${resets[0]?.attributes?.['causality.cv.replaced_by']}.10`);
  });

  it('leaves a bad header aside, counts it, and begins its own', () => {
    const { receive, send, propagator } = service();
    const bad = ['', 'garbage', `${BASE}.1!!`, ['a', 'b'], 5, `${BASE}.1`.repeat(1000)];
    for (const value of bad) expect(receive({ 'ms-cv': value })).to.equal(ROOT_CONTEXT);
    expect(propagator.refused).to.equal(bad.length);
    expect(send(receive({ 'ms-cv': 'garbage' }))).to.match(/^[^.]{22}\.1$/);
  });

  it('never lets an error out of a getter, a setter, a clock or a span', () => {
    const fail = (): never => {
      throw new Error('broken');
    };
    const { propagator } = service();
    expect(propagator.extract(ROOT_CONTEXT, {}, { get: fail, keys: fail })).to.equal(ROOT_CONTEXT);
    propagator.inject(ROOT_CONTEXT, {}, { set: fail });
    expect(propagator.refused).to.equal(2);
    const processor = new CorrelationVectorSpanProcessor();
    const broken = { setAttribute: fail, addEvent: fail, spanContext: fail };
    processor.onStart(broken, ROOT_CONTEXT);
  });

  it('does nothing while tracing is suppressed', () => {
    const { propagator } = service();
    const suppressed = suppressTracing(ROOT_CONTEXT);
    const headers = {};
    propagator.inject(suppressed, headers, defaultTextMapSetter);
    expect(headers).to.deep.equal({});
    expect(propagator.extract(suppressed, { 'ms-cv': `${BASE}.1` }, defaultTextMapGetter)).to.equal(suppressed);
  });

  it('relays through spans that are not recorded', () => {
    const { receive, send } = service();
    const tracer = new BasicTracerProvider({ sampler: new AlwaysOffSampler() }).getTracer('off');
    const received = receive({ 'ms-cv': `${BASE}.1` });
    const span = tracer.startSpan('unsampled', {}, received);
    expect(send(trace.setSpan(received, span))).to.equal(`${BASE}.1.1`);
  });

  it('composes with other propagators, also wrapped by the tracing propagator', () => {
    const composite = new CompositePropagator({
      propagators: [new W3CTraceContextPropagator(), new CorrelationVectorPropagator()],
    });
    expect(composite.fields()).to.include.members(['traceparent', 'MS-CV']);
    const causality = new CausalityPropagator({ clock: new CausalClock({ node: 'p' }), propagators: [composite] });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b9c7c989f97918e1-01';
    const received = causality.extract(ROOT_CONTEXT, { traceparent, 'ms-cv': `${BASE}.1` }, defaultTextMapGetter);
    expect(trace.getSpanContext(received)?.traceId).to.equal('0af7651916cd43dd8448eb211c80319c');
    const headers: Record<string, string> = {};
    causality.inject(received, headers, defaultTextMapSetter);
    expect(headers['MS-CV']).to.equal(`${BASE}.1.1`);
    expect(headers['traceparent']).to.equal(traceparent);
  });

  it('refuses options that cannot be meant, by name', () => {
    const make = (options: unknown) => () =>
      new CorrelationVectorPropagator(options as CorrelationVectorPropagatorOptions);
    expectInvalid(make({ version: '2' }), 'version');
    expectInvalid(make({ receive: 'drop' }), 'receive');
    expectInvalid(make({ receive: null }), 'receive');
    expectInvalid(make({ receive: { interval: 'x' } }), 'interval');
    expectInvalid(make({ epoch: 'x' }), 'epoch');
    expectInvalid(() => new CorrelationVectorSpanProcessor({ version: '2' as '1' }), 'version');
  });

  it('has the hooks that an SDK calls', async () => {
    const processor = new CorrelationVectorSpanProcessor();
    processor.onEnd();
    await processor.forceFlush();
    await processor.shutdown();
  });
});
