/**
 * A page's data, unpacked: the graph's table, its search, and the arrows to draw.
 *
 * Guarantee: questions of order go to the library's own search. What an arrow says of wall time is what the findings
 * say.
 */
import { durationText } from '../../wording/durations.js';
import { Edges } from '../../happens-before/edges.js';
import type { EventTable, Lane } from '../../events/event-table.js';
import type { Basis, EdgeKind } from '../../happens-before/order-terms.js';
import { HappenedBefore } from '../../happens-before/happened-before.js';
import { resolutionOf } from '../../events/clock-resolution.js';
import { inLamportOrder } from '../../happens-before/linear-extension.js';
import { LogOrder } from '../../happens-before/log-order.js';
import { LogTable } from '../../events/log-table.js';
import { SpanIndex } from '../../events/span-index.js';
import { TraceGroups } from '../../happens-before/trace-groups.js';
import { addTo } from '../../multimap.js';
import { type DiagramData, KINDS, STATUSES } from '../diagram-data.js';
import { predecessorsOf, unpackTable } from '../pack-table.js';

/** What wall time says of a cause and its effect. */
export type WallVerdict = 'forward' | 'resolution' | 'skew';

export interface Arrow {
  readonly from: number;
  readonly to: number;
  readonly kind: EdgeKind;
  readonly basis: Basis;
  readonly wall: WallVerdict;
  /** How long after its cause wall time has the effect. */
  readonly delayNanos: number;
}

/** A log, unpacked. */
export interface ShownLog {
  readonly trace: number;
  readonly lane: number;
  /** {@link NONE} where it was not read. */
  readonly span: number;
  readonly lamport: number;
  readonly nanos: number | undefined;
  readonly text: string;
  readonly next: number;
  /** The last of all events of a plain process that are before it. */
  readonly behind: number;
  readonly causes: readonly number[];
}

interface Neighbours {
  readonly causes: number[];
  readonly effects: number[];
}

export class DiagramModel {
  readonly table: EventTable;
  readonly happened: HappenedBefore;
  readonly edges: Edges;
  /** Messages, replies and links, and whatever else wall time has backwards. */
  readonly arrows: readonly Arrow[];
  /** In causal order. */
  readonly logs: readonly ShownLog[];
  /** All events, in causal order. */
  readonly order: Int32Array;
  /** Hybrid times that were recorded, in nanoseconds after the base. */
  readonly hybrid: ReadonlyMap<number, number>;
  private readonly at = new Map<string, number>();
  private readonly logsBySpan = new Map<number, number[]>();
  /** Events directly before and after each event, but for what its process's clock alone puts there. */
  private readonly neighbours = new Map<number, Neighbours>();

  constructor(readonly data: DiagramData) {
    const { spans, texts } = data;
    this.table = unpackTable(
      data.table,
      spans.ids.map((spanId, s) => ({
        spanId,
        name: texts[spans.name[s] as number] as string,
        service: texts[spans.service[s] as number] as string,
        kind: KINDS[spans.kind[s] as number] ?? 'internal',
      })),
    );
    const hybrid = new Map<number, number>();
    for (let i = 0; i + 1 < data.hybrid.length; i += 2)
      hybrid.set(data.hybrid[i] as number, data.hybrid[i + 1] as number);
    this.hybrid = hybrid;
    const predecessors = predecessorsOf(this.table, data.table);
    // The search is about events; logs bring the events around them along.
    const logs = new LogTable([], new SpanIndex());
    const groups = new TraceGroups(this.table, predecessors, logs);
    this.happened = new HappenedBefore(this.table, predecessors, groups, new LogOrder(this.table, logs, predecessors));
    this.edges = new Edges(this.table, predecessors, this.table.tick.length);
    this.order = inLamportOrder(this.table, this.happened.existing());
    this.arrows = this.collectArrows();
    this.logs = data.logs.map(([trace, lane, span, lamport, nanos, text, next, behind, ...causes]) => {
      return { trace, lane, span, lamport, nanos: nanos ?? undefined, text: texts[text] ?? '', next, behind, causes };
    });
    this.logs.forEach(({ span }, log) => addTo(this.logsBySpan, span, log));
    for (const [s, id] of spans.ids.entries()) this.at.set(`${this.traceId(s)} ${id}`, s);
  }

  get spanCount(): number {
    return this.table.spans.length;
  }

  name(span: number): string {
    return this.table.spans[span]?.name ?? '';
  }

  service(span: number): string {
    return this.table.spans[span]?.service ?? '';
  }

  spanId(span: number): string {
    return this.data.spans.ids[span] ?? '';
  }

  traceId(span: number): string {
    return this.data.table.traces[this.table.trace[span] as number] ?? '';
  }

  lane(span: number): Lane {
    return this.table.lanes[this.table.lane[span] as number] as Lane;
  }

  status(span: number): (typeof STATUSES)[number] {
    return STATUSES[this.data.spans.status[span] as number] ?? 'unset';
  }

  /** Keys and values, in the order in which they were recorded. */
  attributes(span: number): readonly (readonly [key: string, value: string])[] {
    const packed = this.data.spans.attributes[span] ?? [];
    const { texts } = this.data;
    const pairs: [string, string][] = [];
    for (let i = 0; i + 1 < packed.length; i += 2) {
      pairs.push([texts[packed[i] as number] ?? '', texts[packed[i + 1] as number] ?? '']);
    }
    return pairs;
  }

  /** Logs that were written in a span, in causal order. */
  logsOf(span: number): readonly number[] {
    return this.logsBySpan.get(span) ?? [];
  }

  spanWithId(traceId: string, spanId: string): number | undefined {
    return this.at.get(`${traceId} ${spanId}`);
  }

  /** Events directly before one, those of other nodes first. */
  causesOf(event: number): readonly number[] {
    const { lamport } = this.table;
    const causes = new Set([...this.neighboursOf(event).causes, ...this.edges.sequence.before(event)]);
    return this.sorted(event, causes, (a, b) => (lamport[b] as number) - (lamport[a] as number));
  }

  effectsOf(event: number): readonly number[] {
    const { lamport } = this.table;
    const effects = new Set([...this.neighboursOf(event).effects, ...this.edges.sequence.after(event)]);
    return this.sorted(event, effects, (a, b) => (lamport[a] as number) - (lamport[b] as number));
  }

  /** The arrow that is drawn from one to the other. */
  arrowBetween(from: number, to: number): Arrow | undefined {
    return this.arrows.find((arrow) => arrow.from === from && arrow.to === to);
  }

  /** How long after its cause, or before it, wall time has the effect, as it is said of the one or of the other. */
  delayText({ wall, delayNanos }: Arrow, isOfEffect: boolean): string {
    const than = isOfEffect ? 'later' : 'earlier';
    if (wall === 'forward') {
      return delayNanos === 0
        ? 'at the same instant by wall clocks'
        : `${durationText(delayNanos)} ${than} by wall clocks`;
    }
    const within = wall === 'resolution' ? ', within what they can tell' : '';
    return `${durationText(-delayNanos)} ${isOfEffect ? 'earlier' : 'later'} by wall clocks${within}`;
  }

  /** Those of other nodes first, then as compared. */
  private sorted(at: number, events: ReadonlySet<number>, compare: (a: number, b: number) => number): number[] {
    const laneOf = (one: number): number => this.table.lane[Math.floor(one / 3)] as number;
    const isNear = (one: number): number => (laneOf(one) === laneOf(at) ? 1 : 0);
    return [...events].sort((a, b) => isNear(a) - isNear(b) || compare(a, b));
  }

  private neighboursOf(event: number): Neighbours {
    if (this.neighbours.size === 0) {
      for (const at of this.order) this.neighbours.set(at, { causes: [], effects: [] });
      for (let span = 0; span < this.spanCount; span++) {
        this.edges.visitAllOf(span, (from, to) => {
          this.neighbours.get(to)?.causes.push(from);
          this.neighbours.get(from)?.effects.push(to);
        });
      }
    }
    return this.neighbours.get(event) ?? { causes: [], effects: [] };
  }

  private collectArrows(): Arrow[] {
    const { table } = this;
    const arrows: Arrow[] = [];
    this.edges.visitCauses((from, to, kind, basis) => {
      const delayNanos = table.timeOf(to) - table.timeOf(from);
      const [a, b] = [table.lane[Math.floor(from / 3)] as number, table.lane[Math.floor(to / 3)] as number];
      const wall = delayNanos >= 0 ? 'forward' : -delayNanos < resolutionOf(table.lanes, a, b) ? 'resolution' : 'skew';
      if (kind === 'parent' && wall === 'forward') return;
      arrows.push({ from, to, kind, basis, wall, delayNanos });
    });
    return arrows;
  }
}
