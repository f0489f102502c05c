/**
 * How far stamps reach, for whoever is rolling the library out: where they are, where they get lost, and what that
 * costs.
 *
 * Guarantee: counts are exact; the shares of orderings are exact for small graphs and say so, else estimated from a
 * fixed sample.
 * Hazard: why stamps get lost is likely, not known: spans do not say what was in a header.
 */
import type { CausalGraph, GraphParts } from '../graph/causal-graph.js';
import { END, type EventTable, MISSING, REPLY, STAMPED, START } from '../events/event-table.js';
import { type OrderingShares, shareOrderings } from './ordering-shares.js';
import type { RecordedSpan } from '../recorded.js';

/** How many spans of a service carry stamps. */
export interface ServiceCoverage {
  readonly service: string;
  readonly spans: number;
  readonly stamped: number;
  readonly incomplete: number;
}

/**
 * - `no-library`: neither side, or not the receiving side, stamps anything
 * - `partly-sampled`: the receiving service stamps elsewhere, but not here
 * - `no-propagator`: both sides stamp, and the receiver saw no trace of the sender's stamps
 * - `baggage-stripped`: the receiver knows that a stamp was sent and did not get it, or somebody without the library
 *   passed it on
 * - `no-reply`: the request's stamp arrived and no reply brought one back
 */
export type LossReason = 'no-library' | 'partly-sampled' | 'no-propagator' | 'baggage-stripped' | 'no-reply';

/** All calls and messages from one service to another. */
export interface EdgeCoverage {
  readonly from: string;
  readonly to: string;
  readonly messages: number;
  /** Whose stamp arrived. */
  readonly stamped: number;
  /** Calls of client spans, the only ones that expect a reply. */
  readonly calls: number;
  /** Whose reply's stamp was heard. */
  readonly replied: number;
  readonly lost: Readonly<Partial<Record<LossReason, number>>>;
}

/** How far stamps reach. */
export interface Coverage {
  readonly spans: number;
  readonly stamped: number;
  /** Spans whose parent was not read: not sampled there, or lost. */
  readonly missingParents: number;
  readonly services: readonly ServiceCoverage[];
  readonly edges: readonly EdgeCoverage[];
  readonly orderings: OrderingShares;
}

/** Counts where stamps are, and where they get lost. */
export function coverage(graph: CausalGraph): Coverage {
  const { parts } = graph;
  const { table } = parts;
  const services = serviceCoverage(table);
  let missingParents = 0;
  for (const parent of table.parent) if (parent === MISSING) missingParents++;
  return {
    spans: table.spans.length,
    stamped: services.reduce((sum, { stamped }) => sum + stamped, 0),
    missingParents,
    services,
    edges: edgeCoverage(parts, new Set(services.filter(({ stamped }) => stamped > 0).map(({ service }) => service))),
    orderings: shareOrderings(parts),
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function serviceCoverage(table: EventTable): ServiceCoverage[] {
  const byService = new Map<string, Mutable<ServiceCoverage>>();
  table.spans.forEach(({ service }, s) => {
    let found = byService.get(service);
    if (found === undefined) {
      found = { service, spans: 0, stamped: 0, incomplete: 0 };
      byService.set(service, found);
    }
    found.spans++;
    if (((table.flags[s] as number) & STAMPED) !== 0) found.stamped++;
    if (table.isToldIncomplete(s)) found.incomplete++;
  });
  return [...byService.values()].sort((a, b) => b.spans - a.spans);
}

function edgeCoverage({ table, predecessors }: GraphParts, stamping: ReadonlySet<string>): EdgeCoverage[] {
  const byPair = new Map<string, Mutable<EdgeCoverage> & { lost: Partial<Record<LossReason, number>> }>();
  for (let s = 0; s < table.spans.length; s++) {
    const parent = table.parent[s] as number;
    if (parent < 0 || table.lane[s] === table.lane[parent]) continue;
    const sender = table.spans[parent] as RecordedSpan;
    const receiver = table.spans[s] as RecordedSpan;
    const key = JSON.stringify([sender.service, receiver.service]);
    let edge = byPair.get(key);
    if (edge === undefined) {
      edge = { from: sender.service, to: receiver.service, messages: 0, stamped: 0, calls: 0, replied: 0, lost: {} };
      byPair.set(key, edge);
    }
    edge.messages++;
    const isCall = sender.kind === 'client';
    if (isCall) edge.calls++;
    let reason: LossReason | undefined;
    if (predecessors.hasHeard(3 * s + START, 3 * parent + START)) {
      edge.stamped++;
      const reply = 3 * s + REPLY;
      const isHeard = table.exists(reply) && predecessors.hasHeard(3 * parent + END, reply);
      if (isCall && isHeard) edge.replied++;
      else if (isCall) reason = 'no-reply';
    } else {
      reason = reasonOf(table, parent, s, stamping);
    }
    if (reason !== undefined) edge.lost[reason] = (edge.lost[reason] ?? 0) + 1;
  }
  return [...byPair.values()].sort((a, b) => b.messages - a.messages);
}

function reasonOf(table: EventTable, parent: number, span: number, stamping: ReadonlySet<string>): LossReason {
  const isStamped = (at: number): boolean => ((table.flags[at] as number) & STAMPED) !== 0;
  for (const at of [span, parent]) {
    if (!isStamped(at)) {
      return stamping.has((table.spans[at] as RecordedSpan).service) ? 'partly-sampled' : 'no-library';
    }
  }
  return table.isToldIncomplete(span) ? 'baggage-stripped' : 'no-propagator';
}
