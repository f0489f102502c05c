import { expect } from 'chai';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import { PlainConstraints } from '../../../src/analysis/correction/plain-constraints.js';
import { correctTimestamps } from '../../../src/analysis/correction/correct-timestamps.js';
import { crowdOf, NAMELESS, parallelSpans } from '../../support/crowds.js';

describe('constraints of a plain process', () => {
  it('are as many as edges, with a variable for each cut', () => {
    const plain = new PlainConstraints(CausalGraph.of(parallelSpans(500)).parts);
    expect(plain.all).to.have.length(1_000);
    expect(plain.variables).to.equal(501);
  });

  it('put a cut as far as the span behind it that was moved furthest', () => {
    const plain = new PlainConstraints(CausalGraph.of(parallelSpans(20)).parts);
    const shifts = new Float64Array(plain.variables);
    shifts[7] = 500;
    plain.placeCuts(shifts);
    expect(shifts[20]).to.equal(500);
    shifts.fill(-300);
    plain.placeCuts(shifts);
    expect(shifts[20]).to.equal(-300);
  });

  it('are taken apart into pairs as long as there are not too many', () => {
    const spans = 1_000;
    const plain = new PlainConstraints(CausalGraph.of(parallelSpans(spans)).parts);
    const counts = Array.from({ length: spans }, (_, span) => plain.pairsTo(3 * span + 2)?.length);
    const parted = counts.filter((count) => count !== undefined);
    // The start of its own span asks for nothing: durations are kept.
    expect(new Set(parted)).to.deep.equal(new Set([spans - 1]));
    expect(parted.length).to.be.within(200, 202);
    expect(counts.slice(parted.length)).to.deep.equal(counts.slice(parted.length).map(() => undefined));
  });

  it('hold nobody back whose clock was ahead, where another one contradicts itself', () => {
    const [ahead, told, count] = [12, 60, 200];
    const nothing = { parent: count, link: count };
    const before = crowdOf([
      // A clock that is five seconds ahead, and many who know that it is.
      ...Array.from({ length: ahead }, () => ({ ...nothing, from: 10_000, lasts: 4, process: 1 })),
      ...Array.from({ length: told }, (_, i) => ({
        ...nothing,
        from: 0,
        lasts: 60,
        process: NAMELESS,
        parent: i % ahead,
      })),
      // A span that says it lasted less than the one below it, which is over before another begins that it waited for.
      { ...nothing, from: 10, lasts: 1, process: NAMELESS, link: ahead + told + 2 },
      { ...nothing, from: 12, lasts: 6, process: 0, parent: ahead + told },
      { ...nothing, from: 22, lasts: 2, process: 0 },
    ]);
    const { spans, report } = correctTimestamps(before);
    expect(report.unresolved).to.have.length.above(0);
    const moved = spans.slice(0, ahead).map((span, i) => span.startNanos - before[i]!.startNanos);
    // As far as its clock can tell, and no span of it otherwise than the others.
    expect(new Set(moved)).to.deep.equal(new Set([-4_999_000_000n]));
  });

  it('that cannot all be looked at pair by pair are told of by the last event behind their cut', () => {
    // Each of many spans says that it lasted less than one below it did, which is over before another begins.
    const [crowd, squeezed] = [500, 250];
    const count = 2 * squeezed + crowd;
    const plain = { process: 0, parent: count, link: count };
    const { report } = correctTimestamps(
      crowdOf([
        ...Array.from({ length: squeezed }, (_, i) => ({
          from: 0,
          lasts: 1,
          process: NAMELESS,
          parent: count,
          link: squeezed + crowd + i,
        })),
        ...Array.from({ length: crowd }, (_, i) => ({ ...plain, from: 2, lasts: 4, parent: i % squeezed })),
        ...Array.from({ length: squeezed }, () => ({ ...plain, from: 10, lasts: 0 })),
      ]),
    );
    expect(report.inversionsAfter).to.equal(0);
    const causes = new Map<number, number>();
    for (const { to } of report.unresolved) causes.set(to.index, (causes.get(to.index) ?? 0) + 1);
    expect(causes.size, 'starts and ends that let go of something').to.equal(2 * squeezed);
    const whole = [...causes].filter(([, count]) => count === 1);
    expect(whole).to.have.length.within(90, 110);
    const lastOfCrowd = 3 * (squeezed + crowd - 1) + 2;
    for (const { from, to } of report.unresolved) {
      if (causes.get(to.index) === 1) expect(from.index).to.equal(lastOfCrowd);
    }
  });
});
