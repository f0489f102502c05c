/**
 * The stamps of all spans, from attributes into columns, and single stamps back out of them.
 *
 * Guarantee: what the columns hold is what {@link readSpanStamps} reads, no more and no less.
 * Hazard: a lean span takes its vector from its parent's start, so parents come first.
 */
import type { CausalStamp } from '../clocks/stamp.js';
import { VectorTimestamp } from '../clocks/vector-timestamp.js';
import { ATTRIBUTE } from '../codec/span-attributes.js';
import { type EventStamp, readSpanStamps, type SpanStamps } from '../codec/span-stamps.js';
import {
  type Chain,
  END,
  type EventTable,
  NONE,
  PARTIAL_END,
  PARTIAL_REPLY,
  PARTIAL_START,
  REPLY,
  STAMPED,
  START,
  TOLD_INCOMPLETE,
  vectorOf,
} from './event-table.js';
import { PairIndex } from './pair-index.js';
import type { RecordedSpan } from './recorded.js';

/** Finds or makes the chain of a node in a domain, and the lane of a node. */
export class StampedChains {
  private readonly domainIndex = new Map<string, number>();
  private readonly nodeIndex = new Map<string, number>();
  private readonly nodes: string[] = [];
  private readonly laneOfNode: number[] = [];
  private readonly chainIndex = new PairIndex();
  private readonly nodeOfChain: number[] = [];

  constructor(private readonly table: EventTable) {}

  domain(name: string): number {
    let index = this.domainIndex.get(name);
    if (index === undefined) {
      index = this.table.domains.push(name) - 1;
      this.domainIndex.set(name, index);
    }
    return index;
  }

  chain(domain: number, node: string): number {
    let nodeIndex = this.nodeIndex.get(node);
    if (nodeIndex === undefined) {
      nodeIndex = this.nodes.push(node) - 1;
      this.nodeIndex.set(node, nodeIndex);
      this.laneOfNode.push(NONE);
    }
    let chain = this.chainIndex.get(domain, nodeIndex);
    if (chain === NONE) {
      chain =
        this.table.chains.push({
          lane: NONE,
          domain,
          from: 0,
          to: 0,
          clashTick: Number.POSITIVE_INFINITY,
          isOrdered: true,
        }) - 1;
      this.chainIndex.set(domain, nodeIndex, chain);
      this.nodeOfChain.push(nodeIndex);
    }
    return chain;
  }

  nodeNamed(chain: number): string {
    return this.nodes[this.nodeOfChain[chain] as number] as string;
  }

  /** The lane of a node that has events; the service is its first span's. */
  lane(node: string, service: string): number {
    const index = this.nodeIndex.get(node) as number;
    let lane = this.laneOfNode[index] as number;
    if (lane === NONE) {
      lane = this.table.lanes.push({ id: node, service, stamped: true, isProcess: true, resolutionNanos: 0 }) - 1;
      this.laneOfNode[index] = lane;
    }
    return lane;
  }

  /** Chains are made when a vector first names them; their lanes are known once all spans were read. */
  settleLanes(): void {
    this.nodeOfChain.forEach((node, chain) => {
      (this.table.chains[chain] as Chain).lane = this.laneOfNode[node] as number;
    });
  }
}

/** Reads the stamps of every span. Parents must be known. */
export function readStamps(table: EventTable, chains: StampedChains): void {
  const lean: number[] = [];
  for (let s = 0; s < table.spans.length; s++) {
    const { traceId, attributes } = table.spans[s] as RecordedSpan;
    if (attributes[ATTRIBUTE.tick] === undefined) continue;
    if (attributes[ATTRIBUTE.vector] === undefined) lean.push(s);
    else store(table, chains, s, readSpanStamps(traceId, attributes));
  }
  if (lean.length === 0) return;
  const isLean = new Set(lean);
  for (const s of table.treeOrder) {
    if (isLean.has(s)) store(table, chains, s, stampsOfSpan(table, chains, s));
  }
}

/** Reads a span's stamps again, as objects. */
export function stampsOfSpan(table: EventTable, chains: StampedChains, span: number): SpanStamps | undefined {
  const { traceId, attributes } = table.spans[span] as RecordedSpan;
  const parent = table.parent[span] as number;
  const parentStart =
    attributes[ATTRIBUTE.vector] === undefined && parent >= 0 ? stampAt(table, chains, 3 * parent + START) : undefined;
  return readSpanStamps(traceId, attributes, parentStart);
}

/** The stamp of an event out of the columns, without its hybrid time. */
export function stampAt(table: EventTable, chains: StampedChains, event: number): CausalStamp | undefined {
  if (!table.isStamped(event)) return undefined;
  const chain = table.chain[event] as number;
  const vector = vectorOf(event);
  const from = table.vectorAt[vector] as number;
  const entries: [string, number][] = [];
  for (let i = from; i < from + (table.vectorSize[vector] as number); i++) {
    entries.push([chains.nodeNamed(table.entryChain.values[i] as number), table.entryCount.values[i] as number]);
  }
  const flags = table.flags[Math.floor(event / 3)] as number;
  return {
    domain: table.domains[table.domainOf(event)] as string,
    node: chains.nodeNamed(chain),
    tick: table.tick[event] as number,
    lamport: table.lamport[event] as number,
    vector: VectorTimestamp.from(entries).withCounter(chains.nodeNamed(chain), table.tick[event] as number),
    hlc: undefined,
    incomplete: (flags & (TOLD_INCOMPLETE | PARTIAL_START)) !== 0,
    hlcUnordered: false,
  };
}

function store(table: EventTable, chains: StampedChains, span: number, stamps: SpanStamps | undefined): void {
  if (stamps === undefined) return;
  const { start, reply, end } = stamps;
  const told = isTrue((table.spans[span] as RecordedSpan).attributes[ATTRIBUTE.incomplete]);
  const domain = chains.domain(start.domain);
  const chain = chains.chain(domain, start.node);
  table.lane[span] = chains.lane(start.node, (table.spans[span] as RecordedSpan).service);
  let flags = STAMPED;
  if (told) flags |= TOLD_INCOMPLETE;
  else {
    if (start.incomplete) flags |= PARTIAL_START;
    if (end?.incomplete === true) flags |= PARTIAL_END;
  }
  // A reply's own vector is never written; where the end's is the start's, so is the reply's.
  if (reply?.incomplete === true) flags |= PARTIAL_REPLY;
  table.flags[span] = flags;
  storeEvent(table, 3 * span + START, start, chain);
  if (reply !== undefined) storeEvent(table, 3 * span + REPLY, reply, chain);
  if (end !== undefined) storeEvent(table, 3 * span + END, end, chain);
  storeVector(table, chains, 2 * span, domain, start.vector);
  if (end === undefined || end.vector.table === start.vector.table) {
    table.vectorAt[2 * span + 1] = table.vectorAt[2 * span] as number;
    table.vectorSize[2 * span + 1] = table.vectorSize[2 * span] as number;
  } else {
    storeVector(table, chains, 2 * span + 1, domain, end.vector);
  }
}

function storeEvent(table: EventTable, event: number, stamp: EventStamp, chain: number): void {
  table.tick[event] = stamp.tick;
  table.lamport[event] = stamp.lamport;
  table.chain[event] = chain;
}

function storeVector(
  table: EventTable,
  chains: StampedChains,
  vector: number,
  domain: number,
  value: VectorTimestamp,
): void {
  table.vectorAt[vector] = table.entryChain.length;
  table.vectorSize[vector] = value.size;
  const { nodes } = value.table;
  for (let i = 0; i < nodes.length; i++) {
    table.entryChain.push(chains.chain(domain, nodes[i] as string));
    table.entryCount.push(value.counterAt(i));
  }
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}
