import { expect } from 'chai';
import * as fc from 'fast-check';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import type { CausalStamp } from '../../src/clocks/stamp.js';
import { KnownVector } from '../../src/clocks/known-vector.js';
import { MAX_RECENT_TRACES } from '../../src/clocks/limits.js';
import { parseStamp, readStamp } from '../../src/codec/wire-text.js';
import { Counters } from '../../src/otel/counters.js';
import { Domain, type DomainRules } from '../../src/otel/domain.js';
import { DomainStore } from '../../src/otel/domain-store.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { layToRest, wake } from '../../src/otel/resting-domain.js';
import { NO_CELL } from '../../src/otel/resting-texts.js';
import { TimesFloor } from '../../src/otel/times-floor.js';
import { TraceKey } from '../../src/otel/trace-key.js';
import { RECENT, type TraceQueues } from '../../src/otel/trace-queues.js';
import { TraceSlots } from '../../src/otel/trace-slots.js';
import { TestNode } from '../support/fleet.js';

const NOON = 1_719_835_200_000;
const ID = '7b1d62f2c9e04a15';

interface Step {
  readonly do: 'event' | 'hear' | 'request' | 'times' | 'log' | 'hide' | 'send' | 'rest';
  /** Milliseconds since the last step. */
  readonly after: number;
  /** Entries of what is heard, by name and counter; ours is `me`. */
  readonly entries: readonly (readonly [string, number])[];
  readonly lamport: number;
  /** Milliseconds by which the sender's clock is ahead; undefined where it has none. */
  readonly ahead: number | undefined;
  readonly flags: number;
}

const STEP: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('event', 'hear', 'request', 'times', 'log', 'hide', 'send', 'rest', 'rest', 'rest'),
  after: fc.constantFrom(-4000, -1, 0, 0, 0, 0.001, 1, 999),
  entries: fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'me', 'n', 'x', 'y'), fc.integer({ min: 1, max: 9 })), {
    selector: ([node]) => node,
    minLength: 1,
  }),
  lamport: fc.integer({ min: 1, max: 40 }),
  ahead: fc.option(fc.constantFrom(-1000, 0, 20, 499, 900), { nil: undefined }),
  flags: fc.constantFrom(0, 0, 0, 0, 1, 2),
});

function stampOf({ entries, lamport, ahead, flags }: Step, now: number): string {
  const hlc = ahead === undefined ? '' : Ntp64.fromMillis(now + ahead).toHex();
  const vector = entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([node, counter]) => `${node}*${counter}`);
  return `1!${ID}!${lamport}!${hlc}!${flags}!${vector.join('~')}`;
}

/** What a step lets be seen, and the domain behind it. */
function perform(domain: Domain, step: Step, now: number, seq: number): unknown {
  if (step.do === 'event') return domain.tick('me', now);
  if (step.do === 'log') return domain.observe('me', seq, now);
  if (step.do === 'hide') domain.hide('told-so');
  if (step.do === 'hear' || step.do === 'request') {
    // As the propagator reads it, and as somebody who has no name yet.
    const stamp = readStamp(stampOf(step, now), ID, seq % 3 === 0 ? undefined : 'me') as CausalStamp;
    return domain.hear(stamp, now, step.do === 'request');
  }
  if (step.do === 'times') return domain.hearTimes(parseStamp(stampOf(step, now)), now, true);
  return domain.hasNews ? domain.text() : '';
}

/** A vector knows texts that have been asked for. */
function asText(_: string, value: unknown): unknown {
  return value instanceof KnownVector ? value.toString() : value;
}

describe('a domain at rest', () => {
  it('says and does, once it is woken, what it would have done without', () => {
    fc.assert(
      fc.property(
        fc.array(STEP, { maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        (steps, maxEntries, mayBeForgotten) => {
          const floor = new TimesFloor();
          floor.raise(1000, 0x7000_0000, 77);
          const rulesOf = (): DomainRules => ({
            maxEntries,
            maxDriftMs: 500,
            counters: new Counters(),
            node: 'me',
            current: (domain) => domain,
          });
          const [rules, watchful] = [rulesOf(), rulesOf()];
          const forgotten = mayBeForgotten ? floor : undefined;
          const never = new Domain(new TraceKey(ID), watchful, 5, forgotten, 7);
          const slots = new TraceSlots(10);
          let resting = new Domain(new TraceKey(ID), rules, 5, forgotten, 7);
          resting.slot = slots.take(new TraceKey('some other trace’s'));
          resting.slot = slots.take(resting.key);
          let now = NOON;
          for (const [seq, step] of steps.entries()) {
            now += step.after;
            if (step.do === 'rest') {
              expect(layToRest(resting, slots)).to.equal(true);
              const woken = wake(slots, resting.slot, new TraceKey(ID), rules, floor);
              expect([resting.isCurrent, woken.isCurrent, woken.isOneWith(resting)]).to.deep.equal([false, true, true]);
              resting = woken;
              continue;
            }
            const [seen, expected] = [perform(resting, step, now, seq), perform(never, step, now, seq)];
            expect(JSON.stringify(seen, asText)).to.equal(JSON.stringify(expected, asText));
            expect(resting.usedAt).to.deep.equal(never.usedAt);
            expect(resting.offsetMillis).to.equal(never.offsetMillis);
            expect(resting.isIncompleteNow).to.equal(never.isIncompleteNow);
          }
          expect((rules.counters as Counters).snapshot(1)).to.deep.equal((watchful.counters as Counters).snapshot(1));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('knows which of its entries brought news longest ago: those go first', () => {
    const test = new StoreUnderTest(10, 3);
    const hear = (domain: Domain, vector: string): unknown =>
      domain.hear(readStamp(`1!${ID}!9!!0!${vector}`, ID, 'me') as CausalStamp, NOON, false);
    const rested = test.store.obtain(new TraceKey(ID), NOON);
    test.store.enter(rested);
    hear(rested, 'a*1~b*1');
    rested.tick('me', NOON);
    hear(rested, 'a*2~b*1~me*1');
    test.store.leave(rested);
    const woken = test.store.peek(rested.key) as Domain;
    hear(woken, 'x*1');
    expect(String(woken.heard)).to.equal('a=2,me=1,x=1');
  });

  it('keeps what came as text as bytes, or as it is where a host cannot', () => {
    for (const canKeep of [true, false]) {
      const slots = new TraceSlots(1);
      if (!canKeep) slots.texts.put = () => NO_CELL;
      const key = new TraceKey(ID);
      const rules = { maxEntries: 9, maxDriftMs: 500, counters: new Counters(), node: 'me', current: () => undefined };
      const domain = new Domain(key, rules, 0);
      domain.slot = slots.take(key);
      domain.hear(readStamp(`1!${ID}!9!!0!a*1~b*2`, ID, 'me') as CausalStamp, NOON, false);
      layToRest(domain, slots);
      expect(slots.tables[domain.slot] === undefined).to.equal(canKeep);
      expect(String(wake(slots, domain.slot, key, rules, new TimesFloor()).heard)).to.equal('a=1,b=2');
    }
  });

  it('is not one to which somebody will come back', () => {
    for (const waits of ['openBodies', 'blindRequests'] as const) {
      const test = new StoreUnderTest();
      const domain = test.ended(ID, (live) => live[waits]++);
      expect(test.store.peek(new TraceKey(ID))).to.equal(domain);
      expect(domain.isCurrent).to.equal(true);
    }
  });

  it('is found by a trace’s id that is no number, too', () => {
    const test = new StoreUnderTest();
    const domain = test.ended('not-a-number');
    expect(domain.isCurrent).to.equal(false);
    const woken = test.store.peek(new TraceKey('not-a-number')) as Domain;
    expect([woken.isOneWith(domain), woken.id]).to.deep.equal([true, 'not-a-number']);
    expect(woken.text()).to.match(/!me\*1$/);
  });

  it('is one of many, each of which is woken as what it was', () => {
    const test = new StoreUnderTest(1000);
    const idOf = (trace: number): string => String(trace).padStart(16, '0');
    for (let trace = 0; trace < 300; trace++) {
      test.ended(idOf(trace), (live) =>
        live.hear(parseStamp(`1!${idOf(trace)}!${trace + 9}!!0!a*${trace + 1}`), NOON, true),
      );
    }
    for (let trace = 0; trace < 300; trace++) {
      expect(test.store.peek(new TraceKey(idOf(trace)))?.text()).to.match(
        new RegExp(`^1!${idOf(trace)}!${trace + 9}!.*!a\\*${trace + 1}~me\\*1$`),
      );
    }
  });

  it('is told what is admitted for it by whoever still holds it', () => {
    const test = new StoreUnderTest();
    const domain = test.ended(ID);
    domain.hide('foreign-clock');
    expect(test.store.peek(new TraceKey(ID))?.incomplete).to.equal(true);
    domain.hide('told-so');
    expect(test.counters.snapshot(1).incomplete).to.deep.equal({ 'foreign-clock': 1 });
  });

  it('is told by another clock of the process, for whose span it speaks', () => {
    const [one, other] = [new TestNode('one'), new TestNode('other')];
    const outer = one.start('outer');
    outer.span.end();
    for (let i = 0; i < MAX_RECENT_TRACES; i++) one.start('in another trace').span.end();
    other.start('inner', outer.context);
    expect(getCausalStamp(one.start('later', outer.context).span)).to.have.property('incomplete', true);
    expect(one.clock.counters.incomplete).to.deep.equal({ 'foreign-clock': 1 });
  });

  it('that was dropped, too, is told nothing any more, and nobody fails', () => {
    const test = new StoreUnderTest(1);
    const domain = test.ended(ID);
    test.ended('another trace');
    domain.hide('foreign-clock');
    expect(test.counters.snapshot(1).incomplete).to.deep.equal({ 'foreign-clock': 1 });
    const returned = test.store.obtain(new TraceKey(ID), NOON);
    expect([returned.isOneWith(domain), returned.incomplete]).to.deep.equal([false, true]);
    expect(returned.counter).to.equal(2);
  });

  it('is what many others have come after, and no sooner', () => {
    const test = new StoreUnderTest(1000, 64, MAX_RECENT_TRACES);
    const ended = Array.from({ length: MAX_RECENT_TRACES }, (_, i) => test.ended(`trace ${i}`));
    expect(ended.every(({ isCurrent }) => isCurrent)).to.equal(true);
    // One of them is used again, and one has a live span: the others came before it.
    test.store.touch(ended[0] as Domain);
    test.store.enter(ended[1] as Domain);
    for (const more of ['one', 'two', 'three']) ended.push(test.ended(more));
    expect(ended.flatMap(({ isCurrent }, i) => (isCurrent ? [] : [i]))).to.deep.equal([2, 3]);
    const woken = test.store.peek(new TraceKey('trace 2')) as Domain;
    for (let i = 0; i < MAX_RECENT_TRACES - 1; i++) test.ended(`later ${i}`);
    expect(woken.isCurrent).to.equal(true);
    test.ended('the last one');
    expect(woken.isCurrent).to.equal(false);
    // However many are woken meanwhile.
    for (let i = 0; i < MAX_RECENT_TRACES; i++) test.store.peek(new TraceKey(`trace ${i}`));
    for (let i = 0; i < MAX_RECENT_TRACES; i++) test.ended(`again ${i}`);
    const { queues } = test.store as unknown as { readonly queues: TraceQueues };
    expect(queues.sizeOf(RECENT)).to.equal(MAX_RECENT_TRACES);
  });

  it('is also one through which messages went, and no span of ours', () => {
    const test = new StoreUnderTest();
    const relay = test.store.obtain(new TraceKey(ID), NOON);
    relay.hear(parseStamp(`1!${ID}!9!!0!a*1~b*2`), NOON, true);
    test.ended('another trace');
    expect(relay.isCurrent).to.equal(false);
    expect(test.store.peek(new TraceKey(ID))?.text()).to.match(/!a\*1~b\*2$/);
  });

  it('keeps nothing alive for whoever still holds it', () => {
    const domain = new StoreUnderTest().ended(ID, (live) => {
      live.lastArrival = {};
      live.hear(parseStamp(`1!${ID}!3!!0!a*1`), NOON, true);
    });
    expect([domain.lastArrival, domain.hasNews]).to.deep.equal([undefined, false]);
  });

  it('makes no event that would be lost', () => {
    const domain = new StoreUnderTest().ended(ID);
    const stamp = parseStamp(`1!${ID}!3!${Ntp64.fromMillis(NOON + 10).toHex()}!0!a*1`);
    expect(() => domain.tick('me', NOON + 1)).to.throw(TypeError);
    expect(() => domain.hear(stamp, NOON + 1, false)).to.throw(TypeError);
    expect(() => domain.hearTimes(stamp, NOON + 1, false)).to.throw(TypeError);
  });

  it('gives its slot to another trace when it has been dropped, which finds nothing of it there', () => {
    const test = new StoreUnderTest(1);
    const first = test.ended(ID, (live) => live.hear(parseStamp(`1!${ID}!9!!2!a*1~b*2`), NOON, true));
    const second = test.store.obtain(new TraceKey('1'.repeat(16)), NOON);
    expect(second.slot).to.equal(first.slot);
    expect([second.hasNews, second.lamport, second.unordered, second.incomplete]).to.deep.equal([
      false,
      0,
      false,
      false,
    ]);
    expect(test.store.peek(new TraceKey(ID))).to.equal(undefined);
  });
});

class StoreUnderTest {
  readonly counters = new Counters();
  readonly store: DomainStore;

  constructor(maxDomains = 10, maxEntries = 64, maxRecent = 0) {
    const rules: DomainRules = {
      maxEntries,
      maxDriftMs: 500,
      counters: this.counters,
      node: 'me',
      current: (domain) => (domain.isCurrent ? domain : this.store.peek(domain.key)),
    };
    this.store = new DomainStore({ maxDomains, idleMs: 1000, maxRecent }, rules);
  }

  /** A domain whose one span has ended. */
  ended(traceId: string, before: (live: Domain) => unknown = () => undefined): Domain {
    const domain = this.store.obtain(new TraceKey(traceId), NOON);
    this.store.enter(domain);
    domain.tick('me', NOON);
    before(domain);
    this.store.leave(domain);
    return domain;
  }
}
