/**
 * Vector clocks of one trace over *hosts*: lines of events whose order is proven, which the events of one node need not
 * be.
 *
 * Guarantee: an event's clock names another event of the trace exactly where a path inside the trace leads from that
 * one to it. Linear in what events are told to come after, times the entries of clocks, which are the result.
 * Hazard: events must be taken in causal order. Where nothing orders the spans of a node there are as many hosts as
 * spans, and clocks that have heard of all of them have as many entries: whoever wants the result bounds it.
 */
import { type Chain, type EventTable, NONE } from '../events/event-table.js';
import type { GraphParts } from '../graph/causal-graph.js';
import type { Predecessors } from '../happens-before/predecessors.js';

/** A line of events, each after the one before. */
export interface Host {
  /** The lane of the node that its events are of. */
  readonly lane: number;
  /** Its number among all hosts of the trace, in the order in which they begin. */
  readonly number: number;
  /** Its events so far. */
  count: number;
}

/** How many events of each host are before an event, itself included. */
export type HostClock = ReadonlyMap<Host, number>;

/** What was taken of a chain: events of the trace, with their places in the chain. */
interface Taken {
  readonly positions: number[];
  readonly clocks: HostClock[];
  /** Of a plain chain, whose events are not in one line: what is known of the first `joined` of them together. */
  joined: number;
  readonly union: Map<Host, number>;
}

export class HostClocks {
  private readonly clocks = new Map<number, HostClock>();
  private readonly taken = new Map<number, Taken>();
  private hosts = 0;

  private readonly table: EventTable;
  private readonly predecessors: Predecessors;

  constructor({ table, predecessors }: GraphParts) {
    this.table = table;
    this.predecessors = predecessors;
  }

  get hostCount(): number {
    return this.hosts;
  }

  /** The next event in causal order: its host, which may be a new one, and its clock. */
  take(event: number): { readonly host: Host; readonly clock: HostClock } {
    const clock = new Map<Host, number>();
    this.predecessors.visit(event, {
      event: (cause) => join(clock, this.clocks.get(cause)),
      prefix: (chain, count) => this.joinPrefix(clock, chain, count),
    });
    const host = this.hostOf(event, clock);
    host.count++;
    clock.set(host, host.count);
    this.clocks.set(event, clock);
    const chain = this.table.chain[event] as number;
    if (chain !== NONE) {
      const { positions, clocks } = this.takenOf(chain);
      positions.push(this.table.position[event] as number);
      clocks.push(clock);
    }
    return { host, clock };
  }

  /** The first host of the event's node whose last event is before it. */
  private hostOf(event: number, clock: HostClock): Host {
    const lane = this.table.lane[Math.floor(event / 3)] as number;
    let found: Host | undefined;
    for (const [host, count] of clock) {
      if (host.lane === lane && host.count === count && host.number < (found?.number ?? Number.POSITIVE_INFINITY))
        found = host;
    }
    return found ?? { lane, number: this.hosts++, count: 0 };
  }

  /** What the first events of a chain have heard of. Those in other traces have no clock here. */
  private joinPrefix(clock: Map<Host, number>, chain: number, count: number): void {
    const taken = this.taken.get(chain);
    if (taken === undefined) return;
    const { positions, clocks, union } = taken;
    if ((this.table.chains[chain] as Chain).domain !== NONE) {
      // Of a stamped chain each event has heard of all before it.
      join(clock, clocks[countBelow(positions, count) - 1]);
      return;
    }
    // A plain chain is asked about by its own events alone, in their order.
    while (taken.joined < positions.length && (positions[taken.joined] as number) < count)
      join(union, clocks[taken.joined++]);
    join(clock, union);
  }

  private takenOf(chain: number): Taken {
    let taken = this.taken.get(chain);
    if (taken === undefined) {
      taken = { positions: [], clocks: [], joined: 0, union: new Map() };
      this.taken.set(chain, taken);
    }
    return taken;
  }
}

function join(into: Map<Host, number>, other: HostClock | undefined): void {
  if (other === undefined) return;
  for (const [host, count] of other) if ((into.get(host) ?? 0) < count) into.set(host, count);
}

/** How many of these ascending numbers are below a bound. */
function countBelow(numbers: readonly number[], bound: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] as number) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
