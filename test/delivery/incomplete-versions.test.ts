/** Versions whose vectors lack something: against a history that knows what truly happened before what. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { CausalDeduplicator, VectorTimestamp } from '../../src/delivery/index.js';

const NODES = ['a', 'b', 'c'];

/** One event of a node, after its last one and after others that it heard; `loses` says that it forgot an entry of theirs. */
interface Heard {
  readonly node: string;
  readonly heard: readonly number[];
  readonly loses: boolean;
}

interface Version {
  readonly key: string;
  readonly vector: VectorTimestamp;
  readonly incomplete: boolean;
  /** Numbers of all events that truly came before. */
  readonly past: ReadonlySet<number>;
}

const histories = fc.array(
  fc.record({
    node: fc.constantFrom(...NODES),
    heard: fc.array(fc.nat(9), { maxLength: 2 }),
    loses: fc.boolean(),
  }),
  { minLength: 2, maxLength: 10 },
);

function versionsOf(history: readonly Heard[]): Version[] {
  const made: Version[] = [];
  const last = new Map<string, number>();
  history.forEach(({ node, heard, loses }, i) => {
    const parents = [last.get(node), ...heard].filter((one) => one !== undefined && one < i) as number[];
    const before = parents.map((one) => made[one] as Version);
    const own = last.get(node) === undefined ? 0 : (made[last.get(node) as number] as Version).vector.get(node);
    let vector = before.reduce((union, one) => union.merge(one.vector), VectorTimestamp.EMPTY);
    const lost = loses ? [...vector].find(([name]) => name !== node)?.[0] : undefined;
    if (lost !== undefined) vector = VectorTimestamp.from([...vector].filter(([name]) => name !== lost));
    made.push({
      key: 'k',
      vector: vector.withCounter(node, own + 1),
      incomplete: lost !== undefined || before.some((one) => one.incomplete),
      past: new Set(parents.flatMap((one) => [one, ...(made[one] as Version).past])),
    });
    last.set(node, i);
  });
  return made;
}

/** Handles the versions in some order, and returns what was said that is not true. */
function lies(versions: readonly Version[], order: readonly number[], told: boolean): string[] {
  const seen = new CausalDeduplicator();
  const recorded: number[] = [];
  const found: string[] = [];
  for (const at of order.filter((one) => one < versions.length)) {
    const { key, vector, incomplete, past } = versions[at] as Version;
    const { verdict } = seen.handled(told ? { key, vector, incomplete } : { key, vector });
    const isBefore = recorded.some((other) => (versions[other] as Version).past.has(at));
    const isAfterAll = recorded.every((other) => past.has(other));
    const isBeside = recorded.some((other) => !past.has(other)) && !isBefore && !recorded.includes(at);
    const isTrue = {
      fresh: isAfterAll,
      duplicate: recorded.includes(at),
      stale: isBefore,
      concurrent: isBeside,
      unknown: true,
      handling: false,
      refused: incomplete,
    }[verdict];
    if (!isTrue) found.push(`${at}: ${verdict}`);
    if (verdict !== 'refused') recorded.push(at);
  }
  return found;
}

const orders = fc.array(fc.nat(9), { maxLength: 20 });

describe('versions whose vectors are incomplete', () => {
  it('are never placed wrongly, nor is another beside them', () => {
    fc.assert(
      fc.property(histories, orders, (history, order) => {
        expect(lies(versionsOf(history), order, true)).to.deep.equal([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('would be, were they not said to be incomplete', () => {
    const details = fc.check(
      fc.property(histories, orders, (history, order) => lies(versionsOf(history), order, false).length === 0),
      { numRuns: 5_000, seed: 6 },
    );
    expect(details.failed).to.equal(true);
  });

  it('are refused and counted, change nothing, and are duplicate or stale where that is certain', () => {
    const seen = new CausalDeduplicator();
    const vector = VectorTimestamp.from([
      ['a', 1],
      ['b', 2],
    ]);
    const refusal = { verdict: 'refused', handle: false, reason: 'incomplete', against: [] };
    expect(seen.handled({ key: 'k', vector, incomplete: true })).to.deep.equal(refusal);
    expect(seen.begin({ node: 'a', tick: 1, key: 'k', vector, incomplete: true })).to.include({ reason: 'incomplete' });
    expect(seen.toJSON()).to.deep.equal(new CausalDeduplicator().toJSON());
    expect(seen.counters.refused.incomplete).to.equal(2);
    expect(seen.handled({ key: 'k', vector, incomplete: false }).verdict).to.equal('fresh');
    expect(seen.check({ key: 'k', vector, incomplete: true }).verdict).to.equal('duplicate');
    expect(seen.check({ key: 'k', vector: VectorTimestamp.from([['a', 1]]), incomplete: true }).verdict).to.equal(
      'stale',
    );
    expect(seen.check({ key: 'k', vector: vector.withCounter('c', 1), incomplete: true })).to.deep.equal(refusal);
    expect(seen.handled({ node: 'a', tick: 1, incomplete: true }).verdict, 'a number needs no vector').to.equal(
      'fresh',
    );
    expect(seen.check({ key: 'k', vector, incomplete: 'no' as unknown as boolean }).reason).to.equal('malformed');
  });

  it('stay duplicate when only their number was known', () => {
    const seen = new CausalDeduplicator();
    seen.handled({ node: 'a', tick: 1 });
    const again = { node: 'a', tick: 1, key: 'k', vector: VectorTimestamp.from([['a', 1]]), incomplete: true };
    expect(seen.handled(again).verdict).to.equal('duplicate');
    expect(seen.toJSON().keys).to.deep.equal([]);
  });
});
