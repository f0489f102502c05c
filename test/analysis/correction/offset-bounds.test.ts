import { expect } from 'chai';
import * as fc from 'fast-check';
import { OffsetBounds } from '../../../src/analysis/correction/offset-bounds.js';
import type { Constraint } from '../../../src/analysis/correction/offset-solver.js';
import { hasImpossibleCircle } from './impossible-circles.js';

const VARIABLES = 5;

const constraints: fc.Arbitrary<Constraint[]> = fc.array(
  fc.record({
    from: fc.nat({ max: VARIABLES - 1 }),
    to: fc.nat({ max: VARIABLES - 1 }),
    atLeast: fc.integer({ min: -10, max: 4 }),
  }),
  { maxLength: 16 },
);

function takeAll(bounds: OffsetBounds, all: readonly Constraint[]): boolean[] {
  return all.map(({ from, to, atLeast }) => bounds.take(from, to, atLeast));
}

describe('bounds of offsets', () => {
  it('take up exactly what those before leave room for', () => {
    fc.assert(
      fc.property(constraints, (all) => {
        const bounds = new OffsetBounds(VARIABLES);
        const taken: Constraint[] = [];
        for (const constraint of all) {
          const isPossible = !hasImpossibleCircle(VARIABLES, [...taken, constraint]);
          expect(bounds.take(constraint.from, constraint.to, constraint.atLeast)).to.equal(isPossible);
          if (isPossible) taken.push(constraint);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('answer as if what was taken back had never been', () => {
    fc.assert(
      fc.property(constraints, constraints, constraints, fc.nat({ max: VARIABLES - 1 }), (before, tried, after, of) => {
        const plain = new OffsetBounds(VARIABLES);
        const bounds = new OffsetBounds(VARIABLES);
        takeAll(plain, before);
        takeAll(bounds, before);
        bounds.begin();
        const more = bounds.addLike(of);
        bounds.unlink(of);
        takeAll(bounds, tried);
        bounds.take(of, more, 3);
        bounds.takeBack();
        expect(takeAll(bounds, after)).to.deep.equal(takeAll(plain, after));
      }),
      { numRuns: 1000 },
    );
  });

  it('begin a split variable where the other one stands, and without its constraints', () => {
    const bounds = new OffsetBounds(2);
    expect(bounds.take(0, 1, 5)).to.equal(true);
    expect(bounds.take(1, 0, 0)).to.equal(false);
    const more = bounds.addLike(1);
    expect(bounds.take(more, 0, 0)).to.equal(true);
    bounds.unlink(1);
    expect(bounds.take(1, 0, 0)).to.equal(true);
  });
});
