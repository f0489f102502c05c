import { expect } from 'chai';
import { TraceKey } from '../../src/otel/trace-key.js';
import { TraceSlots } from '../../src/otel/trace-slots.js';
import { twinOf } from '../support/trace-keys.js';

describe('the slots of traces', () => {
  it('are of the trace that took them alone, however much of its key another one has', () => {
    const slots = new TraceSlots();
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
});
