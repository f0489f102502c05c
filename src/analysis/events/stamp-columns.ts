/**
 * The stamps of all spans, from attributes into columns, and single stamps back out of them.
 *
 * Guarantee: what the columns hold is what {@link readSpanStamps} reads, no more and no less.
 * Hazard: a lean span takes its vector from its parent's start, so parents come first.
 */
import type { CausalStamp } from '../../clocks/stamp.js';
import { VectorTimestamp } from '../../clocks/vector-timestamp.js';
import { ATTRIBUTE } from '../../codec/span-attributes.js';
import { type EventStamp, isTrue, readSpanStamps, type SpanStamps } from '../../codec/span-stamps.js';
import {
  END,
  type EventTable,
  PARTIAL_END,
  PARTIAL_REPLY,
  PARTIAL_START,
  REPLY,
  STAMPED,
  START,
  TOLD_INCOMPLETE,
  vectorOf,
} from './event-table.js';
import type { RecordedSpan } from '../recorded.js';
import type { StampedChains } from './stamped-chains.js';
import { UsualStamps } from './usual-stamps.js';

/** Reads the stamps of every span. Parents must be known. */
export function readStamps(table: EventTable, chains: StampedChains): void {
  const lean: number[] = [];
  const usual = new UsualStamps(table, chains);
  for (let s = 0; s < table.spans.length; s++) {
    const { traceId, attributes } = table.spans[s] as RecordedSpan;
    if (attributes[ATTRIBUTE.tick] === undefined) continue;
    if (attributes[ATTRIBUTE.vector] === undefined) lean.push(s);
    else if (!usual.store(s)) store(table, chains, s, readSpanStamps(traceId, attributes));
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
  const node = chains.node(start.node);
  const chain = chains.chain(domain, node);
  table.lane[span] = chains.lane(node, (table.spans[span] as RecordedSpan).service);
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
    table.entryChain.push(chains.chain(domain, chains.node(nodes[i] as string)));
    table.entryCount.push(value.counterAt(i));
  }
}
