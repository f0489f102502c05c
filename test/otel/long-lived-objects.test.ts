/**
 * Objects that outlive the call that made them come out of constructors. V8 puts object literals whose predecessors lived
 * long straight into the old generation; there a dead one keeps the request that it was made for until the next full
 * collection. See docs/performance.md.
 */
import { type Span, SpanKind } from '@opentelemetry/api';
import { expect } from 'chai';
import { Stamp } from '../../src/clocks/stamp.js';
import { arrivalIn } from '../../src/otel/arrival.js';
import { Arrival, SpanRecord } from '../../src/otel/records.js';
import { anyRecordOf } from '../../src/otel/span-registry.js';
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
    expect(server.clock.messages.reply(carrier)).not.to.equal(undefined);
    expect([record?.span, record?.reply]).not.to.include(undefined);
    answering.span.end();
    expect([record?.span, record?.reply]).to.deep.equal([undefined, undefined]);
    const linked = server.start('linked', undefined, { links: [{ context: answering.span.spanContext() }] });
    expect(recordOf(linked.span)?.start.lamport).to.be.above(record?.start.lamport as number);
  });
});
