/**
 * What each event is told to come after, in the form that stays linear: single events, and prefixes of chains.
 *
 * Guarantee: everything handed out is sound: a start is after its parent's start, an end after its own start and reply,
 * and after the start of whatever it links to; a stamp is after what its vector names; a plain process's event is after
 * what its own clock has surely put behind it.
 * Hazard: in `flow` order a process's sequence and the vectors, which hold that sequence, play no part.
 */
import { type Chain, END, type EventTable, NONE, REPLY, START, vectorOf } from '../events/event-table.js';
import type { GraphOrder } from './order-terms.js';

export interface PredecessorVisitor {
  event(event: number): void;
  /** The first `count` events of a chain. */
  prefix(chain: number, count: number): void;
}

export class Predecessors {
  constructor(
    private readonly table: EventTable,
    readonly order: GraphOrder,
    readonly links: 'start' | 'end',
  ) {}

  visit(event: number, visitor: PredecessorVisitor): void {
    const { table } = this;
    const span = Math.floor(event / 3);
    const kind = event % 3;
    if (kind === START) {
      const parent = table.parent[span] as number;
      if (parent >= 0) visitor.event(3 * parent + START);
    } else {
      visitor.event(3 * span + START);
      if (kind === END && table.exists(3 * span + REPLY)) visitor.event(3 * span + REPLY);
    }
    if (kind === (this.links === 'start' ? START : END)) {
      const linked = table.links.get(span);
      if (linked !== undefined) for (const other of linked) visitor.event(3 * other + START);
    }
    if (this.order === 'process') this.visitChains(event, visitor);
    else if (kind === END) this.visitReplies(event, visitor);
  }

  /** Replies that the end of a client span has heard. */
  visitReplies(event: number, visitor: Pick<PredecessorVisitor, 'event'>): void {
    const { table } = this;
    if (!table.isStamped(event)) return;
    const span = Math.floor(event / 3);
    for (let i = table.childAt[span] as number; i < (table.childAt[span + 1] as number); i++) {
      const reply = 3 * (table.children[i] as number) + REPLY;
      if (table.exists(reply) && this.hasHeard(event, reply)) visitor.event(reply);
    }
  }

  /** True where the stamp of `event` names `cause`, and nobody else can be meant. */
  hasHeard(event: number, cause: number): boolean {
    const { table } = this;
    const chain = table.chain[cause] as number;
    if (!table.isStamped(cause) || !table.isStamped(event) || table.domainOf(cause) !== table.domainOf(event))
      return false;
    const tick = table.tick[cause] as number;
    return table.heard(event, chain) >= tick && tick < (table.chains[chain] as Chain).clashTick;
  }

  private visitChains(event: number, visitor: PredecessorVisitor): void {
    const { table } = this;
    const own = table.chain[event] as number;
    if (own === NONE) return;
    const chain = table.chains[own] as Chain;
    if (!table.isStamped(event)) {
      visitor.prefix(own, table.countOverAt(chain, table.timeOf(event)));
      return;
    }
    visitor.prefix(own, table.countCertain(chain, (table.tick[event] as number) - 1));
    const vector = vectorOf(event);
    const from = table.vectorAt[vector] as number;
    const to = from + (table.vectorSize[vector] as number);
    for (let i = from; i < to; i++) {
      const other = table.entryChain.values[i] as number;
      if (other === own) continue;
      visitor.prefix(other, table.countCertain(table.chains[other] as Chain, table.entryCount.values[i] as number));
    }
  }
}
