import { SpanKind } from '@opentelemetry/api';
import { expect } from 'chai';
import { MAX_COUNTER } from '../../../src/clocks/limits.js';
import { getCausalStamp } from '../../../src/otel/get-causal-stamp.js';
import { TestNode } from '../../support/fleet.js';
import {
  expectNotTaken,
  extractOdd,
  messageWith,
  nodeReading,
  PLACES,
  SENDER,
  stampText,
} from '../../support/hostile-node.js';

const HIGHEST = String(MAX_COUNTER);
const INVALID = [
  '0',
  '-1',
  '+1',
  '1.5',
  '1e3',
  String(MAX_COUNTER + 1),
  '01',
  '00',
  '',
  '1'.repeat(400),
  'NaN',
  '\u0661',
];

describe('bad input: counters', () => {
  for (const place of PLACES) {
    for (const counter of INVALID) {
      // What stops the digits early is found by the separator that is missing there.
      const reason = /^\d+[.e]/.test(counter) ? 'malformed' : 'counter';
      it(`${counter.slice(0, 20) || 'nothing'} as Lamport time or counter in the ${place}: ${reason}`, () => {
        const node = nodeReading(place);
        expectNotTaken(node, messageWith(stampText({ lamport: counter }), place), reason);
        expectNotTaken(node, messageWith(stampText({ vector: `a*${counter}~b*2` }), place), reason);
        expectNotTaken(node, messageWith(stampText({ vector: `a*4~b*${counter}` }), place), reason);
      });
    }
  }

  describe('forged at their highest', () => {
    const forged = messageWith(stampText({ lamport: HIGHEST, vector: `a*${HIGHEST}~evil*${HIGHEST}` }), 'baggage');

    it('spoil their own trace: its Lamport time stands still, and it says that it is incomplete', () => {
      const node = nodeReading('baggage');
      const { span } = node.start('handle', extractOdd(node, forged));
      span.end();
      expect(node.finished('handle').attributes).to.include({
        'causality.tick': 1,
        'causality.end.tick': 2,
        'causality.lamport': MAX_COUNTER,
        'causality.end.lamport': MAX_COUNTER,
        'causality.incomplete': true,
      });
      expect(node.clock.counters.incomplete).to.deep.equal({ 'lamport-exhausted': 1 });
    });

    it('spoil no other trace of the process, before or after', () => {
      const node = nodeReading('baggage');
      const earlier = node.start('earlier');
      extractOdd(node, forged);
      node.start('victim', extractOdd(node, forged)).span.end();
      const later = node.start('later');
      for (const name of ['earlier', 'later']) (name === 'earlier' ? earlier : later).span.end();
      for (const name of ['earlier', 'later']) {
        const { attributes } = node.finished(name);
        expect(attributes).not.to.have.property('causality.incomplete');
        expect(attributes['causality.end.lamport']).to.equal(2);
        expect(attributes['causality.vector']).to.equal(`${node.clock.node}=${attributes['causality.tick']}`);
      }
    });

    it('do not travel into the traces of those that the victim calls for others', () => {
      const [victim, next] = [nodeReading('baggage'), new TestNode('next')];
      victim.start('handle', extractOdd(victim, forged));
      const call = victim.start('call', undefined, { kind: SpanKind.CLIENT });
      next.start('handle', next.extract(victim.inject(call.context))).span.end();
      expect(next.finished('handle').attributes['causality.lamport']).to.equal(2);
    });

    it('still write what the wire can carry', () => {
      const node = nodeReading('baggage');
      const { context } = node.start('handle', extractOdd(node, forged));
      const carried = node.inject(context);
      const reader = new TestNode('reader');
      const received = getCausalStamp(reader.extract(carried));
      expect(received).to.include({ lamport: MAX_COUNTER, incomplete: true });
      expect(received?.vector.get('evil')).to.equal(MAX_COUNTER);
    });

    it('do not raise the floor of later traces', () => {
      const node = nodeReading('baggage', { maxDomains: 1 });
      node.start('victim', extractOdd(node, forged)).span.end();
      node.start('later').span.end();
      expect(node.finished('later').attributes['causality.tick']).to.equal(3);
    });
  });

  describe('of our own node, above what we stamped', () => {
    it('are ignored and counted; the rest is heard', () => {
      const node = nodeReading('baggage');
      node.start('first').span.end();
      const own = node.clock.node as string;
      const vector = [`a*4`, `${own}*${HIGHEST}`, `zz*7`].sort().join('~');
      node.start('handle', extractOdd(node, messageWith(stampText({ vector }), 'baggage'))).span.end();
      const { attributes } = node.finished('handle');
      expect(attributes['causality.vector']).to.equal(`a=4,${own}=${attributes['causality.tick']},zz=7`);
      expect(attributes['causality.tick']).to.equal(1);
      expect(node.clock.counters.ownEntryRefused).to.equal(1);
      expect(node.clock.counters.refused).to.deep.equal({});
    });

    it('alone leave nothing to relay', () => {
      const node = nodeReading('baggage');
      node.start('first').span.end();
      const vector = `${node.clock.node}*9`;
      const context = extractOdd(node, messageWith(stampText({ vector }), 'baggage'));
      const carrier = node.inject(context);
      expect(carrier).not.to.have.property('causality');
      expect(carrier['baggage']).to.equal('user=alice,tier=gold');
      expect(carrier['traceparent']).to.include(SENDER);
    });
  });
});
