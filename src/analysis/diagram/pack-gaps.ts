/**
 * Missing events, and where they belong: after the last event of their node that was read before them, and before the
 * next one, or the first event elsewhere that had heard of them.
 *
 * Guarantee: linear in events and vector entries, beside the gaps.
 */
import type { GraphParts } from '../graph/causal-graph.js';
import { type Chain, type EventTable, NONE, REPLY, vectorOf } from '../events/event-table.js';
import type { MissingTicks } from '../findings/findings.js';
import { inLamportOrder } from '../happens-before/linear-extension.js';
import { oneLine } from '../one-line.js';
import type { PackedGap } from './diagram-data.js';

export interface PackedGaps {
  readonly gaps: readonly PackedGap[];
  /** Of each finding the first of its gaps. */
  readonly firstOf: ReadonlyMap<MissingTicks, number>;
}

/** A run of missing events is as many gaps as there were occasions at which somebody heard more of it. */
export function packGaps(parts: GraphParts, missing: readonly MissingTicks[]): PackedGaps {
  const gaps: PackedGap[] = [];
  const firstOf = new Map<MissingTicks, number>();
  if (missing.length === 0) return { gaps, firstOf };
  const { table, chains } = parts;
  const chainOf = new Map<string, number>();
  table.chains.forEach(({ domain }, c) => {
    if (domain !== NONE) chainOf.set(keyOf(table.domains[domain] as string, chains.nodeNamed(c)), c);
  });
  const hearers = firstHearers(parts);
  for (const finding of missing) {
    firstOf.set(finding, gaps.length);
    const { node, domain, from, to } = finding;
    const c = chainOf.get(keyOf(domain, node)) as number;
    const chain = table.chains[c] as Chain;
    const count = table.countUpTo(chain, from - 1);
    const after = eventAt(table, chain, count - 1);
    const before = eventAt(table, chain, count);
    for (const part of heardParts(from, to, hearers.get(c) ?? [])) {
      const somewhere = [after, before, part.heardBy].find((event) => event !== NONE) as number;
      const trace = table.trace[Math.floor(somewhere / 3)] as number;
      gaps.push({ node: oneLine(node), lane: chain.lane, trace, ...part, after, before });
    }
  }
  return { gaps, firstOf };
}

function heardParts(
  from: number,
  to: number,
  hearers: readonly Hearer[],
): Pick<PackedGap, 'from' | 'to' | 'heardBy'>[] {
  const parts: Pick<PackedGap, 'from' | 'to' | 'heardBy'>[] = [];
  let next = from;
  for (const { event, count } of hearers) {
    if (count < next) continue;
    parts.push({ from: next, to: Math.min(to, count), heardBy: event });
    next = count + 1;
    if (next > to) return parts;
  }
  parts.push({ from: next, to, heardBy: NONE });
  return parts;
}

function keyOf(domain: string, node: string): string {
  return `${domain} ${node}`;
}

function eventAt(table: EventTable, chain: Chain, position: number): number {
  const at = chain.from + position;
  return at < chain.from || at >= chain.to ? NONE : (table.chainEvents[at] as number);
}

interface Hearer {
  readonly event: number;
  readonly count: number;
}

/** For each chain the events of others that first heard of something new, each with how far it had heard. */
function firstHearers({ table, happened }: GraphParts): ReadonlyMap<number, readonly Hearer[]> {
  const hearers = new Map<number, Hearer[]>();
  for (const event of inLamportOrder(table, happened.existing())) {
    if (event % 3 === REPLY || !table.isStamped(event)) continue;
    const vector = vectorOf(event);
    const from = table.vectorAt[vector] as number;
    for (let i = from; i < from + (table.vectorSize[vector] as number); i++) {
      const chain = table.entryChain.values[i] as number;
      const count = table.entryCount.values[i] as number;
      if (chain === table.chain[event]) continue;
      const known = hearers.get(chain);
      if (known === undefined) hearers.set(chain, [{ event, count }]);
      else if ((known.at(-1) as Hearer).count < count) known.push({ event, count });
    }
  }
  return hearers;
}
