/**
 * How fine a clock is, told from the times that it made.
 *
 * Guarantee: never finer than the clock can be shown to be: times that all fall on whole milliseconds are taken for
 * milliseconds, because OpenTelemetry JS cuts every start there.
 * Hazard: a clock that was read once tells little; it may be taken for finer than it is when a program handed in a
 * time.
 */

import type { Lane } from './event-table.js';

export const MILLISECOND_NANOS = 1_000_000;
const MICROSECOND_NANOS = 1_000;

/** A finer clock falls on a whole coarse unit once in a thousand times; one in this many is too often for that. */
const COARSE_SHARE = 20;

/** Counts start times by the coarsest unit that they fall on. */
export class ResolutionTally {
  private times = 0;
  private millis = 0;
  private micros = 0;

  add(nanosOfSecond: number): void {
    this.times++;
    if (nanosOfSecond % MILLISECOND_NANOS === 0) this.millis++;
    else if (nanosOfSecond % MICROSECOND_NANOS === 0) this.micros++;
  }

  get nanos(): number {
    if (this.times === 0 || this.millis * COARSE_SHARE >= this.times) return MILLISECOND_NANOS;
    return (this.millis + this.micros) * COARSE_SHARE >= this.times ? MICROSECOND_NANOS : 1;
  }
}

/** Two clocks are told apart no better than the coarser of them can. */
export function resolutionOf(lanes: readonly Lane[], a: number, b: number): number {
  return Math.max((lanes[a] as Lane).resolutionNanos, (lanes[b] as Lane).resolutionNanos);
}
