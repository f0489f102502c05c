import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { compareStamps } from '../../src/clocks/stamp.js';
import { CausalClock } from '../../src/otel/causal-clock.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { CausalityPropagator } from '../../src/otel/propagator.js';
import { CausalitySpanProcessor } from '../../src/otel/span-processor.js';
import { diagLines } from '../support/diag-lines.js';

/** The mistake that an installation invites: the processor is registered, the propagator is not. */
describe('a clock without a propagator', () => {
  const plain = new W3CTraceContextPropagator();
  const setter = { set: (carrier: Record<string, string>, key: string, value: string) => void (carrier[key] = value) };
  const getter = {
    get: (carrier: Record<string, string>, key: string) => carrier[key],
    keys: (carrier: Record<string, string>) => Object.keys(carrier),
  };
  const nodeOf = (name: string): { clock: CausalClock; start: BasicTracerProvider } => {
    const clock = new CausalClock({ node: name });
    return { clock, start: new BasicTracerProvider({ spanProcessors: [new CausalitySpanProcessor({ clock })] }) };
  };

  it('never calls two services concurrent whose messages it could not stamp', () => {
    const [gateway, orders] = [nodeOf('gateway'), nodeOf('orders')];
    const call = gateway.start.getTracer('t').startSpan('call', { kind: SpanKind.CLIENT });
    const carrier: Record<string, string> = {};
    plain.inject(trace.setSpan(ROOT_CONTEXT, call), carrier, setter);
    const received = plain.extract(ROOT_CONTEXT, carrier, getter);
    let handle = call;
    const lines = diagLines(() => {
      for (let i = 0; i < 3; i++) {
        handle = orders.start.getTracer('t').startSpan('handle', { kind: SpanKind.SERVER }, received);
      }
    });
    call.end();
    const later = gateway.start.getTracer('t').startSpan('later', {}, trace.setSpan(ROOT_CONTEXT, call));
    const stampOf = (span: typeof call) => getCausalStamp(span) as NonNullable<ReturnType<typeof getCausalStamp>>;
    expect(compareStamps(stampOf(call), stampOf(handle))).to.equal('unknown');
    expect(compareStamps(stampOf(handle), stampOf(later))).to.equal('unknown');
    expect(orders.clock.counters.incomplete).to.deep.equal({ 'no-propagator': 1 });
    const warnings = lines.filter((line) => line.startsWith('warn'));
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.include('register one as the global propagator');
  });

  it('never calls the root of a trace concurrent with what it caused elsewhere', () => {
    const [gateway, orders] = [nodeOf('gateway'), nodeOf('orders')];
    expect(new CausalityPropagator({ clock: orders.clock }).fields()).to.include('baggage');
    const root = gateway.start.getTracer('t').startSpan('root');
    const carrier: Record<string, string> = {};
    plain.inject(trace.setSpan(ROOT_CONTEXT, root), carrier, setter);
    const received = new CausalityPropagator({ clock: orders.clock }).extract(ROOT_CONTEXT, carrier, getter);
    const handle = orders.start.getTracer('t').startSpan('handle', { kind: SpanKind.SERVER }, received);
    const [cause, effect] = [getCausalStamp(root), getCausalStamp(handle)];
    expect(cause !== undefined && effect !== undefined && compareStamps(cause, effect)).to.equal('unknown');
  });

  it('is incomplete for that reason in a trace that no message is seen of', () => {
    const { clock, start } = nodeOf('gateway');
    start.getTracer('t').startSpan('root').end();
    expect(clock.counters.incomplete).to.deep.equal({ 'no-propagator': 1 });
  });

  it('says nothing once there is one, whoever calls whom', () => {
    const { clock, start } = nodeOf('gateway');
    expect(new CausalityPropagator({ clock }).fields()).to.include('baggage');
    start.getTracer('t').startSpan('call', { kind: SpanKind.CLIENT }).end();
    expect(clock.counters.incomplete).to.deep.equal({});
  });
});
