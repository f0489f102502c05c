/**
 * Clocks that no constant offset explains: some clock was set, or runs at another speed, while the traces were
 * recorded.
 *
 * Edges are taken in causal order. Where the first one comes that contradicts those before it, one of its two clocks is
 * given a new offset from that span on: the one that then explains more of what follows.
 *
 * Where that does not put all of them right, single spans are shifted from there on (span-shifts.ts).
 *
 * Guarantee: ends, and costs little more than each constraint once where clocks are set now and then: what was taken up
 * is kept while the next step is searched for. No edge that was in order is out of order, but for the sequence of a
 * plain process, which only the clock in doubt tells of. An edge that is left is impossible beside the others: with
 * durations kept, they form a circle.
 * Hazard: when a clock was set is known only as well as there are messages around it.
 */
import type { GraphParts } from '../graph/causal-graph.js';
import type { Lane } from '../events/event-table.js';
import { OffsetBounds } from './offset-bounds.js';
import { type Constraint, roundOffsets, solveOffsets } from './offset-solver.js';
import { SpanShifts } from './span-shifts.js';
import { PlainConstraints } from './plain-constraints.js';
import { type SpanConstraint, visitConstraints, visitSequence } from './time-constraints.js';
import { causalOrder, ranksIn } from './causal-order.js';
import { ClockSegments, type Step } from './clock-segments.js';

/** Beyond this many, the records are not those of clocks that are set now and then. */
const MOST_STEPS = 256;

/** Constraints followed while steps are searched for: some seconds. What is left then is for single spans' shifts. */
const MOST_WORK = 20_000_000;

/** Spans before a contradiction that are tried as the moment at which the clock was set. */
const MOST_CANDIDATES = 24;

export interface SteppedOffsets {
  readonly offsetOf: (span: number) => number;
  readonly steps: readonly Step[];
  /** Edges that no offsets put right. */
  readonly unresolved: readonly SpanConstraint[];
  /** Constraints followed: what it cost. */
  readonly work: number;
}

/** Offsets that change where a clock was set. */
export function findClockSteps(parts: GraphParts, weights: ArrayLike<number>): SteppedOffsets {
  const all = new ClockSteps(parts, weights, false);
  if (all.unresolved.length === 0) return all;
  // A plain process's sequence was told by the very clock that is in doubt: causes come first.
  const causesFirst = new ClockSteps(parts, weights, true);
  const better = causesFirst.unresolved.length < all.unresolved.length ? causesFirst : all;
  return shiftedFrom(parts, better);
}

/** Shifts single spans where steps leave something unresolved. */
function shiftedFrom(parts: GraphParts, { offsetOf, steps, inOrder, work }: ClockSteps): SteppedOffsets {
  const { table } = parts;
  const plain = new PlainConstraints(parts);
  const start = new Float64Array(plain.variables);
  for (let span = 0; span < table.spans.length; span++) start[span] = Math.round(offsetOf(span));
  const moving = new SpanShifts(start);
  const held: SpanConstraint[] = [];
  const inverted: SpanConstraint[] = [];
  const into =
    (list: SpanConstraint[]) =>
    (cause: number, effect: number, atLeast: number): void => {
      const [from, to] = [Math.floor(cause / 3), Math.floor(effect / 3)];
      if (from !== to) (atLeast > 0 ? inverted : list).push({ from, to, atLeast, cause, effect });
    };
  visitConstraints(parts, into(held));
  visitSequence(parts, true, into(held));
  moving.take(held);
  moving.take(inOrder(inverted));
  plain.placeCuts(moving.shifts);
  moving.take(inOrder([...plain.all]));
  // Not all that is behind the cut can stay before its effect: some of it may.
  const parted = new Set<SpanConstraint>();
  for (const refused of moving.impossible) {
    const pairs = plain.isOfCut(refused.from) ? plain.pairsTo(refused.effect) : undefined;
    if (pairs === undefined) continue;
    moving.take(pairs);
    parted.add(refused);
  }
  const lanes = new Set(steps.map(({ lane }) => lane));
  const shifted = table.spans.flatMap((_, span) => {
    const lane = table.lane[span] as number;
    if (lanes.has(lane) || moving.shifts[span] === Math.round(offsetOf(span))) return [];
    lanes.add(lane);
    return [{ lane, span }];
  });
  return {
    offsetOf: (span) => moving.shifts[span] as number,
    steps: [...steps, ...shifted],
    unresolved: moving.impossible.filter((constraint) => !parted.has(constraint)),
    work: work + moving.work,
  };
}

class ClockSteps implements SteppedOffsets {
  readonly steps: Step[] = [];
  unresolved: readonly SpanConstraint[] = [];
  private readonly ranks: Float64Array;
  private readonly constraints: SpanConstraint[] = [];
  /** The constraints that a span takes part in, by their numbers. */
  private readonly around: readonly (readonly number[])[];
  private readonly dropped = new Set<number>();
  private readonly segments: ClockSegments;
  /** What was taken up so far, over the segments. */
  private readonly bounds: OffsetBounds;
  private readonly offsets: Float64Array;

  constructor(
    private readonly parts: GraphParts,
    private readonly weights: ArrayLike<number>,
    stampedOnly: boolean,
  ) {
    const { table } = parts;
    const order = causalOrder(table);
    this.ranks = ranksIn(order);
    const add = (cause: number, effect: number, atLeast: number): void => {
      const from = Math.floor(cause / 3);
      const to = Math.floor(effect / 3);
      if (from !== to) this.constraints.push({ from, to, atLeast, cause, effect });
    };
    visitConstraints(parts, add);
    visitSequence(parts, stampedOnly, add);
    this.inOrder(this.constraints);
    this.around = aroundSpans(this.constraints, table.spans.length);
    this.segments = new ClockSegments(table, order);
    this.bounds = new OffsetBounds(table.lanes.length);
    this.search();
    this.offsets = this.solve();
    this.unresolved = [...this.dropped]
      .map((number) => this.constraints[number] as SpanConstraint)
      .filter(({ from, to, atLeast }) => this.offsetOf(to) - this.offsetOf(from) < atLeast);
  }

  get work(): number {
    return this.bounds.work;
  }

  /** Sorts constraints by the later one of their spans in causal order. */
  inOrder = (constraints: SpanConstraint[]): SpanConstraint[] =>
    constraints.sort((a, b) => this.rankOf(a) - this.rankOf(b));

  offsetOf = (span: number): number => this.offsets[this.segments.of(span)] as number;

  private rankOf({ cause, effect }: SpanConstraint): number {
    return Math.max(this.ranks[Math.floor(cause / 3)] as number, this.ranks[Math.floor(effect / 3)] as number);
  }

  private search(): void {
    const all = this.constraints.length;
    for (let next = this.advance(0); next < all; next = this.advance(next)) {
      if (this.work > MOST_WORK) {
        for (; next < all; next++) this.dropped.add(next);
        return;
      }
      const step = this.steps.length < MOST_STEPS ? this.bestStep(next) : undefined;
      if (step === undefined) {
        this.dropped.add(next++);
        continue;
      }
      this.split(step, next);
      this.steps.push(step);
    }
  }

  /** Takes constraints up from one on; the number of the first that contradicts those before it. */
  private advance(from: number): number {
    let next = from;
    while (next < this.constraints.length && this.takes(this.constraints[next] as SpanConstraint)) next++;
    return next;
  }

  private takes({ from, to, atLeast }: SpanConstraint): boolean {
    return this.bounds.take(this.segments.of(from), this.segments.of(to), atLeast);
  }

  /** The step after which most of what follows is explained; undefined where none helps. */
  private bestStep(contradiction: number): Step | undefined {
    const { table } = this.parts;
    let best: { readonly step: Step; readonly reach: number } | undefined;
    for (const span of this.candidates(this.constraints[contradiction] as SpanConstraint)) {
      if (best?.reach === this.constraints.length || this.work > MOST_WORK) break;
      if (this.segments.isFirst(span)) continue;
      const step = { lane: table.lane[span] as number, span };
      this.bounds.begin();
      this.split(step, contradiction);
      const reach = this.advance(contradiction);
      this.bounds.takeBack();
      this.segments.join();
      if (reach > (best?.reach ?? contradiction)) best = { step, reach };
    }
    return best?.step;
  }

  /** Where a clock may have been set: at the contradiction, or at one of the spans that its process began before. */
  private candidates({ from, to }: SpanConstraint): Iterable<number> {
    const found = new Set([to, from]);
    for (const span of [to, from])
      for (const earlier of this.segments.before(span, MOST_CANDIDATES)) found.add(earlier);
    return found;
  }

  /** Gives a clock another offset from a span on, which at first is the same. */
  private split(step: Step, next: number): void {
    const { segments, bounds } = this;
    const last = this.rankOf(this.constraints[next] as SpanConstraint);
    const touched: number[] = [];
    for (const span of segments.beside(step.span)) {
      // Whatever begins later takes part in nothing that was taken up.
      if ((this.ranks[span] as number) > last) break;
      touched.push(span);
    }
    const segment = segments.of(step.span);
    segments.split(step);
    bounds.addLike(segment);
    bounds.unlink(segment);
    for (const span of touched) {
      for (const number of this.around[span] as readonly number[]) {
        if (number >= next || this.dropped.has(number)) continue;
        const { from, to, atLeast } = this.constraints[number] as SpanConstraint;
        bounds.link(segments.of(from), segments.of(to), atLeast);
      }
    }
  }

  /** Of all offsets that satisfy what was taken up, those that move least. */
  private solve(): Float64Array {
    const { lanes } = this.parts.table;
    const { laneOf } = this.segments;
    const constraints: Constraint[] = [];
    this.constraints.forEach(({ from, to, atLeast }, number) => {
      if (!this.dropped.has(number))
        constraints.push({ from: this.segments.of(from), to: this.segments.of(to), atLeast });
    });
    const weights = laneOf.map((lane, segment) => (this.weights[lane] as number) / this.segments.countBeside(segment));
    const offsets = solveOffsets(laneOf.length, constraints, weights) ?? new Float64Array(laneOf.length);
    roundOffsets(offsets, constraints, (segment) => (lanes[laneOf[segment] as number] as Lane).resolutionNanos);
    return offsets;
  }
}

function aroundSpans(constraints: readonly SpanConstraint[], spans: number): readonly (readonly number[])[] {
  const around = Array.from({ length: spans }, (): number[] => []);
  constraints.forEach(({ from, to }, number) => {
    around[from]?.push(number);
    around[to]?.push(number);
  });
  return around;
}
