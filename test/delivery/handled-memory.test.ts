/** What one memory holds of another, and how much all the vectors of its keys may hold together. */
import { expect } from 'chai';
import { MAX_FOREIGN_VECTOR_ENTRIES, MAX_HELD_ENTRIES } from '../../src/clocks/limits.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { HandledMemory, type MemoryLimits, type NamedMessage } from '../../src/delivery/handled-memory.js';
import { expectInvalid } from '../support/invalid-value.js';

const LIMITS: MemoryLimits = { maxNodes: 100, maxRunsPerNode: 10, maxKeys: 100_000, whenFull: 'at-most-once' };
const vector = (entries: Readonly<Record<string, number>>): VectorTimestamp =>
  VectorTimestamp.from(Object.entries(entries));
const dot = (node: string, tick: number): NamedMessage => ({ dot: { node, tick }, version: undefined });
const version = (key: string, of: VectorTimestamp): NamedMessage => ({
  dot: undefined,
  version: { key, vector: of, incomplete: false },
});

function memoryOf(messages: readonly NamedMessage[], limits: Partial<MemoryLimits> = {}): HandledMemory {
  const memory = new HandledMemory({ ...LIMITS, ...limits });
  for (const message of messages) memory.record(message);
  return memory;
}

describe('HandledMemory', () => {
  describe('includes another one', () => {
    const some = [dot('a', 1), version('k', vector({ a: 1 }))];

    it('when that holds nothing else', () => {
      const memory = memoryOf(some);
      expect(memory.includes(memoryOf([]))).to.equal(true);
      expect(memory.includes(memoryOf(some))).to.equal(true);
      expect(memoryOf([]).includes(memory)).to.equal(false);
      for (const more of [dot('a', 2), dot('b', 1), version('k', vector({ b: 1 })), version('l', vector({ a: 1 }))]) {
        expect(memory.includes(memoryOf([...some, more]))).to.equal(false);
        expect(memoryOf([...some, more]).includes(memory)).to.equal(true);
      }
    });

    it('only when it has forgotten as much, of nodes and of keys', () => {
      const full = memoryOf([...some, dot('b', 1)], { maxNodes: 1 });
      const fullOfKeys = memoryOf([...some, version('l', vector({ a: 1 }))], { maxKeys: 1 });
      expect([full.nodesForgotten, fullOfKeys.keysForgotten]).to.deep.equal([true, true]);
      for (const forgetful of [full, fullOfKeys]) {
        const all = memoryOf([...some, dot('b', 1), version('l', vector({ a: 1 }))]);
        expect(all.includes(forgetful)).to.equal(false);
        expect(forgetful.includes(forgetful)).to.equal(true);
        all.merge(forgetful);
        expect(all.includes(forgetful)).to.equal(true);
      }
    });
  });

  it('names the handled versions that one is concurrent with, none for a message without a version', () => {
    const memory = memoryOf([version('k', vector({ a: 1 })), version('k', vector({ b: 1 }))]);
    expect(memory.against(version('k', vector({ b: 1, c: 1 }))).map(String)).to.deep.equal(['a=1']);
    expect(memory.against(version('other', vector({ c: 1 })))).to.deep.equal([]);
    expect(memory.against(dot('a', 1))).to.deep.equal([]);
  });

  describe('holds entries of vectors', () => {
    const wide = VectorTimestamp.from(
      Array.from({ length: MAX_FOREIGN_VECTOR_ENTRIES }, (_, i) => [`n${i}`, 2] as const),
    );
    const count = MAX_HELD_ENTRIES / MAX_FOREIGN_VECTOR_ENTRIES;
    const full = (whenFull: MemoryLimits['whenFull']): HandledMemory =>
      memoryOf(
        Array.from({ length: count }, (_, i) => version(`k${i}`, wide)),
        { whenFull },
      );
    const one = vector({ a: 1 });

    for (const whenFull of ['refuse', 'at-most-once'] as const) {
      it(`to the limit, and refuses what would add to them (${whenFull})`, () => {
        const memory = full(whenFull);
        expect(memory.keysForgotten).to.equal(false);
        expect(memory.fits(version('new', one))).to.equal('too-many-keys');
        expect(memory.fits(version('k0', one))).to.equal('too-many-keys');
        // It takes the place of the version that it follows.
        expect(memory.fits(version('k0', wide.withCounter('n0', 3)))).to.equal(undefined);
        expect(memory.fits(dot('a', 1))).to.equal(undefined);
        const other = memoryOf([version('new', one)]);
        expect(expectInvalid(() => memory.merge(other), 'state.keys').value).to.equal(MAX_HELD_ENTRIES + 1);
        expect(memory.keys.has('new')).to.equal(false);
        memory.merge(memoryOf([version('k0', wide)]));
      });
    }

    it('to the limit, and forgets the key that came first for what comes (at-least-once)', () => {
      const memory = full('at-least-once');
      expect(memory.fits(version('new', one))).to.equal(undefined);
      memory.record(version('new', one));
      expect([memory.keys.has('k0'), memory.keys.has('k1'), memory.forgotten.keys]).to.deep.equal([false, true, 1]);
      // There is room again for as much as went.
      for (let i = 1; i < MAX_FOREIGN_VECTOR_ENTRIES; i++) memory.record(version(`new${i}`, one));
      expect(memory.forgotten.keys).to.equal(1);
      memory.merge(memoryOf([version('newer', one)]));
      expect([memory.keys.has('k1'), memory.forgotten.keys]).to.deep.equal([false, 2]);
    });
  });
});
