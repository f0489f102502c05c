import { expect } from 'chai';
import * as fc from 'fast-check';
import { MAX_COUNTER } from '../../src/clocks/limits.js';
import { TickRuns } from '../../src/delivery/tick-runs.js';

const RANGE = 30;
const ticks = fc.array(fc.integer({ min: 1, max: RANGE }), { maxLength: 40 });

/** The runs of a set of ticks, as a reader with a pencil finds them. */
function naiveRuns(set: ReadonlySet<number>): number[] {
  const runs: number[] = [];
  for (const tick of [...set].sort((a, b) => a - b)) {
    if (runs.at(-1) === tick - 1) runs[runs.length - 1] = tick;
    else runs.push(tick, tick);
  }
  return runs;
}

function runsOf(list: Iterable<number>): TickRuns {
  const runs = new TickRuns();
  for (const tick of list) runs.add(tick);
  return runs;
}

describe('TickRuns', () => {
  it('includes only what has forgotten no more', () => {
    const [whole, forgetful] = [new TickRuns(), new TickRuns()];
    for (const runs of [whole, forgetful]) runs.add(1, 3);
    forgetful.forgotten = 2;
    expect([whole.includes(forgetful), forgetful.includes(whole)]).to.deep.equal([false, true]);
    expect(forgetful.includes(forgetful)).to.equal(true);
  });

  it('holds the ticks that were added, in as few runs as there can be', () => {
    fc.assert(
      fc.property(ticks, (added) => {
        const runs = new TickRuns();
        const naive = new Set<number>();
        for (const tick of added) {
          const before = naiveRuns(naive).length / 2;
          naive.add(tick);
          expect(runs.opensRun(tick)).to.equal(naiveRuns(naive).length / 2 > before);
          runs.add(tick);
          expect(runs.runs).to.deep.equal(naiveRuns(naive));
          expect(runs.size).to.equal(naiveRuns(naive).length / 2);
        }
        for (let tick = 0; tick <= RANGE + 1; tick++) expect(runs.has(tick)).to.equal(naive.has(tick));
      }),
    );
  });

  it('adds whole runs, and merges as sets do', () => {
    fc.assert(
      fc.property(ticks, ticks, (a, b) => {
        const [left, right] = [runsOf(a), runsOf(b)];
        const union = new Set([...a, ...b]);
        expect(left.includes(right)).to.equal(b.every((tick) => a.includes(tick)));
        left.merge(right);
        expect(left.runs).to.deep.equal(naiveRuns(union));
        expect(left.includes(right)).to.equal(true);
        expect(right.runs).to.deep.equal(naiveRuns(new Set(b)));
      }),
    );
  });

  it('costs one run for any number of ticks in order', () => {
    const runs = runsOf(Array.from({ length: 1000 }, (_, i) => i + 1));
    expect(runs.runs).to.deep.equal([1, 1000]);
  });

  it('forgets the lowest run above the first ticks', () => {
    const runs = runsOf([1, 2, 5, 8, 9, 12]);
    runs.forgetOldest();
    expect(runs.runs).to.deep.equal([1, 2, 8, 9, 12, 12]);
    expect(runs.forgotten).to.equal(5);
    runs.forgetOldest();
    expect(runs.runs).to.deep.equal([1, 2, 12, 12]);
    expect(runs.forgotten).to.equal(9);
  });

  it('forgets the lowest run of one who joined late', () => {
    const runs = runsOf([3, 7]);
    runs.forgetOldest();
    expect(runs.runs).to.deep.equal([7, 7]);
    expect(runs.forgotten).to.equal(3);
  });

  it('forgets the first ticks only when they are all that is held', () => {
    const runs = runsOf([1, 2]);
    runs.forgetOldest();
    expect(runs.runs).to.deep.equal([]);
    expect(runs.forgotten).to.equal(2);
  });

  it('never forgets less than before', () => {
    const runs = runsOf([3, 7]);
    runs.forgetPast();
    runs.forgetOldest();
    expect(runs.forgotten).to.equal(MAX_COUNTER);
    const other = runsOf([2]);
    expect(other.includes(runs)).to.equal(false);
    other.merge(runs);
    expect(other.forgotten).to.equal(MAX_COUNTER);
    expect(other.runs).to.deep.equal([2, 2, 7, 7]);
  });
});
