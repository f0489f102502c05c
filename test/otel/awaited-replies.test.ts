import { SpanKind } from '@opentelemetry/api';
import { expect } from 'chai';
import { AwaitedReplies } from '../../src/otel/awaited-replies.js';
import { Counters } from '../../src/otel/counters.js';
import { Domain } from '../../src/otel/domain.js';
import type { SpanRecord } from '../../src/otel/records.js';
import { TraceKey } from '../../src/otel/trace-key.js';

const itself = (domain: Domain): Domain => domain;

function domainOf(counters = new Counters()): Domain {
  return new Domain(
    new TraceKey('7b1d62f2c9e04a15'),
    { maxEntries: 64, maxDriftMs: 500, counters, node: 'me', current: itself },
    0,
  );
}

/** Of a record only the number of awaited replies plays a part here. */
function recordOf(): SpanRecord {
  return { awaited: 0, answered: false, ended: false } as SpanRecord;
}

describe('awaited replies', () => {
  it('are found by the span that sent the request, once', () => {
    const [awaited, domain, record] = [new AwaitedReplies(), domainOf(), recordOf()];
    awaited.add('span', domain, record, true);
    expect([record.awaited, domain.isIncompleteNow], 'somebody hears it').to.deep.equal([1, false]);
    expect(awaited.take('other')).to.equal(undefined);
    expect(awaited.take('span')).to.include({ domain, record, stamped: true });
    expect(record.awaited).to.equal(0);
    awaited.forget('span');
    expect(awaited.take('span')).to.equal(undefined);
    expect(awaited.size).to.equal(0);
  });

  it('may come again while their span lives, for its headers may have been sent again', () => {
    const [awaited, domain, record] = [new AwaitedReplies(), domainOf(), recordOf()];
    awaited.add('span', domain, record, true);
    awaited.take('span');
    expect(awaited.take('span')).to.include({ domain, record, stamped: true });
    expect([record.awaited, record.answered, awaited.size]).to.deep.equal([0, true, 1]);
    awaited.add('span', domain, record, true);
    expect(record.awaited).to.equal(1);
    // One too many is no reply to what is sent later.
    awaited.add('span', domain, record, true);
    awaited.take('span');
    expect(record.awaited).to.be.above(0);
    awaited.forget('span');
    awaited.add('ended', domain, Object.assign(record, { ended: true }), true);
    awaited.take('ended');
    expect(awaited.size, 'of a span that has ended nobody would say when to forget it').to.equal(0);
  });

  it('that have come are missed, too, when they are given up for room: the headers may have been sent again', () => {
    const [awaited, domain] = [new AwaitedReplies(1), domainOf()];
    awaited.add('span', domain, recordOf(), true);
    awaited.take('span');
    expect(awaited.hasGivenUp).to.equal(false);
    awaited.add('another', domainOf(), recordOf(), true);
    expect([awaited.size, awaited.hasGivenUp, domain.incomplete]).to.deep.equal([1, true, true]);
  });

  it('of one span may be several: redirects and retries', () => {
    const [awaited, record] = [new AwaitedReplies(), recordOf()];
    awaited.add('span', domainOf(), record, true);
    awaited.add('span', domainOf(), record, true);
    expect([record.awaited, awaited.size]).to.deep.equal([2, 1]);
    awaited.take('span');
    expect([record.awaited > 0, record.answered, awaited.size], 'until all came').to.deep.equal([true, false, 1]);
    awaited.take('span');
    expect([record.awaited, record.answered]).to.deep.equal([0, true]);
  });

  it('of a span are not believed when one of its targets got no stamp', () => {
    for (const order of [
      [true, false],
      [false, true],
    ] as const) {
      const awaited = new AwaitedReplies();
      for (const stamped of order) awaited.add('span', domainOf(), recordOf(), stamped);
      expect(awaited.take('span')?.stamped).to.equal(false);
    }
  });

  it('of an unsampled span leave their domain open to doubt until they come', () => {
    const [awaited, domain] = [new AwaitedReplies(), domainOf()];
    awaited.add('span', domain, undefined, true);
    expect(domain.tick('me', 0).incomplete).to.equal(true);
    awaited.take('span');
    expect(domain.tick('me', 0).incomplete).to.equal(false);
  });

  it('of a trace that has rested since leave no doubt in it when they have come', () => {
    const [awaited, rested, woken] = [new AwaitedReplies(), domainOf(), domainOf()];
    awaited.add('span', rested, recordOf(), true);
    awaited.detach('span');
    awaited.add('span', woken, undefined, true);
    expect(woken.blindRequests).to.equal(1);
    for (let replies = 0; replies < 2; replies++) awaited.take('span');
    expect([rested.blindRequests, woken.blindRequests]).to.deep.equal([0, 0]);
  });

  it('of a trace that was let go of meanwhile take no doubt from the one that came back', () => {
    for (const isCall of [false, true]) {
      const [awaited, dropped, present] = [new AwaitedReplies(), domainOf(), domainOf()];
      awaited.add('span', dropped, undefined, true);
      if (isCall) awaited.add('span', dropped, recordOf(), true, true);
      awaited.add('span', present, undefined, true);
      for (let replies = 0; replies < 3; replies++) awaited.take('span');
      // Below nothing, it would take the next request for none.
      expect(present.blindRequests).to.be.at.least(0);
    }
  });

  it('that nobody hears leave their domain open to doubt until somebody announces each of them', () => {
    const [awaited, domain] = [new AwaitedReplies(), domainOf()];
    awaited.add('span', domain, recordOf(), true, true);
    awaited.add('span', domain, recordOf(), true, true);
    expect(domain.tick('me', 0).incomplete).to.equal(true);
    awaited.announce('other');
    awaited.announce('span');
    expect(domain.tick('me', 0).incomplete, 'the other one passes by').to.equal(true);
    awaited.announce('span');
    awaited.announce('span');
    expect([domain.tick('me', 0).incomplete, domain.blindRequests]).to.deep.equal([false, 0]);
  });

  it('that nobody hears open no doubt for ever: it goes with the last reply, the span, and the room', () => {
    for (const leave of [
      (awaited: AwaitedReplies) => void awaited.take('span'),
      (awaited: AwaitedReplies) => awaited.forget('span'),
      (awaited: AwaitedReplies) => awaited.add('another', domainOf(), recordOf(), true),
    ]) {
      const [awaited, domain] = [new AwaitedReplies(1), domainOf()];
      awaited.add('span', domain, recordOf(), true, true);
      leave(awaited);
      expect(domain.blindRequests).to.equal(0);
    }
  });

  it('are forgotten with their span', () => {
    const awaited = new AwaitedReplies();
    awaited.add('span', domainOf(), recordOf(), true);
    awaited.forget('span');
    awaited.forget('never there');
    expect(awaited.take('span')).to.equal(undefined);
  });

  it('are bounded: the oldest is given up, and its trace is incomplete', () => {
    const counters = new Counters();
    const awaited = new AwaitedReplies(3);
    const domains = [1, 2, 3, 4, 5].map(() => domainOf(counters));
    const records = domains.map(recordOf);
    for (const [i, domain] of domains.entries()) awaited.add(`span ${i}`, domain, records[i], true);
    expect(awaited.size).to.equal(3);
    expect(domains.map((domain) => domain.incomplete)).to.deep.equal([true, true, false, false, false]);
    expect(records.map((record) => record.awaited)).to.deep.equal([0, 0, 1, 1, 1]);
    expect(counters.snapshot(0).incomplete).to.deep.equal({ 'too-many-awaited': 2 });
    expect(awaited.take('span 0')).to.equal(undefined);
  });

  it('of a producer need not come: giving one up hides nothing', () => {
    const counters = new Counters();
    const awaited = new AwaitedReplies(1);
    const [asks, tells] = [domainOf(counters), domainOf(counters)];
    awaited.add('tells', tells, { awaited: 0, kind: SpanKind.PRODUCER } as SpanRecord, true);
    expect(awaited.peek('tells')?.optional).to.equal(true);
    awaited.add('asks', asks, { awaited: 0, kind: SpanKind.CLIENT } as SpanRecord, true);
    expect(awaited.peek('asks')?.optional).to.equal(false);
    awaited.add('relays', asks, undefined, true);
    expect([tells.incomplete, asks.incomplete]).to.deep.equal([false, true]);
    expect(awaited.peek('relays')).to.include({ optional: false, blind: 1 });
    const relaying = domainOf(counters);
    awaited.add('relays too', relaying, undefined, true);
    awaited.add('asks again', asks, recordOf(), true);
    expect(relaying.incomplete).to.equal(true);
  });

  it('of a sampled span leave no doubt in its domain, whether they come or not', () => {
    const [awaited, domain] = [new AwaitedReplies(), domainOf()];
    awaited.add('span', domain, recordOf(), true);
    awaited.take('span');
    expect(domain.blindRequests).to.equal(0);
  });

  it('are awaited without the span, once that has ended', () => {
    const [awaited, domain, record] = [new AwaitedReplies(), domainOf(), recordOf()];
    awaited.add('span', domain, record, true);
    awaited.detach('span');
    awaited.detach('never there');
    expect(awaited.take('span')).to.include({ domain, record: undefined });
    expect([record.awaited, domain.blindRequests]).to.deep.equal([1, 0]);
  });

  it('of the same span take no more room', () => {
    const awaited = new AwaitedReplies(2);
    const domain = domainOf();
    for (let i = 0; i < 100; i++) awaited.add('span', domain, recordOf(), true);
    expect([awaited.size, domain.incomplete]).to.deep.equal([1, false]);
  });
});
