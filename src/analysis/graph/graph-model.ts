/**
 * What a causal graph is made of, as its users see it.
 *
 * Guarantee: everything here is a read-only view; the same event, span or node of a graph is always the same object.
 * Hazard: `timeNanos` is what some wall clock said. Nothing in the graph's order depends on comparing it between
 * processes.
 */
import type { LogStamp } from '../../clocks/log-stamp.js';
import type { CausalStamp } from '../../clocks/stamp.js';
import type { SpanStamps } from '../../codec/span-stamps.js';
import type { Basis, EdgeKind, GraphOrder } from '../happens-before/order-terms.js';
import type { RecordedLog, RecordedSpan } from '../recorded.js';

/** A moment of a span. */
export type EventKind = 'start' | 'reply' | 'end';

/** Who made events: one process, or what is known of it. */
export interface CausalNode {
  readonly index: number;
  /** The stamps' node id; else the process's identity in the resource; else the service's name. */
  readonly id: string;
  readonly service: string;
  readonly basis: Basis;
  /** False where the id is only a service's name, behind which there may be many processes. */
  readonly isProcess: boolean;
  /** Nanoseconds that two times of this clock may seem apart or equal for want of digits. */
  readonly resolutionNanos: number;
}

/** A moment of a recorded span, stamped or not. */
export interface CausalEvent {
  /** Unique in the graph. Not an order. */
  readonly index: number;
  readonly kind: EventKind;
  readonly span: CausalSpan;
  readonly node: CausalNode;
  /** Undefined where the event carries none of ours. */
  readonly stamp: CausalStamp | undefined;
  readonly tick: number | undefined;
  /** The stamp's Lamport time, or a derived one: smaller than that of every effect in the graph. */
  readonly lamport: number;
  /** Wall time by the node's own clock; a reply's was not recorded. */
  readonly timeNanos: bigint | undefined;
}

/**
 * A log record in the graph. It is no event of its node: it does not tick, and stands between two of its node's events.
 */
export interface CausalLog {
  /** Unique in the graph, also among events. Not an order. */
  readonly index: number;
  readonly kind: 'log';
  readonly recorded: RecordedLog;
  /** The span in which it was written, where that was read. */
  readonly span: CausalSpan | undefined;
  readonly node: CausalNode;
  /** Undefined where the log carries none of ours. */
  readonly stamp: LogStamp | undefined;
  /** No smaller than that of its causes, and smaller than that of every effect in the graph. */
  readonly lamport: number;
  readonly timeNanos: bigint;
}

/** Whatever has a place in the causal order: an event of a span, or a log. */
export type CausalMoment = CausalEvent | CausalLog;

/** A recorded span with its place in the graph. */
export interface CausalSpan {
  readonly index: number;
  readonly recorded: RecordedSpan;
  readonly node: CausalNode;
  /** The parent, where it was read. */
  readonly parent: CausalSpan | undefined;
  readonly children: readonly CausalSpan[];
  readonly stamps: SpanStamps | undefined;
  readonly start: CausalEvent;
  readonly reply: CausalEvent | undefined;
  readonly end: CausalEvent;
}

/**
 * A point behind everything that a process without stamps had surely done when its clock read some time. Where a coarse
 * clock has many events at one instant and many at the next, edges lead from the former to the cut and from the cut to
 * the latter: pair by pair they would be too many for any program.
 */
export interface CausalCut {
  /** Unique in the graph, also among events and logs. Not an order. */
  readonly index: number;
  readonly kind: 'cut';
  readonly node: CausalNode;
  /** That of the last event behind it: smaller than that of every effect in the graph. */
  readonly lamport: number;
}

/** A cause and its effect, or a step on the way from one to the other. */
export interface CausalEdge<Point extends CausalEvent | CausalCut = CausalEvent> {
  readonly from: Point;
  readonly to: Point;
  readonly kind: EdgeKind;
  readonly basis: Basis;
}

/** How a graph is made. */
export interface GraphOptions {
  /** Default `process`. */
  readonly order?: GraphOrder;
  /**
   * What a link proves: the linked span started before the linking one's `end` (default: a link may be added at any
   * time), or before its `start`, where it is known that links are given when spans are made.
   */
  readonly links?: 'end' | 'start';
  /** Log records, of the same traces or of others. */
  readonly logs?: Iterable<RecordedLog>;
}

/** What is asked for: events of spans alone, or with the logs among them. */
export interface WithLogs {
  readonly logs: true;
}
