import { expect } from 'chai';
import * as fc from 'fast-check';
import { ClockId } from '../../src/clocks/clock-id.js';
import { HybridTimestamp } from '../../src/clocks/hybrid-timestamp.js';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import { expectInvalid } from '../support/invalid-value.js';

const bytes = fc.uint8Array({ minLength: 1, maxLength: 16 }).filter((array) => array.some((byte) => byte !== 0));
const time = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

describe('ClockId', () => {
  it('reads little-endian bytes and prints the number', () => {
    for (const [given, text] of [
      [[0x33], '33'],
      [[0x1a, 0x2b, 0x3c], '3c2b1a'],
      [[0x1a, 0x2b, 0x3c, 0, 0], '3c2b1a'],
      [[0, 1], '100'],
      [[0x0f], 'f'],
      [Array.from({ length: 16 }, () => 255), 'f'.repeat(32)],
    ] as const) {
      const id = ClockId.fromBytes(Uint8Array.from(given));
      expect(String(id)).to.equal(text);
      expect(ClockId.parse(text).compare(id)).to.equal(0);
      expect([...id.toBytes()]).to.deep.equal([...given, ...new Uint8Array(16)].slice(0, 16));
    }
  });

  it('round-trips any bytes', () => {
    fc.assert(
      fc.property(bytes, (array) => {
        const id = ClockId.fromBytes(array);
        expect(ClockId.parse(String(id)).compare(id)).to.equal(0);
        expect(ClockId.fromBytes(id.toBytes()).compare(id)).to.equal(0);
      }),
    );
  });

  for (const text of ['', '0', '00', '0bcd', 'f'.repeat(33), 'x', '1g', ' 1', '-1', '+1', '1 ', '0x1', '1.']) {
    it(`refuses ${JSON.stringify(text)}`, () => expectInvalid(() => ClockId.parse(text), 'clock id'));
  }

  it('reads upper case, as uhlc does, and prints lower case', () => {
    expect(String(ClockId.parse('FF0'))).to.equal('ff0');
  });

  it('refuses no bytes, more than 16, only zeros, and what are no bytes', () => {
    for (const given of [[], Array(17).fill(1), [0], Array(16).fill(0)]) {
      const { expected } = expectInvalid(() => ClockId.fromBytes(Uint8Array.from(given)), 'clock id');
      expect(expected).to.equal(given.length % 17 === 0 ? '1 to 16 bytes' : 'at least one byte that is not zero');
    }
    expectInvalid(() => ClockId.fromBytes([1] as unknown as Uint8Array), 'clock id');
    expectInvalid(() => ClockId.parse(7 as unknown as string), 'clock id');
  });

  it('orders as bytes, not as numbers', () => {
    const order = ['100', '200', '1', '101', 'ff'].map((text) => ClockId.parse(text));
    order.forEach((left, i) => {
      order.forEach((right, j) => expect(left.compare(right)).to.equal(Math.sign(i - j)));
    });
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const [left, right] = [ClockId.fromBytes(a), ClockId.fromBytes(b)];
        expect(left.compare(right)).to.equal(Buffer.compare(left.toBytes(), right.toBytes()));
      }),
    );
  });

  it('draws from the given source', () => {
    expect(String(ClockId.random((count) => new Uint8Array(count).fill(0xab)))).to.equal('ab'.repeat(16));
  });
});

describe('HybridTimestamp', () => {
  let example: HybridTimestamp;
  beforeEach(() => {
    example = HybridTimestamp.parse('7386690599959157260/33');
  });

  it('prints and reads the example of uhlc in its three forms', () => {
    expect(String(example)).to.equal('7386690599959157260/33');
    expect(example.toRfc3339Lossy()).to.equal('2024-07-01T15:32:06.860479001Z/33');
    expect(example.toRfc3339()).to.equal('2024-07-01T15:32:06.8604790000Z/33');
    expect(HybridTimestamp.parseRfc3339(example.toRfc3339()).compare(example)).to.equal(0);
    const lossy = HybridTimestamp.parseRfc3339Lossy(example.toRfc3339Lossy());
    expect(lossy.toRfc3339Lossy()).to.equal(example.toRfc3339Lossy());
    expect(lossy.compare(example)).to.equal(1);
    expect(JSON.stringify({ at: example })).to.equal('{"at":"7386690599959157260/33"}');
  });

  it('round-trips losslessly for any time and id', () => {
    fc.assert(
      fc.property(time, bytes, (value, id) => {
        const stamp = new HybridTimestamp(Ntp64.fromBigInt(value), ClockId.fromBytes(id));
        expect(HybridTimestamp.parse(String(stamp)).compare(stamp)).to.equal(0);
        expect(HybridTimestamp.parseRfc3339(stamp.toRfc3339()).compare(stamp)).to.equal(0);
      }),
    );
  });

  it('orders by time first, then by id', () => {
    const order = ['1/ff', '2/100', '2/1', '2/ff', '3/1'].map((text) => HybridTimestamp.parse(text));
    order.forEach((left, i) => {
      order.forEach((right, j) => expect(left.compare(right)).to.equal(Math.sign(i - j)));
    });
  });

  for (const [text, field] of [
    ['', 'hybrid timestamp'],
    ['1', 'hybrid timestamp'],
    ['/33', 'ntp64'],
    ['x/33', 'ntp64'],
    ['-1/33', 'ntp64'],
    ['18446744073709551616/33', 'ntp64'],
    ['1/', 'clock id'],
    ['1/0', 'clock id'],
    ['1/033', 'clock id'],
    ['1/33/4', 'clock id'],
    [`1/${'f'.repeat(33)}`, 'clock id'],
  ] as const) {
    it(`refuses ${JSON.stringify(text)}`, () => expectInvalid(() => HybridTimestamp.parse(text), field));
  }

  it('refuses what has no slash, or is no text, in each form', () => {
    const { parse, parseRfc3339, parseRfc3339Lossy } = HybridTimestamp;
    for (const read of [parse, parseRfc3339, parseRfc3339Lossy]) {
      for (const text of ['', '33', 33 as unknown as string]) expectInvalid(() => read(text), 'hybrid timestamp');
    }
  });

  it('does not mistake one text form for another', () => {
    expectInvalid(() => HybridTimestamp.parse(example.toRfc3339()), 'ntp64');
    expectInvalid(() => HybridTimestamp.parseRfc3339(example.toRfc3339Lossy()), 'time');
    expectInvalid(() => HybridTimestamp.parseRfc3339Lossy(example.toRfc3339()), 'time');
    expectInvalid(() => HybridTimestamp.parseRfc3339('2024-07-01T15:32:06.8604790003Z'), 'hybrid timestamp');
  });
});
