/** Against a set that remembers everything: below the limits the answers are the same, above them never a wrong one. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  CausalDeduplicator,
  type DeduplicatorOptions,
  type FullPolicy,
  type IdentifiedMessage,
  VectorTimestamp,
} from '../../src/delivery/index.js';
import { describeMergeLaws } from '../support/merge-laws.js';
import { messages, NaiveHandled, viewOf } from '../support/naive-handled.js';

const POLICIES = ['at-most-once', 'at-least-once', 'refuse'] as const;

/** A replica and what it would know if it remembered everything. */
interface Replica {
  real: CausalDeduplicator;
  readonly handled: IdentifiedMessage[];
}

type Step =
  | { readonly does: 'handle' | 'ask'; readonly at: number; readonly message: IdentifiedMessage }
  | { readonly does: 'merge'; readonly at: number; readonly from: number }
  | { readonly does: 'reload'; readonly at: number };

const at = fc.nat(1);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ does: fc.constant('handle' as const), at, message: messages }) },
    { weight: 6, arbitrary: fc.record({ does: fc.constant('ask' as const), at, message: messages }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('merge' as const), at, from: at }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('reload' as const), at }) },
  ),
  { maxLength: 60 },
);

/** True where another message was handled under the node and tick of this one, which no honest sender does. */
function isContradicted(message: IdentifiedMessage, handled: readonly IdentifiedMessage[]): boolean {
  const { node, tick, key, vector } = message;
  if (node === undefined || vector === undefined) return false;
  return handled.some((other) => {
    if (other.node !== node || other.tick !== tick) return false;
    return other.key !== key || other.vector?.compare(vector) !== 'equal';
  });
}

/** Runs the steps on two replicas; `judge` sees each answer beside the naive ones. */
function run(
  options: DeduplicatorOptions,
  list: readonly Step[],
  judge: (given: ReturnType<CausalDeduplicator['check']>, naive: readonly string[], isContradicted: boolean) => void,
): void {
  const replicas: Replica[] = [0, 1].map(() => ({ real: new CausalDeduplicator(options), handled: [] }));
  for (const step of list) {
    const replica = replicas[step.at] as Replica;
    if (step.does === 'reload') {
      replica.real = CausalDeduplicator.fromJSON(JSON.parse(JSON.stringify(replica.real)), options);
    } else if (step.does === 'merge') {
      const from = replicas[step.from] as Replica;
      try {
        replica.real.merge(from.real);
        replica.handled.push(...from.handled);
      } catch (error) {
        expect((error as Error).name).to.equal('InvalidValueError');
        expect(options.whenFull).not.to.equal('at-least-once');
      }
    } else {
      const naive = new NaiveHandled();
      for (const message of replica.handled) naive.add(message);
      const expected = naive.verdicts(step.message);
      const contradicted = isContradicted(step.message, replica.handled);
      judge(replica.real.check(step.message), expected, contradicted);
      if (step.does === 'ask') continue;
      const given = replica.real.handled(step.message);
      judge(given, expected, contradicted);
      if (given.verdict !== 'refused') replica.handled.push(step.message);
    }
  }
}

describe('CausalDeduplicator', () => {
  for (const whenFull of POLICIES) {
    it(`answers as one who remembers everything, through merges and reloads (${whenFull})`, () => {
      fc.assert(
        fc.property(steps, (list) => {
          run({ whenFull }, list, ({ verdict, handle }, naive) => {
            expect(verdict).to.be.oneOf([...naive]);
            expect(handle).to.equal(verdict === 'fresh');
          });
        }),
        { numRuns: 200 },
      );
    });

    it(`calls nothing fresh that was handled, and nothing handled that was not, at its limits (${whenFull})`, () => {
      fc.assert(
        fc.property(steps, (list) => {
          run(
            { whenFull, maxNodes: 2, maxRunsPerNode: 2, maxKeys: 2 },
            list,
            ({ verdict, handle }, naive, contradicted) => {
              if (verdict === 'unknown') expect(handle).to.equal(whenFull === 'at-least-once');
              else if (verdict !== 'refused') {
                const also = naive.includes('duplicate') ? ['stale', ...(contradicted ? ['concurrent'] : [])] : [];
                expect(verdict).to.be.oneOf([...naive, ...also]);
                expect(handle).to.equal(verdict === 'fresh');
              }
            },
          );
        }),
        { numRuns: 300 },
      );
    });
  }

  it('goes by the version where the tick may have been forgotten: had it been handled, its version would be known', () => {
    const deduplicator = new CausalDeduplicator({ whenFull: 'at-least-once', maxNodes: 2 });
    const versionOf = (entries: readonly [string, number][]): VectorTimestamp => VectorTimestamp.from(entries);
    deduplicator.handled({ node: 'a', tick: 1, key: 'k', vector: versionOf([['a', 1]]) });
    for (const node of ['b', 'c']) deduplicator.handled({ node, tick: 1 });
    expect(deduplicator.check({ node: 'a', tick: 2 }).verdict).to.equal('unknown');
    const other = { node: 'a', tick: 2, key: 'k', vector: versionOf([['d', 1]]) };
    expect(deduplicator.check(other)).to.include({ verdict: 'concurrent', handle: false });
  });

  const replica = fc.array(messages, { maxLength: 20 }).map((list) => {
    const made = new CausalDeduplicator();
    for (const message of list) made.handled(message);
    return made;
  });
  describeMergeLaws('CausalDeduplicator', {
    states: fc.tuple(replica, replica, replica),
    merge: (a, b) => {
      const merged = CausalDeduplicator.fromJSON(a.toJSON());
      merged.merge(b);
      return merged;
    },
    view: viewOf,
  });

  it('forgets nothing of what it was told to record again', () => {
    fc.assert(
      fc.property(fc.array(messages, { maxLength: 30 }), fc.constantFrom<FullPolicy>(...POLICIES), (list, whenFull) => {
        const made = new CausalDeduplicator({ whenFull, maxRunsPerNode: 2 });
        for (const message of list) {
          if (made.handled(message).verdict === 'refused') continue;
          expect(made.check(message).verdict).to.be.oneOf(['duplicate', 'stale', 'unknown']);
        }
      }),
    );
  });
});
