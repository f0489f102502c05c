/**
 * Events, spans and nodes as objects, made when somebody asks for them: a graph of a million spans is mostly never
 * looked at one by one.
 *
 * Guarantee: the same event, span or node is the same object, whoever asks and how often.
 * Hazard: an object keeps the whole table alive.
 */
import type { LogStamp } from '../../clocks/log-stamp.js';
import type { CausalStamp } from '../../clocks/stamp.js';
import type { SpanStamps } from '../../codec/span-stamps.js';
import { END, type EventTable, type Lane, REPLY, START } from '../events/event-table.js';
import type {
  CausalCut,
  CausalEvent,
  CausalLog,
  CausalMoment,
  CausalNode,
  CausalSpan,
  EventKind,
} from './graph-model.js';
import { type LogTable, stampOfLog } from '../events/log-table.js';
import type { RecordedLog, RecordedSpan } from '../recorded.js';
import { stampsOfSpan } from '../events/stamp-columns.js';
import type { StampedChains } from '../events/stamped-chains.js';

const KINDS: readonly EventKind[] = ['start', 'reply', 'end'];

export class Views {
  readonly nodes: readonly CausalNode[];
  private readonly spans: SpanView[] = [];
  /** Of its full length at once: filled in causal order, it would pass for a sparse one, which is a hash table. */
  private readonly events: (EventView | undefined)[];
  private readonly logViews: LogView[] = [];
  private readonly cuts = new Map<number, CausalCut>();

  constructor(
    readonly table: EventTable,
    private readonly chains: StampedChains,
    readonly logs: LogTable,
  ) {
    // Array.from fills it, which takes a tenth of a second for a million spans.
    // oxlint-disable-next-line unicorn/no-new-array
    this.events = new Array<EventView | undefined>(table.tick.length);
    this.nodes = table.lanes.map((lane: Lane, index) => ({
      index,
      id: lane.id,
      service: lane.service,
      basis: lane.stamped ? ('stamped' as const) : ('derived' as const),
      isProcess: lane.isProcess,
      resolutionNanos: lane.resolutionNanos,
    }));
  }

  span(index: number): CausalSpan {
    return (this.spans[index] ??= new SpanView(this, index));
  }

  event(index: number): CausalEvent {
    return (this.events[index] ??= new EventView(this, index));
  }

  log(index: number): CausalLog {
    return (this.logViews[index] ??= new LogView(this, index));
  }

  /** @param last the last event that it stands behind */
  cut(index: number, last: number): CausalCut {
    let cut = this.cuts.get(index);
    if (cut === undefined) {
      cut = { index, kind: 'cut', node: this.event(last).node, lamport: this.table.lamport[last] as number };
      this.cuts.set(index, cut);
    }
    return cut;
  }

  /** An event or a log. */
  moment(index: number): CausalMoment {
    const events = this.table.tick.length;
    return index < events ? this.event(index) : this.log(index - events);
  }

  /** All of these: a plain loop, because this is done with millions. */
  moments(indices: Int32Array): CausalMoment[] {
    const moments: CausalMoment[] = [];
    for (let i = 0; i < indices.length; i++) moments.push(this.moment(indices[i] as number));
    return moments;
  }

  logStamp(log: number): LogStamp | undefined {
    return stampOfLog(this.logs, log, this.table, this.chains);
  }

  node(span: number): CausalNode {
    return this.nodes[this.table.lane[span] as number] as CausalNode;
  }

  stamps(span: number): SpanStamps | undefined {
    return stampsOfSpan(this.table, this.chains, span);
  }
}

class SpanView implements CausalSpan {
  readonly recorded: RecordedSpan;
  readonly #views: Views;
  #stamps: { readonly read: SpanStamps | undefined } | undefined;

  constructor(
    views: Views,
    readonly index: number,
  ) {
    this.#views = views;
    this.recorded = views.table.spans[index] as RecordedSpan;
  }

  get node(): CausalNode {
    return this.#views.node(this.index);
  }

  get parent(): CausalSpan | undefined {
    const parent = this.#views.table.parent[this.index] as number;
    return parent < 0 ? undefined : this.#views.span(parent);
  }

  get children(): readonly CausalSpan[] {
    const { childAt, children } = this.#views.table;
    const from = childAt[this.index] as number;
    return Array.from(children.subarray(from, childAt[this.index + 1]), (child) => this.#views.span(child));
  }

  get stamps(): SpanStamps | undefined {
    this.#stamps ??= { read: this.#views.stamps(this.index) };
    return this.#stamps.read;
  }

  get start(): CausalEvent {
    return this.#views.event(3 * this.index + START);
  }

  get reply(): CausalEvent | undefined {
    const reply = 3 * this.index + REPLY;
    return this.#views.table.exists(reply) ? this.#views.event(reply) : undefined;
  }

  get end(): CausalEvent {
    return this.#views.event(3 * this.index + END);
  }
}

class EventView implements CausalEvent {
  readonly #views: Views;

  constructor(
    views: Views,
    readonly index: number,
  ) {
    this.#views = views;
  }

  get kind(): EventKind {
    return KINDS[this.index % 3] as EventKind;
  }

  get span(): CausalSpan {
    return this.#views.span(Math.floor(this.index / 3));
  }

  get node(): CausalNode {
    return this.#views.node(Math.floor(this.index / 3));
  }

  get stamp(): CausalStamp | undefined {
    return this.span.stamps?.[this.kind];
  }

  get tick(): number | undefined {
    const tick = this.#views.table.tick[this.index] as number;
    return tick > 0 ? tick : undefined;
  }

  get lamport(): number {
    return this.#views.table.lamport[this.index] as number;
  }

  get timeNanos(): bigint | undefined {
    if (this.kind === 'reply') return undefined;
    const { recorded } = this.span;
    return this.kind === 'start' ? recorded.startNanos : recorded.endNanos;
  }
}

class LogView implements CausalLog {
  readonly kind = 'log';
  readonly index: number;
  readonly recorded: RecordedLog;
  readonly #views: Views;
  readonly #log: number;
  #stamp: { readonly read: LogStamp | undefined } | undefined;

  constructor(views: Views, log: number) {
    this.#views = views;
    this.#log = log;
    this.index = views.table.tick.length + log;
    this.recorded = views.logs.logs[log] as RecordedLog;
  }

  get span(): CausalSpan | undefined {
    const span = this.#views.logs.span[this.#log] as number;
    return span < 0 ? undefined : this.#views.span(span);
  }

  get node(): CausalNode {
    return this.#views.nodes[this.#views.logs.lane[this.#log] as number] as CausalNode;
  }

  get stamp(): LogStamp | undefined {
    this.#stamp ??= { read: this.#views.logStamp(this.#log) };
    return this.#stamp.read;
  }

  get lamport(): number {
    return this.#views.logs.lamport[this.#log] as number;
  }

  get timeNanos(): bigint {
    return this.recorded.timeNanos;
  }
}
