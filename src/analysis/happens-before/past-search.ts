/**
 * The past of one event, found by walking back.
 *
 * Guarantee: visits each event of the past once. The last event's past is kept, so asking many questions about one
 * event costs one walk.
 */
import type { Chain, EventTable } from '../events/event-table.js';
import type { Predecessors } from './predecessors.js';

export class PastSearch {
  private readonly mark: Uint32Array;
  private readonly chainMark: Uint32Array;
  /** How many events of a chain were visited from its beginning, where `chainMark` is the present walk's. */
  private readonly reached: Int32Array;
  private walk = 0;
  private target = -1;
  private found: number[] = [];

  constructor(
    private readonly table: EventTable,
    private readonly predecessors: Pick<Predecessors, 'visit'>,
  ) {
    this.mark = new Uint32Array(table.tick.length);
    this.chainMark = new Uint32Array(table.chains.length);
    this.reached = new Int32Array(table.chains.length);
  }

  /** All events before `event`, in no order. */
  past(event: number): readonly number[] {
    if (this.target === event) return this.found;
    this.target = event;
    this.walk++;
    this.found = [];
    const { found } = this;
    this.predecessors.visit(event, this);
    for (let next = 0; next < found.length; next++) this.predecessors.visit(found[next] as number, this);
    return found;
  }

  isBefore(event: number, target: number): boolean {
    this.past(target);
    return this.mark[event] === this.walk;
  }

  /** @internal */
  event(event: number): void {
    if (this.mark[event] === this.walk) return;
    this.mark[event] = this.walk;
    this.found.push(event);
  }

  /** @internal */
  prefix(chain: number, count: number): void {
    if (this.chainMark[chain] !== this.walk) {
      this.chainMark[chain] = this.walk;
      this.reached[chain] = 0;
    }
    const { from } = this.table.chains[chain] as Chain;
    for (let at = this.reached[chain] as number; at < count; at++)
      this.event(this.table.chainEvents[from + at] as number);
    if (count > (this.reached[chain] as number)) this.reached[chain] = count;
  }
}
