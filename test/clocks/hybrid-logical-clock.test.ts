import { expect } from 'chai';
import * as fc from 'fast-check';
import { ClockId } from '../../src/clocks/clock-id.js';
import {
  ClockDriftError,
  HybridLogicalClock,
  type HybridLogicalClockOptions,
} from '../../src/clocks/hybrid-logical-clock.js';
import { defaultMaxDriftMs } from '../../src/clocks/drift-limit.js';
import { HybridTimestamp } from '../../src/clocks/hybrid-timestamp.js';
import { DEFAULT_MAX_DRIFT_MS, HIGHEST_MAX_DRIFT_MS } from '../../src/clocks/limits.js';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import { expectInvalid } from '../support/invalid-value.js';
import { unitsOfMillis } from '../support/naive-hybrid.js';

const NOON = 1_719_835_200_000;
const ID = ClockId.parse('33');
const at = (value: bigint) => new HybridTimestamp(Ntp64.fromBigInt(value), ClockId.parse('77'));

const limitFrom = (value: string | undefined) => defaultMaxDriftMs({ OTEL_CAUSALITY_MAX_DRIFT_MS: value });

describe('the drift limit of the environment', () => {
  it('is milliseconds with at most six digits behind the point', () => {
    for (const [text, millis] of [
      ['0', 0],
      ['0.25', 0.25],
      ['12.000001', 12.000_001],
      [' 86400000 ', 86_400_000],
      ['', 500],
    ] as const) {
      expect(limitFrom(text), text).to.equal(millis);
    }
    for (const text of ['0.0000001', '1.', '.5', 'x1', '1x', '-1', '1e3', '86400001', '000000001']) {
      expectInvalid(() => limitFrom(text), 'OTEL_CAUSALITY_MAX_DRIFT_MS');
    }
  });
});

describe('HybridLogicalClock', () => {
  it('gives the times of uhlc: 16000, 16001, 16002, and 16102 after hearing 16100', () => {
    const clock = new HybridLogicalClock({ id: ID, now: () => (16_007.5 * 1000) / 2 ** 32 });
    const texts = [0, 1, 2].map(() => String(clock.newTimestamp()));
    expect(texts).to.deep.equal(['16000/33', '16001/33', '16002/33']);
    clock.update(at(16_100n));
    expect(String(clock.newTimestamp())).to.equal('16102/33');
  });

  it('equals physical time, down to the counter’s bits, where no clock is ahead', () => {
    let now = NOON;
    const clock = new HybridLogicalClock({ id: ID, now: () => now });
    for (let i = 0; i < 5; i++) {
      now += 7;
      expect(clock.newTimestamp().time.toBigInt()).to.equal(unitsOfMillis(now) & ~15n);
    }
  });

  it('refuses a timestamp beyond the limit, names everything, and keeps its state', () => {
    const clock = new HybridLogicalClock({ id: ID, now: () => NOON, maxDriftMs: 500 });
    const before = clock.newTimestamp();
    const edge = (unitsOfMillis(NOON) & ~15n) + unitsOfMillis(500);
    const remote = at(edge + 1n);
    let thrown: unknown;
    try {
      clock.update(remote);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).to.be.instanceOf(ClockDriftError).and.instanceOf(RangeError);
    const error = thrown as ClockDriftError;
    expect(error.name).to.equal('ClockDriftError');
    expect(error.maxDriftMs).to.equal(500);
    expect(error.driftMs).to.be.closeTo(500, 0.01);
    expect(error.remote).to.equal(remote);
    expect(error.now.toMillis()).to.be.closeTo(NOON, 0.001);
    expect(error.message).to.include('500 ms').and.include(remote.toRfc3339());
    expect(clock.newTimestamp().time.toBigInt()).to.equal(before.time.toBigInt() + 1n);
    clock.update(at(edge));
    expect(clock.newTimestamp().time.toBigInt()).to.equal(edge + 2n);
  });

  it('draws sixteen random bytes as its id, and takes an id in any form', () => {
    const [one, other] = [new HybridLogicalClock(), new HybridLogicalClock()];
    expect(one.id.compare(other.id)).not.to.equal(0);
    expect(String(one.id)).to.match(/^[1-9a-f][0-9a-f]{24,31}$/);
    for (const id of [ClockId.parse('3c2b1a'), '3c2b1a', Uint8Array.of(0x1a, 0x2b, 0x3c)]) {
      expect(String(new HybridLogicalClock({ id }).newTimestamp())).to.match(/^\d+\/3c2b1a$/);
    }
  });

  it('reads the host’s clock by default', () => {
    expect(new HybridLogicalClock().newTimestamp().time.toMillis()).to.be.closeTo(Date.now(), 1000);
  });

  it('refuses options that make no sense, by name', () => {
    const bad: [HybridLogicalClockOptions, string][] = [
      [{ id: '' }, 'clock id'],
      [{ id: new Uint8Array(16) }, 'clock id'],
      [{ id: 5 as unknown as string }, 'clock id'],
      [{ maxDriftMs: -1 }, 'maxDriftMs'],
      [{ maxDriftMs: Number.NaN }, 'maxDriftMs'],
      [{ maxDriftMs: HIGHEST_MAX_DRIFT_MS + 1 }, 'maxDriftMs'],
      [{ maxDriftMs: '500' as unknown as number }, 'maxDriftMs'],
      [{ now: 5 as unknown as () => number }, 'now'],
    ];
    for (const [options, field] of bad) expectInvalid(() => new HybridLogicalClock(options), field);
    expect(new HybridLogicalClock({ maxDriftMs: 0 }).maxDriftMs).to.equal(0);
    expect(new HybridLogicalClock({ maxDriftMs: HIGHEST_MAX_DRIFT_MS }).maxDriftMs).to.equal(86_400_000);
  });

  it('takes its default limit from OTEL_CAUSALITY_MAX_DRIFT_MS', () => {
    expect([undefined, '', '  ', '0', '250', ' 1.5 ', '86400000'].map(limitFrom)).to.deep.equal([
      DEFAULT_MAX_DRIFT_MS,
      DEFAULT_MAX_DRIFT_MS,
      DEFAULT_MAX_DRIFT_MS,
      0,
      250,
      1.5,
      HIGHEST_MAX_DRIFT_MS,
    ]);
    for (const value of ['-1', 'half a second', '1e3', '86400001', '0x10', '9'.repeat(50)]) {
      expect(expectInvalid(() => limitFrom(value), 'OTEL_CAUSALITY_MAX_DRIFT_MS').value).to.equal(value);
    }
    const before = process.env['OTEL_CAUSALITY_MAX_DRIFT_MS'];
    try {
      process.env['OTEL_CAUSALITY_MAX_DRIFT_MS'] = '1234';
      expect(new HybridLogicalClock().maxDriftMs).to.equal(1234);
      expect(new HybridLogicalClock({ maxDriftMs: 7 }).maxDriftMs).to.equal(7);
    } finally {
      if (before === undefined) delete process.env['OTEL_CAUSALITY_MAX_DRIFT_MS'];
      else process.env['OTEL_CAUSALITY_MAX_DRIFT_MS'] = before;
    }
  });

  it('throws rather than give the last time of 2106 twice', () => {
    const clock = new HybridLogicalClock({ id: ID, now: () => 1e300 });
    clock.update(at(2n ** 64n - 3n));
    expect(String(clock.newTimestamp())).to.equal('18446744073709551615/33');
    expectInvalid(() => clock.newTimestamp(), 'hybrid time');
  });

  it('is strictly increasing, above all it heard, and never far ahead of the fastest clock, under any clocks', () => {
    const maxDriftMs = 500;
    const jump = fc.oneof(
      { weight: 6, arbitrary: fc.constant(0) },
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 20 }) },
      { weight: 1, arbitrary: fc.integer({ min: -2000, max: 2000 }) },
    );
    const step = fc.record({ node: fc.nat(2), from: fc.nat(2), jump, message: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const physical = [NOON, NOON + 300, NOON - 300];
        let fastest = NOON + 300;
        const clocks = physical.map(
          (_, i) => new HybridLogicalClock({ id: `${i + 1}`, now: () => physical[i] as number, maxDriftMs }),
        );
        const latest: (HybridTimestamp | undefined)[] = [];
        const seen = new Set<string>();
        const next = (i: number) => {
          const given = (clocks[i] as HybridLogicalClock).newTimestamp();
          if (latest[i] !== undefined) expect(given.compare(latest[i])).to.equal(1);
          latest[i] = given;
          expect(seen.has(String(given))).to.equal(false);
          seen.add(String(given));
          // One unit for each event or message is all that the counters can ever add.
          const bound = unitsOfMillis(fastest) + BigInt(2 * steps.length);
          expect(given.time.toBigInt() <= bound).to.equal(true);
          return given;
        };
        for (const { node, from, jump: by, message } of steps) {
          physical[node] = (physical[node] as number) + by;
          fastest = Math.max(fastest, physical[node]);
          if (!message) {
            next(node);
            continue;
          }
          const sent = next(from);
          try {
            (clocks[node] as HybridLogicalClock).update(sent);
          } catch (error) {
            expect(error).to.be.instanceOf(ClockDriftError);
            expect((error as ClockDriftError).driftMs).to.be.greaterThan(maxDriftMs - 0.01);
            continue;
          }
          expect(next(node).compare(sent)).to.equal(1);
        }
      }),
      { numRuns: 300 },
    );
  });
});
