/**
 * Clocks that no constant offset explains: some clock was set, or runs at another speed, while the traces were recorded.
 *
 * Edges are taken in causal order. Where the first one comes that contradicts those before it, one of its two clocks is given
 * a new offset from that span on: the one that then explains more of what follows.
 *
 * Where that does not put all of them right, single spans are shifted from there on (span-shifts.ts).
 *
 * Guarantee: ends. No edge that was in order is out of order, but for the sequence of a plain process, which only the clock in
 * doubt tells of. An edge that is left is impossible beside the others: with durations kept, they form a circle.
 * Hazard: when a clock was set is known only as well as there are messages around it.
 */
import type { GraphParts } from '../graph/causal-graph.js';
import type { Constraint } from './offset-solver.js';
import { roundOffsets, solveOffsets } from './offset-solver.js';
import { SpanShifts } from './span-shifts.js';
import { type SpanConstraint, visitConstraints, visitPlainSequence, visitSequence } from './time-constraints.js';
import { causalRanks } from './causal-ranks.js';

/** Beyond this many, the records are not those of clocks that are set now and then. */
const MOST_STEPS = 256;

/** Constraints looked at while steps are searched for: some seconds. What is left then is for single spans' shifts. */
const MOST_LOOKS = 10_000_000;

/** Spans before a contradiction that are tried as the moment at which the clock was set. */
const MOST_CANDIDATES = 24;

export interface Step {
  readonly lane: number;
  /** The first span with the new offset. */
  readonly span: number;
}

export interface SteppedOffsets {
  readonly offsetOf: (span: number) => number;
  readonly steps: readonly Step[];
  /** Edges that no offsets put right. */
  readonly unresolved: readonly SpanConstraint[];
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
function shiftedFrom(parts: GraphParts, { offsetOf, steps, inOrder }: ClockSteps): SteppedOffsets {
  const { table } = parts;
  const moving = new SpanShifts(Float64Array.from(table.spans, (_, span) => Math.round(offsetOf(span))));
  const held: SpanConstraint[] = [];
  const inverted: SpanConstraint[] = [];
  const sequence: SpanConstraint[] = [];
  const into =
    (list: SpanConstraint[]) =>
    (cause: number, effect: number, atLeast: number): void => {
      const [from, to] = [Math.floor(cause / 3), Math.floor(effect / 3)];
      if (from !== to) (atLeast > 0 ? inverted : list).push({ from, to, atLeast, cause, effect });
    };
  visitConstraints(parts, into(held));
  visitSequence(parts, true, into(held));
  visitPlainSequence(parts, into(sequence));
  moving.take(held);
  moving.take(inOrder(inverted));
  moving.take(inOrder(sequence));
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
    unresolved: moving.impossible,
  };
}

class ClockSteps implements SteppedOffsets {
  readonly steps: Step[] = [];
  unresolved: readonly SpanConstraint[] = [];
  private readonly ranks: Float64Array;
  private readonly constraints: SpanConstraint[] = [];
  /** Ranks from which a lane has its next offset, ascending. */
  private readonly bounds = new Map<number, number[]>();
  /** Where a lane's segments begin among the variables, and how many variables there are. */
  private firstVariable: number[] = [];
  private variables = 0;
  private laneSpans: number[][] = [];
  private offsets: Float64Array = new Float64Array(0);
  private looks = 0;

  constructor(
    private readonly parts: GraphParts,
    private readonly weights: ArrayLike<number>,
    stampedOnly: boolean,
  ) {
    const { table } = parts;
    this.ranks = causalRanks(table);
    const add = (cause: number, effect: number, atLeast: number): void => {
      const from = Math.floor(cause / 3);
      const to = Math.floor(effect / 3);
      if (from !== to) this.constraints.push({ from, to, atLeast, cause, effect });
    };
    visitConstraints(parts, add);
    visitSequence(parts, stampedOnly, add);
    this.inOrder(this.constraints);
    this.layOut();
    this.solve();
  }

  /** Sorts constraints by the later one of their spans in causal order. */
  inOrder = (constraints: SpanConstraint[]): SpanConstraint[] => {
    const rankOf = ({ from, to }: SpanConstraint): number =>
      Math.max(this.ranks[from] as number, this.ranks[to] as number);
    return constraints.sort((a, b) => rankOf(a) - rankOf(b));
  };

  offsetOf = (span: number): number => this.offsets[this.variableOf(span)] as number;

  private solve(): void {
    const dropped: SpanConstraint[] = [];
    for (;;) {
      const feasible = this.feasiblePrefix();
      if (feasible === this.constraints.length) break;
      if (this.looks > MOST_LOOKS) {
        for (const constraint of this.constraints.splice(feasible)) dropped.push(constraint);
        break;
      }
      const contradiction = this.constraints[feasible] as SpanConstraint;
      if (this.steps.length >= MOST_STEPS || !this.splitFor(contradiction, feasible)) {
        dropped.push(contradiction);
        this.constraints.splice(feasible, 1);
      }
    }
    const constraints = this.constraintsOf(this.constraints.length);
    this.offsets = this.solvePrefix(this.constraints.length) ?? this.offsets;
    const lanes = this.parts.table.lanes.flatMap((lane, l) =>
      Array.from({ length: 1 + (this.bounds.get(l)?.length ?? 0) }, () => lane.resolutionNanos),
    );
    roundOffsets(this.offsets, constraints, (variable) => lanes[variable] as number);
    this.unresolved = dropped.filter(({ from, to, atLeast }) => this.offsetOf(to) - this.offsetOf(from) < atLeast);
  }

  /** Splits the clock that then explains more; false where neither helps. */
  private splitFor({ from, to }: SpanConstraint, feasible: number): boolean {
    let best: { readonly step: Step; readonly reach: number } | undefined;
    for (const span of this.candidates(from, to)) {
      if (best?.reach === this.constraints.length || this.looks > MOST_LOOKS) break;
      const step = { lane: this.parts.table.lane[span] as number, span };
      if (!this.addBound(step)) continue;
      const reach = this.feasiblePrefix();
      this.removeBound(step);
      if (reach > (best?.reach ?? feasible)) best = { step, reach };
    }
    if (best === undefined) return false;
    this.addBound(best.step);
    this.steps.push(best.step);
    return true;
  }

  /** Where a clock may have been set: at the contradiction, or at one of the spans that its process began before. */
  private candidates(from: number, to: number): Iterable<number> {
    const found = new Set([to, from]);
    for (const span of [to, from]) {
      const earlier = this.spansOf(this.parts.table.lane[span] as number);
      let at = rankIndex(earlier, this.ranks, this.ranks[span] as number);
      for (const first = at - MOST_CANDIDATES; at > first && at > 0; at--) found.add(earlier[at - 1] as number);
    }
    return found;
  }

  /** Spans of a lane in causal order. */
  private spansOf(lane: number): readonly number[] {
    if (this.laneSpans.length === 0) {
      const { table } = this.parts;
      this.laneSpans = table.lanes.map(() => []);
      const inOrder = Int32Array.from(this.ranks.keys()).sort(
        (a, b) => (this.ranks[a] as number) - (this.ranks[b] as number),
      );
      for (const span of inOrder) this.laneSpans[table.lane[span] as number]?.push(span);
    }
    return this.laneSpans[lane] as readonly number[];
  }

  private addBound({ lane, span }: Step): boolean {
    const bounds = this.bounds.get(lane) ?? [];
    const rank = this.ranks[span] as number;
    if (bounds.includes(rank)) return false;
    bounds.push(rank);
    bounds.sort((a, b) => a - b);
    this.bounds.set(lane, bounds);
    this.layOut();
    return true;
  }

  private removeBound({ lane, span }: Step): void {
    const bounds = this.bounds.get(lane) ?? [];
    bounds.splice(bounds.indexOf(this.ranks[span] as number), 1);
    this.layOut();
  }

  private layOut(): void {
    this.variables = 0;
    this.firstVariable = this.parts.table.lanes.map((_, lane) => {
      const first = this.variables;
      this.variables += 1 + (this.bounds.get(lane)?.length ?? 0);
      return first;
    });
  }

  private variableOf(span: number): number {
    const lane = this.parts.table.lane[span] as number;
    const bounds = this.bounds.get(lane);
    let segment = 0;
    if (bounds !== undefined) {
      const rank = this.ranks[span] as number;
      while (segment < bounds.length && (bounds[segment] as number) <= rank) segment++;
    }
    return (this.firstVariable[lane] as number) + segment;
  }

  /** How many constraints, in causal order, hold together. */
  private feasiblePrefix(): number {
    let low = 0;
    let high = this.constraints.length;
    if (this.solvePrefix(high) !== undefined) return high;
    // Invariant: `low` constraints hold together, `high` do not.
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.solvePrefix(middle) === undefined) high = middle;
      else low = middle;
    }
    return low;
  }

  /** The first constraints as such of variables. */
  private constraintsOf(count: number): Constraint[] {
    const constraints: Constraint[] = [];
    for (let i = 0; i < count; i++) {
      const { from, to, atLeast } = this.constraints[i] as SpanConstraint;
      const [a, b] = [this.variableOf(from), this.variableOf(to)];
      if (a !== b || atLeast > 0) constraints.push({ from: a, to: b, atLeast });
    }
    return constraints;
  }

  private solvePrefix(count: number): Float64Array | undefined {
    this.looks += count;
    const constraints = this.constraintsOf(count);
    const weights = new Float64Array(this.variables);
    this.firstVariable.forEach((first, lane) => {
      const next = this.firstVariable[lane + 1] ?? this.variables;
      weights.fill((this.weights[lane] as number) / (next - first), first, next);
    });
    return solveOffsets(this.variables, constraints, weights);
  }
}

/** How many of these spans have a smaller rank. */
function rankIndex(spans: readonly number[], ranks: Float64Array, rank: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranks[spans[middle] as number] as number) < rank) low = middle + 1;
    else high = middle;
  }
  return low;
}
