import { expect } from 'chai';
import * as fc from 'fast-check';
import { UNSTAMPED_TRACES_PER_GENERATION } from '../../src/clocks/limits.js';
import type { CausalStamp } from '../../src/clocks/stamp.js';
import { VectorState } from '../../src/clocks/vector-state.js';
import { readStamp } from '../../src/codec/wire-text.js';
import { calledOut } from '../../src/otel/called-out.js';
import { Counters } from '../../src/otel/counters.js';
import { Domain } from '../../src/otel/domain.js';
import { DomainStore } from '../../src/otel/domain-store.js';
import { DroppedTraces } from '../../src/otel/dropped-traces.js';
import { RestingTexts } from '../../src/otel/resting-texts.js';
import { TimesFloor } from '../../src/otel/times-floor.js';
import { TraceKey } from '../../src/otel/trace-key.js';
import { RECENT, TraceQueues } from '../../src/otel/trace-queues.js';
import { NO_SLOT, TraceSlots } from '../../src/otel/trace-slots.js';
import { TraceTable } from '../../src/otel/trace-table.js';

const IDLE_MS = 1000;

function key(number: number): TraceKey {
  return new TraceKey((number * 2_654_435_761).toString(16).padStart(16, '0').slice(-16));
}

const itself = (domain: Domain): Domain => domain;

class StoreUnderTest {
  readonly counters = new Counters();
  readonly store: DomainStore;

  constructor(maxDomains: number, maxRecent = 0) {
    const rules = { maxEntries: 64, maxDriftMs: 500, counters: this.counters, node: 'me', current: itself };
    const options = { maxDomains, idleMs: IDLE_MS, maxRecent };
    this.store = new DomainStore(options, rules, new DroppedTraces(1024));
  }

  /** A trace in which one event happened at this time. */
  used(number: number, at = 0): Domain {
    const domain = this.store.obtain(key(number), at);
    domain.tick('me', at);
    return domain;
  }

  held(...numbers: number[]): number[] {
    // Not by asking for them: who is asked for goes later.
    const { table } = this.store as unknown as { readonly table: TraceTable };
    return numbers.filter((number) => table.find(key(number)) !== NO_SLOT);
  }
}

/** Whose calls can fail, as every call does where there is no room for it on the stack. */
const CALLED: readonly { readonly prototype: object }[] = [
  Domain,
  DroppedTraces,
  RestingTexts,
  TimesFloor,
  TraceQueues,
  TraceSlots,
  TraceTable,
  VectorState,
];

/** Does something of which the call of that number fails before it has begun. */
function failingAfter(calls: number, act: () => void): void {
  let left = calls;
  const undo = CALLED.flatMap(({ prototype }) => {
    return Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(([name, property]) => {
      const original: unknown = property.value;
      if (typeof original !== 'function' || name === 'constructor') return [];
      Object.defineProperty(prototype, name, {
        ...property,
        value(this: unknown, ...args: unknown[]): unknown {
          if (left-- === 0) throw new RangeError('no room for a call');
          return original.apply(this, args);
        },
      });
      return [() => Object.defineProperty(prototype, name, property)];
    });
  });
  try {
    act();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  } finally {
    for (const one of undo) one();
  }
}

describe('the store of domains', () => {
  it('gives the present domain of a trace, and makes it once', () => {
    const { store } = new StoreUnderTest(10);
    expect(store.peek(key(1))).to.equal(undefined);
    const domain = store.obtain(key(1), 0);
    expect(store.obtain(key(1), 5)).to.equal(domain);
    expect(store.peek(key(1))).to.equal(domain);
    expect(store.size).to.equal(1);
  });

  describe('idle', () => {
    it('domains go after the idle time, and not before', () => {
      const test = new StoreUnderTest(10);
      test.used(1, 0);
      test.used(2, IDLE_MS);
      expect(test.held(1, 2)).to.deep.equal([1, 2]);
      test.used(3, IDLE_MS + 1);
      expect(test.held(1, 2, 3)).to.deep.equal([2, 3]);
      expect(test.counters.domainsDropped).to.equal(1);
    });

    it('domains with a live span stay', () => {
      const test = new StoreUnderTest(10);
      test.store.enter(test.used(1, 0));
      test.used(2, 100 * IDLE_MS);
      expect(test.held(1)).to.deep.equal([1]);
    });

    it('time begins anew when the last span ends', () => {
      const test = new StoreUnderTest(10);
      const domain = test.used(1, 0);
      test.store.enter(domain);
      test.used(2, 0);
      domain.tick('me', 5 * IDLE_MS);
      test.store.leave(domain);
      test.used(3, 5.5 * IDLE_MS);
      expect(test.held(1, 2, 3)).to.deep.equal([1, 3]);
    });

    it('domains go two at a time, so that they cannot pile up', () => {
      const test = new StoreUnderTest(100);
      for (let number = 1; number <= 10; number++) test.used(number, 0);
      test.used(11, 10 * IDLE_MS);
      expect(test.store.size).to.equal(9);
    });

    it('domains that relayed something last are not the first to go', () => {
      const test = new StoreUnderTest(2);
      test.used(1, 0);
      test.used(2, 0);
      test.store.touch(test.store.peek(key(1)) as Domain);
      test.used(3, 0);
      expect(test.held(1, 2, 3)).to.deep.equal([1, 3]);
    });

    it('domains that relay something while a span lives in them stay where they are', () => {
      const test = new StoreUnderTest(2);
      const live = test.used(1, 0);
      test.store.enter(live);
      test.store.touch(live);
      test.used(2, 0);
      test.used(3, 0);
      test.used(4, 0);
      expect(test.held(1, 2, 3, 4)).to.deep.equal([1, 4]);
      test.store.leave(live);
      test.used(5, 0);
      test.used(6, 0);
      expect(test.held(1, 4, 5, 6)).to.deep.equal([5, 6]);
    });

    it('domains are laid to rest two at a time, so that nobody waits for many', () => {
      const test = new StoreUnderTest(100);
      for (let number = 1; number <= 10; number++) test.used(number);
      for (let number = 1; number <= 10; number++) test.store.peek(key(number));
      test.used(11);
      const { queues } = test.store as unknown as { readonly queues: TraceQueues };
      expect(queues.sizeOf(RECENT)).to.equal(9);
    });

    it('domains are not laid to rest under a hook that has called out, and are after it', () => {
      const test = new StoreUnderTest(10);
      const held = test.used(1);
      calledOut.depth++;
      try {
        test.used(2);
        expect(held.isCurrent).to.equal(true);
      } finally {
        calledOut.depth--;
      }
      test.used(3);
      expect(held.isCurrent).to.equal(false);
    });

    it('nothing goes while the clock says nothing', () => {
      const test = new StoreUnderTest(10);
      test.used(1, 0);
      test.used(2, Number.NaN);
      test.used(3, -1e12);
      expect(test.held(1, 2, 3)).to.deep.equal([1, 2, 3]);
    });
  });

  describe('full', () => {
    it('the longest idle goes first', () => {
      const test = new StoreUnderTest(2);
      test.used(1);
      test.used(2);
      test.used(3);
      expect(test.held(1, 2, 3)).to.deep.equal([2, 3]);
    });

    it('live ones go last, the oldest of them first', () => {
      const test = new StoreUnderTest(2);
      test.store.enter(test.used(1));
      test.used(2);
      test.store.enter(test.used(3));
      expect(test.held(1, 2, 3)).to.deep.equal([1, 3]);
      test.store.enter(test.used(4));
      expect(test.held(1, 3, 4)).to.deep.equal([3, 4]);
      // A slot is another trace's by now: that one is the youngest.
      test.used(5);
      expect(test.held(3, 4, 5)).to.deep.equal([4, 5]);
    });

    it('live ones are as old as their first span, however many start in them', () => {
      const test = new StoreUnderTest(2);
      const first = test.used(1);
      test.store.enter(first);
      test.store.enter(test.used(2));
      test.store.enter(first);
      test.used(3);
      expect(test.held(1, 2, 3)).to.deep.equal([2, 3]);
    });

    it('a store of one is a store', () => {
      const test = new StoreUnderTest(1);
      for (let number = 1; number <= 50; number++) test.store.enter(test.used(number));
      expect(test.store.size).to.equal(1);
      expect(test.counters.domainsDropped).to.equal(49);
    });
  });

  describe('dropping', () => {
    it('tells the domain, so that its spans go on elsewhere', () => {
      const test = new StoreUnderTest(1);
      const domain = test.used(1);
      test.used(2);
      expect(domain.isCurrent).to.equal(false);
      expect(() => {
        test.store.enter(domain);
        test.store.leave(domain);
        test.store.touch(domain);
      }).not.to.throw();
      expect(test.held(1, 2)).to.deep.equal([2]);
    });

    it('leaves the trace that has its slot now alone', () => {
      const test = new StoreUnderTest(2);
      const [dropped] = [test.used(1), test.used(2)];
      expect(test.used(3).slot).to.equal(dropped.slot);
      test.store.enter(dropped);
      for (const number of [4, 5]) test.used(number);
      expect(test.held(3, 4, 5)).to.deep.equal([4, 5]);
    });

    it('raises the floor that new domains count from to the highest tick', () => {
      const test = new StoreUnderTest(1);
      const domain = test.used(1);
      for (let i = 0; i < 9; i++) domain.tick('me', 0);
      expect(test.used(2).counter).to.equal(11);
      expect(test.used(3).counter).to.equal(12);
    });

    it('never lowers the floor', () => {
      const test = new StoreUnderTest(2);
      const high = test.used(1);
      for (let i = 0; i < 9; i++) high.tick('me', 0);
      test.used(2);
      test.used(3);
      // Dropping the second trace, with its single tick, leaves the floor where the first one put it.
      expect(test.used(4).counter).to.equal(11);
      expect(test.held(1, 2, 3, 4)).to.deep.equal([3, 4]);
    });

    it('knows a trace that a request left for before anything was stamped in it', () => {
      const test = new StoreUnderTest(2);
      expect([test.store.leaveUnstamped(key(1)), test.store.leaveUnstamped(key(1))]).to.deep.equal([true, false]);
      expect([test.used(1).incomplete, test.used(2).incomplete]).to.deep.equal([true, false]);
      expect(test.counters.snapshot(0).incomplete).to.deep.equal({ 'unstamped-request': 1 });
    });

    it('remembers as many such traces as the limit says, and forgets those that are three times as old', () => {
      for (const [generations, lowest, highest] of [
        [1, 10, 10],
        [3, 0, 2],
      ] as const) {
        const { store } = new StoreUnderTest(10);
        for (let i = 0; i < generations * UNSTAMPED_TRACES_PER_GENERATION; i++) store.leaveUnstamped(key(i));
        const first = Array.from({ length: 10 }, (_, i) => store.obtain(key(i), 0));
        expect(first.filter(({ incomplete }) => incomplete).length).to.be.within(lowest, highest);
      }
    });

    it('is remembered: a trace that comes back is incomplete, another is not', () => {
      const test = new StoreUnderTest(1);
      test.used(1);
      expect(test.used(2).incomplete).to.equal(false);
      expect(test.used(1).incomplete).to.equal(true);
      expect(test.counters.snapshot(0).incomplete).to.deep.equal({ 'trace-returned': 1 });
    });
  });

  it('stays whole where the application has filled the stack, and any call fails', () => {
    const steps = fc.array(fc.tuple(fc.nat({ max: 12 }), fc.boolean(), fc.nat({ max: 60 })), { maxLength: 120 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 5 }), fc.nat({ max: 3 }), (program, maxDomains, maxRecent) => {
        const { store } = new StoreUnderTest(maxDomains, maxRecent);
        const live: Domain[] = [];
        const ticks = new Set<string>();
        for (const [now, [number, ends, calls]] of program.entries()) {
          failingAfter(calls, () => {
            const domain = store.obtain(key(number), now);
            store.enter(domain);
            live.push(domain);
            domain.hear(readStamp(`1!${domain.id}!1!!0!other*${1 + now}`, undefined, 'me') as CausalStamp, now, false);
            const event = `${domain.id} ${domain.tick('me', now).tick}`;
            expect(ticks.has(event), 'a tick comes twice').to.equal(false);
            ticks.add(event);
            const ended = ends ? live.shift() : undefined;
            if (ended?.isCurrent === true) store.leave(ended);
          });
          expect(store.size).to.be.at.most(maxDomains);
        }
        // What happens where nothing fails any more is as it should be.
        for (let i = 0; i < 20; i++) {
          const domain = store.obtain(key(100 + i), 1000);
          expect([domain.hasNews, domain.isCurrent, store.size <= maxDomains]).to.deep.equal([false, true, true]);
          store.enter(domain);
          domain.tick('me', 1000);
          store.leave(domain);
          expect(store.peek(domain.key)?.text()).to.match(/!me\*\d+$/);
        }
        expect(Array.from({ length: 150 }, (_, i) => store.peek(key(i))).filter(Boolean).length).to.equal(store.size);
      }),
      { numRuns: 1500 },
    );
  });

  it('under any use holds its limits and never uses a tick of a trace twice', () => {
    const steps = fc.array(
      fc.tuple(fc.constantFrom('use', 'enter', 'leave', 'touch'), fc.nat({ max: 12 }), fc.nat({ max: 600 })),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 6 }), fc.nat({ max: 3 }), (program, maxDomains, maxRecent) => {
        const { store } = new StoreUnderTest(maxDomains, maxRecent);
        const seen = new Map<string, number>();
        const live: Domain[] = [];
        let now = 0;
        for (const [what, number, passed] of program) {
          now += passed;
          const domain = store.obtain(key(number), now);
          if (what === 'use' || what === 'enter') {
            const { tick } = domain.tick('me', now);
            expect(tick).to.be.greaterThan(seen.get(domain.id) ?? 0);
            seen.set(domain.id, tick);
          }
          if (what === 'enter') {
            store.enter(domain);
            live.push(domain);
          }
          if (what === 'touch') store.touch(domain);
          const ending = what === 'leave' ? live.shift() : undefined;
          if (ending?.isCurrent === true) store.leave(ending);
          expect(store.size).to.be.at.most(maxDomains);
          expect(store.peek(domain.key)?.isOneWith(domain)).to.equal(true);
        }
      }),
    );
  });
});
