/** What a check found wrong, and what it counted. */
import type { Rule } from './rules.js';

/** Of each kind so many are told one by one. */
const MAX_TOLD = 10;

export class Findings {
  private readonly byKind = new Map<Rule, { count: number; readonly told: string[] }>();

  /** Something broke a rule. */
  add(rule: Rule, what: string): void {
    const found = this.byKind.get(rule) ?? { count: 0, told: [] };
    this.byKind.set(rule, found);
    found.count++;
    if (found.told.length < MAX_TOLD) found.told.push(what);
  }

  get rules(): readonly Rule[] {
    return [...this.byKind.keys()];
  }

  get count(): number {
    return [...this.byKind.values()].reduce((sum, { count }) => sum + count, 0);
  }

  lines(): string[] {
    return [...this.byKind].flatMap(([rule, { count, told }]) => [
      `VIOLATED, ${count} times: ${rule}`,
      ...told.map((one) => `  ${one}`),
    ]);
  }
}

/** How much was looked at, so that a run in which nothing happened does not pass for a good one. */
export interface Tally {
  traces: number;
  /** Traces with a forged entry for a peer, whose order means nothing. */
  forgedTraces: number;
  spans: number;
  stamps: number;
  /** Spans that were under way when their process was killed. */
  lostSpans: number;
  /** Steps over ticks in processes that drop traces. */
  dropsSeen: number;
  before: number;
  concurrent: number;
  unknown: number;
  /** Pairs of traces in which nothing went wrong, and those of them that were unknown. */
  calmPairs: number;
  calmUnknown: number;
  /** Unknown pairs that the analysis could answer. */
  analysed: number;
}

export function emptyTally(): Tally {
  return {
    traces: 0,
    forgedTraces: 0,
    spans: 0,
    stamps: 0,
    lostSpans: 0,
    dropsSeen: 0,
    before: 0,
    concurrent: 0,
    unknown: 0,
    calmPairs: 0,
    calmUnknown: 0,
    analysed: 0,
  };
}
