import { expect } from 'chai';
import * as fc from 'fast-check';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import { compareHalves, fractionOfMillis, secondsOfMillis } from '../../src/clocks/ntp64-halves.js';
import { expectInvalid } from '../support/invalid-value.js';
import { unitsOfMillis } from '../support/naive-hybrid.js';

const LAST = 2n ** 64n - 1n;
const EXAMPLE = 7_386_690_599_959_157_260n;
const units = fc.bigInt({ min: 0n, max: LAST });

describe('Ntp64', () => {
  it('converts to and from the 64-bit integer', () => {
    for (const value of [0n, 1n, 0xffff_ffffn, 0x1_0000_0000n, EXAMPLE, LAST]) {
      const time = Ntp64.fromBigInt(value);
      expect(time.toBigInt()).to.equal(value);
      expect(time.toDecimal()).to.equal(String(value));
      expect(Ntp64.parseDecimal(String(value)).toBigInt()).to.equal(value);
      expect(BigInt(`0x${time.toHex()}`)).to.equal(value);
      expect(time.toHex()).to.have.lengthOf(16);
    }
    for (const value of [7, 7n, ['7']]) expectInvalid(() => Ntp64.parseDecimal(value as unknown as string), 'ntp64');
    expectInvalid(() => Ntp64.fromBigInt(-1n), 'ntp64');
    expectInvalid(() => Ntp64.fromBigInt(LAST + 1n), 'ntp64');
  });

  for (const text of ['', '-1', '+1', '01', '1.0', ' 1', 'x', '18446744073709551616', '9'.repeat(1000)]) {
    it(`refuses the decimal ${JSON.stringify(text.slice(0, 24))}`, () => {
      expectInvalid(() => Ntp64.parseDecimal(text), 'ntp64');
    });
  }

  it('prints uhlc’s example as uhlc does, and losslessly with ten digits', () => {
    const time = Ntp64.fromBigInt(EXAMPLE);
    expect(time.toRfc3339Lossy()).to.equal('2024-07-01T15:32:06.860479001Z');
    expect(time.toRfc3339()).to.equal('2024-07-01T15:32:06.8604790000Z');
    expect(String(time)).to.equal(time.toRfc3339());
    expect(Ntp64.parseRfc3339(time.toRfc3339()).toBigInt()).to.equal(EXAMPLE);
  });

  it('is the same again after its ten-digit text, for any time', () => {
    fc.assert(
      fc.property(units, (value) => {
        const text = Ntp64.fromBigInt(value).toRfc3339();
        expect(text).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{10}Z$/);
        expect(Ntp64.parseRfc3339(text).toBigInt()).to.equal(value);
      }),
      { numRuns: 2000 },
    );
  });

  it('sorts as its ten-digit text and as its hexadecimal text', () => {
    const near = fc.tuple(units, fc.bigInt({ min: -40n, max: 40n }));
    fc.assert(
      fc.property(near, ([value, step]) => {
        const other = value + step < 0n ? 0n : value + step > LAST ? LAST : value + step;
        const [a, b] = [Ntp64.fromBigInt(value), Ntp64.fromBigInt(other)];
        const order = value < other ? -1 : value > other ? 1 : 0;
        expect(a.compare(b)).to.equal(order);
        expect(compareHalves(b.seconds, b.fraction, a.seconds, a.fraction)).to.equal(0 - order || 0);
        for (const text of [(t: Ntp64) => t.toRfc3339(), (t: Ntp64) => t.toHex()]) {
          expect(text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0).to.equal(order);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('carries into the next second where ten digits round up to it', () => {
    expect(Ntp64.parseRfc3339('1970-01-01T00:00:00.9999999999Z')).to.deep.equal(new Ntp64(1, 0));
    expect(Ntp64.parseRfc3339('1970-01-01T00:00:00.9999999998Z')).to.deep.equal(new Ntp64(0, 2 ** 32 - 1));
    const end = '2106-02-07T06:28:15.';
    expect(Ntp64.parseRfc3339Lossy('2106-02-07T06:28:15Z')).to.deep.equal(new Ntp64(2 ** 32 - 1, 0));
    expect(Ntp64.parseRfc3339(`${end}9999999998Z`).toBigInt()).to.equal(LAST);
    expectInvalid(() => Ntp64.parseRfc3339(`${end}9999999999Z`), 'time');
    expectInvalid(() => Ntp64.parseRfc3339('2106-02-07T06:28:16.0000000000Z'), 'time');
  });

  it('rounds nine digits up, into the next second where need be, and reads them rounded down', () => {
    expect(new Ntp64(0, 1).toRfc3339Lossy()).to.equal('1970-01-01T00:00:00.000000001Z');
    expect(new Ntp64(0, 2 ** 32 - 1).toRfc3339Lossy()).to.equal('1970-01-01T00:00:01.000000000Z');
    expect(Ntp64.parseRfc3339Lossy('1970-01-01T00:00:00.5Z')).to.deep.equal(new Ntp64(0, 2 ** 31));
    expect(Ntp64.parseRfc3339Lossy('2024-07-01T15:32:06Z').fraction).to.equal(0);
    expect(Ntp64.parseRfc3339Lossy('1970-01-01T00:00:00.000000001Z')).to.deep.equal(new Ntp64(0, 4));
  });

  it('keeps every nanosecond through nine digits, as uhlc promises', () => {
    const nanos = fc.integer({ min: 0, max: 999_999_999 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), nanos, (seconds, nano) => {
        const second = new Date(seconds * 1000).toISOString().slice(0, 19);
        const text = `${second}.${String(nano).padStart(9, '0')}Z`;
        const time = Ntp64.parseRfc3339Lossy(text);
        expect(time.toRfc3339Lossy()).to.equal(text);
        expect(BigInt(time.fraction)).to.equal((BigInt(nano) << 32n) / 1_000_000_000n);
      }),
      { numRuns: 2000 },
    );
  });

  for (const text of [
    '',
    '2024-07-01T15:32:06.860479001',
    '2024-07-01T15:32:06.860479001+00:00',
    '2024-07-01 15:32:06.860479001Z',
    '2024-02-30T00:00:00.000000000Z',
    '2023-02-29T00:00:00.000000000Z',
    '2024-13-01T00:00:00.000000000Z',
    '2024-07-01T24:00:00.000000000Z',
    '2024-07-01T15:60:06.000000000Z',
    '2016-12-31T23:59:60.000000000Z',
    '1969-12-31T23:59:59.999999999Z',
    '2106-02-07T06:28:16.000000000Z',
    '2024-07-01T15:32:06.Z',
    `2024-07-01T15:32:06.${'1'.repeat(11)}Z`,
    'now',
    'x2024-07-01T15:32:06.860479001Z',
    '2024-07-01T15:32:06.860479001Zx',
    '+002024-07-01T15:32:06.860479001Z',
  ]) {
    it(`refuses the time ${JSON.stringify(text)}, with nine digits and with ten`, () => {
      expectInvalid(() => Ntp64.parseRfc3339Lossy(text), 'time');
      expectInvalid(() => Ntp64.parseRfc3339(text.replace(/(\.\d{9})/, '$10')), 'time');
    });
  }

  it('converts whole milliseconds as uhlc converts a Duration', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 * 1000 - 1 }), (millis) => {
        expect(Ntp64.fromMillis(millis).toBigInt()).to.equal(unitsOfMillis(millis));
      }),
      { numRuns: 2000 },
    );
  });

  it('converts fractions of milliseconds to within what a double holds', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 4e12, noNaN: true }), (millis) => {
        expect(Ntp64.fromMillis(millis).toMillis()).to.be.closeTo(millis, 0.001);
      }),
    );
  });

  it('clamps what is outside the range, and takes what is no number for the epoch', () => {
    for (const [millis, value] of [
      [-1, 0n],
      [Number.NEGATIVE_INFINITY, 0n],
      [Number.NaN, 0n],
      [-0, 0n],
      [2 ** 32 * 1000, LAST],
      [2 ** 32 * 1000 + 500, LAST],
      [Number.POSITIVE_INFINITY, LAST],
      [1e300, LAST],
    ] as const) {
      expect(Ntp64.fromMillis(millis).toBigInt(), String(millis)).to.equal(value);
      expect(fractionOfMillis(millis, secondsOfMillis(millis))).to.be.within(0, 2 ** 32 - 1);
    }
  });

  it('has a fraction in its range just below a second, where doubles round', () => {
    const bits = new BigUint64Array(1);
    const below = (value: number, steps: bigint): number => {
      const double = new Float64Array(bits.buffer);
      double[0] = value;
      bits[0] = (bits[0] as bigint) - steps;
      return double[0];
    };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 - 1 }), fc.bigInt({ min: 1n, max: 4n }), (second, steps) => {
        const millis = below(second * 1000, steps);
        const time = Ntp64.fromMillis(millis);
        expect(time.seconds).to.equal(second - 1);
        expect(time.fraction).to.be.within(0, 2 ** 32 - 1);
        expect(time.toMillis()).to.be.closeTo(millis, 0.001);
      }),
    );
  });

  it('gives a Date back to the millisecond, from the first to the last', () => {
    for (const millis of [0, 1, 999, 1000, 1_719_847_926_860, 2 ** 32 * 1000 - 1]) {
      expect(Ntp64.fromDate(new Date(millis)).toDate().getTime()).to.equal(millis);
    }
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 * 1000 - 1 }), (millis) => {
        expect(Ntp64.fromDate(new Date(millis)).toDate().getTime()).to.equal(millis);
      }),
    );
    for (const date of [new Date(-1), new Date(Number.NaN), new Date(2 ** 32 * 1000)]) {
      expectInvalid(() => Ntp64.fromDate(date), 'date');
    }
  });
});
