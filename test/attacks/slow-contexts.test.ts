/**
 * Things that begin and never end, as a slow-loris client has it: spans, replies, bodies, streams, handlings, messages
 * that wait. What they hold is bounded, others are not held up, and where the end comes after all nothing breaks.
 */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { ROOT_CONTEXT, type Span, SpanKind } from '@opentelemetry/api';
import { expect } from 'chai';
import { MAX_AWAITED_REPLIES, MAX_HANDLING } from '../../src/clocks/limits.js';
import { parseStamp } from '../../src/codec/wire-text.js';
import { repliesOf } from '../../src/otel/clock-replies.js';
import { CausalDeduplicator, CausalDeliveryBuffer, VectorTimestamp } from '../../src/delivery/index.js';
import { installHttpReplies } from '../../src/node/http-replies.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { TestNode } from '../support/fleet.js';
import { extractOdd, messageWith, nodeReading, stampText } from '../support/hostile-node.js';

const FEW = 100;

describe('attack: what begins and never ends', () => {
  it('spans: a full store, and each span that ends after all is stamped', () => {
    const node = nodeReading('baggage', { maxDomains: FEW });
    const spans: Span[] = [];
    for (let i = 1; i <= 10 * FEW; i++) spans.push(node.start('endless').span);
    expect(node.clock.counters).to.include({ liveDomains: FEW, domainsDropped: 9 * FEW });
    for (const span of spans) span.end();
    expect(node.clock.counters).to.include({ liveDomains: FEW, errors: 0 });
    for (const { attributes } of node.exporter.getFinishedSpans()) {
      expect(attributes['causality.tick']).to.be.a('number');
      expect(attributes['causality.end.tick']).to.be.above(attributes['causality.tick'] as number);
    }
  });

  it('spans of one trace: they keep no other trace from being remembered', () => {
    const node = nodeReading('baggage', { maxDomains: 2, domainIdleMs: 1, now: () => 1000 });
    const root = node.start('endless');
    for (let i = 0; i < 10 * FEW; i++) node.start('endless', root.context);
    const other = node.start('other');
    expect(node.clock.counters).to.include({ liveDomains: 2, domainsDropped: 0 });
    other.span.end();
    expect(node.finished('other').attributes).not.to.have.property('causality.incomplete');
  });

  it('a context that is kept for a day: its trace has come back, and says so', () => {
    let now = 1_800_000_000_000;
    const node = nodeReading('baggage', { maxDomains: 1, now: () => now });
    const received = extractOdd(node, messageWith(stampText(), 'baggage'));
    node.start('handle', received).span.end();
    node.start('other').span.end();
    now += 24 * 60 * 60 * 1000;
    const late = node.start('late', received);
    expect(getCausalStamp(late.span)).to.include({ incomplete: true });
    late.span.end();
    const [first, second] = ['handle', 'late'].map((name) => Number(node.finished(name).attributes['causality.tick']));
    expect(second).to.be.above(Number(first) + 1);
  });

  it('requests whose replies never come: bounded, and who waited longest is incomplete', () => {
    const node = nodeReading('baggage');
    node.clock.messages.watchCarriers();
    const spans = Array.from({ length: MAX_AWAITED_REPLIES + FEW }, () => {
      const { span, context } = node.start('call', ROOT_CONTEXT, { kind: SpanKind.CLIENT });
      node.inject(context);
      return span;
    });
    expect(node.clock.counters.incomplete).to.deep.equal({ 'too-many-awaited': FEW });
    // Those that answer after all find nobody, or find the one who asked: neither throws.
    for (const span of spans) node.clock.messages.hearReply(span.spanContext().spanId, undefined);
    expect(node.clock.counters).to.include({ errors: 0 });
    expect(node.clock.counters.incomplete).to.deep.equal({
      'too-many-awaited': FEW,
      'reply-without-stamp': MAX_AWAITED_REPLIES,
    });
  });

  it('bodies of replies: their trace is incomplete while they last, no other, and their end may come late or twice', () => {
    const node = nodeReading('baggage', { maxDomains: 1 });
    node.clock.messages.watchCarriers();
    const request = messageWith(stampText(), 'baggage');
    const { span, context } = node.start('handle', extractOdd(node, request), { kind: SpanKind.SERVER });
    const ends = Array.from({ length: FEW }, () => repliesOf(node.clock).reply(request)?.openBody());
    expect(getCausalStamp(node.start('within', context).span)?.incomplete).to.equal(true);
    expect(getCausalStamp(node.start('other').span)?.incomplete, 'another trace').to.equal(false);
    for (const end of ends) {
      end?.();
      end?.();
    }
    span.end();
    expect(node.clock.counters.errors).to.equal(0);
  });

  it('streams: what is stamped meanwhile is incomplete, and a stream that never ends holds nothing else', () => {
    const node = new TestNode('client', { maxDomains: 1 });
    node.clock.messages.watchCarriers('grpc');
    const call = node.start('stream', ROOT_CONTEXT, { kind: SpanKind.CLIENT });
    node.inject(call.context);
    const { spanId } = call.span.spanContext();
    const ends = [repliesOf(node.clock).openReply(spanId), repliesOf(node.clock).openRequest(spanId)];
    expect(getCausalStamp(node.start('within', call.context).span)?.incomplete).to.equal(true);
    for (let i = 0; i < FEW; i++) node.start('other').span.end();
    expect(node.clock.counters.liveDomains).to.equal(1);
    for (const end of ends) end();
    call.span.end();
    expect(node.finished('stream').attributes).to.include({ 'causality.incomplete': true });
  });

  it('handlings: bounded, and more begin as soon as one ends', () => {
    const seen = new CausalDeduplicator();
    const handlings = Array.from({ length: MAX_HANDLING }, (_, i) => seen.begin({ node: 'slow', tick: i + 1 }));
    expect(seen.begin({ node: 'other', tick: 1 }).reason).to.equal('too-many-handling');
    expect(seen.handled({ node: 'other', tick: 1 }).verdict).to.equal('fresh');
    handlings[0]?.abort();
    expect(seen.begin({ node: 'other', tick: 2 }).handle).to.equal(true);
  });

  it('messages whose cause never comes: bounded, named as missing, and no obstacle to others', () => {
    const buffer = new CausalDeliveryBuffer({ maxWaiting: FEW });
    const from = (sender: string, tick: number): ReturnType<typeof buffer.receive> =>
      buffer.receive({ sender, vector: VectorTimestamp.from([[sender, tick]]) });
    for (let tick = 2; tick <= 10 * FEW; tick++) from('slow', tick);
    expect(buffer.size).to.equal(FEW);
    expect(buffer.missing()).to.deep.equal([
      { node: 'slow', from: 1, to: 1 },
      { node: 'slow', from: FEW + 2, to: 10 * FEW },
    ]);
    for (let tick = 1; tick <= FEW; tick++) expect(from('other', tick).outcome).to.equal('delivered');
  });

  it('a client that sends its request byte by byte, and leaves in the middle of the answer', async () => {
    const node = new TestNode('victim');
    const uninstall = installHttpReplies({ clock: node.clock });
    const responses: ServerResponse[] = [];
    const server = createServer((request, response) => {
      const { span } = node.start('handle', node.extract(request.headers), { kind: SpanKind.SERVER });
      response.once('close', () => span.end());
      responses.push(response);
      response.write('the beginning');
    });
    try {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      await once(socket, 'connect');
      const headers = Object.entries(messageWith(stampText(), 'baggage')).map(([name, value]) => `${name}: ${value}`);
      const head = ['GET / HTTP/1.1', 'host: x', ...headers, '', ''].join('\r\n');
      for (const one of head) socket.write(one);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      const text = /causality: (\S+)/.exec(answer.toString('latin1'))?.[1] ?? '';
      expect(parseStamp(text).vector.get(node.clock.node as string)).to.be.above(0);
      const closed = once(responses[0] as ServerResponse, 'close');
      socket.destroy();
      await closed;
      expect(node.finished('handle').attributes).to.include.keys('causality.reply.tick', 'causality.end.tick');
      expect(node.clock.counters.errors).to.equal(0);
    } finally {
      uninstall();
      server.closeAllConnections();
      server.close();
    }
  });
});
