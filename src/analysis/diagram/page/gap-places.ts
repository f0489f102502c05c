/**
 * Where missing events stand: between the events of their node that were read, and before whoever had heard of them.
 *
 * Guarantee: never outside of what is known, as far as the axis allows: a wall clock elsewhere may contradict it, and
 * is then not believed.
 */
import { NONE } from '../../events/event-table.js';
import type { PackedGap } from '../diagram-data.js';

/** From where to where a gap lies; `from` equals `to` where only one side is known. */
export interface GapPlace {
  readonly from: number;
  readonly to: number;
}

/** @param positions where events stand, on one axis or between two */
export function placeGap({ after, before, heardBy }: PackedGap, positions: ArrayLike<number>): GapPlace {
  const at = (event: number): number | undefined => (event === NONE ? undefined : positions[event]);
  const from = at(after);
  const next = at(before);
  const heard = at(heardBy);
  // The node's own next event bounds it by the same clock; a hearer elsewhere only where it makes sense.
  const isBound = heard !== undefined && (from === undefined || heard >= from);
  const to = Math.min(next ?? Number.POSITIVE_INFINITY, isBound ? heard : Number.POSITIVE_INFINITY);
  if (from === undefined) return Number.isFinite(to) ? { from: to, to } : { from: 0, to: 0 };
  return Number.isFinite(to) ? { from: Math.min(from, to), to } : { from, to: from };
}
