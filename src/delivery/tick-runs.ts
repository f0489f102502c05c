/**
 * Which ticks of one node were handled, as runs of consecutive ticks.
 *
 * Guarantee: `has` is exact for every tick above `forgotten`; at or below it, a tick that is not held may have been
 * handled or not, and nobody knows any more. Messages that come in order cost one run however many they are. Looking
 * up is logarithmic in the runs, adding at the end constant.
 * Hazard: nothing here limits the runs; whoever adds calls {@link TickRuns.forgetOldest} when there are too many.
 */
import { MAX_COUNTER } from '../clocks/limits.js';

/** Bounds of runs, first and last tick in turns: ascending, never touching each other. */
type Bounds = readonly number[];

export class TickRuns {
  private readonly bounds: number[] = [];
  /** The highest tick that may have been handled without being held. */
  forgotten = 0;

  /** Number of runs. */
  get size(): number {
    return this.bounds.length / 2;
  }

  /** First and last tick of each run, in turns. */
  get runs(): Bounds {
    return this.bounds;
  }

  has(tick: number): boolean {
    const run = this.firstEndingAtOrAfter(tick);
    return run < this.size && (this.bounds[2 * run] as number) <= tick;
  }

  /** True when adding this tick would make one run more. */
  opensRun(tick: number): boolean {
    return !this.has(tick) && !this.has(tick - 1) && !this.has(tick + 1);
  }

  /** Adds the ticks from `first` to `last`, both included. */
  add(first: number, last: number = first): void {
    const { bounds } = this;
    const from = this.firstEndingAtOrAfter(first - 1);
    let to = from;
    let low = first;
    let high = last;
    while (to < this.size && (bounds[2 * to] as number) <= last + 1) {
      low = Math.min(low, bounds[2 * to] as number);
      high = Math.max(high, bounds[2 * to + 1] as number);
      to++;
    }
    bounds.splice(2 * from, 2 * (to - from), low, high);
  }

  /**
   * Gives up runs: the lowest ones that do not begin with tick 1, because the ticks from 1 on are one run for ever.
   * Every tick up to their end may then have been handled. Many at once cost as much as one.
   */
  forgetOldest(runs = 1): void {
    const oldest = this.bounds[0] === 1 && this.size > runs ? 1 : 0;
    const last = this.bounds.splice(2 * oldest, 2 * runs).at(-1);
    this.forgotten = Math.max(this.forgotten, last ?? 0);
  }

  /** Says that any tick that is not held may have been handled. */
  forgetPast(): void {
    this.forgotten = MAX_COUNTER;
  }

  /** True when everything that the other state holds is held here as well. */
  includes(other: TickRuns): boolean {
    if (other.forgotten > this.forgotten) return false;
    for (let i = 0; i < other.bounds.length; i += 2) {
      const run = this.firstEndingAtOrAfter(other.bounds[i + 1] as number);
      if (run === this.size || (this.bounds[2 * run] as number) > (other.bounds[i] as number)) return false;
    }
    return true;
  }

  /** Takes in what another state of the same node holds. */
  merge(other: TickRuns): void {
    for (let i = 0; i < other.bounds.length; i += 2) this.add(other.bounds[i] as number, other.bounds[i + 1]);
    this.forgotten = Math.max(this.forgotten, other.forgotten);
  }

  /** Index of the first run whose last tick is at or after this one. */
  private firstEndingAtOrAfter(tick: number): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.bounds[2 * middle + 1] as number) < tick) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
