import { expect } from 'chai';
import { type CausalityCounters, Counters } from '../../../src/otel/counters.js';
import type { Sample } from '../processes.js';
import { checkHeap } from './check-heap.js';
import { Findings } from './findings.js';
import { RULE } from './rules.js';

const MEGABYTE = 1024 * 1024;
const COUNTERS: CausalityCounters = { ...new Counters().snapshot(1), domainsDropped: 1 };

function samples(count: number, heapOf: (index: number) => number, domainsDropped = 1): Sample[] {
  return Array.from({ length: count }, (_, index) => ({
    heapUsed: heapOf(index),
    rss: 2 * heapOf(index),
    counters: { ...COUNTERS, domainsDropped },
  }));
}

describe('soak: flat heap', () => {
  it('finds one that grows, from beginning to end or at the end alone', () => {
    for (const heapOf of [
      (index: number) => (10 + index / 10) * MEGABYTE,
      (index: number) => (index < 35 ? 10 : 12) * MEGABYTE,
    ]) {
      const findings = new Findings();
      checkHeap('anchor.1', samples(40, heapOf), findings);
      expect(findings.rules).to.deep.equal([RULE.heap]);
      expect(findings.lines()[1]).to.contain('anchor.1');
    }
  });

  it('says nothing of one that is flat, rises at first, falls, or jumps once', () => {
    for (const heapOf of [
      () => 10 * MEGABYTE,
      (index: number) => (index < 10 ? index : 10) * MEGABYTE,
      (index: number) => (50 - index) * MEGABYTE,
      (index: number) => (index === 38 ? 90 : 10) * MEGABYTE,
      (index: number) => (10 + (index % 2)) * MEGABYTE,
    ]) {
      const findings = new Findings();
      const verdict = checkHeap('anchor.1', samples(40, heapOf), findings);
      expect(verdict).to.include({ incarnation: 'anchor.1', samples: 40 });
      expect(findings.rules).to.deep.equal([]);
    }
  });

  it('tells the medians of both quarters, and the largest resident set', () => {
    const verdict = checkHeap(
      'anchor.1',
      samples(40, (index) => index),
      new Findings(),
    );
    expect(verdict).to.include({ secondQuarterBytes: 15, lastQuarterBytes: 35, rssBytes: 78 });
  });

  it('does not judge a life that was short, nor a store that was still filling', () => {
    const findings = new Findings();
    const growing = (index: number): number => index * MEGABYTE;
    expect(checkHeap('plain.1', samples(23, growing), findings)).to.equal(undefined);
    expect(checkHeap('plain.1', samples(40, growing, 0), findings)).to.equal(undefined);
    expect(checkHeap('plain.1', [], findings)).to.equal(undefined);
    expect(findings.rules).to.deep.equal([]);
    expect(checkHeap('plain.1', samples(24, growing), findings)).not.to.equal(undefined);
  });
});
