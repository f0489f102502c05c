import { expect } from 'chai';
import { type CausalStamp, compareStamps } from '../../src/clocks/stamp.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';

function stamp(node: string | undefined, vector: Record<string, number>, more: Partial<CausalStamp> = {}): CausalStamp {
  return {
    domain: '00f067aa0ba902b7',
    node,
    tick: node === undefined ? undefined : vector[node],
    lamport: 1,
    vector: VectorTimestamp.from(Object.entries(vector)),
    hlc: undefined,
    incomplete: false,
    hlcUnordered: false,
    ...more,
  };
}

describe('compareStamps', () => {
  let first: CausalStamp;
  let heard: CausalStamp;
  let other: CausalStamp;
  beforeEach(() => {
    [first, heard, other] = [stamp('a', { a: 1 }), stamp('b', { a: 1, b: 1 }), stamp('c', { c: 1 })];
  });

  it('finds a cause before its effect and the effect after its cause', () => {
    expect(compareStamps(first, heard)).to.equal('before');
    expect(compareStamps(heard, first)).to.equal('after');
    expect(compareStamps(stamp('a', { a: 1 }), stamp('a', { a: 2 }))).to.equal('before');
  });

  it('proves the order even where one of the two is incomplete', () => {
    expect(compareStamps(first, { ...heard, incomplete: true })).to.equal('before');
    expect(compareStamps({ ...heard, incomplete: true }, first)).to.equal('after');
  });

  it('says concurrent of two complete stamps that did not hear of each other', () => {
    expect(compareStamps(heard, other)).to.equal('concurrent');
    expect(compareStamps(other, heard)).to.equal('concurrent');
  });

  it('says unknown where a path may be hidden, on either side', () => {
    expect(compareStamps({ ...heard, incomplete: true }, other)).to.equal('unknown');
    expect(compareStamps(heard, { ...other, incomplete: true })).to.equal('unknown');
  });

  it('says unknown across domains, also of the same node and tick', () => {
    expect(compareStamps(first, { ...heard, domain: '-' })).to.equal('unknown');
    expect(compareStamps(first, { ...first, domain: '0000000000000001' })).to.equal('unknown');
  });

  it('takes the same node and tick for the same event', () => {
    expect(compareStamps(first, { ...first })).to.equal('equal');
    expect(compareStamps(first, first)).to.equal('equal');
  });

  it('says of a message only that it is after what it heard of', () => {
    const message = stamp(undefined, { a: 1, b: 1 });
    expect(compareStamps(first, message)).to.equal('before');
    expect(compareStamps(message, first)).to.equal('after');
    expect(compareStamps(message, other)).to.equal('unknown');
    expect(compareStamps(other, message)).to.equal('unknown');
    expect(compareStamps(message, message)).to.equal('equal');
    expect(compareStamps(message, { ...message })).to.equal('unknown');
  });

  it('says unknown where two stamps claim to have heard of each other', () => {
    expect(compareStamps(stamp('a', { a: 1, b: 2 }), stamp('b', { a: 1, b: 2 }))).to.equal('unknown');
  });
});
