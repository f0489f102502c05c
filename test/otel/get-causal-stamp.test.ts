import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { expect } from 'chai';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import { compareStamps } from '../../src/clocks/stamp.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { TestNode } from '../support/fleet.js';

describe('getCausalStamp', () => {
  let gateway: TestNode;
  let call: ReturnType<TestNode['start']>;
  let request: ReturnType<TestNode['inject']>;
  beforeEach(() => {
    gateway = new TestNode('gateway');
    call = gateway.start('call', undefined, { kind: SpanKind.CLIENT });
    request = gateway.inject(call.context);
  });

  it("gives a span's start stamp, by the span or by a context with it", () => {
    const stamp = getCausalStamp(call.span);
    expect(stamp).to.include({ node: gateway.clock.node, tick: 1, lamport: 1, incomplete: false });
    expect(getCausalStamp(call.context)).to.equal(stamp);
  });

  it('keeps giving it after the end', () => {
    const { span } = gateway.start('short');
    const stamp = getCausalStamp(span);
    span.end();
    expect(getCausalStamp(span)).to.equal(stamp);
  });

  it('gives what a context received, which is no event', () => {
    const orders = new TestNode('orders');
    const received = getCausalStamp(orders.extract(request));
    expect(received).to.include({ node: undefined, tick: undefined, lamport: 1 });
    const handled = orders.start('handle', orders.extract(request));
    expect(getCausalStamp(handled.context)).to.include({ node: orders.clock.node, tick: 1 });
  });

  it('gives vector and time as values that an application works with, the same ones each time', () => {
    const orders = new TestNode('orders');
    const context = orders.extract(request);
    const handled = orders.start('handle', context);
    for (const given of [call.span, context, handled.span]) {
      const stamp = getCausalStamp(given);
      expect(stamp?.vector).to.be.instanceOf(VectorTimestamp);
      expect(stamp?.hlc).to.be.instanceOf(Ntp64);
      expect(getCausalStamp(given)).to.equal(stamp);
    }
    expect(getCausalStamp(context)?.vector.merge(getCausalStamp(handled.span)!.vector).toJSON()).to.deep.equal({
      [gateway.clock.node as string]: 1,
      [orders.clock.node as string]: 1,
    });
    const causes = [call.span, context].map((given) => getCausalStamp(given)!);
    for (const cause of causes) expect(compareStamps(cause, cause)).to.equal('equal');
    expect(compareStamps(causes[0]!, getCausalStamp(handled.span)!)).to.equal('before');
  });

  it('gives the stamp of a wrapped span context, by its identity', () => {
    expect(getCausalStamp(trace.wrapSpanContext(call.span.spanContext()))).to.equal(getCausalStamp(call.span));
    expect(getCausalStamp(trace.wrapSpanContext({ ...call.span.spanContext() }))).to.equal(undefined);
  });

  it('gives nothing of what is neither a span nor a context, and throws for nothing', () => {
    const fail = (): never => {
      throw new Error('on purpose');
    };
    for (const odd of [undefined, null, 7, 'span', {}, { spanContext: fail }, { getValue: fail }, { spanContext: 7 }]) {
      expect(getCausalStamp(odd as never)).to.equal(undefined);
    }
    const unstamped = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 0 };
    expect(getCausalStamp(trace.wrapSpanContext(unstamped))).to.equal(undefined);
  });

  it('gives nothing where there is nothing', () => {
    expect(getCausalStamp(ROOT_CONTEXT)).to.equal(undefined);
    const stranger = trace.setSpanContext(ROOT_CONTEXT, {
      traceId: '1'.repeat(32),
      spanId: '2'.repeat(16),
      traceFlags: 1,
    });
    expect(getCausalStamp(stranger)).to.equal(undefined);
  });
});
