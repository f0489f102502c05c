/** The two orders of the same lines. */
import type { LogLine } from './log-line.js';

/** What an aggregator does: by each host's own clock. */
export function byWallClock(lines: readonly LogLine[]): LogLine[] {
  return lines.toSorted((a, b) => a.wallMillis - b.wallMillis);
}

/** ORDER BY causality.lamport, causality.node, causality.log.seq: no effect comes before its cause. */
export function byCause(lines: readonly LogLine[]): LogLine[] {
  return lines.toSorted((a, b) => {
    const [left, right] = [a.stamp, b.stamp];
    // What has no stamp goes first: it says nothing about the others.
    if (left === undefined || right === undefined) return Number(left !== undefined) - Number(right !== undefined);
    return left.lamport - right.lamport || compareText(left.node, right.node) || left.seq - right.seq;
  });
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
