/**
 * What a log is told of what came before and after it.
 *
 * A stamped log stands in its node's chain: after event `tick`, before the next one. What the log had heard came before
 * it; who has heard of an event after it came after it. A log without a stamp came after its span's start, and before
 * its end where the clock of its own process surely says so.
 *
 * Guarantee: whatever is said here is sound, and is all that is known directly: everything else is a path over events.
 * Hazard: a message that left after the log tells the same of its node as one that left before it. Who has heard no
 * more than that may have heard of the log, so that is never taken for concurrent.
 */
import { type Chain, END, type EventTable, NONE, REPLY, START } from '../events/event-table.js';
import type { LogTable } from '../events/log-table.js';
import type { Predecessors, PredecessorVisitor } from './predecessors.js';

export class LogOrder {
  constructor(
    private readonly table: EventTable,
    readonly logs: LogTable,
    private readonly predecessors: Predecessors,
  ) {}

  /** What came directly before a log: events, and prefixes of chains. */
  visitCauses(log: number, visitor: PredecessorVisitor): void {
    const { table, logs, predecessors } = this;
    const span = logs.span[log] as number;
    if (span !== NONE) visitor.event(3 * span + START);
    if (predecessors.order === 'flow') {
      if (span !== NONE) this.visitReplies(log, span, visitor);
      return;
    }
    const own = logs.chain[log] as number;
    if (own === NONE) {
      const chain = this.plainChainOf(log);
      if (chain !== NONE) visitor.prefix(chain, this.countOver(log, table.chains[chain] as Chain));
      return;
    }
    visitor.prefix(own, table.countCertain(table.chains[own] as Chain, logs.tick[log] as number));
    const from = logs.vectorAt[log] as number;
    for (let i = from; i < from + (logs.vectorSize[log] as number); i++) {
      const other = logs.entryChain.values[i] as number;
      if (other !== own)
        visitor.prefix(other, table.countCertain(table.chains[other] as Chain, logs.entryCount.values[i] as number));
    }
  }

  /** True where the stamp of the log names the event. */
  hasHeard(log: number, event: number): boolean {
    const { table, logs } = this;
    const chain = table.chain[event] as number;
    if (logs.chain[log] === NONE || chain === NONE || !table.isStamped(event)) return false;
    const tick = table.tick[event] as number;
    return tick < (table.chains[chain] as Chain).clashTick && logs.heard(log, chain) >= tick;
  }

  /** True where that stamp is part of the order that is asked for: the flow of a trace is not told by vectors. */
  isToldOf(log: number, event: number): boolean {
    return this.predecessors.order === 'process' && this.hasHeard(log, event);
  }

  /** True where an event is known directly to come after a log. */
  leadsTo(log: number, event: number): boolean {
    const { table, logs, predecessors } = this;
    const span = logs.span[log] as number;
    const own = logs.chain[log] as number;
    if (predecessors.order === 'flow') {
      if (event !== 3 * span + END) return false;
      return own === NONE ? this.isSurelyBefore(log, event) : this.isNext(log, table.heard(event, own));
    }
    if (own !== NONE) return this.isNext(log, table.heard(event, own));
    if (event === 3 * span + END) return this.isSurelyBefore(log, event);
    const chain = this.plainChainOf(log);
    return chain !== NONE && table.chain[event] === chain && this.isSurelyBefore(log, event);
  }

  /** True where one log is known directly to come before another. */
  leadsToLog(first: number, second: number): boolean {
    const { logs, predecessors } = this;
    const [a, b] = [logs.chain[first] as number, logs.chain[second] as number];
    const isOneSpan = logs.span[first] !== NONE && logs.span[first] === logs.span[second];
    if (predecessors.order === 'flow' && !(isOneSpan && a === b)) return false;
    if (a !== NONE && b !== NONE)
      return a === b ? this.isEarlier(first, second) : this.isNext(first, logs.heard(second, a));
    if (a !== NONE || b !== NONE || logs.lane[first] !== logs.lane[second]) return false;
    const isLocal = isOneSpan ? this.isOfItsSpan(first) : this.isOneProcess(first, second);
    if (!isLocal) return false;
    const apart = (logs.nanos[second] as number) - (logs.nanos[first] as number);
    return apart >= (logs.resolutionNanos[logs.lane[first] as number] as number) && apart > 0;
  }

  /**
   * True where the stamp of a log proves that no path leads to it from an event, or an event's that none leads from a
   * log.
   */
  hasNotHeard(log: number, event: number): boolean {
    const { table, logs } = this;
    const chain = table.chain[event] as number;
    if (logs.incomplete[log] === 1) return false;
    const clashes = (table.chains[chain] as Chain).clashTick <= (table.tick[event] as number);
    // Heard of, but for a clash of identities: one of two events is meant.
    return !clashes || logs.heard(log, chain) < (table.tick[event] as number);
  }

  /** True where one who has heard so many events of the log's node cannot have heard of the log. */
  isUnheard(log: number, heard: number): boolean {
    return heard < (this.logs.told[log] as number);
  }

  private visitReplies(log: number, span: number, visitor: PredecessorVisitor): void {
    const { childAt, children } = this.table;
    for (let i = childAt[span] as number; i < (childAt[span + 1] as number); i++) {
      const reply = 3 * (children[i] as number) + REPLY;
      if (this.table.exists(reply) && this.hasHeard(log, reply)) visitor.event(reply);
    }
  }

  /** From a clash on, a tick does not say which process's event is meant, nor which process wrote the log. */
  private isNext(log: number, heard: number): boolean {
    const next = (this.logs.tick[log] as number) + 1;
    return heard >= next && next < (this.table.chains[this.logs.chain[log] as number] as Chain).clashTick;
  }

  /** A node numbers its logs; a number that goes back is that of another process with its name. */
  private isEarlier(first: number, second: number): boolean {
    const { logs, table } = this;
    const [a, b] = [logs.tick[first] as number, logs.tick[second] as number];
    if (b >= (table.chains[logs.chain[first] as number] as Chain).clashTick) return false;
    return (logs.seq[first] as number) < (logs.seq[second] as number) && a <= b;
  }

  /** The chain of a log without a stamp, where its process is known and its span is plain as well. */
  private plainChainOf(log: number): number {
    const { table, logs } = this;
    const span = logs.span[log] as number;
    if (span === NONE || table.lane[span] !== logs.lane[log]) return NONE;
    const chain = table.chain[3 * span + START] as number;
    return (table.chains[chain] as Chain).domain === NONE ? chain : NONE;
  }

  /** True where the log was written by the process of its span, with whose clock its own may be compared. */
  private isOfItsSpan(log: number): boolean {
    const { table, logs } = this;
    const span = logs.span[log] as number;
    return span !== NONE && table.lane[span] === logs.lane[log];
  }

  private isOneProcess(first: number, second: number): boolean {
    const chain = this.plainChainOf(first);
    return chain !== NONE && chain === this.plainChainOf(second);
  }

  private countOver(log: number, chain: Chain): number {
    const { table, logs } = this;
    const coarser =
      (logs.resolutionNanos[logs.lane[log] as number] as number) - (table.lanes[chain.lane]?.resolutionNanos ?? 0);
    const nanos = logs.nanos[log] as number;
    return Number.isNaN(nanos) ? 0 : table.countOverAt(chain, nanos - coarser);
  }

  private isSurelyBefore(log: number, event: number): boolean {
    const { table, logs } = this;
    if (!this.isOfItsSpan(log)) return false;
    if (table.chains[table.chain[event] as number]?.isOrdered === false) return false;
    const apart = table.timeOf(event) - (logs.nanos[log] as number);
    return apart > 0 && apart >= (logs.resolutionNanos[logs.lane[log] as number] as number);
  }
}
