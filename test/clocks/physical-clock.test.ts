import { expect } from 'chai';
import * as fc from 'fast-check';
import { createPhysicalClock } from '../../src/clocks/physical-clock.js';

describe('createPhysicalClock', () => {
  it('reads the wall clock alone on a host without a monotonic one', () => {
    const performance = Object.getOwnPropertyDescriptor(globalThis, 'performance') as PropertyDescriptor;
    Object.defineProperty(globalThis, 'performance', { configurable: true, value: undefined });
    try {
      let wall = 42;
      const clock = createPhysicalClock(undefined, () => wall);
      expect(clock()).to.equal(42);
      wall = 41;
      expect(clock()).to.equal(41);
    } finally {
      Object.defineProperty(globalThis, 'performance', performance);
    }
  });

  it('resolves fractions of a millisecond between two ticks of the wall clock', () => {
    let elapsed = 0;
    const clock = createPhysicalClock({ now: () => elapsed }, () => 1_000_000 + Math.floor(elapsed));
    const times = [0, 0.1, 0.25, 0.9, 1.5].map((at) => {
      elapsed = at;
      return clock();
    });
    expect(times).to.deep.equal([1_000_000, 1_000_000.1, 1_000_000.25, 1_000_000.9, 1_000_001.5]);
  });

  it('begins at what the wall clock shows, whatever the monotonic one has counted', () => {
    expect(createPhysicalClock({ now: () => 7.25 }, () => 1_000_000)()).to.equal(1_000_000);
  });

  it('looks at the wall clock once in 20 ms, and keeps the fraction where that was right', () => {
    let elapsed = 0;
    let looks = 0;
    const clock = createPhysicalClock({ now: () => elapsed }, () => {
      looks++;
      return 1_000_000 + Math.floor(elapsed);
    });
    const counted = [0, 0, 0.5, 19.75, 20, 20.5, 39.75, 40.5, 40.5].map((at) => {
      elapsed = at;
      expect(clock()).to.equal(1_000_000 + at);
      return looks;
    });
    expect(counted).to.deep.equal([2, 2, 2, 2, 3, 3, 3, 4, 4]);
  });

  it('looks again at once where the monotonic clock went back', () => {
    let elapsed = 100;
    const clock = createPhysicalClock({ now: () => elapsed }, () => 1_000_000);
    expect(clock()).to.equal(1_000_000);
    elapsed = 95;
    expect(clock()).to.equal(1_000_000);
  });

  it('follows a step of the wall clock, in both directions, within 20 ms', () => {
    for (const step of [3_600_000, -3_600_000]) {
      let elapsed = 0;
      let wall = 1_000_000;
      const clock = createPhysicalClock({ now: () => elapsed }, () => wall);
      clock();
      elapsed = 30;
      wall = 1_000_030 + step;
      const time = clock();
      expect(time)
        .to.be.at.least(wall)
        .and.below(wall + 1);
    }
  });

  it('stays inside the millisecond that the wall clock shows, however both drift', () => {
    const move = fc.record({
      // A hair over the 20 ms of a check: the sum of two doubles may come out a hair under.
      elapsed: fc.double({ min: 20.001, max: 1000, noNaN: true }),
      drift: fc.double({ min: -50, max: 50, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(move, { maxLength: 30 }), (moves) => {
        let elapsed = 5;
        let truth = 1_719_835_200_000.5;
        const clock = createPhysicalClock({ now: () => elapsed }, () => Math.floor(truth));
        for (const { elapsed: passed, drift } of moves) {
          elapsed += passed;
          truth += passed + drift;
          expect(clock())
            .to.be.at.least(Math.floor(truth))
            .and.below(Math.floor(truth) + 1);
        }
      }),
    );
  });

  it('reads the host’s clocks by default', () => {
    const before = Date.now();
    const time = createPhysicalClock()();
    expect(time).to.be.within(before - 2, Date.now() + 2);
  });
});
