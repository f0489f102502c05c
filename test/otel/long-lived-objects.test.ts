/**
 * Objects that outlive the call that made them come out of constructors. V8 puts object literals whose predecessors lived
 * long straight into the old generation; there a dead one keeps the request that it was made for until the next full
 * collection. See docs/performance.md.
 */
import { ROOT_CONTEXT, type Span, type SpanContext, SpanKind, trace } from '@opentelemetry/api';
import { expect } from 'chai';
import { Stamp } from '../../src/clocks/stamp.js';
import type { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { readStamp } from '../../src/codec/wire-text.js';
import { repliesOf } from '../../src/otel/clock-replies.js';
import { arrivalIn } from '../../src/otel/arrival.js';
import { Arrival, SpanRecord } from '../../src/otel/records.js';
import { anyRecordOf, recordOf as recordBy } from '../../src/otel/span-registry.js';
import { TestNode } from '../support/fleet.js';

const recordOf = (span: Span): SpanRecord | undefined => anyRecordOf(span.spanContext());

describe('what outlives a call', () => {
  const client = new TestNode('client');
  const server = new TestNode('server');
  server.clock.messages.watchCarriers();
  const asking = client.start('ask', undefined, { kind: SpanKind.CLIENT });
  const carrier = client.inject(asking.context);
  const received = server.extract(carrier);
  const answering = server.start('answer', received, { kind: SpanKind.SERVER });

  it('is made by a constructor', () => {
    const arrival = arrivalIn(received);
    const record = recordOf(answering.span);
    expect(arrival).to.be.an.instanceOf(Arrival);
    expect(arrival?.stamp).to.be.an.instanceOf(Stamp);
    expect(record).to.be.an.instanceOf(SpanRecord);
    expect(record?.start).to.be.an.instanceOf(Stamp);
  });

  it('lets go of the span and of its reply at the end, and can still be linked to', () => {
    const record = recordOf(answering.span);
    expect(repliesOf(server.clock).reply(carrier)).not.to.equal(undefined);
    expect([record?.span, record?.reply]).not.to.include(undefined);
    answering.span.end();
    expect([record?.span, record?.reply]).to.deep.equal([undefined, undefined]);
    const linked = server.start('linked', undefined, { links: [{ context: answering.span.spanContext() }] });
    expect(recordOf(linked.span)?.start.lamport).to.be.above(record?.start.lamport as number);
  });

  it('lets go of the span also where nobody says that it is ending, and where its end fails', () => {
    const node = new TestNode('node');
    for (const spoil of [false, true]) {
      const { span } = node.start('span');
      const record = recordOf(span);
      expect(record?.span).to.equal(span);
      if (spoil) {
        Object.defineProperty(span, 'links', {
          get: () => {
            throw new Error('no links');
          },
        });
        node.processor.onEnding(span as never);
        expect([record?.ended, record?.span]).to.deep.equal([false, span]);
      }
      node.processor.onEnd(span);
      expect([record?.ended, record?.span]).to.deep.equal([true, undefined]);
    }
  });

  it('says the present state in a reply after the end, which is no event any more', () => {
    const call = client.start('call', undefined, { kind: SpanKind.CLIENT });
    const request = client.inject(call.context);
    const { span } = server.start('late', server.extract(request), { kind: SpanKind.SERVER });
    span.end();
    const { errors } = server.clock.counters;
    const texts = [0, 1].map(() => repliesOf(server.clock).reply(request)?.text);
    const node = server.clock.node as string;
    for (const text of texts)
      expect(readStamp(text as string))
        .to.have.property('vector')
        .that.satisfies(hears(node, 2));
    expect(recordOf(span)?.reply).to.equal(undefined);
    expect(server.finished('late').attributes).not.to.have.property('causality.reply.tick');
    expect(server.clock.counters.errors).to.equal(errors);
  });

  it('lets each of two clocks hear the links that were added, whichever ends first', () => {
    const node = new TestNode('one');
    const other = new TestNode('other');
    const root = node.start('root');
    const { span } = node.start('both', root.context);
    other.processor.onStart(span as never, ROOT_CONTEXT);
    const records = [node, other].map(({ clock }) => recordBy(span.spanContext(), clock));
    expect(records.map((record) => record?.span)).to.deep.equal([span, span]);
    // Messages of the same trace, from somebody who takes part.
    const { traceId } = span.spanContext();
    const domain = node.clock.domains.idOf(traceId);
    const text = `1!${domain}!50!!0!elsewhere*7`;
    const carrier = { traceparent: `00-${traceId}-00f067aa0ba902b7-01`, baggage: `causality=${text}` };
    for (const by of [node, other]) span.addLink({ context: trace.getSpanContext(by.extract(carrier)) as SpanContext });
    other.processor.onEnding(span as never);
    expect(records.map((record) => record?.span)).to.deep.equal([span, undefined]);
    span.end();
    expect(records.map((record) => record?.span)).to.deep.equal([undefined, undefined]);
    for (const { clock } of [node, other]) {
      expect(clock.domains.peek(traceId)?.heard.get('elsewhere')).to.equal(7);
    }
  });
});

const hears =
  (node: string, tick: number) =>
  (vector: VectorTimestamp): boolean =>
    vector.get(node) === tick;
