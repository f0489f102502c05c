/**
 * Clocks in segments, each with an offset of its own: a clock that was set has one more from that span on.
 *
 * Guarantee: segments are numbered in the order in which they were made, the first one of each lane by the lane.
 * Finding the segment of a span is logarithmic in the segments of its lane.
 */
import type { EventTable } from '../events/event-table.js';

/** A clock, and the first span with the new offset. */
export interface Step {
  readonly lane: number;
  readonly span: number;
}

interface Segment {
  /** Its first place among the spans of the lane. */
  readonly from: number;
  readonly number: number;
}

export class ClockSegments {
  /** The lane of each segment. */
  readonly laneOf: number[];
  private readonly segments: Segment[][];
  /** Spans of all lanes in causal order: those of a lane stand from `laneAt` on. */
  private readonly spans: Int32Array;
  private readonly laneAt: Int32Array;
  /** Place of each span among those of its lane. */
  private readonly place: Int32Array;

  /** @param inOrder all spans, in causal order */
  constructor(
    private readonly table: EventTable,
    inOrder: Int32Array,
  ) {
    const lanes = table.lanes.length;
    this.laneOf = table.lanes.map((_, lane) => lane);
    this.segments = this.laneOf.map((lane) => [{ from: 0, number: lane }]);
    this.laneAt = new Int32Array(lanes + 1);
    for (const lane of table.lane) this.laneAt[lane + 1] = (this.laneAt[lane + 1] as number) + 1;
    for (let lane = 0; lane < lanes; lane++)
      this.laneAt[lane + 1] = (this.laneAt[lane + 1] as number) + (this.laneAt[lane] as number);
    this.spans = new Int32Array(inOrder.length);
    this.place = new Int32Array(inOrder.length);
    const next = new Int32Array(lanes);
    for (const span of inOrder) {
      const lane = table.lane[span] as number;
      const place = next[lane] as number;
      next[lane] = place + 1;
      this.place[span] = place;
      this.spans[(this.laneAt[lane] as number) + place] = span;
    }
  }

  of(span: number): number {
    const lane = this.lane(span);
    const segments = this.segments[lane] as Segment[];
    return (segments[this.indexOf(segments, this.place[span] as number)] as Segment).number;
  }

  /** How many segments the lane of a segment has. */
  countBeside(segment: number): number {
    return (this.segments[this.laneOf[segment] as number] as Segment[]).length;
  }

  /** Spans of the lane of a span that come before it, the nearest first. */
  *before(span: number, most: number): Generator<number> {
    const at = (this.laneAt[this.lane(span)] as number) + (this.place[span] as number);
    const first = Math.max(at - most, this.laneAt[this.lane(span)] as number);
    for (let i = at - 1; i >= first; i--) yield this.spans[i] as number;
  }

  /** Spans that share the segment of a span, in causal order. */
  *beside(span: number): Generator<number> {
    const lane = this.lane(span);
    const segments = this.segments[lane] as Segment[];
    const index = this.indexOf(segments, this.place[span] as number);
    const at = this.laneAt[lane] as number;
    const to = at + (segments[index + 1]?.from ?? (this.laneAt[lane + 1] as number) - at);
    for (let i = at + (segments[index] as Segment).from; i < to; i++) yield this.spans[i] as number;
  }

  /** True where a segment begins with this span. */
  isFirst(span: number): boolean {
    const segments = this.segments[this.lane(span)] as Segment[];
    const place = this.place[span] as number;
    return (segments[this.indexOf(segments, place)] as Segment).from === place;
  }

  /** From this span on, to the end of its segment, another segment. */
  split({ lane, span }: Step): void {
    const segments = this.segments[lane] as Segment[];
    const from = this.place[span] as number;
    segments.splice(this.indexOf(segments, from) + 1, 0, { from, number: this.laneOf.push(lane) - 1 });
  }

  /** Takes the last split back. */
  join(): void {
    const number = this.laneOf.length - 1;
    const segments = this.segments[this.laneOf.pop() as number] as Segment[];
    segments.splice(
      segments.findIndex((segment) => segment.number === number),
      1,
    );
  }

  private lane(span: number): number {
    return this.table.lane[span] as number;
  }

  /** The last segment that begins no later than a place. */
  private indexOf(segments: readonly Segment[], place: number): number {
    let low = 0;
    let high = segments.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((segments[middle] as Segment).from <= place) low = middle;
      else high = middle;
    }
    return low;
  }
}
