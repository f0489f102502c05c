/**
 * Makes the {@link EventTable} of recorded spans: ids to indices, stamps to columns, events to chains.
 *
 * Guarantee: linear in spans, entries and links, but for sorting each chain. Spans may come in any order.
 */
import { MILLISECOND_NANOS, ResolutionTally } from './clock-resolution.js';
import { type Chain, END, EventTable, type Lane, NONE, REPLY, STAMPED, START } from './event-table.js';
import { LogTable, readLogs } from './log-table.js';
import { PlainLanes } from './plain-lanes.js';
import type { RecordedLog, RecordedSpan } from '../recorded.js';
import { linkSpans } from './span-tree.js';
import { SpanIndex } from './span-index.js';
import { readStamps } from './stamp-columns.js';
import { StampedChains } from './stamped-chains.js';

export interface BuiltTable {
  readonly table: EventTable;
  readonly chains: StampedChains;
  readonly logs: LogTable;
}

export function buildTable(recorded: Iterable<RecordedSpan>, recordedLogs: Iterable<RecordedLog>): BuiltTable {
  const index = new SpanIndex();
  for (const span of recorded) index.add(span);
  const table = new EventTable(index.spans);
  const logs = new LogTable(recordedLogs, index);
  table.traces = index.traceCount;
  table.duplicates = index.duplicates;
  linkSpans(table, index);
  readTimes(table);
  const chains = new StampedChains(table);
  readStamps(table, chains);
  const plainLanes = new PlainLanes(table);
  readLogs(logs, index, table, chains);
  chains.settleLanes();
  placePlainSpans(table, plainLanes);
  logs.placePlain(table, plainLanes);
  measureClocks(table);
  logs.measureClocks(table);
  fillChains(table);
  return { table, chains, logs };
}

function readTimes(table: EventTable): void {
  table.baseNanos = table.spans[0]?.startNanos ?? 0n;
  table.spans.forEach((span, s) => {
    table.startNanos[s] = Number(span.startNanos - table.baseNanos);
    table.endNanos[s] = Number(span.endNanos - table.baseNanos);
  });
}

/** Gives every span without a stamp a lane and a chain. */
function placePlainSpans(table: EventTable, lanes: PlainLanes): void {
  const chains = new Map<string, number>();
  for (const s of table.treeOrder) {
    if (((table.flags[s] as number) & STAMPED) !== 0) continue;
    const { service, resource } = table.spans[s] as RecordedSpan;
    const { lane, identity } = lanes.of(service, resource);
    table.lane[s] = lane;
    const key = `${table.trace[s]} ${identity}`;
    const chain = identity === undefined ? localChain(table, s) : chains.get(key);
    const placed = chain ?? newChain(table, lane);
    if (identity !== undefined) chains.set(key, placed);
    table.chain[3 * s + START] = placed;
    table.chain[3 * s + END] = placed;
  }
}

/** The chain of the parent where the span was surely made in the parent's process. */
function localChain(table: EventTable, span: number): number | undefined {
  const parent = table.parent[span] as number;
  if (parent < 0 || !isLocalChild(table, span, parent)) return undefined;
  const chain = table.chain[3 * parent] as number;
  return (table.chains[chain] as Chain).domain === NONE ? chain : undefined;
}

/** Servers and consumers have remote parents; others share their parent's process where they share its resource. */
function isLocalChild(table: EventTable, span: number, parent: number): boolean {
  if (table.lane[span] !== table.lane[parent]) return false;
  const { kind } = table.spans[span] as RecordedSpan;
  if ((table.lanes[table.lane[span] as number] as Lane).isProcess) return true;
  return kind !== 'server' && kind !== 'consumer';
}

function newChain(table: EventTable, lane: number): number {
  return (
    table.chains.push({ lane, domain: NONE, from: 0, to: 0, clashTick: Number.POSITIVE_INFINITY, isOrdered: true }) - 1
  );
}

function measureClocks(table: EventTable): void {
  const tallies = table.lanes.map(() => new ResolutionTally());
  const milli = BigInt(MILLISECOND_NANOS);
  table.spans.forEach((span, s) => {
    tallies[table.lane[s] as number]?.add(Number(span.startNanos % milli));
  });
  table.lanes.forEach((lane, l) => {
    lane.resolutionNanos = tallies[l]?.nanos ?? MILLISECOND_NANOS;
  });
}

/** Sorts the events of each chain and tells each its position. */
function fillChains(table: EventTable): void {
  const { chain, chains } = table;
  const sizes = new Int32Array(chains.length);
  for (let e = 0; e < chain.length; e++) if ((chain[e] as number) !== NONE) sizes[chain[e] as number]!++;
  let at = 0;
  chains.forEach((one, c) => {
    one.from = at;
    one.to = at;
    at += sizes[c] as number;
  });
  table.chainEvents = new Int32Array(at);
  // In the order of the tree, so that a parent's start stands before its child's where a clock calls them equal.
  for (const s of table.treeOrder) {
    for (const kind of [START, REPLY, END]) {
      const c = chain[3 * s + kind] as number;
      if (c !== NONE) table.chainEvents[(chains[c] as Chain).to++] = 3 * s + kind;
    }
  }
  for (const one of chains) sortChain(table, one);
}

function sortChain(table: EventTable, chain: Chain): void {
  const events = table.chainEvents.subarray(chain.from, chain.to);
  if (chain.domain === NONE) {
    if (events.length > 1) events.sort((a, b) => table.timeOf(a) - table.timeOf(b));
  } else {
    const { tick } = table;
    let sorted = true;
    for (let i = 1; i < events.length && sorted; i++) {
      sorted = (tick[events[i - 1] as number] as number) < (tick[events[i] as number] as number);
    }
    if (!sorted) events.sort((a, b) => (tick[a] as number) - (tick[b] as number) || a - b);
  }
  events.forEach((event, i) => {
    table.position[event] = i;
    if (chain.domain !== NONE && i > 0 && table.tick[events[i - 1] as number] === table.tick[event]) {
      chain.clashTick = Math.min(chain.clashTick, table.tick[event] as number);
    }
  });
}
