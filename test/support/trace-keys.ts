import { TraceKey } from '../../src/otel/trace-key.js';

/** The trace whose id, in hexadecimal digits, has the same words as one whose id is no number at all. */
export function twinOf({ high, low }: TraceKey): TraceKey {
  return new TraceKey([high, low].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join(''));
}

/** True where whoever looks for one finds the other. */
export function areEqual(a: TraceKey, b: TraceKey): boolean {
  return a.high === b.high && a.low === b.low && a.oddId === b.oddId;
}

/** Keys that are spread like trace ids, and the same in every run. */
export function traceKeys(count: number, seed: number): TraceKey[] {
  let state = seed;
  const half = (): string => {
    // Mulberry32: small, and random enough for ids.
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0).toString(16).padStart(8, '0');
  };
  return Array.from({ length: count }, () => new TraceKey(half() + half()));
}
