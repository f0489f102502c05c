import { expect } from 'chai';
import * as fc from 'fast-check';
import { driftMillis, HybridState } from '../../src/clocks/hybrid-state.js';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import { givenTime } from '../support/given.js';
import { NaiveHybridClock, unitsOfMillis } from '../support/naive-hybrid.js';

/** A millisecond value that lies inside this unit, which makes times near the epoch exact. */
const millisOfUnits = (units: number) => ((units + 0.5) * 1000) / 2 ** 32;
const unitsOf = (state: HybridState) => givenTime(state.last).toBigInt();
const lastOf = (state: HybridState) => Number(unitsOf(state));
const NOON = 1_719_835_200_000;

describe('HybridState', () => {
  it('masks the physical clock and counts in the low bits', () => {
    const state = new HybridState();
    const given = [0, 1, 2].map(() => {
      state.advance(millisOfUnits(16_007));
      return lastOf(state);
    });
    expect(given).to.deep.equal([16_000, 16_001, 16_002]);
  });

  it('carries the counter into the fraction, and the fraction into the seconds', () => {
    const state = new HybridState();
    state.raiseTo(0, 15);
    state.advance(0);
    expect(lastOf(state)).to.equal(16);
    state.raiseTo(0, 2 ** 32 - 1);
    state.advance(0);
    expect([state.seconds, state.fraction]).to.deep.equal([1, 0]);
  });

  it('follows the physical clock again as soon as that is ahead by more than the counter', () => {
    const state = new HybridState();
    state.raiseTo(0, 16_005);
    state.advance(millisOfUnits(16_015));
    expect(lastOf(state)).to.equal(16_006);
    state.advance(millisOfUnits(16_016));
    expect(lastOf(state)).to.equal(16_016);
  });

  it('merges without counting, and counts on receive unless the physical clock is the greatest', () => {
    const merged = new HybridState();
    merged.update(new Ntp64(0, 16_100), millisOfUnits(16_007), 500);
    expect(lastOf(merged)).to.equal(16_100);
    for (const [last, remote, physical, expected] of [
      [16_002, 16_100, 16_007, 16_101],
      [16_200, 16_100, 16_007, 16_201],
      [16_002, 16_100, 16_300, 16_288],
      [16_000, 16_000, 16_007, 16_000],
      [16_003, 16_003, 16_007, 16_004],
    ] as const) {
      const state = new HybridState();
      state.raiseTo(0, last);
      expect(state.receive(new Ntp64(0, remote), millisOfUnits(physical), 500)).to.equal('merged');
      expect(lastOf(state), `${last} ${remote} ${physical}`).to.equal(expected);
    }
  });

  it('accepts a remote time exactly at the drift limit, and refuses one unit more without any change', () => {
    for (const [now, limit] of [
      [NOON, 500],
      [NOON + 860, 500],
      [NOON + 999, 1],
      [NOON + 1, 0],
      [NOON, 86_400_000],
      // The halves of a second and of the limit make a whole one.
      [NOON + 500, 500],
    ] as const) {
      for (const merge of ['update', 'receive'] as const) {
        const masked = unitsOfMillis(now) & ~15n;
        const edge = masked + unitsOfMillis(limit);
        const state = new HybridState();
        expect(state[merge](Ntp64.fromBigInt(edge + 1n), now, limit)).to.equal('refused');
        expect(unitsOf(state)).to.equal(0n);
        expect(state[merge](Ntp64.fromBigInt(edge), now, limit)).to.equal('merged');
        expect(unitsOf(state) >= edge).to.equal(true);
      }
    }
  });

  it('measures the drift from the physical clock alone, but merges with the offset', () => {
    const state = new HybridState();
    state.offsetMillis = 400;
    expect(state.update(Ntp64.fromMillis(NOON + 501), NOON, 500)).to.equal('refused');
    expect(state.update(Ntp64.fromMillis(NOON), NOON, 500)).to.equal('merged');
    expect(givenTime(state.last).toMillis()).to.be.closeTo(NOON + 400, 0.001);
    expect(driftMillis(Ntp64.fromMillis(NOON + 250), NOON)).to.be.closeTo(250, 0.01);
    expect(driftMillis(Ntp64.fromMillis(NOON - 250), NOON)).to.be.closeTo(-250, 0.01);
  });

  it('adds the offset to every time of its own, also where it counts on receiving', () => {
    const [event, message] = [new HybridState(), new HybridState()];
    for (const state of [event, message]) state.offsetMillis = 400;
    event.advance(NOON);
    message.receive(Ntp64.fromMillis(NOON), NOON, 500);
    for (const state of [event, message]) expect(givenTime(state.last).toMillis()).to.be.closeTo(NOON + 400, 0.001);
  });

  it('counts on where the physical clock is at the epoch or before it', () => {
    for (const millis of [500, 0, -4500, Number.NaN]) {
      const state = new HybridState();
      state.raiseTo(5, 0);
      state.advance(millis);
      expect([state.seconds, state.fraction], String(millis)).to.deep.equal([5, 1]);
    }
  });

  it('stops at the last time there is instead of wrapping round', () => {
    const state = new HybridState();
    expect(state.isExhausted).to.equal(false);
    state.raiseTo(0, 2 ** 32 - 1);
    expect(state.isExhausted).to.equal(false);
    state.raiseTo(2 ** 32 - 1, 2 ** 32 - 2);
    state.advance(0);
    expect(state.isExhausted).to.equal(true);
    state.advance(0);
    expect(givenTime(state.last).toHex()).to.equal('ffffffffffffffff');
  });

  it('does what the naive clock does, over any program of events, messages and physical times', () => {
    const millis = fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.constant(1_000));
    const step = fc.record({
      millis,
      ahead: fc.integer({ min: -2000, max: 2000 }),
      low: fc.nat(40),
      hear: fc.boolean(),
    });
    // Today, where seconds pass 2^31, and near the last of them.
    const start = fc.constantFrom(NOON, 2 ** 31 * 1000 - 1500, 2 ** 32 * 1000 - 9000);
    fc.assert(
      fc.property(start, fc.array(step, { maxLength: 80 }), fc.nat(1000), (first, steps, limit) => {
        const state = new HybridState();
        const naive = new NaiveHybridClock(unitsOfMillis(limit));
        for (const { millis: now, ahead, low, hear } of steps) {
          const physical = first + now;
          if (hear) {
            const remote = unitsOfMillis(physical + ahead) + BigInt(low);
            const accepted = naive.update(remote, unitsOfMillis(physical));
            const result = state.receive(Ntp64.fromBigInt(remote), physical, limit);
            expect(result).to.equal(accepted ? 'merged' : 'refused');
          } else {
            state.advance(physical);
            naive.newTimestamp(unitsOfMillis(physical));
          }
          expect(unitsOf(state)).to.equal(naive.last);
        }
      }),
      { numRuns: 500 },
    );
  });
});
