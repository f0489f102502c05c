/** Against a set that remembers everything: below the limits the answers are the same, above them never a wrong one. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  CausalDeduplicator,
  type DeduplicatorOptions,
  type FullPolicy,
  type IdentifiedMessage,
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

/** Runs the steps on two replicas; `judge` sees each answer beside the naive ones. */
function run(
  options: DeduplicatorOptions,
  list: readonly Step[],
  judge: (given: ReturnType<CausalDeduplicator['check']>, naive: readonly string[]) => void,
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
      judge(replica.real.check(step.message), expected);
      if (step.does === 'ask') continue;
      const given = replica.real.handled(step.message);
      judge(given, expected);
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
          run({ whenFull, maxNodes: 2, maxRunsPerNode: 2, maxKeys: 2 }, list, ({ verdict, handle }, naive) => {
            if (verdict === 'unknown') expect(handle).to.equal(whenFull === 'at-least-once');
            else if (verdict !== 'refused') {
              expect(verdict).to.be.oneOf([...naive, ...(naive.includes('duplicate') ? ['stale'] : [])]);
              expect(handle).to.equal(verdict === 'fresh');
            }
          });
        }),
        { numRuns: 300 },
      );
    });
  }

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
