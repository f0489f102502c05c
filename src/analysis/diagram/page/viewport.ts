/**
 * From shares and rows to pixels and back: how far the diagram is zoomed and scrolled.
 *
 * Guarantee: zoom never goes below the whole, and nothing can be scrolled out of sight.
 */
import type { LaneRows } from './lane-rows.js';
import { MOST_ZOOM } from './permalink.js';

export const AXIS_HEIGHT = 30;
const PADDING = 22;
const LEAST_LANE_PADDING = 8;
const MOST_LANE_PADDING = 26;
const TALLEST_ROW = 30;
const LOWEST_ROW = 13;

export class Viewport {
  width = 800;
  height = 400;
  rowHeight = TALLEST_ROW;
  zoom = 1;
  /** Pixels by which the plot is moved. */
  x = 0;
  y = 0;
  private lanePadding = LEAST_LANE_PADDING;
  private rows: LaneRows | undefined;
  private rowTops = new Float64Array(1);

  get gutter(): number {
    return Math.round(Math.max(96, Math.min(200, this.width * 0.2)));
  }

  /** Width of the whole axis, not zoomed. */
  get plotWidth(): number {
    return Math.max(10, this.width - this.gutter - 2 * PADDING);
  }

  get contentHeight(): number {
    return (this.rowTops.at(-1) as number) + LEAST_LANE_PADDING;
  }

  resize(width: number, height: number): void {
    this.width = width;
    this.height = height;
    if (this.rows !== undefined) this.layOut(this.rows);
  }

  /** Takes the rows of a scene; they become lower where there are many. */
  layOut(rows: LaneRows): void {
    this.rows = rows;
    const lanes = Math.max(1, rows.lanes.length);
    const room = this.height - AXIS_HEIGHT - (2 * lanes + 1) * LEAST_LANE_PADDING;
    this.rowHeight = Math.max(LOWEST_ROW, Math.min(TALLEST_ROW, Math.floor(room / rows.rowCount)));
    // What is left over goes between the lanes, where it makes arrows longer.
    const spare = (room - this.rowHeight * rows.rowCount) / (2 * lanes);
    const padding = Math.min(MOST_LANE_PADDING, LEAST_LANE_PADDING + Math.max(0, Math.floor(spare)));
    this.lanePadding = padding;
    this.rowTops = new Float64Array(rows.rowCount + 1);
    let y = 0;
    for (const { top, rows: count } of rows.lanes) {
      y += padding;
      for (let row = top; row < top + count; row++) {
        this.rowTops[row] = y;
        y += this.rowHeight;
      }
      y += padding;
    }
    this.rowTops[rows.rowCount] = y;
    this.constrain();
  }

  xOf(share: number): number {
    return this.gutter + PADDING + share * this.plotWidth * this.zoom + this.x;
  }

  shareAt(x: number): number {
    return (x - this.gutter - PADDING - this.x) / (this.plotWidth * this.zoom);
  }

  /** Upper edge of a row. */
  yOf(row: number): number {
    return AXIS_HEIGHT + (this.rowTops[row] ?? 0) + this.y;
  }

  /** Upper and lower edge of a lane. */
  laneEdges({ top, rows }: { readonly top: number; readonly rows: number }): readonly [number, number] {
    return [this.yOf(top) - this.lanePadding, this.yOf(top + rows - 1) + this.rowHeight + this.lanePadding];
  }

  /** The part of the axis in the middle. */
  get middle(): number {
    return this.shareAt(this.gutter + PADDING + this.plotWidth / 2);
  }

  centre(share: number, zoom: number = this.zoom): void {
    this.zoom = zoom;
    this.x = this.plotWidth / 2 - share * this.plotWidth * zoom;
    this.constrain();
  }

  /** Zooms around a place that stays where it is. */
  zoomBy(factor: number, share: number = this.middle): void {
    const at = this.xOf(share);
    this.zoom = Math.min(MOST_ZOOM, Math.max(1, this.zoom * factor));
    this.x += at - this.xOf(share);
    this.constrain();
  }

  /** Moves a row into sight, and a share of the axis, where they are not. */
  reveal(share: number, row: number): void {
    const x = this.xOf(share);
    if (x < this.gutter + PADDING || x > this.width - PADDING) this.centre(share);
    const y = this.yOf(row);
    if (y < AXIS_HEIGHT + LEAST_LANE_PADDING || y + this.rowHeight > this.height) {
      this.y += (AXIS_HEIGHT + this.height) / 2 - y;
    }
    this.constrain();
  }

  /** How far it is scrolled down, in rows. */
  get scrolledRows(): number {
    return Math.max(0, -this.y / this.rowHeight);
  }

  constrain(): void {
    this.zoom = Math.min(MOST_ZOOM, Math.max(1, this.zoom));
    this.x = Math.min(0, Math.max(this.plotWidth * (1 - this.zoom), this.x));
    this.y = Math.min(0, Math.max(this.height - AXIS_HEIGHT - this.contentHeight, this.y));
  }
}
