import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type TextMapPropagator,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import {
  suppressTracing,
  TraceState,
  unsuppressTracing,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { parseStamp } from '../../src/codec/wire-text.js';
import { arrivalIn } from '../../src/otel/arrival.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { CausalityPropagator } from '../../src/otel/propagator.js';
import { type Carrier, type NodeOptions, TestNode } from '../support/fleet.js';
import { LittleB3, oddGetter } from '../support/odd-carriers.js';

const TRACE_ID = '4bf92f3577b34da67b1d62f2c9e04a15';
const SENDER = '00f067aa0ba902b7';
const STAMP = '1!7b1d62f2c9e04a15!3!!0!a*2';
const MESSAGE = {
  traceparent: `00-${TRACE_ID}-${SENDER}-01`,
  tracestate: `causality=${SENDER}`,
  baggage: `causality=${STAMP}`,
};

function withBaggage(context: Context, entries: Record<string, string>): Context {
  const values = Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, { value }]));
  return propagation.setBaggage(context, propagation.createBaggage(values));
}

function stampIn(carrier: Carrier): string {
  return carrier['causality'] ?? /causality=([^,;]*)/.exec(carrier['baggage'] ?? '')?.[1] ?? '';
}

/** A client span of this node, and what it sends. */
function call(node: TestNode, context?: Context): { span: Span; carrier: Carrier } {
  const started = node.start('call', context, { kind: SpanKind.CLIENT });
  return { span: started.span, carrier: node.inject(started.context) };
}

describe('the propagator', () => {
  for (const place of ['baggage', 'header'] as const) {
    describe(`with the ${place} carrier`, () => {
      const nodeOf = (name: string, options: NodeOptions = {}): TestNode =>
        new TestNode(name, { ...options, propagator: { carrier: place, ...options.propagator } });

      it('sends the state of the trace and the mark of the sending span', () => {
        const node = nodeOf('gateway');
        const { span, carrier } = call(node);
        const { traceId, spanId } = span.spanContext();
        expect(carrier['traceparent']).to.equal(`00-${traceId}-${spanId}-01`);
        expect(carrier['tracestate']).to.equal(`causality=${spanId}`);
        const stamp = parseStamp(stampIn(carrier));
        expect(stamp).to.include({ domain: traceId.slice(-16), lamport: 1, incomplete: false });
        expect(stamp.vector.toString()).to.equal(`${node.clock.node}=1`);
        expect(Object.keys(carrier)).to.have.members([
          'traceparent',
          'tracestate',
          place === 'header' ? 'causality' : 'baggage',
        ]);
      });

      it('sending does not tick', () => {
        const node = nodeOf('gateway');
        const { context } = node.start('call');
        const carriers = [1, 2, 3].map(() => stampIn(node.inject(context)).replace(/![0-9a-f]{16}!\d!/, ''));
        expect(new Set(carriers).size).to.equal(1);
      });

      it('is pure when it receives: nothing happens until something happens', () => {
        const [gateway, orders] = [nodeOf('gateway'), nodeOf('orders')];
        const { carrier } = call(gateway);
        for (let i = 0; i < 3; i++) orders.extract(carrier);
        expect(orders.clock.counters.liveDomains).to.equal(0);
        expect(orders.clock.node).to.equal(undefined);
        expect(getCausalStamp(orders.extract(carrier))?.vector.get(gateway.clock.node as string)).to.equal(1);
      });

      it("leaves the application's own baggage and tracestate as they are, both ways", () => {
        const [gateway, orders] = [nodeOf('gateway'), nodeOf('orders')];
        const own = { user: 'alice', 'weird key': 'ä , ; = %' };
        const parent = {
          traceId: TRACE_ID,
          spanId: SENDER,
          traceFlags: TraceFlags.SAMPLED,
          traceState: new TraceState('v=1,w=2'),
        };
        const context = withBaggage(trace.setSpanContext(ROOT_CONTEXT, parent), own);
        const { span, carrier } = call(gateway, context);
        const plain: Carrier = {};
        new W3CBaggagePropagator().inject(context, plain, defaultTextMapSetter);
        expect(carrier['baggage']?.startsWith(plain['baggage'] as string)).to.equal(true);
        expect(carrier['tracestate']).to.equal(`causality=${span.spanContext().spanId},v=1,w=2`);

        const received = orders.extract(carrier);
        const entries = propagation
          .getBaggage(received)
          ?.getAllEntries()
          .map(([key, { value }]) => [key, value]);
        expect(Object.fromEntries(entries ?? [])).to.deep.equal(own);
        expect(trace.getSpanContext(received)?.traceState?.serialize()).to.equal('v=1,w=2');
      });

      it('gives the application no baggage where only ours came', () => {
        const received = nodeOf('orders').extract(call(nodeOf('gateway')).carrier);
        expect(propagation.getBaggage(received)).to.equal(undefined);
      });

      it('reads an array of one', () => {
        const { carrier } = call(nodeOf('gateway'));
        const asArrays = Object.fromEntries(Object.entries(carrier).map(([key, value]) => [key, [value]]));
        const received = nodeOf('orders').propagator.extract(ROOT_CONTEXT, asArrays, oddGetter());
        expect(arrivalIn(received)).to.deep.include({ hidden: undefined });
        expect(getCausalStamp(received)).not.to.equal(undefined);
      });

      it('relays through a hop that samples nothing, which stays out of the vector', () => {
        const [gateway, hop, orders] = [
          nodeOf('gateway'),
          nodeOf('hop', { sampler: new AlwaysOffSampler() }),
          nodeOf('orders'),
        ];
        const first = call(gateway);
        const relayed = call(hop, hop.extract(first.carrier));
        expect(parseStamp(stampIn(relayed.carrier)).vector.toString()).to.equal(`${gateway.clock.node}=1`);
        expect(relayed.carrier['tracestate']).to.equal(`causality=${relayed.span.spanContext().spanId}`);
        expect(hop.clock.node).to.equal(undefined);
        expect(arrivalIn(orders.extract(relayed.carrier))?.hidden).to.equal(undefined);
      });

      it('wraps custom propagators: B3 names the parent, ours is the rest', () => {
        const propagators: TextMapPropagator[] = [new LittleB3()];
        const [gateway, orders] = ['gateway', 'orders'].map((name) =>
          nodeOf(name, { propagator: { propagators } }),
        ) as [TestNode, TestNode];
        const { span, carrier } = call(gateway);
        expect(carrier).not.to.have.property('traceparent');
        expect(carrier['X-B3-SpanId']).to.equal(span.spanContext().spanId);
        const received = orders.extract(carrier);
        expect(arrivalIn(received)).to.include({ hidden: undefined });
        orders.start('handle', received).span.end();
        expect(orders.finished('handle').attributes['causality.vector']).to.include(`${gateway.clock.node}=1`);
        expect(orders.finished('handle').attributes).not.to.have.property('causality.incomplete');
      });

      it('takes trace ids in capitals, which B3 lets in, for the trace that they are', () => {
        const orders = nodeOf('orders', { propagator: { propagators: [new LittleB3()] } });
        const received = orders.extract({
          'X-B3-TraceId': TRACE_ID.toUpperCase(),
          'X-B3-SpanId': SENDER,
          'X-B3-Sampled': '1',
          tracestate: `causality=${SENDER}`,
          [place === 'header' ? 'causality' : 'baggage']: place === 'header' ? STAMP : `causality=${STAMP}`,
        });
        expect(arrivalIn(received)).to.include({ domain: '7b1d62f2c9e04a15', hidden: undefined });
        parseStamp(stampIn(call(orders, received).carrier));
      });

      it('writes and reads nothing while tracing is suppressed', () => {
        const node = nodeOf('gateway');
        const { context } = node.start('call');
        expect(node.inject(suppressTracing(context))).to.deep.equal({});
        const received = node.extract({ ...MESSAGE, causality: STAMP }, suppressTracing(ROOT_CONTEXT));
        expect(arrivalIn(received)).to.equal(undefined);
        expect(node.clock.counters.received).to.equal(0);
      });

      it('admits what it did not read where tracing goes on after all', () => {
        const { carrier } = call(nodeOf('gateway'));
        const node = nodeOf('orders');
        const received = node.extract(carrier, suppressTracing(ROOT_CONTEXT));
        const { span, context } = node.start('handle', unsuppressTracing(received));
        expect(getCausalStamp(span)?.incomplete).to.equal(true);
        expect(node.inject(context)['tracestate']).to.equal(`causality=${span.spanContext().spanId}`);
      });

      it('sends nothing where there is nothing to say', () => {
        const node = nodeOf('gateway');
        expect(node.inject(ROOT_CONTEXT)).to.deep.equal({});
        const stranger = trace.setSpanContext(ROOT_CONTEXT, { traceId: TRACE_ID, spanId: SENDER, traceFlags: 1 });
        expect(node.inject(stranger)).to.deep.equal({ traceparent: MESSAGE.traceparent });
      });

      it('keeps stamps from targets that propagateTo refuses, and tells them so', () => {
        const asked: unknown[] = [];
        const propagateTo = (attributes: Record<string, unknown>): boolean => {
          asked.push(attributes['server.address']);
          return attributes['server.address'] === 'inside';
        };
        const node = nodeOf('gateway', { propagator: { propagateTo } });
        const carriers = ['inside', 'outside'].map((address) => {
          const { span, context } = node.start('call', undefined, {
            kind: SpanKind.CLIENT,
            attributes: { 'server.address': address },
          });
          return { carrier: node.inject(context), spanId: span.spanContext().spanId };
        });
        expect(asked).to.deep.equal(['inside', 'outside']);
        expect(stampIn(carriers[0]?.carrier ?? {})).to.match(/^1!/);
        expect(stampIn(carriers[1]?.carrier ?? {})).to.equal('');
        expect(carriers[1]?.carrier['tracestate']).to.equal(`causality=${carriers[1]?.spanId}`);
        expect(arrivalIn(nodeOf('outside').extract(carriers[1]?.carrier))?.hidden).to.equal('mark-without-stamp');
      });

      it('lets no stamp of an earlier message pass for one of a message that may have none', () => {
        let allowed = true;
        const node = nodeOf('gateway', { propagator: { propagateTo: () => allowed } });
        const root = node.start('root');
        const carrier = node.inject(node.start('first', root.context).context);
        allowed = false;
        const { context } = node.start('second', root.context);
        node.propagator.inject(context, carrier, defaultTextMapSetter);
        expect(stampIn(carrier)).to.equal('');
        expect(arrivalIn(nodeOf('outside').extract(carrier))?.hidden).to.equal('mark-without-stamp');
      });

      it('asks the trust function with what extract got', () => {
        const asked: unknown[] = [];
        const node = nodeOf('orders', { trust: (...args) => (asked.push(args), false) });
        const { carrier } = call(nodeOf('gateway'));
        node.extract(carrier);
        expect(asked).to.deep.equal([[carrier, defaultTextMapGetter]]);
        expect(node.clock.counters.refused).to.deep.equal({ untrusted: 1 });
      });

      it('names every field that it writes', () => {
        const node = nodeOf('gateway');
        const { carrier } = call(node, withBaggage(ROOT_CONTEXT, { user: 'alice' }));
        expect(node.propagator.fields()).to.include.members(Object.keys(carrier));
        expect(new Set(node.propagator.fields()).size).to.equal(node.propagator.fields().length);
      });
    });
  }

  it('adds no field of its own to baggage and trace context', () => {
    const propagator = new CausalityPropagator({ clock: new TestNode('gateway').clock });
    expect(propagator.fields()).to.have.members(['traceparent', 'tracestate', 'baggage']);
    const header = new CausalityPropagator({ clock: new TestNode('gateway').clock, carrier: 'header' });
    expect(header.fields()).to.have.members(['traceparent', 'tracestate', 'baggage', 'causality']);
    const alone = new CausalityPropagator({ clock: new TestNode('gateway').clock, propagators: [], carrier: 'header' });
    expect(alone.fields()).to.have.members(['tracestate', 'causality']);
  });

  it('keeps tracestate within the limits of W3C, and ours in it', () => {
    const node = new TestNode('gateway');
    const full = Array.from({ length: 32 }, (_, i) => `v${i}=${'x'.repeat(10)}`).join(',');
    const parent = { traceId: TRACE_ID, spanId: SENDER, traceFlags: 1, traceState: new TraceState(full) };
    const { span, carrier } = call(node, trace.setSpanContext(ROOT_CONTEXT, parent));
    const members = (carrier['tracestate'] as string).split(',');
    expect(members[0]).to.equal(`causality=${span.spanContext().spanId}`);
    expect(members.slice(1)).to.deep.equal(full.split(',').slice(0, 31));
  });

  it('leaves a stamp behind that has no room, and says so to the receiver and to us', () => {
    const node = new TestNode('gateway');
    const big = withBaggage(ROOT_CONTEXT, { one: 'x'.repeat(4000), two: 'y'.repeat(4000), three: 'z'.repeat(160) });
    const { carrier } = call(node, big);
    expect(carrier['baggage']).not.to.include('causality');
    expect(propagation.getBaggage(new TestNode('orders').extract(carrier))?.getAllEntries()).to.have.length(3);
    expect(arrivalIn(new TestNode('orders').extract(carrier))?.hidden).to.equal('mark-without-stamp');
    expect(node.clock.counters.unsent).to.equal(1);
  });

  it('takes away the arrival of an earlier message when another one comes without', () => {
    const orders = new TestNode('orders');
    const first = orders.extract(MESSAGE);
    const second = orders.extract({ traceparent: `00-${'1'.repeat(32)}-${SENDER}-01` }, first);
    expect(arrivalIn(first)).not.to.equal(undefined);
    expect(arrivalIn(second)).to.equal(undefined);
    expect(arrivalIn(orders.extract({ unrelated: 'x' }, first)), 'no message at all').to.equal(arrivalIn(first));
  });

  it('wrapped by another one of its clock, still sends one stamp and reads it', () => {
    const inner = new TestNode('twice');
    inner.clock.messages.watchCarriers();
    const outer = new CausalityPropagator({ clock: inner.clock, propagators: [inner.propagator] });
    const { span, context } = inner.start('call', undefined, { kind: SpanKind.CLIENT });
    const carrier: Record<string, string> = {};
    outer.inject(context, carrier, defaultTextMapSetter);
    expect(carrier['baggage']?.match(/causality=/g)).to.have.length(1);
    expect(carrier['tracestate']?.match(/causality=/g)).to.have.length(1);
    const receiver = new TestNode('receiver');
    const other = new CausalityPropagator({ clock: receiver.clock, propagators: [receiver.propagator] });
    const served = receiver.start('serve', other.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter));
    served.span.end();
    span.end();
    expect(receiver.finished('serve').attributes).to.include({ 'causality.lamport': 2 });
    expect(receiver.finished('serve').attributes).not.to.have.property('causality.incomplete');
  });

  describe('switched off by OTEL_CAUSALITY_DISABLED', () => {
    function switchedOff<T>(act: () => T): T {
      process.env['OTEL_CAUSALITY_DISABLED'] = 'true';
      try {
        return act();
      } finally {
        delete process.env['OTEL_CAUSALITY_DISABLED'];
      }
    }

    it('is a plain hop: it passes on stamp and mark, and the next one sees that', () => {
      const [gateway, orders] = [new TestNode('gateway'), new TestNode('orders')];
      const hop = switchedOff(() => new TestNode('hop'));
      const first = call(gateway);
      const { span, carrier } = call(hop, hop.extract(first.carrier));
      expect(carrier['baggage']).to.equal(first.carrier['baggage']);
      expect(carrier['tracestate']).to.equal(first.carrier['tracestate']);
      const received = orders.extract(carrier);
      expect(arrivalIn(received)?.hidden).to.equal('passed-on');
      expect(getCausalStamp(received)?.vector.get(gateway.clock.node as string)).to.equal(1);
      span.end();
      expect(Object.keys(hop.finished('call').attributes)).to.deep.equal([]);
      expect(hop.propagator.fields()).to.have.members(['traceparent', 'tracestate', 'baggage']);
    });

    it('makes no clock, and takes none', () => {
      const processClock = (): unknown => Reflect.get(globalThis, Symbol.for('otel-causality/clock/1'));
      const before = processClock();
      const propagator = switchedOff(
        () => new CausalityPropagator({ clock: undefined as never, propagators: [new W3CTraceContextPropagator()] }),
      );
      const carrier: Carrier = {};
      propagator.inject(propagator.extract(ROOT_CONTEXT, MESSAGE, defaultTextMapGetter), carrier, defaultTextMapSetter);
      expect(carrier).to.deep.equal({ traceparent: MESSAGE.traceparent, tracestate: MESSAGE.tracestate });
      expect(processClock()).to.equal(before);
    });
  });
});
