import { context, defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT } from '@opentelemetry/api';
import { CompositePropagator, suppressTracing, W3CTraceContextPropagator } from '@opentelemetry/core';
import { expect } from 'chai';
import { LamportClock } from '../../src/clocks/lamport-clock.js';
import { MAX_COUNTER } from '../../src/clocks/limits.js';
import { VectorClock } from '../../src/clocks/vector-clock.js';
import { CausalClock } from '../../src/otel/causal-clock.js';
import { CausalityPropagator } from '../../src/otel/propagator.js';
import { ClockworkPropagator, type ClockworkPropagatorOptions, text } from '../../src/interop/index.js';
import { expectInvalid } from '../support/invalid-value.js';

const propagatorOf = (node: string, more: Partial<ClockworkPropagatorOptions> = {}): ClockworkPropagator =>
  new ClockworkPropagator({ vector: new VectorClock(node), trust: 'all', ...more });

function sent(from: ClockworkPropagator): Record<string, string> {
  const headers: Record<string, string> = {};
  from.inject(ROOT_CONTEXT, headers, defaultTextMapSetter);
  return headers;
}

const receive = (to: ClockworkPropagator, carrier: unknown, within = ROOT_CONTEXT) =>
  to.extract(within, carrier, defaultTextMapGetter);

describe('ClockworkPropagator', () => {
  it('ticks on send, and merges and ticks on receive, as the Rust SDK does', () => {
    const gateway = propagatorOf('gateway');
    const orders = propagatorOf('orders');
    gateway.vector.tick();
    const headers = sent(gateway);
    expect(headers).to.deep.equal({ 'X-Causality-Lamport': 'gateway:1', 'X-Causality-Vector': 'gateway=2' });
    expect(receive(orders, headers)).to.equal(ROOT_CONTEXT);
    expect(orders.vector.toString()).to.equal('gateway=2,orders=1');
    expect(orders.lamport.time).to.equal(2);
    expect(sent(orders)).to.deep.equal({
      'X-Causality-Lamport': 'orders:3',
      'X-Causality-Vector': 'gateway=2,orders=2',
    });
  });

  it('orders its events with those of a service that uses the bare clocks and transports', () => {
    const ours = propagatorOf('ours');
    // The other service is written as the Rust SDK is used: clocks and headers by hand.
    const theirs = { vector: new VectorClock('theirs', ['ours']), lamport: new LamportClock('theirs') };
    const cause = ours.vector.send();
    const request = sent(ours);
    const unrelated = theirs.vector.send();
    theirs.vector.receive(text.extractVector(request) ?? expect.fail('no vector'));
    theirs.lamport.receive(text.extractLamport(request) ?? expect.fail('no Lamport time'));
    const reply: Record<string, string> = {};
    text.injectVector(reply, theirs.vector.send());
    text.injectLamport(reply, theirs.lamport.send());
    const effect = theirs.vector.snapshot();
    receive(ours, reply);
    expect(cause.compare(effect)).to.equal('before');
    expect(cause.compare(unrelated)).to.equal('concurrent');
    expect(ours.vector.relation(effect)).to.equal('after');
    expect(ours.lamport.time).to.be.greaterThan(theirs.lamport.time);
  });

  it('takes headers in any case, and either of the two alone', () => {
    const to = propagatorOf('to');
    receive(to, { 'x-causality-vector': 'a=1' });
    receive(to, { 'X-CAUSALITY-LAMPORT': ['b:7'] });
    expect(to.vector.toString()).to.equal('a=1,to=1');
    expect(to.lamport.time).to.equal(8);
    receive(to, {});
    expect(to.lamport.time).to.equal(8);
    expect(to.refused).to.equal(0);
  });

  it('counts a message once however often its carrier is read, and a carrier used again as a new message', () => {
    const [from, to] = [propagatorOf('from'), propagatorOf('to')];
    const headers = sent(from);
    receive(to, headers);
    receive(to, headers);
    expect(to.vector.toString()).to.equal('from=1,to=1');
    from.inject(ROOT_CONTEXT, headers, defaultTextMapSetter);
    receive(to, headers);
    expect(to.vector.toString()).to.equal('from=2,to=2');
  });

  it('does nothing while tracing is suppressed', () => {
    const propagator = propagatorOf('p');
    const suppressed = suppressTracing(ROOT_CONTEXT);
    const headers = {};
    propagator.inject(suppressed, headers, defaultTextMapSetter);
    receive(propagator, { 'x-causality-vector': 'a=1' }, suppressed);
    expect(headers).to.deep.equal({});
    expect(propagator.vector.snapshot().size).to.equal(0);
  });

  it('refuses bad headers whole: no clock moves, nothing throws, and it is counted', () => {
    const to = propagatorOf('to');
    to.vector.tick();
    const bad: Record<string, unknown>[] = [
      { 'x-causality-vector': 'garbage' },
      { 'x-causality-vector': ['a=1', 'a=2'] },
      { 'x-causality-vector': 5 },
      { 'x-causality-vector': 'a=1', 'x-causality-lamport': 'garbage' },
      { 'x-causality-vector': 'a=-1', 'x-causality-lamport': 'a:3' },
      { 'x-causality-vector': `a=${MAX_COUNTER + 1}` },
      { 'x-causality-lamport': `a:${MAX_COUNTER + 1}` },
      { 'x-causality-vector': 'a=1,to=2' },
      { 'x-causality-vector': ','.repeat(100_000) },
    ];
    bad.forEach((carrier, i) => {
      expect(receive(to, carrier)).to.equal(ROOT_CONTEXT);
      expect(to.vector.toString(), JSON.stringify(carrier).slice(0, 60)).to.equal('to=1');
      expect(to.lamport.time).to.equal(0);
      expect(to.refused).to.equal(i + 1);
    });
    receive(to, { 'x-causality-vector': `a=${MAX_COUNTER},to=1`, 'x-causality-lamport': `a:${MAX_COUNTER}` });
    expect(to.vector.toString()).to.equal(`a=${MAX_COUNTER},to=2`);
    expect(to.refused).to.equal(bad.length);
  });

  it('reads only what it may trust', () => {
    const deaf = propagatorOf('deaf', { trust: 'none' });
    receive(deaf, { 'x-causality-vector': 'a=1' });
    expect(deaf.vector.snapshot().size).to.equal(0);
    expect(deaf.refused).to.equal(0);
    const asked: unknown[] = [];
    const choosy = propagatorOf('choosy', {
      trust: (carrier, getter) => {
        asked.push(carrier);
        return getter.get(carrier, 'from') === 'friend';
      },
    });
    const friend = { from: 'friend', 'x-causality-vector': 'a=1' };
    receive(choosy, { from: 'foe', 'x-causality-vector': 'a=9' });
    receive(choosy, friend);
    expect(asked).to.have.lengthOf(2);
    expect(choosy.vector.toString()).to.equal('a=1,choosy=1');
    expect(choosy.refused).to.equal(1);
  });

  it('never lets an error out of a getter, a setter, a trust function or a full clock', () => {
    const fail = (): never => {
      throw new Error('broken');
    };
    const propagator = propagatorOf('p', { trust: fail });
    propagator.inject(ROOT_CONTEXT, {}, { set: fail });
    propagator.extract(ROOT_CONTEXT, {}, { get: fail, keys: fail });
    receive(propagator, { 'x-causality-vector': 'a=1' });
    receive(propagator, undefined);
    expect(propagator.refused).to.equal(3);
    const full = new VectorClock('full');
    for (let i = 0; i < 70; i++) {
      const long = new VectorClock(`${i}`.padEnd(250, 'x'));
      long.tick();
      full.merge(long);
    }
    const carrier = {};
    const tooLong = propagatorOf('unused', { vector: full });
    tooLong.inject(ROOT_CONTEXT, carrier, defaultTextMapSetter);
    expect(carrier).to.deep.equal({});
    expect(tooLong.refused).to.equal(1);
  });

  it('composes with other propagators, also wrapped by the tracing propagator', () => {
    const inner = propagatorOf('p');
    const composite = new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), inner] });
    expect(composite.fields()).to.include.members(['traceparent', 'X-Causality-Lamport', 'X-Causality-Vector']);
    const causality = new CausalityPropagator({ clock: new CausalClock({ node: 'p' }), propagators: [composite] });
    const headers: Record<string, string> = {};
    causality.inject(context.active(), headers, defaultTextMapSetter);
    expect(headers['X-Causality-Vector']).to.equal('p=1');
    causality.extract(ROOT_CONTEXT, { 'x-causality-vector': 'q=1' }, defaultTextMapGetter);
    expect(inner.vector.toString()).to.equal('p=2,q=1');
  });

  it('refuses options that cannot be meant, by name', () => {
    const vector = new VectorClock('p');
    const make = (options: unknown) => () => new ClockworkPropagator(options as ClockworkPropagatorOptions);
    expectInvalid(make({ vector: {}, trust: 'all' }), 'vector');
    expectInvalid(make({ vector, lamport: {}, trust: 'all' }), 'lamport');
    expectInvalid(make({ vector }), 'trust');
    expectInvalid(make({ vector, trust: 'some' }), 'trust');
    const lamport = new LamportClock('shared');
    expect(new ClockworkPropagator({ vector, lamport, trust: 'all' }).lamport).to.equal(lamport);
  });
});
