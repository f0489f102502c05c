/**
 * What happened before what in recorded traces: by stamps where there are any, joined with what the traces themselves
 * show (parents, links, the sequence inside one process).
 *
 * Guarantee: `before` is said where a chain of stamps, parents, links and local sequence leads from one event to the other, `concurrent` only where stamps
 * prove that there is none (or, in flow order, where the whole span tree is known). Everything else is `unknown`.
 * Hazard: local sequence of a process without stamps is told by its own wall clock, beyond that clock's resolution: a clock that
 * was set back tells it wrong. Such answers are called *derived*.
 */
import type { StampRelation } from '../clocks/stamp.js';
import { buildTable } from './build-table.js';
import { Edges } from './edges.js';
import type { EventTable } from './event-table.js';
import type { CausalEdge, CausalEvent, CausalNode, CausalSpan, GraphOptions } from './graph-model.js';
import { HappenedBefore } from './happened-before.js';
import { deriveLamportTimes } from './lamport-times.js';
import { inLamportOrder } from './linear-extension.js';
import { Predecessors } from './predecessors.js';
import type { RecordedSpan } from './recorded.js';
import { relateIntervals, type SpanRelation } from './span-relation.js';
import type { StampedChains } from './stamp-columns.js';
import { TraceGroups } from './trace-groups.js';
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
}

/** Events of recorded traces and the order among them. */
export class CausalGraph {
  /** @internal */
  readonly parts: GraphParts;

  private constructor(recorded: Iterable<RecordedSpan>, { order = 'process', links = 'end' }: GraphOptions) {
    const { table, chains } = buildTable(recorded);
    const predecessors = new Predecessors(table, order, links);
    const groups = new TraceGroups(table, predecessors);
    deriveLamportTimes(table, predecessors, groups);
    this.parts = {
      table,
      chains,
      views: new Views(table, chains),
      edges: new Edges(table, predecessors),
      predecessors,
      groups,
      happened: new HappenedBefore(table, predecessors, groups),
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

  /** How `a` stands to `b`. */
  relation(a: CausalEvent, b: CausalEvent): StampRelation {
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

  /** Everything that happened before the event, in causal order. */
  past(event: CausalEvent): readonly CausalEvent[] {
    return this.inOrder(this.parts.happened.past(event.index));
  }

  /** Everything that the event happened before, in causal order. */
  future(event: CausalEvent): readonly CausalEvent[] {
    return this.inOrder(this.parts.happened.future(event.index));
  }

  /** Everything that is proven to be neither before nor after the event, in causal order. */
  concurrentWith(event: CausalEvent): readonly CausalEvent[] {
    return this.inOrder(this.parts.happened.concurrent(event.index));
  }

  /** All events so that each comes after its causes: by Lamport time, then by node. */
  order(): readonly CausalEvent[] {
    return this.inOrder(this.parts.happened.existing());
  }

  /** Every *before* of the graph is a path of these. */
  *edges(): Generator<CausalEdge, void, undefined> {
    const { edges, views, table } = this.parts;
    const found: CausalEdge[] = [];
    for (let span = 0; span < table.spans.length; span++) {
      edges.visitAllOf(span, (from, to, kind, basis) => {
        found.push({ from: views.event(from), to: views.event(to), kind, basis });
      });
      yield* found;
      found.length = 0;
    }
  }

  private inOrder(events: readonly number[]): readonly CausalEvent[] {
    const { table, views } = this.parts;
    return Array.from(inLamportOrder(table, events), (event) => views.event(event));
  }
}
