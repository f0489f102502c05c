/**
 * Paths that begin or end at a log, and proofs that there is none.
 *
 * Guarantee: as happened-before.ts: a path is proven, and its absence only where both stamps miss nothing.
 * Hazard: numbers of logs follow those of all events: log `l` is moment `events + l`.
 */
import { type Chain, type EventTable, NONE, START } from '../events/event-table.js';
import type { FutureSearch } from './future-search.js';
import type { LogOrder } from './log-order.js';
import type { PastSearch } from './past-search.js';

/** What the search for paths of events lends. */
interface Searches {
  /** True where stamps alone tell all of a group's events. */
  areAlone(group: number): boolean;
  pasts(): PastSearch;
  /** Undefined where nobody has asked for a future yet. */
  futures(): FutureSearch | undefined;
}

export class LogPaths {
  private readonly events: number;

  constructor(
    private readonly table: EventTable,
    private readonly order: LogOrder,
    private readonly searches: Searches,
  ) {
    this.events = table.tick.length;
  }

  /** True where a path leads from cause to effect, one or both of them logs. */
  has(group: number, cause: number, effect: number): boolean {
    const { order, searches } = this;
    const [from, to] = [cause - this.events, effect - this.events];
    const alone = searches.areAlone(group) && (from < 0 || this.isPure(from)) && (to < 0 || this.isPure(to));
    if (from < 0) {
      if (order.isToldOf(to, cause)) return true;
      if (alone) return false;
      const futures = searches.futures();
      if (futures?.isAt(cause) === true) return futures.isAfterAny((visitor) => order.visitCauses(to, visitor));
      return searches.pasts().isBefore(cause, effect);
    }
    if (to < 0 ? order.leadsTo(from, effect) : order.leadsToLog(from, to)) return true;
    if (alone) return false;
    const futures = searches.futures();
    if (futures?.isAt(cause) === true) {
      if (to < 0) return futures.isAfterOrigin(effect);
      return futures.isAfterAny((visitor) => order.visitCauses(to, visitor));
    }
    return searches
      .pasts()
      .past(effect)
      .some((event) => order.leadsTo(from, event));
  }

  /** True where stamps prove that no path is hidden that leads from cause to effect. None is known. */
  exclude(cause: number, effect: number): boolean {
    const { table, order } = this;
    const { logs } = order;
    const [from, to] = [cause - this.events, effect - this.events];
    const domain = this.domainOf(cause);
    if (domain === NONE || domain !== this.domainOf(effect)) return false;
    if (from < 0) return !this.isTold(cause) && order.hasNotHeard(to, cause);
    if (logs.incomplete[from] === 1) return false;
    const chain = logs.chain[from] as number;
    if (to < 0) {
      if (this.isTold(effect) || table.isPartial(effect)) return false;
      return table.chain[effect] !== chain && order.isUnheard(from, table.heard(effect, chain));
    }
    if (logs.incomplete[to] === 1 || logs.chain[to] === chain) return false;
    return order.isUnheard(from, logs.heard(to, chain));
  }

  /** The start of the span of an event or a log; {@link NONE} where that was not read. */
  startOfSpan(moment: number): number {
    const span = moment < this.events ? Math.floor(moment / 3) : (this.order.logs.span[moment - this.events] as number);
    return span === NONE ? NONE : 3 * span + START;
  }

  /** True where a log's stamp tells all that its span does. */
  private isPure(log: number): boolean {
    const { logs } = this.order;
    const span = logs.span[log] as number;
    return logs.chain[log] !== NONE && (span === NONE || this.order.hasHeard(log, 3 * span + START));
  }

  private isTold(event: number): boolean {
    return this.table.isToldIncomplete(Math.floor(event / 3));
  }

  private domainOf(moment: number): number {
    if (moment < this.events) return this.table.domainOf(moment);
    const chain = this.order.logs.chain[moment - this.events] as number;
    return chain === NONE ? NONE : (this.table.chains[chain] as Chain).domain;
  }
}
