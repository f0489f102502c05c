/** Ever new nodes, in one trace or in one state: each collection has a named limit, and what falls out is said. */
import { defaultTextMapGetter, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { readDocument } from '../../src/analysis/readers/formats/document.js';
import {
  MAX_ATTRIBUTE_BYTES,
  MAX_FOREIGN_VECTOR_ENTRIES,
  MAX_REMEMBERED_SERVICES,
  MAX_STAMP_BYTES,
  MAX_VECTOR_ENTRIES,
} from '../../src/clocks/limits.js';
import { VectorClock } from '../../src/clocks/vector-clock.js';
import { VectorState } from '../../src/clocks/vector-state.js';
import { parseStamp } from '../../src/codec/wire-text.js';
import { CausalDeduplicator, CausalDeliveryBuffer, CausalRegister, VectorTimestamp } from '../../src/delivery/index.js';
import { ClockworkPropagator } from '../../src/interop/index.js';
import { collectGarbage } from '../support/collect-garbage.js';
import type { TestNode } from '../support/fleet.js';
import { extractOdd, nodeReading, SENDER, stampText } from '../support/hostile-node.js';
import { expectInvalid } from '../support/invalid-value.js';
import { LoggingNode } from '../support/logging-node.js';
import { receivedVector } from '../support/received-vector.js';

const ROUNDS = 50;

/** As many nodes as a stamp may name, none of which was named in another round. */
function newNodes(round: number, length = 0): string {
  return Array.from(
    { length: MAX_VECTOR_ENTRIES },
    (_, j) => `n${String(round).padStart(2, '0')}-${String(j).padStart(2, '0')}${'x'.repeat(length)}*1`,
  ).join('~');
}

/** A message of the trace that is going on in this context. */
function messageInto(node: TestNode, id: string, vector: string): ReturnType<TestNode['extract']> {
  return extractOdd(node, {
    traceparent: `00-${id}-${SENDER}-01`,
    tracestate: `causality=${SENDER}`,
    baggage: `causality=${stampText({ domain: id.slice(-16), vector })}`,
  });
}

describe('attack: distinct nodes without end', () => {
  it('in requests of one trace: sixty-four entries, our own among them, and it says that it is incomplete', () => {
    const node = nodeReading('baggage');
    const { context } = node.start('handle', ROOT_CONTEXT);
    const id = trace.getSpanContext(context)?.traceId as string;
    for (let i = 0; i < ROUNDS; i++) node.start('part', messageInto(node, id, newNodes(i))).span.end();
    const { attributes } = node.exporter.getFinishedSpans().at(-1) as ReadableSpan;
    expect(String(attributes['causality.vector']).split(',')).to.have.length(MAX_VECTOR_ENTRIES);
    expect(attributes['causality.vector']).to.include(`${node.clock.node}=`);
    expect(attributes['causality.incomplete']).to.equal(true);
    expect(node.clock.counters.entriesDropped).to.equal(ROUNDS * MAX_VECTOR_ENTRIES - (MAX_VECTOR_ENTRIES - 1));
  });

  it('in replies to one span: the same', () => {
    const node = nodeReading('baggage');
    node.clock.messages.watchCarriers();
    const { span, context } = node.start('calls', ROOT_CONTEXT, { kind: SpanKind.CLIENT });
    const { traceId, spanId } = span.spanContext();
    for (let i = 0; i < ROUNDS; i++) {
      node.inject(context);
      node.clock.messages.hearReply(spanId, stampText({ domain: traceId.slice(-16), vector: newNodes(i) }));
    }
    span.end();
    const { attributes } = node.finished('calls');
    expect(String(attributes['causality.end.vector']).split(',')).to.have.length(MAX_VECTOR_ENTRIES);
    expect(attributes['causality.incomplete']).to.equal(true);
  });

  for (const maxBytes of [160, 1024, MAX_STAMP_BYTES]) {
    it(`with long ids: what is sent stays within ${maxBytes} bytes, what is stamped within an attribute`, () => {
      const node = new LoggingNode('victim', { maxBytes });
      const { context } = node.start('handle', ROOT_CONTEXT);
      const id = trace.getSpanContext(context)?.traceId as string;
      // Forty more characters each: sixty-four of them are over four kilobytes, which a reader does not take.
      const half = newNodes(1, 40)
        .split('~')
        .slice(0, MAX_VECTOR_ENTRIES / 2);
      const received = messageInto(node, id, half.join('~'));
      node.start('part', received).span.end();
      const text = /causality=([^,]+)/.exec(node.inject(context)['baggage'] ?? '')?.[1] ?? '';
      expect(text.length).to.be.at.most(maxBytes);
      expect(parseStamp(text).vector.get(node.clock.node as string)).to.be.above(0);
      const vector = String(node.finished('part').attributes['causality.vector']);
      expect(vector.length).to.be.at.most(MAX_ATTRIBUTE_BYTES);
      const logged = node.log('hello', context).attributes['causality.vector'];
      expect(logged).to.be.a('string').with.length.at.most(MAX_ATTRIBUTE_BYTES);
    });
  }

  it('in process scope: sixty-four entries for all that the process does', () => {
    const node = nodeReading('baggage', { scope: 'process', trust: 'all' });
    for (let i = 0; i < ROUNDS; i++) {
      const message = { causality: '', baggage: `causality=${stampText({ domain: '-', vector: newNodes(i) })}` };
      node.start('handle', extractOdd(node, message)).span.end();
    }
    const { attributes } = node.exporter.getFinishedSpans().at(-1) as ReadableSpan;
    expect(String(attributes['causality.vector']).split(',').length).to.be.at.most(MAX_VECTOR_ENTRIES);
  });

  it("to like-a-clockwork's clocks: so many nodes in a life, and a message that brings more is refused whole", () => {
    const propagator = new ClockworkPropagator({ vector: new VectorClock('me'), trust: 'all' });
    const receive = (node: string): unknown =>
      propagator.extract(ROOT_CONTEXT, { 'X-Causality-Vector': `${node}=1` }, defaultTextMapGetter);
    for (let i = 1; i < MAX_FOREIGN_VECTOR_ENTRIES; i++) receive(`n${i}`);
    expect(propagator.refused).to.equal(0);
    receive('n1');
    expect(propagator.refused).to.equal(0);
    receive('one-more');
    expect(propagator.refused).to.equal(1);
    expect(propagator.vector.snapshot().size).to.equal(MAX_FOREIGN_VECTOR_ENTRIES);
    expect(propagator.vector.get('one-more')).to.equal(0);
  });

  it('to a delivery buffer: so many senders, and the next is refused', () => {
    const buffer = new CausalDeliveryBuffer();
    const receive = (sender: string): ReturnType<typeof buffer.receive> =>
      buffer.receive({ sender, vector: VectorTimestamp.from([[sender, 1]]) });
    for (let i = 0; i < MAX_FOREIGN_VECTOR_ENTRIES; i++) expect(receive(`n${i}`).outcome).to.equal('delivered');
    expect(receive('one-more').reason).to.equal('too-many-nodes');
    expect(buffer.seen.size).to.equal(MAX_FOREIGN_VECTOR_ENTRIES);
  });

  for (const whenFull of ['at-most-once', 'at-least-once', 'refuse'] as const) {
    it(`to a deduplicator (${whenFull}): as many nodes and keys as its options allow`, () => {
      const seen = new CausalDeduplicator({ whenFull, maxNodes: 10, maxKeys: 10 });
      for (let i = 0; i < 1000; i++) {
        seen.handled({ node: `n${i}`, tick: 1 });
        seen.handled({ key: `k${i}`, vector: VectorTimestamp.from([[`n${i}`, 1]]) });
      }
      const { nodes, keys } = seen.toJSON();
      expect([nodes.length, keys.length]).to.deep.equal([10, 10]);
      const { forgotten, refused } = seen.counters;
      expect(forgotten.nodes + refused['too-many-nodes']).to.equal(990);
      expect(forgotten.keys + refused['too-many-keys']).to.equal(990);
      // What was handled is never new again, whether it is remembered or not.
      for (let i = 0; i < 1000; i++) {
        expect(seen.check({ node: `n${i}`, tick: 1 }).verdict).to.be.oneOf(['duplicate', 'unknown', 'refused']);
      }
    });
  }

  it('to a register: so many writers, and neither a write nor a merge brings another', () => {
    const writers = Array.from({ length: MAX_FOREIGN_VECTOR_ENTRIES }, (_, i) => [`n${i}`, 1] as const);
    const full = CausalRegister.fromJSON<string>({
      format: 'otel-causality/register/1',
      context: writers.toSorted(([a], [b]) => (a < b ? -1 : 1)),
      siblings: [],
    });
    expect(full.write('x', { node: 'n0', context: full.context }).read().values).to.deep.equal(['x']);
    expectInvalid(() => full.write('x', { node: 'one-more', context: full.context }), 'context');
    expectInvalid(() => full.merge(CausalRegister.empty<string>().write('y', { node: 'one-more' })), 'context');
  });

  it('as services of a Zipkin document: so many are remembered, and all are read', () => {
    const document = Array.from({ length: 2 * (MAX_REMEMBERED_SERVICES + 1) }, (_, i) => ({
      traceId: 'a',
      id: (i + 1).toString(16),
      timestamp: 1,
      localEndpoint: { serviceName: `s${i % (MAX_REMEMBERED_SERVICES + 1)}` },
    }));
    const spans = readDocument(document);
    const [first, last] = [0, MAX_REMEMBERED_SERVICES].map((i) => [spans[i], spans[i + MAX_REMEMBERED_SERVICES + 1]]);
    expect(first?.[0]?.resource).to.equal(first?.[1]?.resource);
    expect(last?.[0]?.resource).not.to.equal(last?.[1]?.resource);
    expect(last?.[0]?.resource).to.deep.equal(last?.[1]?.resource);
    expect(new Set(spans.map(({ service }) => service)).size).to.equal(MAX_REMEMBERED_SERVICES + 1);
  });

  it('keep their names, and not each the message that told of it', () => {
    const states = 200;
    const messages = 30;
    const filler = 'f'.repeat(40);
    const grown = (): VectorState[] => {
      return Array.from({ length: states }, (_, s) => {
        const state = new VectorState(MAX_VECTOR_ENTRIES);
        state.tick('me-12345678', 1);
        for (let m = 0; m < messages; m++) {
          // None of them knows all that the others do.
          const others = Array.from({ length: 30 }, (__, i) => [`${filler}-${i + 10}`, 1 + (i === m ? 1 : 0)] as const);
          const told = VectorTimestamp.from([[`a-node-of-trace-${s}-${m + 10}`, 1], ...others]);
          state.hear(receivedVector(told, 'me-12345678'), 'me-12345678', 1);
        }
        return state;
      });
    };
    grown();
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    const held = grown();
    collectGarbage();
    const growth = (process.memoryUsage().heapUsed - before) / states;
    expect(held[0]?.size).to.equal(messages + 31);
    expect(growth, 'bytes of a trace').to.be.below(12_000);
  });
});
