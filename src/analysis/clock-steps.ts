/**
 * Clocks that no constant offset explains: some clock was set, or runs at another speed, while the traces were recorded.
 *
 * Edges are taken in causal order. Where the first one comes that contradicts those before it, one of its two clocks is given
 * a new offset from that span on: the one that then explains more of what follows.
 *
 * Guarantee: ends, and says which edges are left; each clock is split at most as often as there are contradictions.
 * Hazard: when a clock was set is known only as well as there are messages around it.
 */
import type { GraphParts } from './causal-graph.js';
import type { Constraint } from './offset-solver.js';
import { solveOffsets } from './offset-solver.js';
import { causalRanks, type SpanConstraint, visitConstraints, visitSequence } from './time-constraints.js';

/** Beyond this many, the records are not those of clocks that are set now and then. */
const MOST_STEPS = 256;

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

export class ClockSteps implements SteppedOffsets {
  readonly steps: Step[] = [];
  readonly unresolved: SpanConstraint[] = [];
  private readonly ranks: Float64Array;
  private readonly constraints: SpanConstraint[] = [];
  /** Ranks from which a lane has its next offset, ascending. */
  private readonly bounds = new Map<number, number[]>();
  /** Where a lane's segments begin among the variables, and how many variables there are. */
  private firstVariable: number[] = [];
  private variables = 0;
  private offsets: Float64Array = new Float64Array(0);

  constructor(
    private readonly parts: GraphParts,
    private readonly weights: ArrayLike<number>,
  ) {
    const { table } = parts;
    this.ranks = causalRanks(table);
    const add = (cause: number, effect: number, atLeast: number): void => {
      const from = Math.floor(cause / 3);
      const to = Math.floor(effect / 3);
      if (from !== to) this.constraints.push({ from, to, atLeast, cause, effect });
    };
    visitConstraints(parts, add);
    visitSequence(parts, add);
    const rankOf = ({ from, to }: SpanConstraint): number =>
      Math.max(this.ranks[from] as number, this.ranks[to] as number);
    this.constraints.sort((a, b) => rankOf(a) - rankOf(b));
    this.layOut();
    this.solve();
  }

  offsetOf = (span: number): number => this.offsets[this.variableOf(span)] as number;

  private solve(): void {
    for (;;) {
      const feasible = this.feasiblePrefix();
      if (feasible === this.constraints.length) break;
      const contradiction = this.constraints[feasible] as SpanConstraint;
      if (this.steps.length >= MOST_STEPS || !this.splitFor(contradiction, feasible)) {
        this.unresolved.push(contradiction);
        this.constraints.splice(feasible, 1);
      }
    }
    this.offsets = this.solvePrefix(this.constraints.length) ?? this.offsets;
  }

  /** Splits the clock that then explains more; false where neither helps. */
  private splitFor({ from, to }: SpanConstraint, feasible: number): boolean {
    let best: { readonly step: Step; readonly reach: number } | undefined;
    for (const span of [to, from]) {
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

  private solvePrefix(count: number): Float64Array | undefined {
    const constraints: Constraint[] = [];
    for (let i = 0; i < count; i++) {
      const { from, to, atLeast } = this.constraints[i] as SpanConstraint;
      const [a, b] = [this.variableOf(from), this.variableOf(to)];
      if (a !== b || atLeast > 0) constraints.push({ from: a, to: b, atLeast });
    }
    const weights = new Float64Array(this.variables);
    this.firstVariable.forEach((first, lane) => {
      const next = this.firstVariable[lane + 1] ?? this.variables;
      weights.fill((this.weights[lane] as number) / (next - first), first, next);
    });
    return solveOffsets(this.variables, constraints, weights);
  }
}
