/**
 * Counters and Lamport times forged at their highest, or beyond: they spoil their own trace at most, and none is rounded.
 */
import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { expect } from 'chai';
import { CausalGraph } from '../../src/analysis/graph/causal-graph.js';
import { findAnomalies } from '../../src/analysis/findings/find-anomalies.js';
import { readDocument } from '../../src/analysis/readers/formats/document.js';
import { CorrelationVector } from '../../src/clocks/correlation-vector.js';
import { LamportClock, LamportTimestamp } from '../../src/clocks/lamport-clock.js';
import { MAX_CORRELATION_ELEMENT, MAX_COUNTER, MAX_FOREIGN_COUNTER } from '../../src/clocks/limits.js';
import { VectorClock } from '../../src/clocks/vector-clock.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { CausalDeduplicator, CausalRegister } from '../../src/delivery/index.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { TestNode } from '../support/fleet.js';
import {
  expectNotTaken,
  extractOdd,
  messageWith,
  nodeReading,
  PLACES,
  stampText,
  TRACE_ID,
} from '../support/hostile-node.js';
import { expectInvalid } from '../support/invalid-value.js';
import { VECTOR_ENTRY_POINTS } from '../support/vector-entry-points.js';

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

describe('attack: poisoned counters', () => {
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

  describe('wherever a vector comes in', () => {
    for (const { name, limits, take } of VECTOR_ENTRY_POINTS) {
      const highest = BigInt(limits === 'ours' ? MAX_COUNTER : MAX_FOREIGN_COUNTER);
      it(`${name}: exactly ${highest} is taken, and nothing above it, nor anything rounded`, () => {
        expect(take([['a', String(highest)]])?.get('a')).to.equal(Number(highest));
        for (const above of [highest + 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n]) {
          expect(take([['a', String(above)]])?.get('a'), String(above)).to.equal(undefined);
        }
      });
    }
  });

  it('in a reply: the trace of its request is spoilt, and no other', () => {
    const client = new TestNode('client');
    client.clock.messages.watchCarriers();
    const { span, context } = client.start('call', ROOT_CONTEXT, { kind: SpanKind.CLIENT });
    client.inject(context);
    const { traceId, spanId } = span.spanContext();
    const reply = stampText({ domain: traceId.slice(-16), lamport: HIGHEST, vector: `evil*${HIGHEST}` });
    client.clock.messages.hearReply(spanId, reply);
    span.end();
    expect(client.finished('call').attributes).to.include({
      'causality.end.lamport': MAX_COUNTER,
      'causality.incomplete': true,
    });
    client.start('other').span.end();
    expect(client.finished('other').attributes).to.include({ 'causality.lamport': 1 });
    expect(client.finished('other').attributes).not.to.have.property('causality.incomplete');
  });

  it('in process scope: ticks go on and stay unique; the process says that it is incomplete', () => {
    const node = nodeReading('baggage', { scope: 'process', trust: 'all' });
    const forged = messageWith(stampText({ domain: '-', lamport: HIGHEST, vector: `evil*${HIGHEST}` }), 'baggage');
    node.start('handle', extractOdd(node, forged)).span.end();
    node.start('later').span.end();
    expect(node.finished('handle').attributes).to.include({ 'causality.tick': 1, 'causality.end.tick': 2 });
    expect(node.finished('later').attributes).to.include({ 'causality.tick': 3, 'causality.incomplete': true });
    expect(node.finished('later').attributes['causality.vector']).to.include(`evil=${HIGHEST}`);
  });

  it('given to the clocks of applications: each refuses to count on, and changes nothing', () => {
    const vector = new VectorClock('me');
    vector.receive(VectorTimestamp.from([['evil', MAX_FOREIGN_COUNTER]]));
    expect(vector.toString()).to.equal(`evil=${MAX_FOREIGN_COUNTER},me=1`);
    vector.merge(VectorTimestamp.from([['me', MAX_FOREIGN_COUNTER]]));
    expectInvalid(() => vector.tick(), 'vector');
    expect(vector.get('me')).to.equal(MAX_FOREIGN_COUNTER);
    const lamport = new LamportClock('me');
    expectInvalid(() => lamport.receive(new LamportTimestamp('evil', MAX_FOREIGN_COUNTER)), 'lamport.time');
    expect(lamport.tick()).to.equal(1);
  });

  it('given to a deduplicator and a register: only their own node and key are affected', () => {
    const seen = new CausalDeduplicator();
    expect(seen.handled({ node: 'evil', tick: MAX_COUNTER }).verdict).to.equal('fresh');
    expect(seen.check({ node: 'evil', tick: 1 }).verdict).to.equal('fresh');
    expect(seen.check({ node: 'good', tick: 1 }).verdict).to.equal('fresh');
    const written = CausalRegister.empty<string>().write('x', { node: 'evil', tick: MAX_COUNTER });
    expectInvalid(() => written.write('y', { node: 'evil' }), 'tick');
    expect(written.write('y', { node: 'good', context: written.context }).read().values).to.deep.equal(['y']);
  });

  it('in a correlation vector: the highest element ends it, and a higher one is none', () => {
    const base = 'PmvzQKgYek6Sdk/T5sWaqw';
    const highest = CorrelationVector.parse(`${base}.${MAX_CORRELATION_ELEMENT}`);
    expect(highest.increment().isTerminated).to.equal(true);
    expect(highest.extend().increment().value).to.equal(`${base}.${MAX_CORRELATION_ELEMENT}.1`);
    expectInvalid(() => CorrelationVector.parse(`${base}.${MAX_CORRELATION_ELEMENT + 1}`), 'correlation vector');
    const third = CorrelationVector.parse(`A.${base}.FFFFFFFF`).increment();
    expect(third.replaced?.suffix).to.equal('.FFFFFFFF');
    expectInvalid(() => CorrelationVector.parse(`A.${base}.100000000`), 'correlation vector');
  });

  for (const [where, forged] of [
    ['the tick', { 'causality.tick': HIGHEST }],
    ['the Lamport time', { 'causality.lamport': HIGHEST }],
    ['the end', { 'causality.end.tick': HIGHEST, 'causality.end.lamport': HIGHEST }],
  ] as const) {
    it(`as ${where} of a recorded span: other spans stand to each other as before`, () => {
      const span = (id: number, node: string, more: object): object => ({
        traceId: TRACE_ID,
        spanId: id.toString(16).padStart(16, '0'),
        name: node,
        startTimeUnixNano: '1',
        endTimeUnixNano: '2',
        attributes: Object.entries({
          'causality.node': node,
          'causality.tick': '1',
          'causality.lamport': '1',
          'causality.end.tick': '2',
          'causality.end.lamport': '2',
          'causality.vector': `${node}=1`,
          ...more,
        }).map(([key, stringValue]) => ({ key, value: { stringValue } })),
      });
      const spans = [span(1, 'a', {}), span(2, 'b', {}), span(3, 'evil', forged)];
      const graph = CausalGraph.of(readDocument({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
      const [a, b, evil] = graph.spans;
      if (a === undefined || b === undefined || evil === undefined) throw new Error('all were read');
      expect(graph.relation(a.start, b.start)).to.equal('concurrent');
      for (const other of [a, b]) expect(graph.relation(evil.start, other.start)).not.to.be.oneOf(['before', 'after']);
      findAnomalies(graph);
    });
  }
});
