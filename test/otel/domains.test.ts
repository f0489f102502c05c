import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import { PROCESS_DOMAIN } from '../../src/clocks/stamp.js';
import { parseStamp } from '../../src/codec/wire-text.js';
import { judgeArrival } from '../../src/otel/arrival.js';
import { type CausalClockOptions, settle } from '../../src/otel/clock-options.js';
import { Counters } from '../../src/otel/counters.js';
import { Domains } from '../../src/otel/domains.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { TestNode } from '../support/fleet.js';
import { diagLines } from '../support/diag-lines.js';

const TRACE_ID = '4bf92f3577b34da67b1d62f2c9e04a15';
const DOMAIN = '7b1d62f2c9e04a15';
const SPAN_ID = '00f067aa0ba902b7';

function domainsOf(options: CausalClockOptions = {}): Domains {
  return new Domains(settle(options, {}), new Counters());
}

function arrivalOf(text: string, domain = DOMAIN, mark?: string): NonNullable<ReturnType<typeof judgeArrival>> {
  const arrival = judgeArrival({
    clock: {},
    domain,
    parent: undefined,
    stamp: parseStamp(text),
    mark,
    plainHops: 'visible',
  });
  if (arrival === undefined) throw new Error('there is a stamp');
  return arrival;
}

describe('the domains of a process', () => {
  it('are named by the last sixteen digits of the trace id, in lower case, or by a hyphen in process scope', () => {
    expect(domainsOf().idOf(TRACE_ID)).to.equal(DOMAIN);
    expect(domainsOf().idOf(TRACE_ID.toUpperCase())).to.equal(DOMAIN);
    expect(domainsOf({ scope: 'process', trust: 'none' }).idOf(TRACE_ID)).to.equal(PROCESS_DOMAIN);
  });

  it('are named in lower case whatever the ids hold that somebody made', () => {
    const digit = fc.oneof(
      fc.constantFrom(...'09afAFGzZ/:@[`{'),
      fc.string({ minLength: 1, maxLength: 2, unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(digit, { maxLength: 34 }), (digits) => {
        const traceId = digits.join('');
        expect(domainsOf().idOf(traceId)).to.equal(traceId.slice(-16).toLowerCase());
      }),
    );
  });

  it('of two trace ids that share those digits are one, of the ids themselves two', () => {
    const domains = domainsOf();
    expect(domains.obtain(TRACE_ID, 0)).to.equal(domains.obtain(`${'0'.repeat(16)}${DOMAIN}`, 0));
    expect(domains.obtain(TRACE_ID, 0)).not.to.equal(domains.obtain('1'.repeat(32), 0));
  });

  it('of a whole process are one, which nothing drops', () => {
    const domains = domainsOf({ scope: 'process', trust: 'none', maxDomains: 1, domainIdleMs: 1 });
    const domain = domains.obtain(TRACE_ID, 0);
    for (let i = 0; i < 100; i++) expect(domains.obtain(String(i).padStart(32, '1'), i * 1000)).to.equal(domain);
    expect(domain.isCurrent).to.equal(true);
    expect(domains.size).to.equal(0);
  });

  it('draw one node id, at first need', () => {
    const domains = domainsOf();
    expect(domains.node).to.equal(undefined);
    const node = domains.nodeNamed(() => 'service');
    expect(node).to.match(/^service-[0-9a-z]{8}$/);
    expect(domains.nodeNamed(() => 'other')).to.equal(node);
    expect(domains.node).to.equal(node);
  });

  it('find what has become of one: the present one of its trace, if there is one', () => {
    const domains = domainsOf({ maxDomains: 1 });
    const first = domains.obtain(TRACE_ID, 0);
    expect(domains.current(first)).to.equal(first);
    domains.obtain('1'.repeat(32), 0);
    expect([first.isCurrent, domains.current(first)]).to.deep.equal([false, undefined]);
    const second = domains.obtain(TRACE_ID, 0);
    expect([second === first, domains.current(first) === second]).to.deep.equal([false, true]);
  });

  it('bear a clock that fails, and say so', () => {
    const domains = domainsOf({
      now: () => {
        throw new Error('no clock');
      },
    });
    expect(diagLines(() => expect(domains.now()).to.be.NaN)[0]).to.include('no clock');
    expect(domains.counters.errors).to.equal(1);
  });

  describe('merging an arrival', () => {
    it('happens once for one message', () => {
      const domains = domainsOf();
      const domain = domains.obtain(TRACE_ID, 0);
      const arrival = arrivalOf(`1!${DOMAIN}!5!!0!a*1`);
      domains.merge(domain, arrival, 0);
      const before = domain.heard;
      domains.merge(domain, arrival, 0);
      expect(domain.heard.table).to.equal(before.table);
    });

    it('counts once what a message claims wrongly, however many spans start in its context', () => {
      const node = new TestNode('node', { now: () => 1_000_000 });
      const first = node.start('first');
      const { traceId } = first.span.spanContext();
      const far = '00000fff00000000';
      const received = node.extract({
        traceparent: `00-${traceId}-${SPAN_ID}-01`,
        tracestate: `causality=${SPAN_ID}`,
        baggage: `causality=1!${traceId.slice(-16)}!5!${far}!0!${node.clock.node}*9`,
      });
      for (let i = 0; i < 3; i++) {
        node.start('of the message', received);
        node.start('beside it', first.context).span.end();
      }
      expect(node.clock.counters).to.include({ ownEntryRefused: 1, hlcRefused: 1 });
    });

    it('keeps up with a clock that a request proves ahead, whatever trace its stamp is of', () => {
      for (const of of [DOMAIN, '00000000000000aa']) {
        const domains = domainsOf();
        const domain = domains.obtain(TRACE_ID, 1500);
        expect(domains.merge(domain, arrivalOf(`1!${of}!5!00000001c0000000!0!a*1`), 1500)).to.equal(250);
        expect(domain.offsetMillis).to.equal(250);
      }
    });

    it('of another trace takes its times, and hides nothing here', () => {
      const domains = domainsOf();
      const domain = domains.obtain(TRACE_ID, 0);
      domains.merge(domain, arrivalOf('1!00000000000000aa!50!!1!a*1', '00000000000000aa', 'mark'), 0);
      expect(domain.text()).to.equal(`1!${DOMAIN}!50!!2!`);
      expect(domain.hasNews).to.equal(false);
    });
  });

  describe('writing', () => {
    const vector = (count: number, length: number): string =>
      Array.from({ length: count }, (_, i) => `${String(i).padStart(2, '0')}${'n'.repeat(length - 2)}*1`).join('~');

    it('gives all that the bytes have just room for', () => {
      const written = (options: CausalClockOptions): string => {
        const domains = domainsOf({ node: 'me', ...options });
        const domain = domains.obtain(TRACE_ID, 0);
        domain.hear(parseStamp(`1!${DOMAIN}!5!!0!${vector(10, 50)}`), 0, true);
        domain.tick(
          domains.nodeNamed(() => ''),
          1e12,
        );
        return domains.write(domain);
      };
      const { length } = written({});
      for (const [maxBytes, size] of [
        [length, 11],
        [length - 1, 10],
      ] as const) {
        expect(parseStamp(written({ maxBytes }))).to.deep.include({ incomplete: size < 11 });
        expect(parseStamp(written({ maxBytes })).vector.size).to.be.within(size - 1, size);
      }
    });

    it('stays within the bytes of the writer, of the message alone', () => {
      for (const maxBytes of [160, 500, 1024, 4096]) {
        const domains = domainsOf({ maxBytes, node: 'me' });
        const node = domains.nodeNamed(() => '');
        const domain = domains.obtain(TRACE_ID, 0);
        domain.hear(parseStamp(`1!${DOMAIN}!5!!0!${vector(60, 50)}`), 0, true);
        domain.tick(node, 1e12);
        const text = domains.write(domain);
        // At most one entry of 53 characters and a head's reserve are missing, where not all fit anyway.
        expect(text.length).to.be.within(Math.min(maxBytes - 80, 3233), maxBytes);
        const sent = parseStamp(text);
        expect(sent).to.include({ incomplete: maxBytes < 3300 });
        expect(sent.vector.get(node)).to.equal(1);
        expect(domain.incomplete).to.equal(false);
        expect(domain.heard.size).to.equal(61);
      }
    });
  });

  describe('relaying', () => {
    const context = { traceId: TRACE_ID, spanId: '00f067aa0ba902b7', traceFlags: 0 };

    it('makes a domain for what came, and none for nothing', () => {
      const domains = domainsOf();
      expect(domains.relaying(context, undefined)).to.equal(undefined);
      expect(domains.relaying(context, arrivalOf('1!00000000000000aa!5!!0!a*1', '00000000000000aa'))).to.equal(
        undefined,
      );
      expect(domains.size).to.equal(0);
      expect(domains.relaying(context, arrivalOf(`1!${DOMAIN}!5!!0!a*1`))?.id).to.equal(DOMAIN);
      expect(domains.relaying(context, undefined)?.id, 'there is one now').to.equal(DOMAIN);
    });

    it('makes none for a mark alone, and keeps that which was passed through last', () => {
      const domains = domainsOf({ maxDomains: 2 });
      const contextOf = (digit: string) => ({ ...context, traceId: digit.repeat(32) });
      const relay = (digit: string) =>
        domains.relaying(contextOf(digit), arrivalOf(`1!${digit.repeat(16)}!5!!0!a*1`, digit.repeat(16)));
      const marked = judgeArrival({
        clock: {},
        domain: '1'.repeat(16),
        parent: undefined,
        stamp: undefined,
        mark: SPAN_ID,
        plainHops: 'visible',
      });
      expect(domains.relaying(contextOf('1'), marked)).to.equal(undefined);
      for (const digit of ['1', '2', '1', '3']) relay(digit);
      expect(['1', '2', '3'].map((digit) => domains.peek(digit.repeat(32)) !== undefined)).to.deep.equal([
        true,
        false,
        true,
      ]);
    });
  });

  describe('that were dropped while a span of theirs was kept', () => {
    const traceOf = ({ span }: ReturnType<TestNode['start']>): string => span.spanContext().traceId;

    it('come back live where the span is, so that idle ones go first', () => {
      const node = new TestNode('node', { maxDomains: 2 });
      const long = node.start('long');
      for (const { span } of [node.start('one'), node.start('other')]) span.end();
      node.start('child', long.context).span.end();
      for (let i = 0; i < 4; i++) node.start('later').span.end();
      expect(node.clock.domains.peek(traceOf(long))).not.to.equal(undefined);
      long.span.end();
      node.start('last').span.end();
      node.start('very last').span.end();
      expect(node.clock.domains.peek(traceOf(long)), 'idle itself').to.equal(undefined);
      expect(node.clock.counters).to.deep.include({ incomplete: { 'trace-returned': 1 }, liveDomains: 2 });
    });

    it('come back idle where the span has ended', () => {
      const node = new TestNode('node', { maxDomains: 2 });
      const ended = node.start('ended');
      ended.span.end();
      for (let i = 0; i < 2; i++) node.start('other').span.end();
      node.inject(ended.context);
      expect(node.clock.domains.peek(traceOf(ended))).not.to.equal(undefined);
      for (let i = 0; i < 2; i++) node.start('later').span.end();
      expect(node.clock.domains.peek(traceOf(ended))).to.equal(undefined);
    });

    it('speak for all their spans by what has happened since in the present one', () => {
      const node = new TestNode('node', { maxDomains: 1 });
      const long = node.start('long');
      const beside = node.start('beside', long.context);
      node.start('other').span.end();
      const child = getCausalStamp(node.start('child', long.context).span);
      const [, text = ''] = node.inject(beside.context)['baggage']?.split('causality=') ?? [];
      expect(parseStamp(text).vector.get(node.clock.node as string)).to.equal(child?.tick);
    });

    it('do not take a clock that stepped back for one that is behind', () => {
      let now = 1_000_000_000;
      const node = new TestNode('node', { maxDomains: 1, now: () => now });
      const long = node.start('long');
      node.start('other').span.end();
      now -= 250;
      node.start('child', long.context);
      now += 60_000;
      const { hlc } = getCausalStamp(node.start('later', long.context).span) ?? {};
      expect(hlc?.toHex()).to.equal(Ntp64.fromMillis(now).toHex());
    });
  });

  it('let a span that outlives its domain end in the present one', () => {
    const node = new TestNode('node', { maxDomains: 1 });
    const long = node.start('long');
    node.start('other').span.end();
    long.span.end();
    const { attributes } = node.finished('long');
    expect(attributes['causality.end.tick']).to.equal(4);
    expect(attributes['causality.incomplete']).to.equal(true);
    // Nobody else was heard of, so a reader derives the end's vector from the start's.
    expect(attributes['causality.end.vector']).to.be.oneOf([undefined, `${node.clock.node}=4`]);
    expect(node.inject(trace.setSpan(ROOT_CONTEXT, long.span))).to.have.property('baggage');
  });
});
