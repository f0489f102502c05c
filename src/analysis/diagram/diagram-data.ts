/**
 * What a diagram's page is told, as JSON. Both sides import these types: the packers here, and the page that unpacks.
 *
 * Guarantee: everything is a number, a text or a list of those. Texts of a trace are never keys: a span called
 * `__proto__` is an entry of a list like any other.
 */
import type { FindingClass } from '../findings/finding-classes.js';
import type { GraphOrder } from '../happens-before/order-terms.js';

/** Span kinds by their number in {@link PackedSpans.kind}. */
export const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'] as const;

/** Status codes by their number in {@link PackedSpans.status}. */
export const STATUSES = ['unset', 'ok', 'error'] as const;

export type PackedLane = readonly [
  id: string,
  service: string,
  isStamped: 0 | 1,
  isProcess: 0 | 1,
  resolutionNanos: number,
];

/** `clashTick` is 0 where there is none. */
export type PackedChain = readonly [
  lane: number,
  domain: number,
  events: number,
  clashTick: number,
  isOrdered: 0 | 1,
  node: string,
];

/**
 * The graph's columns: what its own search needs, and nothing else. Event `3s + k` is start, reply or end of span `s`.
 */
export interface PackedTable {
  readonly order: GraphOrder;
  readonly links: 'start' | 'end';
  /** Nanoseconds since the epoch that times count from. */
  readonly baseNanos: string;
  /** Ids of traces. */
  readonly traces: readonly string[];
  readonly domains: readonly string[];
  readonly lanes: readonly PackedLane[];
  readonly chains: readonly PackedChain[];
  readonly trace: readonly number[];
  readonly parent: readonly number[];
  readonly treeOrder: readonly number[];
  readonly lane: readonly number[];
  readonly flags: readonly number[];
  readonly startNanos: readonly number[];
  readonly durationNanos: readonly number[];
  readonly tick: readonly number[];
  readonly lamport: readonly number[];
  /** The events of all chains, one chain after the other. */
  readonly chainEvents: readonly number[];
  /** For each span that links: its number, how many links it has, and the spans read of them. */
  readonly linked: readonly (readonly number[])[];
  /** Vectors, each as its difference from the one before it in its chain: see pack-vectors.ts. */
  readonly vectors: readonly number[];
}

/** What is shown of spans. `name`, `service` and attributes are numbers of {@link DiagramData.texts}. */
export interface PackedSpans {
  readonly ids: readonly string[];
  readonly kind: readonly number[];
  readonly name: readonly number[];
  readonly service: readonly number[];
  readonly status: readonly number[];
  /** Key, value, key, value. */
  readonly attributes: readonly (readonly number[])[];
}

/** Events that were stamped and not read. */
export interface PackedGap {
  readonly node: string;
  /** {@link NONE} where nothing of the node was read. */
  readonly lane: number;
  readonly trace: number;
  readonly from: number;
  readonly to: number;
  /** The last event of the node that was read before it, and the first after it; {@link NONE} where there is none. */
  readonly after: number;
  readonly before: number;
  /** The first event elsewhere that had heard of it. */
  readonly heardBy: number;
}

/**
 * A log. `span` and `next`, the event of its node that is known to come right after it, are {@link NONE} where there is
 * none; `nanos` count from the base. `behind` is the last of the events of a plain process that its clock puts before the
 * log, all of them. At the end the other events directly before it.
 */
export type PackedLog = readonly [
  trace: number,
  lane: number,
  span: number,
  lamport: number,
  nanos: number | null,
  text: number,
  next: number,
  behind: number,
  ...causes: number[],
];

/** One line of the list. */
export interface PackedFinding {
  readonly class: FindingClass | 'clocks';
  readonly title: string;
  readonly says: string;
  /** The events that it is about; the first is the one to look at. */
  readonly events: readonly number[];
  /** For missing ticks: the number in {@link DiagramData.gaps}. */
  readonly gap?: number;
  /** For clocks: the nodes. */
  readonly lanes?: readonly number[];
}

export interface DiagramData {
  readonly version: 1;
  readonly table: PackedTable;
  readonly spans: PackedSpans;
  readonly texts: readonly string[];
  /** Event, then nanoseconds after the base, of each event that carries a hybrid time. */
  readonly hybrid: readonly number[];
  /** Events whose hybrid time proves no order. */
  readonly hybridUnordered: readonly number[];
  readonly gaps: readonly PackedGap[];
  /** In causal order. */
  readonly logs: readonly PackedLog[];
  readonly findings: readonly PackedFinding[];
  /** How many there are of each class, also beyond those listed. */
  readonly totals: readonly (readonly [PackedFinding['class'], number])[];
  /** What else has to be said: that something was cut, or cannot be told. */
  readonly notes: readonly string[];
}
