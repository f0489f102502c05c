import { expect } from 'chai';
import * as fc from 'fast-check';
import { type Constraint, solveOffsets } from '../../../src/analysis/correction/offset-solver.js';
import { hasImpossibleCircle } from './impossible-circles.js';

describe('offsets', () => {
  const nodes = 6;
  const constraints: fc.Arbitrary<Constraint[]> = fc.array(
    fc.record({
      from: fc.nat({ max: nodes - 1 }),
      to: fc.nat({ max: nodes - 1 }),
      atLeast: fc.integer({ min: -10, max: 4 }),
    }),
    { maxLength: 14 },
  );

  it('are found exactly where some exist, and then satisfy every constraint', () => {
    fc.assert(
      fc.property(constraints, (all) => {
        const found = solveOffsets(nodes, all, new Float64Array(nodes).fill(1));
        expect(found === undefined).to.equal(hasImpossibleCircle(nodes, all));
        for (const { from, to, atLeast } of found === undefined ? [] : all) {
          expect((found?.[to] as number) - (found?.[from] as number)).to.be.at.least(atLeast);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('are all zero where they can be, and one cannot be brought nearer to zero alone', () => {
    fc.assert(
      fc.property(constraints, (all) => {
        const found = solveOffsets(nodes, all, new Float64Array(nodes).fill(1));
        if (found === undefined) return;
        if (all.every(({ atLeast }) => atLeast <= 0))
          expect([...found]).to.deep.equal(Array.from({ length: nodes }, () => 0));
        found.forEach((offset, node) => {
          if (offset === 0) return;
          const nearer = Float64Array.from(found);
          nearer[node] = offset - Math.sign(offset);
          const holds = all.every(({ from, to, atLeast }) => nearer[to]! - nearer[from]! >= atLeast);
          expect(holds, `node ${node} at ${offset}`).to.equal(false);
        });
      }),
      { numRuns: 1000 },
    );
  });
});
