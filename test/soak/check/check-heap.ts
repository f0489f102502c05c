/**
 * A heap is flat when it is not larger in the last quarter of a process's life than in the second one. The first does
 * not count: caches fill, code is compiled.
 */
import type { Sample } from '../processes.js';
import type { Findings } from './findings.js';
import { RULE } from './rules.js';

/** Below that, quarters are too short for medians. */
const FEWEST_SAMPLES = 24;
/**
 * What the heap after a collection may grow by all the same: code goes on being compiled, and what requests hold that
 * happen to be under way comes and goes. With OTEL_CAUSALITY_DISABLED=true it was up to 0.8 MB in a minute's run. Between
 * the two quarters a process ends a thousand spans in a minute's run, so there a leak of two kilobytes a span is found;
 * in half an hour one of a hundred bytes.
 */
const TOLERANCE_BYTES = 1.5 * 1024 * 1024;

export interface HeapVerdict {
  readonly incarnation: string;
  readonly samples: number;
  readonly secondQuarterBytes: number;
  readonly lastQuarterBytes: number;
  /** The largest resident set that was seen. */
  readonly rssBytes: number;
}

/** Undefined for a process that did not live long enough to tell, or whose store of traces was still filling. */
export function checkHeap(
  incarnation: string,
  samples: readonly Sample[],
  findings: Findings,
): HeapVerdict | undefined {
  const quarter = Math.floor(samples.length / 4);
  // A store that is still filling grows, by design, to its limit.
  const wasFull = (samples[quarter]?.counters.domainsDropped ?? 0) > 0;
  if (samples.length < FEWEST_SAMPLES || !wasFull) return undefined;
  const verdict: HeapVerdict = {
    incarnation,
    samples: samples.length,
    secondQuarterBytes: medianHeap(samples.slice(quarter, 2 * quarter)),
    lastQuarterBytes: medianHeap(samples.slice(-quarter)),
    rssBytes: Math.max(...samples.map(({ rss }) => rss)),
  };
  if (verdict.lastQuarterBytes > verdict.secondQuarterBytes + TOLERANCE_BYTES) {
    findings.add(
      RULE.heap,
      `${incarnation}: ${verdict.secondQuarterBytes} bytes, and then ${verdict.lastQuarterBytes}`,
    );
  }
  return verdict;
}

function medianHeap(samples: readonly Sample[]): number {
  const sorted = samples.map(({ heapUsed }) => heapUsed).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}
