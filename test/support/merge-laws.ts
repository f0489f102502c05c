/** The laws of everything that replicas merge, written once. */
import { expect } from 'chai';
import * as fc from 'fast-check';

export interface Mergeable<S> {
  /** States that may meet: of replicas of one thing. */
  readonly states: fc.Arbitrary<readonly [S, S, S]>;
  /** A new state; neither argument changes. */
  merge(a: S, b: S): S;
  /** Equal exactly for states that answer everything alike. */
  view(state: S): unknown;
}

/** Registers the laws as tests. */
export function describeMergeLaws<S>(name: string, { states, merge, view }: Mergeable<S>): void {
  describe(`the laws of merging, kept by ${name}`, () => {
    const hold = (law: (a: S, b: S, c: S) => readonly [S, S]): void => {
      fc.assert(
        fc.property(states, ([a, b, c]) => {
          const before = [a, b, c].map(view);
          const [left, right] = law(a, b, c);
          expect(view(left)).to.deep.equal(view(right));
          expect([a, b, c].map(view)).to.deep.equal(before);
        }),
        { numRuns: 300 },
      );
    };

    it('is commutative', () => hold((a, b) => [merge(a, b), merge(b, a)]));
    it('is associative', () => hold((a, b, c) => [merge(merge(a, b), c), merge(a, merge(b, c))]));
    it('is idempotent', () => hold((a) => [merge(a, a), a]));
    it('takes in a part of itself without change', () => hold((a, b) => [merge(merge(a, b), b), merge(a, b)]));
  });
}
