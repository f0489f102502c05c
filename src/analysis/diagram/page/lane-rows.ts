/**
 * Lanes, and the rows of bars in each: a lane for every node, the nodes of one service beside each other.
 *
 * Guarantee: no two bars of one row overlap on any axis, so that a change of axis moves bars sideways only, and a child
 * stands below its parent where they share a lane.
 */
import type { PackedGap } from '../diagram-data.js';
import { NONE } from '../../events/event-table.js';
import { AXES, type Positions } from './axes.js';
import type { DiagramModel } from './diagram-model.js';
import { addTo } from '../../multimap.js';

export interface DrawnLane {
  /** The table's; {@link NONE} for a node that nothing was read of. */
  readonly lane: number;
  readonly id: string;
  readonly service: string;
  readonly isStamped: boolean;
  /** Its first row, and how many it has. */
  readonly top: number;
  readonly rows: number;
}

export interface LaneRows {
  readonly lanes: readonly DrawnLane[];
  /** Row of each span, from the top of the diagram; {@link NONE} for those of other traces. */
  readonly rowOf: Int32Array;
  readonly rowCount: number;
  /** Row of each gap, by its number. */
  readonly gapRow: Int32Array;
  /** Row of the logs of a lane that has some. */
  readonly logRow: ReadonlyMap<number, number>;
  /** Number of each service, in the order of the lanes. */
  readonly services: ReadonlyMap<string, number>;
}

/** Intervals that overlap nowhere, sorted. */
class Busy {
  private readonly from: number[] = [];
  private readonly to: number[] = [];

  isFree(from: number, to: number): boolean {
    const at = this.firstFrom(from);
    const endsBefore = at === 0 || (this.to[at - 1] as number) <= from;
    if (!endsBefore || at === this.from.length) return endsBefore;
    // Two that begin together overlap even where one of them takes no time.
    return (this.from[at] as number) >= to && this.from[at] !== from;
  }

  add(from: number, to: number): void {
    const at = this.firstFrom(from);
    this.from.splice(at, 0, from);
    this.to.splice(at, 0, to);
  }

  private firstFrom(from: number): number {
    let low = 0;
    let high = this.from.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.from[middle] as number) < from) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** @param trace number of a trace, or {@link NONE} for all of them */
export function layRows(model: DiagramModel, positions: Positions, trace: number): LaneRows {
  const { table } = model;
  const rowOf = new Int32Array(table.spans.length).fill(NONE);
  const byLane = new Map<number, number[]>();
  const placed = new Uint8Array(table.spans.length);
  for (const event of model.order) {
    const span = Math.floor(event / 3);
    if (placed[span] === 1 || (trace !== NONE && table.trace[span] !== trace)) continue;
    placed[span] = 1;
    const lane = table.lane[span] as number;
    addTo(byLane, lane, span);
  }
  const lanes: DrawnLane[] = [];
  const gapRow = new Int32Array(model.data.gaps.length).fill(NONE);
  const isHere = (gap: PackedGap): boolean => trace === NONE || gap.trace === trace;
  const withGaps = new Set(model.data.gaps.filter(isHere).map(({ lane }) => lane));
  const withLogs = new Set(model.logs.filter((log) => trace === NONE || log.trace === trace).map(({ lane }) => lane));
  for (const lane of withLogs) if (!byLane.has(lane)) byLane.set(lane, []);
  const logRow = new Map<number, number>();
  let top = 0;
  for (const lane of byService(model, [...byLane.keys()])) {
    // Logs have a row of their own below the bars, and so have missing events.
    const spans = byLane.get(lane) as number[];
    const bars = spans.length === 0 && withLogs.has(lane) ? 0 : rowsOf(model, positions, spans, rowOf, top);
    if (withLogs.has(lane)) logRow.set(lane, top + bars);
    const rows = bars + (withLogs.has(lane) ? 1 : 0) + (withGaps.has(lane) ? 1 : 0);
    const { id, service, stamped } = table.lanes[lane] as (typeof table.lanes)[number];
    lanes.push({ lane, id, service, isStamped: stamped, top, rows });
    top += rows;
  }
  const unread = new Set(model.data.gaps.filter((gap) => gap.lane === NONE && isHere(gap)).map(({ node }) => node));
  for (const node of unread) {
    lanes.push({ lane: NONE, id: node, service: '', isStamped: true, top, rows: 1 });
    top += 1;
  }
  model.data.gaps.forEach((gap, g) => {
    const lane = lanes.find((one) =>
      gap.lane === NONE ? one.lane === NONE && one.id === gap.node : one.lane === gap.lane,
    );
    if (isHere(gap) && lane !== undefined) gapRow[g] = lane.top + lane.rows - 1;
  });
  const services = new Map(
    [...new Set(lanes.map(({ service }) => service))].map((service, i) => [service, i] as const),
  );
  return { lanes, rowOf, rowCount: Math.max(1, top), gapRow, logRow, services };
}

/** In the order in which the trace reached them, but the nodes of one service together. */
function byService({ table }: DiagramModel, lanes: readonly number[]): number[] {
  const services = new Map<string, number[]>();
  for (const lane of lanes) {
    const { service } = table.lanes[lane] as (typeof table.lanes)[number];
    addTo(services, service, lane);
  }
  return [...services.values()].flat();
}

/** Fills `rowOf`; returns how many rows the lane has. */
function rowsOf(
  { table }: DiagramModel,
  positions: Positions,
  spans: readonly number[],
  rowOf: Int32Array,
  top: number,
): number {
  const rows: (readonly Busy[])[] = [];
  for (const span of spans) {
    const parent = table.parent[span] as number;
    const isBelow = parent >= 0 && table.lane[parent] === table.lane[span] && (rowOf[parent] as number) !== NONE;
    let row = isBelow ? (rowOf[parent] as number) - top + 1 : 0;
    const places = AXES.map((axis) => {
      const from = positions[axis][3 * span] as number;
      return [from, Math.max(from, positions[axis][3 * span + 2] as number)] as const;
    });
    const isTaken = (busy: readonly Busy[]): boolean =>
      busy.some((one, axis) => !one.isFree(...(places[axis] as readonly [number, number])));
    while (row < rows.length && isTaken(rows[row] as readonly Busy[])) row++;
    while (rows.length <= row) rows.push(AXES.map(() => new Busy()));
    (rows[row] as readonly Busy[]).forEach((one, axis) => one.add(...(places[axis] as readonly [number, number])));
    rowOf[span] = top + row;
  }
  return Math.max(1, rows.length);
}
