import { expect } from 'chai';
import { TraceKey } from '../../src/otel/trace-key.js';
import { SLOT_NUMBERS, TraceSlots } from '../../src/otel/trace-slots.js';
import { traceKeys, twinOf } from '../support/trace-keys.js';

const KEYS = Array.from({ length: 66 }, (_, i) => new TraceKey(String(i).padStart(16, '0')));

describe('the slots of traces', () => {
  for (const most of [1, 3, 64, 65, 1000]) {
    it(`have room for ${most}, take no more than that, and go on where it was not enough`, () => {
      const slots = new TraceSlots(most);
      const keys = traceKeys(most + 3, most);
      const taken = keys.slice(0, most).map((key) => slots.take(key));
      expect(slots.numbers.length).to.equal(most * SLOT_NUMBERS);
      taken.push(...keys.slice(most).map((key) => slots.take(key)));
      expect(new Set(taken).size).to.equal(most + 3);
      for (const [i, slot] of taken.entries()) {
        expect(keys.map((key) => slots.isOf(slot, key)).indexOf(true)).to.equal(i);
      }
      const [first, second] = taken as [number, number];
      slots.giveBack(first);
      slots.giveBack(second);
      expect([keys[2], keys[1]].map((key) => slots.take(key as TraceKey))).to.deep.equal([second, first]);
    });
  }

  it('are copied seldom while they come to be many', () => {
    const slots = new TraceSlots(10_000);
    const arrays = new Set<Float64Array>();
    for (const key of traceKeys(10_000, 5)) {
      slots.take(key);
      arrays.add(slots.numbers);
    }
    expect(arrays.size).to.be.at.most(10);
  });

  it('are of the trace that took them alone, however much of its key another one has', () => {
    const slots = new TraceSlots(2);
    const key = new TraceKey('0000000700000009');
    const odd = new TraceKey('not-a-number');
    const isFound = (slot: number, ...others: TraceKey[]): boolean[] => others.map((other) => slots.isOf(slot, other));
    const slot = slots.take(key);
    const others = ['0000000800000009', '0000000700000008', '0000000900000007'].map((id) => new TraceKey(id));
    expect(isFound(slot, key, ...others)).to.deep.equal([true, false, false, false]);
    const oddSlot = slots.take(odd);
    expect(isFound(slot, key, ...others, odd)).to.deep.equal([true, false, false, false, false]);
    expect(isFound(oddSlot, odd, twinOf(odd), key)).to.deep.equal([true, false, false]);
  });

  it('are none more where memory for them is refused, and as good as ever when it is there again', () => {
    const slots = new TraceSlots(1000);
    const [first, second, ...others] = KEYS as [TraceKey, TraceKey, ...TraceKey[]];
    for (const key of others) slots.take(key);
    const { Float64Array: array } = globalThis;
    const refuse = function refuse(): never {
      throw new RangeError('Array buffer allocation failed');
    };
    globalThis.Float64Array = refuse as never;
    try {
      expect(() => slots.take(first)).to.throw(RangeError);
    } finally {
      globalThis.Float64Array = array;
    }
    const [slot, next] = [slots.take(first), slots.take(second)];
    expect([slots.isOf(slot, first), slots.isOf(next, second), slots.isOf(next, first)]).to.deep.equal([
      true,
      true,
      false,
    ]);
    expect([slot, next]).to.deep.equal([64, 65]);
  });
});
