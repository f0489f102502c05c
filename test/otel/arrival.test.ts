import { createContextKey, defaultTextMapGetter, ROOT_CONTEXT } from '@opentelemetry/api';
import { expect } from 'chai';
import { PROCESS_DOMAIN } from '../../src/clocks/stamp.js';
import { parseStamp } from '../../src/codec/wire-text.js';
import { arrivalIn, judgeArrival, withArrival } from '../../src/otel/arrival.js';
import { CausalClock } from '../../src/otel/causal-clock.js';
import { CausalityPropagator } from '../../src/otel/propagator.js';
import { type ArrivalVector, readVectors } from '../support/vectors.js';

const STAMP = '1!7b1d62f2c9e04a15!3!6a1f0c3b00000000!0!a*2';

function carrierOf({ traceparent, mark, stamp }: ArrivalVector, place: 'baggage' | 'header'): Record<string, string> {
  const stamped: Record<string, string> =
    place === 'header' ? { causality: stamp ?? '' } : { baggage: `causality=${stamp}` };
  return {
    ...(traceparent === null ? {} : { traceparent }),
    ...(mark === null ? {} : { tracestate: `vendor=x,causality=${mark}` }),
    ...(stamp === null ? {} : stamped),
  };
}

describe('arrival', () => {
  const { arrivals } = readVectors<{ readonly arrivals: readonly ArrivalVector[] }>('arrivals');
  for (const place of ['baggage', 'header'] as const) {
    describe(`on the test vectors, with the ${place} carrier`, () => {
      for (const vector of arrivals) {
        it(vector.name, () => {
          const { scope, plainHops, trusted } = vector;
          const clock = new CausalClock({ node: 'me', scope, plainHops, trust: trusted ? 'all' : 'none' });
          const propagator = new CausalityPropagator({ clock, carrier: place });
          const context = propagator.extract(ROOT_CONTEXT, carrierOf(vector, place), defaultTextMapGetter);
          const arrival = arrivalIn(context);

          const merge =
            arrival?.stamp === undefined ? 'nothing' : arrival.stamp.domain === arrival.domain ? 'all' : 'times';
          expect(merge).to.equal(vector.merge);
          // What hides the receiver's trace does so only in a domain that the message belongs to.
          const hides = arrival?.hidden !== undefined && arrival.domain !== '';
          expect(hides).to.equal(!vector.complete);
          expect(arrival?.hidden).to.equal(vector.reason);
          expect(clock.counters.refused).to.deep.equal(vector.refused === undefined ? {} : { [vector.refused]: 1 });
          expect(clock.counters.liveDomains, 'extract makes no domain').to.equal(0);
        });
      }
    });
  }

  describe('judging', () => {
    const clock = {};
    const stamp = parseStamp(STAMP);

    it('is pure: the same evidence gives equal arrivals and changes nothing', () => {
      const evidence = {
        clock,
        domain: stamp.domain,
        parent: undefined,
        stamp,
        mark: 'x',
        plainHops: 'visible',
      } as const;
      expect(judgeArrival(evidence)).to.deep.equal(judgeArrival(Object.freeze(evidence)));
    });

    it('needs a parent to call a stamp straight', () => {
      const evidence = { clock, domain: PROCESS_DOMAIN, parent: undefined, plainHops: 'visible' } as const;
      const passed = judgeArrival({
        ...evidence,
        stamp: { ...stamp, domain: PROCESS_DOMAIN },
        mark: '00f067aa0ba902b7',
      });
      expect(passed?.hidden).to.equal('passed-on');
    });
  });

  describe('in a context', () => {
    const arrival = judgeArrival({
      clock: {},
      domain: '7b1d62f2c9e04a15',
      parent: undefined,
      stamp: parseStamp(STAMP),
      mark: undefined,
      plainHops: 'visible',
    });

    it('is found again', () => {
      expect(arrivalIn(withArrival(ROOT_CONTEXT, arrival))).to.equal(arrival);
      expect(arrivalIn(ROOT_CONTEXT)).to.equal(undefined);
    });

    it('is taken out by a message that brought nothing', () => {
      expect(arrivalIn(withArrival(withArrival(ROOT_CONTEXT, arrival), undefined))).to.equal(undefined);
      expect(withArrival(ROOT_CONTEXT, undefined), 'no new context where none is needed').to.equal(ROOT_CONTEXT);
    });

    it('stays in whatever context is made of it, beside what that holds', () => {
      const key = createContextKey('somebody');
      const made = withArrival(ROOT_CONTEXT.setValue(key, 1), arrival);
      expect(made.getValue(key)).to.equal(1);
      const other = made.setValue(key, 2);
      expect([other.getValue(key), arrivalIn(other)]).to.deep.equal([2, arrival]);
      expect([made.getValue(key), arrivalIn(made)], 'as it was').to.deep.equal([1, arrival]);
      const without = other.deleteValue(key);
      expect([without.getValue(key), arrivalIn(without)]).to.deep.equal([undefined, arrival]);
    });

    it('is replaced or taken out by its key, as another copy of this package does', () => {
      const key = createContextKey('otel-causality/arrival/1');
      const later = { ...(arrival as NonNullable<typeof arrival>) };
      const made = withArrival(ROOT_CONTEXT, arrival);
      expect(made.getValue(key)).to.equal(arrival);
      expect(arrivalIn(made.setValue(key, later))).to.equal(later);
      expect(arrivalIn(withArrival(made, later))).to.equal(later);
      expect(made.deleteValue(key)).to.equal(ROOT_CONTEXT);
      expect(arrivalIn(withArrival(ROOT_CONTEXT.setValue(key, arrival), later)), 'set by another copy').to.equal(later);
    });

    it('costs the same after any number of messages', () => {
      let context = ROOT_CONTEXT;
      for (let i = 0; i < 1000; i++) context = withArrival(context, arrival);
      expect(withArrival(context, undefined)).to.equal(ROOT_CONTEXT);
    });
  });
});
