/**
 * Tracks of a timeline: slices of one track lie one after the other, or one inside the other, which is all that a
 * timeline can draw on one track.
 *
 * Guarantee: no two slices of one track overlap in part.
 */

export interface Slice {
  readonly from: number;
  readonly to: number;
}

/** The track of each slice, from 0; slices may come in any order. */
export function assignTracks(slices: readonly Slice[]): Int32Array {
  const tracks = new Int32Array(slices.length);
  const byStart = slices.map((_, at) => at);
  byStart.sort((a, b) => {
    const [one, other] = [slices[a] as Slice, slices[b] as Slice];
    return one.from - other.from || other.to - one.to || a - b;
  });
  // Of each track the ends of the slices that are open, the innermost last.
  const open: number[][] = [];
  for (const at of byStart) {
    const { from, to } = slices[at] as Slice;
    let track = 0;
    for (; track < open.length; track++) {
      const ends = open[track] as number[];
      while (ends.length > 0 && (ends.at(-1) as number) <= from) ends.pop();
      const innermost = ends.at(-1);
      if (innermost === undefined || to <= innermost) break;
    }
    if (track === open.length) open.push([]);
    (open[track] as number[]).push(to);
    tracks[at] = track;
  }
  return tracks;
}
