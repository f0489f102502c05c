/** Contexts, carriers, propagators and messages that are not what they should be: what comes of them. */
import { type Context, defaultTextMapSetter, ROOT_CONTEXT, SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { expect } from 'chai';
import { arrivalIn } from '../../src/otel/arrival.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { CausalityPropagator } from '../../src/otel/propagator.js';
import { diagLines } from '../support/diag-lines.js';
import { type Carrier, TestNode } from '../support/fleet.js';
import { LittleB3, oddGetter } from '../support/odd-carriers.js';

const TRACE_ID = '4bf92f3577b34da67b1d62f2c9e04a15';
const DOMAIN = TRACE_ID.slice(-16);
const SENDER = '00f067aa0ba902b7';
const STAMP = `1!${DOMAIN}!5!!0!peer*1`;
const B3 = { 'X-B3-TraceId': TRACE_ID, 'X-B3-SpanId': SENDER, 'X-B3-Sampled': '1' };

const throughB3 = (): TestNode => new TestNode('node', { propagator: { propagators: [new LittleB3()] } });

describe('a host that gives us what is no context', () => {
  const none = {} as Context;

  it('is not disturbed, and gets what the wrapped propagators made of it', () => {
    const node = throughB3();
    const carrier: Carrier = {};
    expect(() => node.propagator.inject(none, carrier, defaultTextMapSetter)).not.to.throw();
    expect(carrier).to.deep.equal({});
    // The wrapped one and ours, which looks for a span there, too.
    expect(node.clock.counters.errors).to.equal(2);
    expect(node.extract({}, none)).to.equal(none);
    const lines = (act: () => unknown): readonly string[] => diagLines(act).map((line) => line.split(',')[0] as string);
    const other = new TestNode('other', { propagator: { propagators: [] } });
    expect(lines(() => other.inject(none))).to.deep.equal(['error otel-causality: inject failed']);
    const third = new TestNode('third', { propagator: { propagators: [] } });
    expect(lines(() => third.extract({ baggage: `causality=${STAMP}` }, none))).to.deep.equal([
      'error otel-causality: extract failed',
      'error otel-causality: extract failed',
    ]);
  });
});

describe('a span whose ids are none', () => {
  it('sends nothing of ours, whatever the wrapped propagators make of it', () => {
    for (const propagators of [undefined, [], [new LittleB3()]]) {
      const node = new TestNode('node', propagators === undefined ? {} : { propagator: { propagators } });
      const { traceId, spanId } = node.start('known').span.spanContext();
      for (const ids of [
        { traceId: 'no trace', spanId },
        { traceId, spanId: 'no span' },
      ]) {
        const carrier = node.inject(trace.setSpanContext(ROOT_CONTEXT, { ...ids, traceFlags: TraceFlags.SAMPLED }));
        expect(Object.keys(carrier).filter((key) => !key.startsWith('X-B3'))).to.deep.equal([]);
      }
      expect(node.clock.counters).to.include({ unsent: 0, errors: 0 });
    }
  });

  it('is nobody’s sender, whichever propagator lets it in', () => {
    const message = { ...B3, 'X-B3-TraceId': 'no trace', tracestate: `causality=${SENDER}` };
    for (const propagators of [[new LittleB3()], [new W3CTraceContextPropagator(), new LittleB3()]]) {
      const node = new TestNode('node', { propagator: { propagators } });
      expect(arrivalIn(node.extract(message)), 'a mark alone').to.equal(undefined);
      const received = node.extract({ ...message, baggage: `causality=${STAMP}` });
      expect(arrivalIn(received)).to.deep.include({ domain: '', parentSpanId: undefined });
    }
  });
});

describe('a message that cannot be looked through', () => {
  for (const key of ['tracestate', 'baggage']) {
    it(`at ${key} makes its trace incomplete, for that reason, and counts as one failure`, () => {
      const node = throughB3();
      const sent = { ...B3, tracestate: `causality=${SENDER}`, baggage: `causality=${STAMP}` };
      const getter = oddGetter((asked) => asked === key);
      const received = node.propagator.extract(ROOT_CONTEXT, sent, getter);
      expect(arrivalIn(received)).to.deep.include({ domain: DOMAIN, stamp: undefined, hidden: 'hook-failed' });
      expect(node.clock.counters.errors).to.equal(1);
      const served = node.start('serve', received, { kind: SpanKind.SERVER });
      expect(getCausalStamp(served.span)).to.include({ incomplete: true });
      expect(node.clock.counters.incomplete).to.deep.equal({ 'hook-failed': 1 });
    });
  }

  it('and names no span says nothing of any trace', () => {
    const node = throughB3();
    const getter = oddGetter((asked) => asked === 'baggage');
    for (const message of [{}, { ...B3, 'X-B3-TraceId': 'no trace' }]) {
      const received = node.propagator.extract(ROOT_CONTEXT, message, getter);
      expect(arrivalIn(received)).to.equal(undefined);
    }
    expect(node.clock.counters.errors, 'one for each').to.equal(2);
  });
});

describe('a message without a trace context, in process scope', () => {
  const made = (): TestNode => new TestNode('node', { scope: 'process', trust: 'all' });
  const own = '1!-!5!!0!peer*1';

  it('is taken by its stamp', () => {
    const node = made();
    const received = node.extract({ baggage: `causality=${own}` });
    expect(arrivalIn(received)).to.deep.include({ domain: '-', hidden: 'stamp-without-mark' });
  });

  it('makes the process incomplete where its stamp cannot be read, in whatever way', () => {
    for (const baggage of ['causality=nonsense', `causality=${own}%`, `causality=${own},causality=${own}`]) {
      const node = made();
      const { span } = node.start('next', node.extract({ baggage }));
      expect(getCausalStamp(span)?.incomplete, baggage).to.equal(true);
      expect(node.clock.counters.incomplete, baggage).to.deep.equal({ 'stamp-without-mark': 1 });
    }
  });

  it('says nothing where nobody upstream takes part', () => {
    const node = made();
    const received = node.extract({ baggage: 'user=alice' });
    expect(arrivalIn(received)).to.equal(undefined);
    expect(getCausalStamp(node.start('next', received).span)?.incomplete).to.equal(false);
  });
});

describe('messages one after the other', () => {
  it('leave nothing of the earlier one, also where replies are given', () => {
    const node = new TestNode('node');
    node.clock.messages.watchCarriers();
    const first = node.extract({
      traceparent: `00-${TRACE_ID}-${SENDER}-01`,
      tracestate: `causality=${SENDER}`,
      baggage: `causality=${STAMP}`,
    });
    const second = node.extract({ traceparent: `00-${'1'.repeat(32)}-${SENDER}-01` }, first);
    expect([arrivalIn(first)?.stamp?.lamport, arrivalIn(second)]).to.deep.equal([5, undefined]);
    expect(node.clock.counters).to.deep.include({ errors: 0, incomplete: {} });
  });
});

describe('propagators that cannot be meant', () => {
  it('are refused by name', () => {
    const { clock } = new TestNode('node');
    for (const bad of [null, 7, {}, { inject: () => undefined }]) {
      expect(() => new CausalityPropagator({ clock, propagators: [bad as never] })).to.throw(/^propagators: expected/);
    }
  });
});
