import { SpanKind } from '@opentelemetry/api';
import { expect } from 'chai';
import { compareStamps } from '../../src/clocks/stamp.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { TestNode } from '../support/fleet.js';

describe('a fleet of two', () => {
  it('orders a request and the span it causes, whatever their wall clocks say', () => {
    const gateway = new TestNode('gateway', { now: () => 1_000_000 });
    const orders = new TestNode('orders', { now: () => 999_880 });
    const call = gateway.start('call', undefined, { kind: SpanKind.CLIENT });
    const request = gateway.inject(call.context);
    const handle = orders.start('handle', orders.extract(request), { kind: SpanKind.SERVER });

    const cause = getCausalStamp(call.span);
    const effect = getCausalStamp(handle.span);
    if (cause === undefined || effect === undefined) throw new Error('both spans are stamped');
    expect(compareStamps(cause, effect)).to.equal('before');
    expect(effect.incomplete).to.equal(false);
    handle.span.end();
    expect(orders.finished('handle').attributes).to.include({
      'causality.tick': 1,
      'causality.lamport': 2,
      'causality.vector': `${gateway.clock.node}=1,${orders.clock.node}=1`,
      'causality.end.tick': 2,
      'causality.clock_behind_us': 120_000,
    });
    expect(request['tracestate']).to.equal(`causality=${call.span.spanContext().spanId}`);
  });
});
