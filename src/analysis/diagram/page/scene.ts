/**
 * What is drawn: the events of one trace (or of all), where they stand, and what is special about them.
 *
 * Guarantee: positions are shares of the axis, 0 to 1. While the axis changes they are on their way from the old to the
 * new; once settled they are exact.
 */
import { MISSING, NONE } from '../../events/event-table.js';
import type { PackedFinding } from '../diagram-data.js';
import { AXES, type AxisName, eventsOfSpan, extentOf, type Positions, positionsOf } from './axes.js';
import type { Arrow, DiagramModel, WallVerdict } from './diagram-model.js';
import { layRows, type LaneRows } from './lane-rows.js';
import { placesOf, logPositionsOf } from './log-places.js';

export interface Badge {
  readonly sign: string;
  readonly colour: 'skew' | 'resolution';
}

const BADGES: Partial<Readonly<Record<PackedFinding['class'], Badge>>> = {
  race: { sign: '≠', colour: 'skew' },
  clash: { sign: '‼', colour: 'skew' },
  incomplete: { sign: '?', colour: 'resolution' },
};

export class Scene {
  readonly positions: Positions;
  /** Number of the trace that is shown; {@link NONE} for all. */
  trace: number = NONE;
  axis: AxisName = 'lamport';
  rows!: LaneRows;
  /** Spans that are shown. */
  spans: readonly number[] = [];
  arrows: readonly Arrow[] = [];
  /** Logs that are shown. */
  logs: readonly number[] = [];
  /** Share of the axis at which each log stands. */
  readonly logShares: Float64Array;
  /** Share of the axis at which each event stands. */
  readonly shares: Float64Array;
  /** First and last position of what is shown, by axis. */
  extents!: Readonly<Record<AxisName, readonly [from: number, to: number]>>;
  /** Signs beside bars, by span. */
  readonly badges = new Map<number, Badge>();
  /** Spans whose parent was named and not read. */
  readonly orphans: ReadonlySet<number>;
  private readonly left: Float64Array;
  private readonly logsLeft: Float64Array;
  private readonly logPositions: Positions;

  constructor(readonly model: DiagramModel) {
    this.positions = positionsOf(model);
    this.shares = new Float64Array(model.table.tick.length);
    this.left = new Float64Array(model.table.tick.length);
    this.logPositions = logPositionsOf(model, this.positions);
    this.logShares = new Float64Array(model.logs.length);
    this.logsLeft = new Float64Array(model.logs.length);
    const orphans = new Set<number>();
    model.table.parent.forEach((parent, s) => {
      if (parent === MISSING) orphans.add(s);
    });
    this.orphans = orphans;
    for (const finding of model.data.findings) {
      const badge = BADGES[finding.class];
      if (badge === undefined) continue;
      for (const event of finding.events) {
        const span = Math.floor(event / 3);
        if (this.badges.get(span)?.colour !== 'skew') this.badges.set(span, badge);
      }
    }
    this.show(model.data.table.traces.length === 1 ? 0 : this.busiestTrace());
  }

  /** Shows another trace, at once. */
  show(trace: number): void {
    const { model, positions } = this;
    const { table } = model;
    this.trace = trace;
    const isHere = (event: number): boolean => trace === NONE || table.trace[Math.floor(event / 3)] === trace;
    this.spans = table.spans.map((_, s) => s).filter((s) => isHere(3 * s));
    this.arrows = model.arrows.filter(({ from, to }) => isHere(from) && isHere(to));
    this.rows = layRows(model, positions, trace);
    const events = this.spans.flatMap((span) => eventsOfSpan(model, span));
    this.logs = [...model.logs.keys()].filter((log) => trace === NONE || model.logs[log]?.trace === trace);
    const logs = placesOf(this.logPositions, this.logs);
    const extents = AXES.map((axis) => [axis, extentOf(positions[axis], events, logs[axis])] as const);
    this.extents = Object.fromEntries(extents) as Scene['extents'];
    this.arrive();
  }

  /** From here on {@link move} leads to this axis. */
  setAxis(axis: AxisName): void {
    this.left.set(this.shares);
    this.logsLeft.set(this.logShares);
    this.axis = axis;
  }

  /** @param way how far the events are on their way, 0 to 1 */
  move(way: number): void {
    if (way >= 1) {
      this.arrive();
      return;
    }
    for (const span of this.spans) {
      for (let event = 3 * span; event < 3 * span + 3; event++) {
        const from = this.left[event] as number;
        this.shares[event] = from + (this.shareOf(event) - from) * way;
      }
    }
    for (const log of this.logs) {
      const from = this.logsLeft[log] as number;
      this.logShares[log] = from + (this.shareOfLog(log) - from) * way;
    }
  }

  /** Where an event belongs on the present axis. */
  shareOf(event: number): number {
    const [from, to] = this.extents[this.axis];
    return ((this.positions[this.axis][event] as number) - from) / (to - from);
  }

  shareOfLog(log: number): number {
    const [from, to] = this.extents[this.axis];
    return ((this.logPositions[this.axis][log] as number) - from) / (to - from);
  }

  isLogShown(log: number): boolean {
    return this.trace === NONE || this.model.logs[log]?.trace === this.trace;
  }

  private arrive(): void {
    for (const log of this.logs) this.logShares[log] = this.shareOfLog(log);
    for (const span of this.spans) {
      for (let event = 3 * span; event < 3 * span + 3; event++) this.shares[event] = this.shareOf(event);
    }
  }

  private busiestTrace(): number {
    const { table, data } = this.model;
    const counts = data.table.traces.map(() => 0);
    for (const trace of table.trace) counts[trace] = (counts[trace] as number) + 1;
    return Math.max(0, counts.indexOf(Math.max(...counts)));
  }
}

/**
 * How an arrow is to look: as wall time has it where it runs backwards, and wrong in any case where it does although
 * wall time has nothing against it.
 */
export function lookOf({ wall }: Pick<Arrow, 'wall'>, from: number, to: number): WallVerdict {
  if (to >= from) return 'forward';
  return wall === 'resolution' ? 'resolution' : 'skew';
}
