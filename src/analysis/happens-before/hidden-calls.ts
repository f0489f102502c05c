/**
 * Incomplete stamps that the whole trace makes complete again: where all that is hidden are calls out of the recorded
 * fleet (a payment provider without tracing), no recorded event lies on the hidden side.
 *
 * A reply without a stamp makes its caller incomplete for good, because it may have told of anything. With the trace at
 * hand: it can only have told of what some hidden call had carried out. So two events that no stamped path orders
 * are concurrent unless the one was known at the end of one such call, and the other came after the start of another.
 *
 * Guarantee: used only where these calls explain every incomplete stamp of the group: everything stamped, no parent and
 * no tick missing, no vector that lost an entry, no links that stamps do not tell, no reply whose body was still open.
 * Hazard: calls whose service was recorded without stamps are not hidden ones; for those `unknown` stays. So it does where
 * an address says that a recorded service took the call; where none does, that is not seen. A client span stands for one
 * call: of a second one under it that nothing recorded answers, nothing is seen either.
 */
import { PROCESS_DOMAIN } from '../../clocks/stamp.js';
import type { RecordedSpan } from '../recorded.js';
import { type Chain, END, type EventTable, MISSING, NONE, REPLY, START, vectorOf } from '../events/event-table.js';
import { FleetAddresses } from './fleet-addresses.js';
import type { Predecessors } from './predecessors.js';
import type { TraceGroups } from './trace-groups.js';

/** Beyond this many, each question would cost too much: it stays unknown. */
const MOST_CALLS = 64;
/** SDKs keep 128 links and vectors 64 entries: from here on some may have been dropped. */
const SAFE_LINKS = 128;
const SAFE_ENTRIES = 60;

export class HiddenCalls {
  /** Hidden calls by group; undefined for a group that is not explained by them. */
  private byGroup: Map<number, number[] | undefined> | undefined = undefined;

  constructor(
    private readonly table: EventTable,
    private readonly predecessors: Predecessors,
    private readonly groups: TraceGroups,
  ) {}

  /** True when hidden calls are all that a group's stamps miss. */
  explain(group: number): boolean {
    this.byGroup ??= this.collect();
    return this.byGroup.get(group) !== undefined;
  }

  /** True when no hidden path can lead from cause to effect. No stamped one does. */
  exclude(group: number, cause: number, effect: number): boolean {
    if (!this.groups.isPure(group) || this.table.domainOf(cause) !== this.table.domainOf(effect)) return false;
    this.byGroup ??= this.collect();
    const calls = this.byGroup.get(group);
    if (calls === undefined || effect % 3 === REPLY) return false;
    const out = calls.filter((call) => this.isUpTo(cause, 3 * call + END));
    const back = calls.filter((call) => this.isUpTo(3 * call + START, effect));
    return out.length === 0 || back.length === 0 || (out.length === 1 && back.length === 1 && out[0] === back[0]);
  }

  private isUpTo(event: number, other: number): boolean {
    return event === other || this.predecessors.hasHeard(other, event);
  }

  private collect(): Map<number, number[] | undefined> {
    const { table, groups } = this;
    const calls = new Map<number, number[] | undefined>();
    const told: number[] = [];
    const fleet = new FleetAddresses(table);
    for (let s = 0; s < table.spans.length; s++) {
      const group = groups.of(table.trace[s] as number);
      if (!calls.has(group)) calls.set(group, []);
      if (this.mayHideMore(s)) calls.set(group, undefined);
      if (!table.isToldIncomplete(s)) continue;
      told.push(s);
      if (!this.isUnanswered(s)) continue;
      if (fleet.mayInclude(table.spans[s] as RecordedSpan)) calls.set(group, undefined);
      else calls.get(group)?.push(s);
    }
    for (const chain of table.chains) {
      if (chain.domain === NONE || !this.isGapless(chain)) {
        for (let at = chain.from; at < chain.to; at++) this.giveUp(calls, table.chainEvents[at] as number);
      }
    }
    this.giveUpUnreadChains(calls);
    for (const s of told) {
      const group = groups.of(table.trace[s] as number);
      const known = calls.get(group);
      if (known === undefined) continue;
      const last = 3 * s + END;
      if (known.length > MOST_CALLS || !known.some((call) => this.isUpTo(3 * call + START, last))) {
        calls.set(group, undefined);
      }
    }
    return calls;
  }

  private giveUp(calls: Map<number, number[] | undefined>, event: number): void {
    calls.set(this.groups.ofEvent(event), undefined);
  }

  /** A node that others have heard of and nobody read may have told anything to anybody. */
  private giveUpUnreadChains(calls: Map<number, number[] | undefined>): void {
    const { table } = this;
    for (let event = 0; event < table.tick.length; event++) {
      if (!table.isStamped(event)) continue;
      const vector = vectorOf(event);
      const from = table.vectorAt[vector] as number;
      for (let i = from; i < from + (table.vectorSize[vector] as number); i++) {
        const chain = table.chains[table.entryChain.values[i] as number] as Chain;
        if (!this.wasRead(chain, table.entryCount.values[i] as number)) this.giveUp(calls, event);
      }
    }
  }

  private wasRead({ from, to }: Chain, tick: number): boolean {
    const { tick: ticks, chainEvents } = this.table;
    return (
      to > from &&
      tick >= (ticks[chainEvents[from] as number] as number) &&
      tick <= (ticks[chainEvents[to - 1] as number] as number)
    );
  }

  /** A client span that nothing recorded answers: what its own process did inside it is no answer, unless it called itself. */
  private isUnanswered(span: number): boolean {
    const { table } = this;
    if (table.spans[span]?.kind !== 'client') return false;
    for (let i = table.childAt[span] as number; i < (table.childAt[span + 1] as number); i++) {
      const child = table.children[i] as number;
      if (!this.isLocal(span, child) || table.spans[child]?.kind === 'server') return false;
    }
    return true;
  }

  private isLocal(parent: number, child: number): boolean {
    return this.table.chain[3 * parent] === this.table.chain[3 * child];
  }

  private mayHideMore(span: number): boolean {
    const { table } = this;
    const { links, kind } = table.spans[span] as RecordedSpan;
    const parent = table.parent[span] as number;
    if (parent === MISSING || links.length >= SAFE_LINKS || links.length > (table.links.get(span)?.length ?? 0))
      return true;
    if (parent === NONE && this.mayBeginUnread(span)) return true;
    if ((table.vectorSize[2 * span + 1] as number) > SAFE_ENTRIES) return true;
    if (parent >= 0) {
      const isLocal = this.isLocal(parent, span);
      const isCall = kind === 'server' || table.spans[parent]?.kind === 'client';
      // A second clock in one process, or a call that nobody says was answered: both are other reasons than ours.
      if (!isLocal && kind !== 'server' && kind !== 'consumer') return true;
      if (!isLocal && isCall && !this.isAnswered(span, parent)) return true;
      if (this.lost(3 * parent, 3 * span)) return true;
    }
    return this.lost(3 * span, 3 * span + END) || this.hasOpenBody(span);
  }

  /**
   * In process scope a message counts also for who begins a trace of his own with it, so that no parent names it. Where he
   * would not read its stamp, that it came makes him incomplete, if nothing did before.
   */
  private mayBeginUnread(span: number): boolean {
    const { table } = this;
    const { kind } = table.spans[span] as RecordedSpan;
    if (kind !== 'server' && kind !== 'consumer') return false;
    return table.isToldIncomplete(span) && table.domains[table.domainOf(3 * span)] === PROCESS_DOMAIN;
  }

  private isAnswered(span: number, parent: number): boolean {
    const reply = 3 * span + REPLY;
    return this.table.exists(reply) && this.predecessors.hasHeard(3 * parent + END, reply);
  }

  /** True when the later event does not know something that the earlier one knew. */
  private lost(earlier: number, later: number): boolean {
    const { table } = this;
    const vector = vectorOf(earlier);
    const from = table.vectorAt[vector] as number;
    for (let i = from; i < from + (table.vectorSize[vector] as number); i++) {
      const chain = table.entryChain.values[i] as number;
      const known =
        table.chain[earlier] === chain ? (table.tick[earlier] as number) : (table.entryCount.values[i] as number);
      if (table.heard(later, chain) < known) return true;
    }
    return false;
  }

  /** Something happened between the reply of an incomplete span and its end: its body may have told of it. */
  private hasOpenBody(span: number): boolean {
    const { table } = this;
    const reply = 3 * span + REPLY;
    if (!table.exists(reply)) return false;
    const chain = table.chains[table.chain[reply] as number] as Chain;
    for (let at = chain.from + (table.position[reply] as number) + 1; at < chain.to; at++) {
      const event = table.chainEvents[at] as number;
      if (event === 3 * span + END) return false;
      if (table.isToldIncomplete(Math.floor(event / 3))) return true;
    }
    return false;
  }

  /** Every tick was read, and no event knows less than the one before it. */
  private isGapless(chain: Chain): boolean {
    const { table } = this;
    for (let at = chain.from + 1; at < chain.to; at++) {
      const before = table.chainEvents[at - 1] as number;
      const event = table.chainEvents[at] as number;
      if ((table.tick[event] as number) !== (table.tick[before] as number) + 1) return false;
      if (event % 3 !== REPLY && before % 3 !== REPLY && this.lost(before, event)) return false;
    }
    return true;
  }
}
