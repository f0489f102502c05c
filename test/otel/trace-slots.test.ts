import { expect } from 'chai';
import { TraceKey } from '../../src/otel/trace-key.js';
import { TraceSlots } from '../../src/otel/trace-slots.js';

const KEYS = Array.from({ length: 66 }, (_, i) => new TraceKey(String(i).padStart(16, '0')));

describe('the slots of traces', () => {
  it('are none more where memory for them is refused, and as good as ever when it is there again', () => {
    const slots = new TraceSlots();
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
