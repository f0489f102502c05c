/**
 * Somebody who speaks in our name: an entry, a message or a state that claims events of our own node that we never
 * made. Nobody else moves our counter; what claims it is ignored or refused, and counted.
 */
import { defaultTextMapGetter, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { expect } from 'chai';
import { CausalGraph } from '../../src/analysis/graph/causal-graph.js';
import { findAnomalies } from '../../src/analysis/findings/find-anomalies.js';
import { readDocument } from '../../src/analysis/readers/formats/document.js';
import { MAX_COUNTER } from '../../src/clocks/limits.js';
import { type CausalStamp, compareStamps } from '../../src/clocks/stamp.js';
import { VectorClock } from '../../src/clocks/vector-clock.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { CausalDeliveryBuffer, CausalRegister } from '../../src/delivery/index.js';
import { ClockworkPropagator } from '../../src/interop/index.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { TestNode } from '../support/fleet.js';
import { extractOdd, messageWith, nodeReading, SENDER, stampText, TRACE_ID } from '../support/hostile-node.js';
import { expectInvalid } from '../support/invalid-value.js';

const HIGHEST = String(MAX_COUNTER);

describe('attack: impersonating our node', () => {
  it('entries of ours above what we stamped are ignored and counted; the rest is heard', () => {
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

  it('a stamp that names nobody but us leaves nothing to relay', () => {
    const node = nodeReading('baggage');
    node.start('first').span.end();
    const vector = `${node.clock.node}*9`;
    const context = extractOdd(node, messageWith(stampText({ vector }), 'baggage'));
    const carrier = node.inject(context);
    expect(carrier).not.to.have.property('causality');
    expect(carrier['baggage']).to.equal('user=alice,tier=gold');
    expect(carrier['traceparent']).to.include(SENDER);
  });

  it('a reply that names events of ours to come moves nothing; the rest of it is heard', () => {
    const client = new TestNode('client');
    client.clock.messages.watchCarriers();
    const { span, context } = client.start('call', ROOT_CONTEXT, { kind: SpanKind.CLIENT });
    client.inject(context);
    const { traceId, spanId } = span.spanContext();
    const vector = [`${client.clock.node}*${HIGHEST}`, 'server*3'].sort().join('~');
    client.clock.messages.hearReply(spanId, stampText({ domain: traceId.slice(-16), vector }));
    const next = getCausalStamp(client.start('next', context).span);
    expect(next?.tick).to.equal(2);
    expect([...(next?.vector ?? [])]).to.have.deep.members([
      [client.clock.node, 2],
      ['server', 3],
    ]);
    expect(client.clock.counters.ownEntryRefused).to.equal(1);
  });

  it('in process scope a name that is guessed gains nothing: each start of a process has another', () => {
    const [first, second] = ['one', 'two'].map(() => nodeReading('baggage', { scope: 'process', trust: 'all' }));
    for (const node of [first, second]) node?.start('work').span.end();
    expect(first?.clock.node).not.to.equal(second?.clock.node);
  });

  it('a link to a forged message moves no tick of ours', () => {
    const node = nodeReading('baggage');
    node.start('first').span.end();
    const forged = stampText({ vector: `${node.clock.node}*${HIGHEST}` });
    const received = extractOdd(node, messageWith(forged, 'baggage'));
    const linked = trace.getSpanContext(received);
    if (linked === undefined) throw new Error('the message has a span context');
    node.start('batch', ROOT_CONTEXT, { links: [{ context: linked }] }).span.end();
    expect(node.finished('batch').attributes['causality.vector']).to.equal(`${node.clock.node}=1`);
  });

  it('two stamps that claim to have heard of each other prove nothing', () => {
    const stamp = (node: string, other: string): CausalStamp => ({
      domain: TRACE_ID.slice(-16),
      node,
      tick: 1,
      lamport: 1,
      vector: VectorTimestamp.from([
        [node, 1],
        [other, 1],
      ]),
      hlc: undefined,
      incomplete: false,
      hlcUnordered: false,
    });
    expect(compareStamps(stamp('a', 'b'), stamp('b', 'a'))).to.equal('unknown');
  });

  it('recorded spans of two processes under one id are found, and none of them is called before the other', () => {
    const span = (spanId: string, vector: string): object => ({
      traceId: TRACE_ID,
      spanId,
      name: spanId,
      startTimeUnixNano: '1',
      endTimeUnixNano: '2',
      attributes: Object.entries({
        'causality.node': 'us-00000000',
        'causality.tick': '1',
        'causality.lamport': '1',
        'causality.vector': vector,
      }).map(([key, stringValue]) => ({ key, value: { stringValue } })),
    });
    const spans = [span('00f067aa0ba902b7', 'us-00000000=1'), span('00f067aa0ba902b8', 'us-00000000=1')];
    const graph = CausalGraph.of(readDocument({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
    expect(findAnomalies(graph).identityClashes).to.have.length(1);
    const [one, other] = graph.spans;
    if (one === undefined || other === undefined) throw new Error('both were read');
    expect(graph.relation(one.start, other.start)).to.equal('unknown');
  });

  it('to like-a-clockwork: a header that counts for us is refused whole', () => {
    const propagator = new ClockworkPropagator({ vector: new VectorClock('me'), trust: 'all' });
    const receive = (vector: string): unknown =>
      propagator.extract(ROOT_CONTEXT, { 'X-Causality-Vector': vector }, defaultTextMapGetter);
    receive('a=1,me=1');
    expect(propagator.vector.toString()).to.equal('me=0');
    expect(propagator.refused).to.equal(1);
    propagator.vector.tick();
    receive('a=1,me=1');
    expect(propagator.vector.toString()).to.equal('a=1,me=2');
    expect(propagator.refused).to.equal(1);
  });

  it('to a delivery buffer: a message under our id, or one that has seen what we did not send, is refused', () => {
    const buffer = new CausalDeliveryBuffer({ node: 'me' });
    buffer.next();
    const from = (sender: string, ...entries: [string, number][]): ReturnType<typeof buffer.receive> =>
      buffer.receive({ sender, vector: VectorTimestamp.from(entries) });
    expect(from('me', ['me', 2]).reason).to.equal('claims-our-id');
    expect(from('a', ['a', 1], ['me', 2]).reason).to.equal('claims-our-id');
    expect(from('a', ['a', 1], ['me', 1]).outcome).to.equal('delivered');
    expectInvalid(() => buffer.catchUp(VectorTimestamp.from([['me', 2]])), 'seen');
    expect(buffer.seen.get('me')).to.equal(1);
  });

  it('to a register: a context that knows writes of ours which we did not make is refused', () => {
    const register = CausalRegister.empty<string>().write('x', { node: 'me' });
    const context = VectorTimestamp.from([['me', 2]]);
    expectInvalid(() => register.write('y', { node: 'me', context }), 'context[me]');
    expect(register.read().values).to.deep.equal(['x']);
  });
});
