/**
 * The one question that all others are made of: did this event happen before that one?
 *
 * Guarantee: `true` is proven by a path, `false` by stamps that miss nothing; anything else is undefined. An event that claims to be both before and after another
 * proves neither.
 */
import type { StampRelation } from '../clocks/stamp.js';
import {
  type Chain,
  type EventTable,
  NONE,
  PARTIAL_END,
  PARTIAL_REPLY,
  PARTIAL_START,
  TOLD_INCOMPLETE,
} from './event-table.js';
import { FlowBranches } from './flow-branches.js';
import { HiddenCalls } from './hidden-calls.js';
import { PastSearch } from './past-search.js';
import type { Predecessors } from './predecessors.js';
import type { TraceGroups } from './trace-groups.js';

const PARTIAL = [PARTIAL_START, PARTIAL_REPLY, PARTIAL_END] as const;

export class HappenedBefore {
  private searches: [PastSearch, PastSearch] | undefined;
  readonly hidden: HiddenCalls;
  private readonly branches: FlowBranches;

  constructor(
    private readonly table: EventTable,
    private readonly predecessors: Predecessors,
    private readonly groups: TraceGroups,
  ) {
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
    if (there) return back ? undefined : true;
    // Whoever was before its cause cannot be after it.
    if (back) return false;
    return this.noPathIsHidden(group, cause, effect) ? false : undefined;
  }

  /** What the two stamps alone say. */
  byStamps(a: number, b: number): StampRelation {
    const there = this.predecessors.hasHeard(b, a);
    const back = this.predecessors.hasHeard(a, b);
    if (there || back) return there === back ? 'unknown' : there ? 'before' : 'after';
    return this.stampsExclude(a, b) && this.stampsExclude(b, a) ? 'concurrent' : 'unknown';
  }

  /** True where a path leads from cause to effect. */
  private hasPath(group: number, cause: number, effect: number): boolean {
    if (this.groups.isPure(group) && this.predecessors.order === 'process') {
      return this.predecessors.hasHeard(effect, cause);
    }
    if (this.cannotReach(cause, effect)) return false;
    this.searches ??= [new PastSearch(this.table, this.predecessors), new PastSearch(this.table, this.predecessors)];
    // Two walks are kept, so that asking about a pair both ways does not forget either.
    const [first, second] = this.searches;
    const search = first.isAt(effect) || !second.isAt(effect) ? first : second;
    if (search === first && !first.isAt(effect)) this.searches = [second, first];
    return search.isBefore(cause, effect);
  }

  /** Lamport times grow along every path. */
  private cannotReach(cause: number, effect: number): boolean {
    return (this.table.lamport[cause] as number) >= (this.table.lamport[effect] as number);
  }

  private noPathIsHidden(group: number, cause: number, effect: number): boolean {
    if (this.predecessors.order === 'flow') return this.branches.areWhole(cause, effect);
    return this.stampsExclude(cause, effect) || this.hidden.exclude(group, cause, effect);
  }

  private stampsExclude(cause: number, effect: number): boolean {
    const { table } = this;
    const domain = table.domainOf(cause);
    if (domain === NONE || domain !== table.domainOf(effect)) return false;
    const causeFlags = table.flags[Math.floor(cause / 3)] as number;
    const effectFlags = table.flags[Math.floor(effect / 3)] as number;
    if (((causeFlags | effectFlags) & TOLD_INCOMPLETE) !== 0) return false;
    if ((effectFlags & (PARTIAL[effect % 3] as number)) !== 0) return false;
    // Heard of, but for a clash of identities: one of two events is meant.
    const chain = table.chain[cause] as number;
    const clashes = (table.chains[chain] as Chain).clashTick <= (table.tick[cause] as number);
    return !clashes || table.heard(effect, chain) < (table.tick[cause] as number);
  }

  /** All events before this one, in no order. */
  past(event: number): readonly number[] {
    return new PastSearch(this.table, this.predecessors).past(event).filter((other) => this.ask(other, event) === true);
  }

  future(event: number): readonly number[] {
    return this.ofGroup(event).filter((other) => other !== event && this.ask(event, other) === true);
  }

  concurrent(event: number): readonly number[] {
    return this.ofGroup(event).filter(
      (other) => other !== event && this.ask(event, other) === false && this.ask(other, event) === false,
    );
  }

  /** All events, span by span. */
  existing(): number[] {
    const events: number[] = [];
    for (let event = 0; event < this.table.tick.length; event++) if (this.table.exists(event)) events.push(event);
    return events;
  }

  private ofGroup(event: number): number[] {
    const group = this.groups.ofEvent(event);
    return this.existing().filter((other) => this.groups.ofEvent(other) === group);
  }
}
