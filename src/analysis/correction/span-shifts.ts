/**
 * Shifts of single spans, where a clock jumped about so much that not even offsets that change now and then fit.
 *
 * Each span is a variable, because its duration is kept. Constraints are taken up one by one; whatever one forces is
 * moved later by the least that will do, through everything taken up before. Where that comes back to the cause itself,
 * the constraint and those before it form a circle that asks for more time than its durations leave: it is
 * *impossible*.
 *
 * Guarantee: all that is taken up holds. A constraint that zero shifts satisfy is never impossible beside others like
 * it, so those come first. What is impossible is so beside what was taken up, and stays so.
 * Hazard: spans are moved later only, and only from where they are put before: whoever wants less movement puts them
 * well.
 */
import type { SpanConstraint } from './time-constraints.js';

/** Moves after which nothing more is taken up: minutes of work, for records that contradict each other everywhere. */
const MOST_MOVES = 200_000_000;

export class SpanShifts {
  /** Nanoseconds added to each span. */
  readonly shifts: Float64Array;
  private readonly rejected: SpanConstraint[] = [];
  /** Constraints that were taken up, by the span of their cause: a list for each. */
  private readonly first: Int32Array;
  private readonly next: number[] = [];
  private readonly taken: SpanConstraint[] = [];
  private readonly isQueued: Uint8Array;
  /** Constraints followed so far: what all this costs. */
  work = 0;
  private moves = 0;

  /** @param shifts where to begin */
  constructor(shifts: Float64Array) {
    this.shifts = shifts;
    this.first = new Int32Array(shifts.length).fill(-1);
    this.isQueued = new Uint8Array(shifts.length);
  }

  /** What could not be taken up, and does not hold by itself. */
  get impossible(): readonly SpanConstraint[] {
    return this.rejected.filter((constraint) => !this.holds(constraint));
  }

  /** Takes up constraints that hold, then the others, each in the order given. */
  take(constraints: readonly SpanConstraint[]): void {
    const broken: SpanConstraint[] = [];
    for (const constraint of constraints) {
      if (this.holds(constraint)) this.link(constraint);
      else broken.push(constraint);
    }
    for (const constraint of broken) {
      if (this.holds(constraint) || (this.moves < MOST_MOVES && this.force(constraint))) this.link(constraint);
      else this.rejected.push(constraint);
    }
  }

  private holds({ from, to, atLeast }: SpanConstraint): boolean {
    return (this.shifts[to] as number) - (this.shifts[from] as number) >= atLeast;
  }

  private link(constraint: SpanConstraint): void {
    this.next.push(this.first[constraint.from] as number);
    this.first[constraint.from] = this.taken.push(constraint) - 1;
  }

  /**
   * Moves the effect later, and whatever that forces; false, and nothing has moved, where its own cause would have to.
   */
  private force({ from, to, atLeast }: SpanConstraint): boolean {
    const { shifts } = this;
    const before = new Map<number, number>();
    const queue: number[] = [];
    const raise = (span: number, least: number): void => {
      if (!before.has(span)) before.set(span, shifts[span] as number);
      shifts[span] = least;
      this.moves++;
      if (this.isQueued[span] === 1) return;
      this.isQueued[span] = 1;
      queue.push(span);
    };
    let isPossible = true;
    raise(to, (shifts[from] as number) + atLeast);
    for (let at = 0; at < queue.length; at++) {
      const span = queue[at] as number;
      this.isQueued[span] = 0;
      if (!isPossible) continue;
      for (let k = this.first[span] as number; k >= 0; k = this.next[k] as number) {
        const one = this.taken[k] as SpanConstraint;
        this.work++;
        const least = (shifts[span] as number) + one.atLeast;
        if ((shifts[one.to] as number) >= least) continue;
        if (one.to === from || this.moves >= MOST_MOVES) isPossible = false;
        else raise(one.to, least);
      }
    }
    if (!isPossible) for (const [span, shift] of before) shifts[span] = shift;
    return isPossible;
  }
}
