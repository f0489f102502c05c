/**
 * What plain processes did one after the other, by their own clocks, as edges.
 *
 * Where a clock has n events at one instant and m at a later one, n times m pairs are in order, and fewer edges from
 * event to event cannot say so: no event stands between. So whatever has more than a few events directly before it comes
 * after one *cut*: a point behind all that a process had surely done by then.
 *
 * Guarantee: an event is before another exactly where a path leads from the one to the other, over cuts or not. At most
 * {@link MOST_DIRECT} + 3 edges for each event; logarithmic in its chain for each event asked about.
 * Hazard: a cut is no event. Its number is none of an event or of a log.
 */
import { type Chain, type EventTable, NONE, START } from '../events/event-table.js';
import type { EdgeVisitor, GraphOrder } from './order-terms.js';

/**
 * Most edges that lead to one event from those that its process's clock puts before it. A service seldom does more at
 * once within the digits of its clock, and what it does is easier to read without cuts.
 */
export const MOST_DIRECT = 8;

export class PlainSequence {
  /** @param firstCut the cut behind the event that stands first in `chainEvents`; each further event has the next one */
  constructor(
    private readonly table: EventTable,
    private readonly order: GraphOrder,
    private readonly firstCut: number,
  ) {}

  isCut(vertex: number): boolean {
    return vertex >= this.firstCut;
  }

  /** Of the events that a cut stands behind, the last. */
  lastBehind(cut: number): number {
    return this.table.chainEvents[cut - this.firstCut] as number;
  }

  /**
   * Edges that lead to the event that stands there in `chainEvents`, and those to the cut before it, where no event before
   * this one has that cut. Whoever asks about all of a chain in turn is told of no cut before all that leads to it.
   */
  visitAt(at: number, visitor: EdgeVisitor): void {
    const event = this.table.chainEvents[at] as number;
    const chain = this.chainOf(event);
    const window = this.windowBefore(event);
    if (chain === undefined || window === undefined) return;
    const { from, to } = window;
    if (to - from <= MOST_DIRECT) {
      for (let i = from; i < to; i++) this.visitDirect(i, event, visitor);
      return;
    }
    const cut = this.cutBehind(to);
    const earlier = at === chain.from ? undefined : this.windowBefore(this.table.chainEvents[at - 1] as number);
    if (earlier?.to !== to) {
      let first = from;
      // What is behind the last cut is behind this one.
      if (earlier !== undefined && earlier.to > from && earlier.to - earlier.from > MOST_DIRECT) {
        visitor(this.cutBehind(earlier.to), cut, 'process', 'derived');
        first = earlier.to;
      }
      for (let i = first; i < to; i++) visitor(this.table.chainEvents[i] as number, cut, 'process', 'derived');
    }
    visitor(cut, event, 'process', 'derived');
  }

  /** The events directly before one, without cuts. */
  before(event: number): number[] {
    const window = this.windowBefore(event);
    return window === undefined ? [] : this.eventsIn(window.from, window.to);
  }

  /** The events directly after one, without cuts. */
  after(event: number): number[] {
    const chain = this.chainOf(event);
    if (chain === undefined) return [];
    const { chainEvents, position } = this.table;
    const own = chain.from + (position[event] as number);
    const windowOf = (at: number): Window | undefined => this.windowBefore(chainEvents[at] as number);
    const from = firstWhere(own + 1, chain.to, (at) => (windowOf(at)?.to ?? 0) > own);
    return this.eventsIn(
      from,
      firstWhere(from, chain.to, (at) => (windowOf(at)?.from ?? 0) > own),
    );
  }

  /** Of all that is over before an event, what nothing else is after that is over as well. */
  private windowBefore(event: number): Window | undefined {
    const { table } = this;
    const chain = this.chainOf(event);
    if (chain === undefined) return undefined;
    const to = chain.from + table.countOverAt(chain, table.timeOf(event));
    if (to === chain.from) return undefined;
    const last = table.chainEvents[to - 1] as number;
    return { from: chain.from + table.countOverAt(chain, table.timeOf(last)), to };
  }

  private eventsIn(from: number, to: number): number[] {
    return Array.from(this.table.chainEvents.subarray(from, to));
  }

  private cutBehind(to: number): number {
    return this.firstCut + to - 1;
  }

  private chainOf(event: number): Chain | undefined {
    const { table } = this;
    const chain = table.chain[event] as number;
    if (this.order === 'flow' || chain === NONE || table.isStamped(event)) return undefined;
    return table.chains[chain];
  }

  /** A parent has an edge of its own. */
  private visitDirect(at: number, event: number, visitor: EdgeVisitor): void {
    const { table } = this;
    const before = table.chainEvents[at] as number;
    const parent = table.parent[Math.floor(event / 3)] as number;
    if (event % 3 === START && parent >= 0 && before === 3 * parent + START) return;
    visitor(before, event, 'process', 'derived');
  }
}

/** Places in `chainEvents`. */
interface Window {
  readonly from: number;
  readonly to: number;
}

/** The first place for which something holds that then holds for all after it. */
function firstWhere(from: number, to: number, holds: (at: number) => boolean): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
