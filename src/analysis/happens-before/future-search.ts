/**
 * The future of one event, found in one pass over what may come after it.
 *
 * Guarantee: looks at each later event of the group once, in the order of Lamport times, in which causes come first.
 */
import type { EventTable } from '../events/event-table.js';
import { inLamportOrder } from './linear-extension.js';
import type { Predecessors, PredecessorVisitor } from './predecessors.js';
import type { TraceGroups } from './trace-groups.js';

export class FutureSearch {
  private readonly mark: Uint32Array;
  /** For each chain the first position that is in the future, where `chainMark` is the present pass's. */
  private readonly first: Int32Array;
  private readonly chainMark: Uint32Array;
  private pass = 0;
  private origin = -1;
  private isAfter = false;
  private found: number[] = [];
  private group = -1;
  private inOrder: Int32Array = new Int32Array(0);
  private readonly visitor: PredecessorVisitor;

  constructor(
    private readonly table: EventTable,
    private readonly predecessors: Predecessors,
    private readonly groups: TraceGroups,
  ) {
    this.mark = new Uint32Array(table.tick.length);
    this.first = new Int32Array(table.chains.length);
    this.chainMark = new Uint32Array(table.chains.length);
    this.visitor = {
      event: (event) => {
        if (this.mark[event] === this.pass) this.isAfter = true;
      },
      prefix: (chain, count) => {
        if (this.chainMark[chain] === this.pass && (this.first[chain] as number) < count) this.isAfter = true;
      },
    };
  }

  /** All events after `event`, causes first. */
  future(event: number): readonly number[] {
    if (this.origin === event) return this.found;
    this.origin = event;
    this.pass++;
    this.found = [];
    this.enter(event);
    const { lamport } = this.table;
    for (const other of this.eventsOf(this.groups.ofEvent(event))) {
      if ((lamport[other] as number) <= (lamport[event] as number)) continue;
      this.isAfter = false;
      this.predecessors.visit(other, this.visitor);
      if (!this.isAfter) continue;
      this.enter(other);
      this.found.push(other);
    }
    return this.found;
  }

  /** All events after something that is none itself: what it leads to directly, and all after those. */
  futureOf(origin: number, leadsTo: (event: number) => boolean): readonly number[] {
    if (this.origin === origin) return this.found;
    this.origin = origin;
    this.pass++;
    this.found = [];
    for (const other of this.eventsOf(this.groups.ofEvent(origin))) {
      this.isAfter = leadsTo(other);
      if (!this.isAfter) this.predecessors.visit(other, this.visitor);
      if (!this.isAfter) continue;
      this.enter(other);
      this.found.push(other);
    }
    return this.found;
  }

  /** True when something that comes after all this visits comes after the present origin. */
  isAfterAny(visit: (visitor: PredecessorVisitor) => void): boolean {
    this.isAfter = false;
    visit(this.visitor);
    return this.isAfter;
  }

  isAt(event: number): boolean {
    return this.origin === event;
  }

  isAfterOrigin(event: number): boolean {
    return event !== this.origin && this.mark[event] === this.pass;
  }

  /** All events of a group, in Lamport order. */
  eventsOf(group: number): Int32Array {
    if (this.group !== group) {
      const events: number[] = [];
      for (let event = 0; event < this.table.tick.length; event++) {
        if (this.table.exists(event) && this.groups.ofEvent(event) === group) events.push(event);
      }
      this.inOrder = inLamportOrder(this.table, events);
      this.group = group;
    }
    return this.inOrder;
  }

  private enter(event: number): void {
    this.mark[event] = this.pass;
    const chain = this.table.chain[event] as number;
    if (chain < 0) return;
    const position = this.table.position[event] as number;
    if (this.chainMark[chain] !== this.pass || position < (this.first[chain] as number)) {
      this.chainMark[chain] = this.pass;
      this.first[chain] = position;
    }
  }
}
