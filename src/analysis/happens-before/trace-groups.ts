/**
 * Traces that can have anything to do with each other, and whether stamps alone tell all there is to tell in them.
 *
 * Guarantee: events of different groups are never ordered. In a *pure* group the stamps' comparison is the whole
 * answer: no parent, link or sequence says anything that they do not.
 */
import { type Chain, END, type EventTable, NONE, START, STAMPED } from '../events/event-table.js';
import type { LogTable } from '../events/log-table.js';
import type { Predecessors } from './predecessors.js';

export class TraceGroups {
  private readonly parent: Int32Array;
  private readonly impure: Uint8Array;

  constructor(
    private readonly table: EventTable,
    predecessors: Predecessors,
    private readonly logs: LogTable,
  ) {
    this.parent = Int32Array.from({ length: table.traces }, (_, trace) => trace);
    this.impure = new Uint8Array(table.traces);
    const firstTrace = new Int32Array(table.domains.length).fill(NONE);
    const joinDomain = (domain: number, trace: number): void => {
      if (domain === NONE) return;
      if (firstTrace[domain] === NONE) firstTrace[domain] = trace;
      else this.join(firstTrace[domain] as number, trace);
    };
    for (let s = 0; s < table.spans.length; s++) {
      const trace = table.trace[s] as number;
      joinDomain(table.domainOf(3 * s), trace);
      const linked = table.links.get(s);
      if (linked !== undefined) for (const other of linked) this.join(trace, table.trace[other] as number);
    }
    logs.chain.forEach((chain, log) => {
      if (chain !== NONE) joinDomain((table.chains[chain] as Chain).domain, logs.trace[log] as number);
    });
    for (let s = 0; s < table.spans.length; s++) {
      if (!isToldByStamps(table, predecessors, s)) this.impure[this.of(table.trace[s] as number)] = 1;
    }
    for (const chain of table.chains) {
      if (chain.clashTick === Number.POSITIVE_INFINITY) continue;
      const event = table.chainEvents[chain.from] as number;
      this.impure[this.of(table.trace[Math.floor(event / 3)] as number)] = 1;
    }
  }

  /** The group of a trace: one of its traces, always the same. */
  of(trace: number): number {
    const { parent } = this;
    let at = trace;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] as number] as number;
      at = parent[at] as number;
    }
    return at;
  }

  /** Also of a log. */
  ofEvent(event: number): number {
    const events = this.table.tick.length;
    if (event >= events) return this.of(this.logs.trace[event - events] as number);
    return this.of(this.table.trace[Math.floor(event / 3)] as number);
  }

  isPure(group: number): boolean {
    return this.impure[group] === 0;
  }

  private join(a: number, b: number): void {
    this.parent[this.of(a)] = this.of(b);
  }
}

function isToldByStamps(table: EventTable, predecessors: Predecessors, span: number): boolean {
  if (((table.flags[span] as number) & STAMPED) === 0 || !table.isStamped(3 * span + END)) return false;
  const parent = table.parent[span] as number;
  if (parent >= 0 && !predecessors.hasHeard(3 * span + START, 3 * parent + START)) return false;
  const linked = table.links.get(span);
  if (linked === undefined) return true;
  const at = 3 * span + (predecessors.links === 'start' ? START : END);
  return linked.every((other) => predecessors.hasHeard(at, 3 * other + START));
}
