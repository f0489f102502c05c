/** The limits of a deduplicator from both sides, under each policy, and what strangers may send to it. */
import { expect } from 'chai';
import {
  HIGHEST_CONFLICTS,
  HIGHEST_DEDUP_KEYS,
  HIGHEST_DEDUP_NODES,
  HIGHEST_DEDUP_RUNS,
  MAX_COUNTER,
  MAX_FOREIGN_NODE_ID_LENGTH,
  MAX_FOREIGN_VECTOR_ENTRIES,
  MAX_HANDLING,
  MAX_HELD_ENTRIES,
  MAX_KEY_LENGTH,
  MAX_KEY_VERSIONS,
} from '../../src/clocks/limits.js';
import { CausalDeduplicator, type IdentifiedMessage, VectorTimestamp } from '../../src/delivery/index.js';
import { expectInvalid } from '../support/invalid-value.js';

const vector = (entries: Readonly<Record<string, number>>): VectorTimestamp =>
  VectorTimestamp.from(Object.entries(entries));

/** The verdict, or why it was refused; recorded. */
const handle = (seen: CausalDeduplicator, message: IdentifiedMessage): string => {
  const { verdict, reason } = seen.handled(message);
  return reason ?? verdict;
};

describe('the bounds of CausalDeduplicator', () => {
  for (const [policy, ninth, first] of [
    ['at-most-once', 'fresh', 'unknown'],
    ['at-least-once', 'fresh', 'unknown'],
    ['refuse', 'too-many-runs', 'duplicate'],
  ] as const) {
    it(`keeps the runs of a node within the limit (${policy})`, () => {
      const seen = new CausalDeduplicator({ whenFull: policy, maxRunsPerNode: 3 });
      for (const tick of [2, 4, 6]) expect(handle(seen, { node: 'a', tick })).to.equal('fresh');
      expect(handle(seen, { node: 'a', tick: 9 })).to.equal(ninth);
      expect(seen.check({ node: 'a', tick: 2 }).verdict).to.equal(first);
      expect(seen.check({ node: 'a', tick: 2 }).handle).to.equal(policy === 'at-least-once');
      expect(seen.check({ node: 'a', tick: 4 }).verdict).to.equal('duplicate');
      expect(seen.toJSON().nodes[0]?.[2].length).to.equal(6);
      expect(seen.counters.forgotten.runs).to.equal(policy === 'refuse' ? 0 : 1);
      // What closes a gap needs no more room.
      expect(handle(seen, { node: 'a', tick: 5 })).to.equal('fresh');
    });
  }

  for (const [policy, second, first] of [
    ['at-most-once', 'too-many-nodes', 'duplicate'],
    ['refuse', 'too-many-nodes', 'duplicate'],
    ['at-least-once', 'fresh', 'unknown'],
  ] as const) {
    it(`keeps the nodes within the limit (${policy})`, () => {
      const seen = new CausalDeduplicator({ whenFull: policy, maxNodes: 2 });
      handle(seen, { node: 'a', tick: 1 });
      handle(seen, { node: 'b', tick: 1 });
      expect(handle(seen, { node: 'a', tick: 2 })).to.equal('fresh');
      expect(handle(seen, { node: 'c', tick: 1 })).to.equal(second);
      expect(seen.toJSON().nodes.length).to.equal(2);
      // The one that was handled longest ago had to go, and only that one.
      expect(seen.check({ node: 'b', tick: 1 }).verdict).to.equal(first);
      expect(seen.check({ node: 'a', tick: 1 }).verdict).to.equal('duplicate');
      expect(seen.check({ node: 'a', tick: 3 }).verdict).to.equal('fresh');
      expect(seen.counters.forgotten.nodes).to.equal(policy === 'at-least-once' ? 1 : 0);
    });

    it(`keeps the keys within the limit (${policy})`, () => {
      const seen = new CausalDeduplicator({ whenFull: policy, maxKeys: 2 });
      handle(seen, { key: 'a', vector: vector({ x: 1 }) });
      handle(seen, { key: 'b', vector: vector({ x: 2 }) });
      handle(seen, { key: 'a', vector: vector({ x: 3 }) });
      expect(handle(seen, { key: 'c', vector: vector({ x: 4 }) })).to.equal(second.replace('nodes', 'keys'));
      expect(seen.toJSON().keys.length).to.equal(2);
      expect(seen.check({ key: 'b', vector: vector({ x: 2 }) }).verdict).to.equal(first);
      expect(seen.check({ key: 'a', vector: vector({ x: 1 }) }).verdict).to.equal('stale');
      expect(seen.check({ key: 'a', vector: vector({ x: 5 }) }).verdict).to.equal('fresh');
      expect(seen.counters.forgotten.keys).to.equal(policy === 'at-least-once' ? 1 : 0);
    });
  }

  it('remembers that a node was forgotten when it comes back, and through a merge', () => {
    const seen = new CausalDeduplicator({ whenFull: 'at-least-once', maxNodes: 1 });
    handle(seen, { node: 'a', tick: 1 });
    handle(seen, { node: 'b', tick: 1 });
    expect(handle(seen, { node: 'a', tick: 5 })).to.equal('unknown');
    expect(seen.check({ node: 'a', tick: 1 }).verdict).to.equal('unknown');
    expect(seen.check({ node: 'a', tick: 5 }).verdict).to.equal('duplicate');
    const other = new CausalDeduplicator({ whenFull: 'at-least-once' });
    handle(other, { node: 'c', tick: 1 });
    other.merge(seen);
    expect(other.check({ node: 'c', tick: 2 }).verdict).to.equal('unknown');
    expect(other.check({ node: 'd', tick: 1 }).verdict).to.equal('unknown');
    const third = new CausalDeduplicator({ whenFull: 'at-least-once' });
    third.merge(seen);
    third.merge(new CausalDeduplicator());
    expect(third.check({ node: 'z', tick: 1 }).verdict).to.equal('unknown');
  });

  it('remembers that a key was forgotten when it comes back, and through a merge', () => {
    const seen = new CausalDeduplicator({ whenFull: 'at-least-once', maxKeys: 1 });
    for (const key of ['a', 'b']) handle(seen, { key, vector: vector({ x: 1 }) });
    expect(handle(seen, { key: 'a', vector: vector({ x: 5 }) })).to.equal('unknown');
    expect(seen.check({ key: 'a', vector: vector({ x: 6 }) }).verdict).to.equal('unknown');
    const other = new CausalDeduplicator();
    handle(other, { key: 'c', vector: vector({ x: 1 }) });
    other.merge(seen);
    expect(other.check({ key: 'c', vector: vector({ x: 2 }) }).verdict).to.equal('unknown');
    expect(other.check({ key: 'c', vector: vector({ x: 1 }) }).verdict).to.equal('duplicate');
  });

  const concurrent = (i: number): IdentifiedMessage => ({ key: 'k', vector: vector({ [`n${i}`]: 1 }) });
  for (const policy of ['at-most-once', 'at-least-once', 'refuse'] as const) {
    it(`keeps the concurrent versions of a key within the limit (${policy})`, () => {
      const seen = new CausalDeduplicator({ whenFull: policy });
      for (let i = 0; i < MAX_KEY_VERSIONS; i++) {
        expect(handle(seen, concurrent(i))).to.equal(i === 0 ? 'fresh' : 'concurrent');
      }
      expect(handle(seen, concurrent(99))).to.equal(policy === 'refuse' ? 'too-many-versions' : 'concurrent');
      expect(seen.toJSON().keys[0]?.[1].length).to.equal(MAX_KEY_VERSIONS);
      expect(seen.check(concurrent(0)).verdict).to.equal(policy === 'refuse' ? 'duplicate' : 'unknown');
      expect(seen.counters.forgotten.versions).to.equal(policy === 'refuse' ? 0 : 1);
      // A version that follows one of them needs no more room.
      expect(handle(seen, { key: 'k', vector: vector({ n1: 2 }) })).to.equal('concurrent');
    });
  }

  it('forgets no version where the union would name too many nodes', () => {
    const seen = new CausalDeduplicator();
    const wide = (from: number, count: number): VectorTimestamp =>
      VectorTimestamp.from(Array.from({ length: count }, (_, i) => [`w${from + i}`, 1] as const));
    expect(handle(seen, { key: 'k', vector: wide(0, MAX_FOREIGN_VECTOR_ENTRIES) })).to.equal('fresh');
    for (let i = 1; i < MAX_KEY_VERSIONS; i++) expect(handle(seen, concurrent(i))).to.equal('concurrent');
    expect(handle(seen, concurrent(50))).to.equal('concurrent');
    expect(handle(seen, concurrent(51))).to.equal('too-many-versions');
    const other = new CausalDeduplicator();
    other.handled({ key: 'k', vector: wide(5000, 10) });
    const before = JSON.stringify(seen);
    expectInvalid(() => seen.merge(other), 'state.keys');
    expect(JSON.stringify(seen)).to.equal(before);
  });

  for (const policy of ['at-most-once', 'at-least-once', 'refuse'] as const) {
    it(`holds so many entries of vectors and not one more, however wide they are (${policy})`, () => {
      const width = MAX_FOREIGN_VECTOR_ENTRIES;
      const wide = VectorTimestamp.from(Array.from({ length: width }, (_, i) => [`n${i}`, 1] as const));
      const most = MAX_HELD_ENTRIES / width;
      const seen = new CausalDeduplicator({ whenFull: policy });
      for (let i = 0; i < most; i++) expect(handle(seen, { key: `k${i}`, vector: wide })).to.equal('fresh');
      // One that replaces another needs no more room.
      expect(handle(seen, { key: 'k0', vector: wide.withCounter('n0', 2) })).to.equal('fresh');
      const full = policy !== 'at-least-once';
      expect(handle(seen, { key: 'one more', vector: vector({ a: 1 }) })).to.equal(full ? 'too-many-keys' : 'fresh');
      expect(seen.counters.forgotten.keys).to.equal(full ? 0 : 1);
      expect(seen.check({ key: 'k1', vector: wide }).verdict).to.equal(full ? 'duplicate' : 'unknown');
      expect(seen.check({ key: 'k2', vector: wide }).verdict).to.equal('duplicate');
      const other = new CausalDeduplicator();
      other.handled({ key: 'other', vector: vector({ a: 1 }) });
      if (full) expectInvalid(() => seen.merge(other), 'state.keys');
      else seen.merge(other);
      // What is held already can be merged again.
      const same = new CausalDeduplicator();
      same.handled({ key: 'k5', vector: wide });
      seen.merge(same);
      expect(seen.toJSON().keys.length).to.equal(full ? most : most + 1);
    });
  }

  it('refuses to merge more nodes or keys than it may hold, and is unchanged', () => {
    for (const whenFull of ['at-most-once', 'refuse'] as const) {
      const seen = new CausalDeduplicator({ whenFull, maxNodes: 2, maxKeys: 2 });
      const other = new CausalDeduplicator();
      handle(seen, { node: 'a', tick: 1, key: 'a', vector: vector({ a: 1 }) });
      for (const name of ['a', 'b']) handle(other, { node: name, tick: 2, key: name, vector: vector({ a: 2 }) });
      seen.merge(other);
      handle(other, { node: 'c', tick: 2 });
      const before = JSON.stringify(seen);
      expectInvalid(() => seen.merge(other), 'state.nodes');
      const third = new CausalDeduplicator();
      handle(third, { key: 'c', vector: vector({ a: 1 }) });
      expectInvalid(() => seen.merge(third), 'state.keys');
      expect(JSON.stringify(seen)).to.equal(before);
    }
  });

  it('makes room in a merge as it does otherwise', () => {
    const seen = new CausalDeduplicator({ maxRunsPerNode: 2 });
    const other = new CausalDeduplicator();
    for (const tick of [2, 4, 6, 8]) other.handled({ node: 'a', tick });
    for (let i = 0; i <= MAX_KEY_VERSIONS; i++) (i % 2 === 0 ? seen : other).handled(concurrent(i));
    seen.merge(other);
    expect(seen.toJSON().nodes).to.deep.equal([['a', 4, [6, 6, 8, 8]]]);
    expect(seen.toJSON().keys[0]?.[1].length).to.equal(MAX_KEY_VERSIONS);
    expect(seen.counters.forgotten).to.deep.equal({ runs: 2, versions: 1, nodes: 0, keys: 0 });
  });

  for (const [option, highest, lowest] of [
    ['maxNodes', HIGHEST_DEDUP_NODES, 1],
    ['maxRunsPerNode', HIGHEST_DEDUP_RUNS, 2],
    ['maxKeys', HIGHEST_DEDUP_KEYS, 1],
    ['maxConflicts', HIGHEST_CONFLICTS, 1],
  ] as const) {
    it(`takes ${option} from ${lowest} to ${highest}, and refuses all others`, () => {
      for (const good of [lowest, highest]) expect(() => new CausalDeduplicator({ [option]: good })).not.to.throw();
      for (const bad of [lowest - 1, highest + 1, 1.5, Number.NaN, '7', null]) {
        expectInvalid(() => new CausalDeduplicator({ [option]: bad }), option);
      }
    });
  }

  it('refuses a policy that it does not know', () => {
    expectInvalid(() => new CausalDeduplicator({ whenFull: 'exactly-once' as never }), 'whenFull');
  });

  it('takes no more in hand than the limit, and more as soon as one ends', () => {
    const seen = new CausalDeduplicator();
    const handlings = Array.from({ length: MAX_HANDLING }, (_, i) => seen.begin({ node: 'a', tick: i + 1 }));
    expect(handlings.at(-1)?.handle).to.equal(true);
    expect(seen.begin({ node: 'b', tick: 1 }).reason).to.equal('too-many-handling');
    expect(seen.handled({ node: 'c', tick: 1 }).verdict, 'in hand no more').to.equal('fresh');
    handlings[0]?.abort();
    expect(seen.begin({ node: 'b', tick: 1 }).handle).to.equal(true);
  });

  it('takes a message of a node that it has forgotten for unknown, however new its key is', () => {
    const seen = new CausalDeduplicator({ maxNodes: 1, whenFull: 'at-least-once' });
    for (const node of ['a', 'b']) seen.handled({ node, tick: 1 });
    const vector = VectorTimestamp.from([['a', 1]]);
    expect(seen.check({ node: 'a', tick: 1, key: 'new', vector }).verdict).to.equal('unknown');
    expect(seen.check({ node: 'b', tick: 2, key: 'new', vector }).verdict).to.equal('fresh');
  });

  it('learns by merging which nodes another has forgotten, and doubts no node that both hold', () => {
    const options = { maxNodes: 2, whenFull: 'at-least-once' } as const;
    const [ours, theirs] = [new CausalDeduplicator(options), new CausalDeduplicator(options)];
    ours.handled({ node: 'a', tick: 3 });
    for (const node of ['a', 'x', 'a', 'y']) theirs.handled({ node, tick: 3 });
    ours.merge(theirs);
    const verdictOf = (node: string) => ours.check({ node, tick: 2 }).verdict;
    expect(['a', 'x'].map(verdictOf)).to.deep.equal(['fresh', 'unknown']);
  });

  it('goes by the dot where a vector comes without a key, or a key without a vector', () => {
    const seen = new CausalDeduplicator();
    const vector = VectorTimestamp.from([['a', 1]]);
    expect(seen.handled({ node: 'a', tick: 1, vector } as never).verdict).to.equal('fresh');
    expect(seen.check({ node: 'a', tick: 1, key: 'k' } as never).verdict).to.equal('duplicate');
  });

  it('queues conflicts up to the limit, each once', () => {
    const seen = new CausalDeduplicator({ maxConflicts: 2 });
    seen.handled(concurrent(0));
    for (const i of [1, 2, 1]) expect(seen.begin(concurrent(i)).verdict).to.equal('concurrent');
    expect(seen.conflicts.size).to.equal(2);
    expect(seen.begin(concurrent(3)).reason).to.equal('too-many-conflicts');
    expect(seen.conflicts.take()?.message).to.deep.equal(concurrent(1));
    expect(seen.begin(concurrent(3)).verdict).to.equal('concurrent');
  });

  describe('under attack', () => {
    const long = 'x'.repeat(MAX_FOREIGN_NODE_ID_LENGTH + 1);
    const malformed: Readonly<Record<string, unknown>> = {
      nothing: undefined,
      null: null,
      'a text': 'a',
      'no names': {},
      'half a dot': { node: 'a' },
      'the other half': { tick: 1 },
      'half a version': { key: 'k' },
      'its other half': { vector: vector({ a: 1 }) },
      'an empty node': { node: '', tick: 1 },
      'a node that is too long': { node: long, tick: 1 },
      'a node that is no string': { node: {}, tick: 1 },
      'tick 0': { node: 'a', tick: 0 },
      'a negative tick': { node: 'a', tick: -1 },
      'half a tick': { node: 'a', tick: 0.5 },
      'a tick beyond 2^48': { node: 'a', tick: MAX_COUNTER + 1 },
      'a tick that is no number': { node: 'a', tick: '1' },
      'tick NaN': { node: 'a', tick: Number.NaN },
      'a key that is a list': { key: ['k'], vector: vector({ a: 1 }) },
      'an empty key': { key: '', vector: vector({ a: 1 }) },
      'a key that is too long': { key: 'k'.repeat(MAX_KEY_LENGTH + 1), vector: vector({ a: 1 }) },
      'an empty vector': { key: 'k', vector: VectorTimestamp.EMPTY },
      'a vector that is a record': { key: 'k', vector: { a: 1 } },
      'a vector of a long node': { key: 'k', vector: vector({ [long]: 1 }) },
      'a good dot with a bad version': { node: 'a', tick: 1, key: 'k', vector: 7 },
      'a good version with a bad dot': { node: 'a', tick: 0, key: 'k', vector: vector({ a: 1 }) },
      'getters that throw': {
        get node(): string {
          throw new Error('hostile');
        },
      },
    };
    for (const [what, hostile] of Object.entries(malformed)) {
      it(`refuses ${what}`, () => {
        const seen = new CausalDeduplicator();
        const before = JSON.stringify(seen);
        const message = hostile as IdentifiedMessage;
        for (const answer of [seen.check(message), seen.handled(message), seen.begin(message)]) {
          expect(answer).to.include({ verdict: 'refused', handle: false, reason: 'malformed' });
        }
        expect(JSON.stringify(seen)).to.equal(before);
        expect(seen.counters.refused.malformed).to.equal(2);
        expect(seen.counters.verdicts.refused).to.equal(2);
      });
    }

    it('takes the longest names and the highest tick', () => {
      const seen = new CausalDeduplicator();
      const widest = {
        node: long.slice(1),
        tick: MAX_COUNTER,
        key: 'k'.repeat(MAX_KEY_LENGTH),
        vector: vector({ a: MAX_COUNTER }),
      };
      expect(handle(seen, widest)).to.equal('fresh');
      expect(handle(seen, widest)).to.equal('duplicate');
    });
  });
});
