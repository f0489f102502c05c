/**
 * What happened before what in recorded traces: by stamps where there are any, joined with what the traces themselves
 * show (parents, links, the sequence inside one process).
 *
 * Guarantee: `before` is said where a chain of stamps, parents, links and local sequence leads from one event to the
 * other, `concurrent` only where stamps prove that there is none (or, in flow order, where the whole span tree is
 * known). Everything else is `unknown`.
 * Hazard: local sequence of a process without stamps is told by its own wall clock, beyond that clock's resolution: a
 * clock that was set back tells it wrong. Such answers are called *derived*.
 */
import type { StampRelation } from '../../clocks/stamp.js';
import { buildTable } from '../events/build-table.js';
import { Edges } from '../happens-before/edges.js';
import type { EdgeVisitor } from '../happens-before/order-terms.js';
import type { EventTable } from '../events/event-table.js';
import type {
  CausalCut,
  CausalEdge,
  CausalEvent,
  CausalLog,
  CausalMoment,
  CausalNode,
  CausalSpan,
  GraphOptions,
  WithLogs,
} from './graph-model.js';
import { HappenedBefore } from '../happens-before/happened-before.js';
import { deriveLamportTimes } from '../happens-before/lamport-times.js';
import { inLamportOrder, withLogs } from '../happens-before/linear-extension.js';
import { LogOrder } from '../happens-before/log-order.js';
import type { LogTable } from '../events/log-table.js';
import { deriveLogTimes } from '../happens-before/log-times.js';
import { Predecessors } from '../happens-before/predecessors.js';
import type { RecordedSpan } from '../recorded.js';
import { relateIntervals, type SpanRelation } from '../happens-before/span-relation.js';
import type { StampedChains } from '../events/stamped-chains.js';
import { TraceGroups } from '../happens-before/trace-groups.js';
import { Views } from './views.js';

/** What the findings are computed from. */
export interface GraphParts {
  readonly table: EventTable;
  readonly views: Views;
  readonly chains: StampedChains;
  readonly edges: Edges;
  readonly predecessors: Predecessors;
  readonly groups: TraceGroups;
  readonly happened: HappenedBefore;
  readonly logs: LogTable;
}

/** Events of recorded traces and the order among them. */
export class CausalGraph {
  /** @internal */
  readonly parts: GraphParts;

  private constructor(recorded: Iterable<RecordedSpan>, options: GraphOptions) {
    const { order = 'process', links = 'end', logs: recordedLogs = [] } = options;
    const { table, chains, logs } = buildTable(recorded, recordedLogs);
    const predecessors = new Predecessors(table, order, links);
    const groups = new TraceGroups(table, predecessors, logs);
    deriveLamportTimes(table, predecessors, groups);
    const logOrder = new LogOrder(table, logs, predecessors);
    deriveLogTimes(table, logOrder);
    this.parts = {
      table,
      chains,
      logs,
      views: new Views(table, chains, logs),
      edges: new Edges(table, predecessors, table.tick.length + logs.logs.length),
      predecessors,
      groups,
      happened: new HappenedBefore(table, predecessors, groups, logOrder),
    };
  }

  /** Of spans in any order, of any number of traces. A span that was read twice counts once. */
  static of(spans: Iterable<RecordedSpan>, options: GraphOptions = {}): CausalGraph {
    return new CausalGraph(spans, options);
  }

  /** How many spans were read, each counted once. */
  get spanCount(): number {
    return this.parts.table.spans.length;
  }

  /** Who made the events. */
  get nodes(): readonly CausalNode[] {
    return this.parts.views.nodes;
  }

  /** All spans, in the order they were read. */
  get spans(): readonly CausalSpan[] {
    return this.parts.table.spans.map((_, index) => this.parts.views.span(index));
  }

  /** All events, span by span. See {@link CausalGraph.order} for the causal order. */
  get events(): readonly CausalEvent[] {
    return this.spans.flatMap((span) => this.eventsOf(span));
  }

  /** Start, reply where there is one, and end. */
  eventsOf(span: CausalSpan): readonly CausalEvent[] {
    return span.reply === undefined ? [span.start, span.end] : [span.start, span.reply, span.end];
  }

  /** All logs, in the order they were read, but for those that belong to no trace and carry no stamp. */
  get logs(): readonly CausalLog[] {
    return this.parts.logs.logs.map((_, index) => this.parts.views.log(index));
  }

  /** How `a` stands to `b`. */
  relation(a: CausalMoment, b: CausalMoment): StampRelation {
    return this.parts.happened.relate(a.index, b.index);
  }

  /** How span `x` stands to span `y`, as intervals that end with their reply where they have one. */
  spanRelation(x: CausalSpan, y: CausalSpan): SpanRelation {
    const { table, happened } = this.parts;
    const intervalOf = (span: number): { start: number; over: number; end: number } => ({
      start: 3 * span,
      over: table.effectiveEnd(span),
      end: 3 * span + 2,
    });
    return relateIntervals(intervalOf(x.index), intervalOf(y.index), (cause, effect) => happened.ask(cause, effect));
  }

  /** Everything that happened before the event or log, in causal order. */
  past(of: CausalMoment): readonly CausalEvent[];
  past(of: CausalMoment, also: WithLogs): readonly CausalMoment[];
  past(of: CausalMoment, also?: WithLogs): readonly CausalMoment[] {
    const events = this.parts.happened.past(of.index);
    return this.inOrder(events, also && this.parts.happened.logsThat('before', of.index));
  }

  /** Everything that the event or log happened before, in causal order. */
  future(of: CausalMoment): readonly CausalEvent[];
  future(of: CausalMoment, also: WithLogs): readonly CausalMoment[];
  future(of: CausalMoment, also?: WithLogs): readonly CausalMoment[] {
    const events = this.parts.happened.future(of.index);
    return this.inOrder(events, also && this.parts.happened.logsThat('after', of.index));
  }

  /** Everything that is proven to be neither before nor after the event or log, in causal order. */
  concurrentWith(one: CausalMoment): readonly CausalEvent[];
  concurrentWith(one: CausalMoment, also: WithLogs): readonly CausalMoment[];
  concurrentWith(one: CausalMoment, also?: WithLogs): readonly CausalMoment[] {
    const events = this.parts.happened.concurrent(one.index);
    return this.inOrder(events, also && this.parts.happened.logsThat('concurrent', one.index));
  }

  /**
   * All events so that each comes after its causes: by Lamport time, then by node. With logs, those stand among them.
   */
  order(): readonly CausalEvent[];
  order(also: WithLogs): readonly CausalMoment[];
  order(also?: WithLogs): readonly CausalMoment[] {
    return this.inOrder(this.parts.happened.existing(), also && [...this.parts.logs.logs.keys()]);
  }

  /**
   * Every *before* of the graph is a path of these. They are as many as spans, links and entries of vectors, but for a
   * factor: where a process without stamps did much at once by its own clock, the path goes over a {@link CausalCut}.
   */
  *edges(): Generator<CausalEdge<CausalEvent | CausalCut>, void, undefined> {
    const { edges, views, table } = this.parts;
    const { sequence } = edges;
    const ofSpan: VisitOf = (span, visitor) => edges.visitAllOf(span, visitor);
    const point = (vertex: number): CausalEvent | CausalCut =>
      sequence.isCut(vertex) ? views.cut(vertex, sequence.lastBehind(vertex)) : views.event(vertex);
    yield* edgesOf(table.spans.length, ofSpan, point);
    yield* edgesOf(table.chainEvents.length, (at, visitor) => sequence.visitAt(at, visitor), point);
  }

  /** @internal The edges that a cause makes: all but the sequence inside a process, which may be most of them. */
  causes(): Generator<CausalEdge, void, undefined> {
    const { edges, views, table } = this.parts;
    const ofSpan: VisitOf = (span, visitor) => edges.visitCausesOf(span, visitor);
    return edgesOf(table.spans.length, ofSpan, (event) => views.event(event));
  }

  private inOrder(events: readonly number[], logs?: readonly number[]): readonly CausalMoment[] {
    const { table, views, logs: logTable } = this.parts;
    const inOrder = inLamportOrder(table, events);
    const all = logs === undefined || logs.length === 0 ? inOrder : withLogs(table, logTable, inOrder, logs);
    return views.moments(all);
  }
}

/** Visits the edges of one of many, by its number. */
type VisitOf = (one: number, visitor: EdgeVisitor) => void;

/** The edges of `count`, one after the other, so that never all of them are held. */
function* edgesOf<Point extends CausalEvent | CausalCut>(
  count: number,
  visit: VisitOf,
  pointOf: (vertex: number) => Point,
): Generator<CausalEdge<Point>, void, undefined> {
  const found: CausalEdge<Point>[] = [];
  for (let one = 0; one < count; one++) {
    visit(one, (from, to, kind, basis) => {
      found.push({ from: pointOf(from), to: pointOf(to), kind, basis });
    });
    yield* found;
    found.length = 0;
  }
}
