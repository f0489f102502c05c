/**
 * The one question that all others are made of: did this event happen before that one?
 *
 * Guarantee: `true` is proven by a path, `false` by stamps that miss nothing, or by a path the other way; anything else
 * is undefined. An event that claims to be both before and after another proves neither.
 */
import type { StampRelation } from '../../clocks/stamp.js';
import { type Chain, type EventTable, NONE } from '../events/event-table.js';
import { FlowBranches } from './flow-branches.js';
import { FutureSearch } from './future-search.js';
import { HiddenCalls } from './hidden-calls.js';
import type { LogOrder } from './log-order.js';
import { LogPaths } from './log-paths.js';
import { PastSearch } from './past-search.js';
import type { Predecessors } from './predecessors.js';
import type { TraceGroups } from './trace-groups.js';

export class HappenedBefore {
  readonly hidden: HiddenCalls;
  private readonly logPaths: LogPaths;
  private readonly branches: FlowBranches;
  private pasts: PastSearch | undefined = undefined;
  private futures: FutureSearch | undefined = undefined;

  constructor(
    private readonly table: EventTable,
    private readonly predecessors: Predecessors,
    private readonly groups: TraceGroups,
    private readonly logOrder: LogOrder,
  ) {
    this.logPaths = new LogPaths(table, logOrder, {
      areAlone: (group) => this.isStampsAlone(group),
      pasts: () => this.pastSearch(),
      futures: () => this.futures,
    });
    this.hidden = new HiddenCalls(table, predecessors, groups);
    this.branches = new FlowBranches(table);
  }

  /** Whether `cause` happened before `effect`. */
  ask(cause: number, effect: number): boolean | undefined {
    if (cause === effect) return false;
    const group = this.groups.ofEvent(cause);
    if (group !== this.groups.ofEvent(effect)) return undefined;
    const there = this.hasPath(group, cause, effect);
    const back = this.hasPath(group, effect, cause);
    // Lamport times are no help against stamps that contradict each other.
    if (there)
      return back || (!this.isLog(cause, effect) && this.predecessors.hasHeard(cause, effect)) ? undefined : true;
    // Whoever was before its cause cannot be after it.
    if (back) return false;
    return this.noPathIsHidden(group, cause, effect) ? false : undefined;
  }

  /** How `a` stands to `b`. */
  relate(a: number, b: number): StampRelation {
    if (a === b) return 'equal';
    const before = this.ask(a, b);
    if (before === true) return 'before';
    const after = this.ask(b, a);
    if (after === true) return 'after';
    return before === false && after === false ? 'concurrent' : 'unknown';
  }

  /** What the two stamps alone say. */
  byStamps(a: number, b: number): StampRelation {
    const there = this.predecessors.hasHeard(b, a);
    const back = this.predecessors.hasHeard(a, b);
    if (there || back) return there === back ? 'unknown' : there ? 'before' : 'after';
    return this.stampsExclude(a, b) && this.stampsExclude(b, a) ? 'concurrent' : 'unknown';
  }

  /** Walks once from an event, so that questions about it and any other cost no walk of their own. */
  focus(event: number): void {
    if (this.isStampsAlone(this.groups.ofEvent(event)) && !this.isLog(event)) return;
    this.futuresOf(event);
    this.pastSearch().past(event);
  }

  /** All events before this one, in no order. */
  past(event: number): readonly number[] {
    this.focus(event);
    return this.pastSearch()
      .past(event)
      .filter((other) => this.ask(other, event) === true);
  }

  future(event: number): readonly number[] {
    this.focus(event);
    return this.futuresOf(event).filter((other) => this.ask(event, other) === true);
  }

  concurrent(event: number): readonly number[] {
    this.focus(event);
    const all = this.futureSearch().eventsOf(this.groups.ofEvent(event));
    return Array.from(all).filter((other) => this.relate(event, other) === 'concurrent');
  }

  /** The logs of the event's traces that stand to it as is asked. */
  logsThat(relation: StampRelation, event: number): number[] {
    const { logs } = this.logOrder;
    this.focus(event);
    const group = this.groups.ofEvent(event);
    const found: number[] = [];
    for (let log = 0; log < logs.logs.length; log++) {
      if (this.groups.of(logs.trace[log] as number) !== group) continue;
      if (this.relate(this.table.tick.length + log, event) === relation) found.push(log);
    }
    return found;
  }

  /** All events, span by span. */
  existing(): number[] {
    const events: number[] = [];
    for (let event = 0; event < this.table.tick.length; event++) if (this.table.exists(event)) events.push(event);
    return events;
  }

  /** True where a path leads from cause to effect. */
  private hasPath(group: number, cause: number, effect: number): boolean {
    if (this.isLog(cause, effect)) return this.logPaths.has(group, cause, effect);
    if (this.isStampsAlone(group)) return this.predecessors.hasHeard(effect, cause);
    // Lamport times grow along every path.
    if ((this.table.lamport[cause] as number) >= (this.table.lamport[effect] as number)) return false;
    if (this.futures?.isAt(cause) === true) return this.futures.isAfterOrigin(effect);
    return this.pastSearch().isBefore(cause, effect);
  }

  private isStampsAlone(group: number): boolean {
    return this.predecessors.order === 'process' && this.groups.isPure(group);
  }

  private noPathIsHidden(group: number, cause: number, effect: number): boolean {
    if (this.isLog(cause, effect)) {
      if (this.predecessors.order === 'process') return this.logPaths.exclude(cause, effect);
      const [a, b] = [this.logPaths.startOfSpan(cause), this.logPaths.startOfSpan(effect)];
      return a !== NONE && b !== NONE && this.branches.areWhole(a, b);
    }
    if (this.predecessors.order === 'flow') return this.branches.areWhole(cause, effect);
    return this.stampsExclude(cause, effect) || this.hidden.exclude(group, cause, effect);
  }

  private stampsExclude(cause: number, effect: number): boolean {
    const { table } = this;
    const domain = table.domainOf(cause);
    if (domain === NONE || domain !== table.domainOf(effect)) return false;
    if (table.isToldIncomplete(Math.floor(cause / 3)) || table.isToldIncomplete(Math.floor(effect / 3))) return false;
    if (table.isPartial(effect)) return false;
    // Heard of, but for a clash of identities: one of two events is meant.
    const chain = table.chain[cause] as number;
    const clashes = (table.chains[chain] as Chain).clashTick <= (table.tick[cause] as number);
    return !clashes || table.heard(effect, chain) < (table.tick[cause] as number);
  }

  private isLog(a: number, b = a): boolean {
    const events = this.table.tick.length;
    return a >= events || b >= events;
  }

  private futuresOf(event: number): readonly number[] {
    const log = event - this.table.tick.length;
    if (log < 0) return this.futureSearch().future(event);
    return this.futureSearch().futureOf(event, (other) => this.logOrder.leadsTo(log, other));
  }

  private pastSearch(): PastSearch {
    this.pasts ??= new PastSearch(this.table, {
      visit: (event, visitor) => {
        const log = event - this.table.tick.length;
        if (log < 0) this.predecessors.visit(event, visitor);
        else this.logOrder.visitCauses(log, visitor);
      },
    });
    return this.pasts;
  }

  private futureSearch(): FutureSearch {
    this.futures ??= new FutureSearch(this.table, this.predecessors, this.groups);
    return this.futures;
  }
}
