/**
 * A graph's columns as JSON, and back again: the page searches the very table that the graph searches, with the same
 * code, so the two cannot disagree.
 *
 * Guarantee: `unpackTable(packTable(graph), ...)` answers every question of order as the graph does.
 */
import type { GraphParts } from '../graph/causal-graph.js';
import { type Chain, EventTable, NONE } from '../events/event-table.js';
import { Predecessors } from '../happens-before/predecessors.js';
import type { RecordedKind, RecordedLink, RecordedSpan } from '../recorded.js';
import { oneLine } from '../one-line.js';
import { countChildren } from '../events/span-tree.js';
import type { PackedChain, PackedLane, PackedTable } from './diagram-data.js';
import { packVectors, unpackVectors } from './pack-vectors.js';

export function packTable({ table, chains, predecessors }: GraphParts): PackedTable {
  const traces: string[] = [];
  table.spans.forEach((span, s) => {
    traces[table.trace[s] as number] ??= span.traceId;
  });
  return {
    order: predecessors.order,
    links: predecessors.links,
    baseNanos: table.baseNanos.toString(),
    traces,
    domains: table.domains,
    lanes: table.lanes.map(
      ({ id, service, stamped, isProcess, resolutionNanos }): PackedLane => [
        oneLine(id),
        oneLine(service),
        bit(stamped),
        bit(isProcess),
        resolutionNanos,
      ],
    ),
    chains: table.chains.map(
      ({ lane, domain, from, to, clashTick, isOrdered }, c): PackedChain => [
        lane,
        domain,
        to - from,
        Number.isFinite(clashTick) ? clashTick : 0,
        bit(isOrdered),
        lane === NONE && domain !== NONE ? chains.nodeNamed(c) : '',
      ],
    ),
    trace: [...table.trace],
    parent: [...table.parent],
    treeOrder: [...table.treeOrder],
    lane: [...table.lane],
    flags: [...table.flags],
    startNanos: [...table.startNanos],
    durationNanos: Array.from(table.endNanos, (end, s) => end - (table.startNanos[s] as number)),
    tick: [...table.tick],
    lamport: [...table.lamport],
    chainEvents: table.chains.flatMap(({ from, to }) => [...table.chainEvents.subarray(from, to)]),
    linked: table.spans.flatMap((span, s) =>
      span.links.length === 0 ? [] : [[s, span.links.length, ...(table.links.get(s) ?? [])]],
    ),
    vectors: packVectors(table),
  };
}

/** What a span is, as far as order is concerned. */
export interface ShownSpan {
  readonly spanId: string;
  readonly name: string;
  readonly service: string;
  readonly kind: RecordedKind;
}

export function unpackTable(packed: PackedTable, shown: readonly ShownSpan[]): EventTable {
  const linkCounts = new Map(packed.linked.map(([span, count]) => [span, count] as const));
  const base = BigInt(packed.baseNanos);
  const spans = shown.map((span, s): RecordedSpan => {
    const start = base + BigInt(packed.startNanos[s] as number);
    return {
      ...span,
      traceId: packed.traces[packed.trace[s] as number] as string,
      parentSpanId: undefined,
      startNanos: start,
      endNanos: start + BigInt(packed.durationNanos[s] as number),
      attributes: {},
      resource: {},
      scope: { name: '', version: undefined },
      links: Array.from({ length: linkCounts.get(s) ?? 0 }, () => SOME_LINK),
      events: [],
      status: { code: 'unset', message: undefined },
      origin: { source: '', line: undefined },
    };
  });
  const table = new EventTable(spans);
  table.baseNanos = base;
  table.traces = packed.traces.length;
  table.domains.push(...packed.domains);
  for (const [id, service, stamped, isProcess, resolutionNanos] of packed.lanes) {
    table.lanes.push({ id, service, stamped: stamped === 1, isProcess: isProcess === 1, resolutionNanos });
  }
  table.trace.set(packed.trace);
  table.parent.set(packed.parent);
  table.treeOrder.set(packed.treeOrder);
  table.lane.set(packed.lane);
  table.flags.set(packed.flags);
  table.startNanos.set(packed.startNanos);
  table.endNanos.set(packed.startNanos.map((start, s) => start + (packed.durationNanos[s] as number)));
  table.tick.set(packed.tick);
  table.lamport.set(packed.lamport);
  for (const [span, , ...read] of packed.linked) if (read.length > 0) table.links.set(span as number, read);
  countChildren(table);
  unpackChains(table, packed);
  unpackVectors(table, packed.vectors);
  return table;
}

export function predecessorsOf(table: EventTable, { order, links }: PackedTable): Predecessors {
  return new Predecessors(table, order, links);
}

function unpackChains(table: EventTable, packed: PackedTable): void {
  table.chainEvents = Int32Array.from(packed.chainEvents);
  let at = 0;
  for (const [lane, domain, events, clashTick, isOrdered] of packed.chains) {
    const chain: Chain = {
      lane,
      domain,
      from: at,
      to: at + events,
      clashTick: clashTick === 0 ? Number.POSITIVE_INFINITY : clashTick,
      isOrdered: isOrdered === 1,
    };
    const number = table.chains.push(chain) - 1;
    for (; at < chain.to; at++) {
      const event = table.chainEvents[at] as number;
      table.chain[event] = number;
      table.position[event] = at - chain.from;
    }
  }
}

function bit(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}

const SOME_LINK: RecordedLink = { traceId: '', spanId: '', attributes: {} };
