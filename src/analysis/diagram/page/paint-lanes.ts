/** Lanes, their names, and the axis. */
import { NONE } from '../../events/event-table.js';
import { type AxisTick, lamportTicks, timeTicks } from './axis-ticks.js';
import { FONT, fitText, type Painting, SMALL_FONT } from './painting.js';
import { AXIS_HEIGHT } from './viewport.js';

const PIXELS_PER_TICK = 110;

export function paintBands({ context, scene, view, palette, markedLanes }: Painting): void {
  scene.rows.lanes.forEach((lane, i) => {
    const [top, bottom] = view.laneEdges(lane);
    if (bottom < 0 || top > view.height) return;
    if (i % 2 === 0) {
      context.fillStyle = palette.band;
      context.fillRect(0, top, view.width, bottom - top);
    }
    if (lane.lane !== NONE && markedLanes.has(lane.lane)) {
      context.strokeStyle = palette.accent;
      context.lineWidth = 2;
      context.strokeRect(1, top + 1, view.width - 2, bottom - top - 2);
    }
  });
}

export function paintGrid({ context, view, palette }: Painting, ticks: readonly PlacedTick[]): void {
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  context.beginPath();
  for (const { x } of ticks) {
    context.moveTo(Math.round(x) + 0.5, AXIS_HEIGHT);
    context.lineTo(Math.round(x) + 0.5, view.height);
  }
  context.stroke();
}

export interface PlacedTick extends AxisTick {
  readonly x: number;
}

/** The ticks in sight. */
export function ticksOf({ scene, view }: Painting): readonly PlacedTick[] {
  const [from, to] = scene.extents[scene.axis];
  const at = (x: number): number => from + view.shareAt(x) * (to - from);
  const [left, right] = [at(view.gutter), at(view.width)];
  const count = Math.max(2, Math.floor((view.width - view.gutter) / PIXELS_PER_TICK));
  const ticks = scene.axis === 'lamport' ? lamportTicks(left, right, count) : timeTicks(left, right, from, count);
  return ticks.map((tick) => ({ at: tick.at, text: tick.text, x: view.xOf((tick.at - from) / (to - from)) }));
}

export function paintAxis({ context, view, palette }: Painting, ticks: readonly PlacedTick[]): void {
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, view.width, AXIS_HEIGHT);
  context.fillStyle = palette.soft;
  context.font = SMALL_FONT;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  let free = view.gutter;
  for (const { x, text } of ticks) {
    const half = context.measureText(text).width / 2;
    if (x - half < free || x + half > view.width) continue;
    context.fillText(text, x, AXIS_HEIGHT / 2);
    free = x + half + 10;
  }
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(0, AXIS_HEIGHT - 0.5);
  context.lineTo(view.width, AXIS_HEIGHT - 0.5);
  context.stroke();
}

/** A thumb at the right, where there is more than is in sight. */
export function paintScroll({ context, view, palette }: Painting): void {
  const part = view.rowsInSight;
  if (part === undefined) return;
  const room = view.height - AXIS_HEIGHT;
  context.fillStyle = palette.soft;
  context.globalAlpha = 0.55;
  context.beginPath();
  context.roundRect(view.width - 8, AXIS_HEIGHT + part[0] * room, 5, (part[1] - part[0]) * room, 2.5);
  context.fill();
  context.globalAlpha = 1;
}

/** Names of nodes; above whatever was painted there. */
export function paintGutter({ context, scene, view, palette }: Painting): void {
  context.save();
  context.beginPath();
  context.rect(0, AXIS_HEIGHT, view.gutter, view.height - AXIS_HEIGHT);
  context.clip();
  scene.rows.lanes.forEach((lane, i) => {
    const [top, bottom] = view.laneEdges(lane);
    if (bottom < AXIS_HEIGHT || top > view.height) return;
    context.fillStyle = i % 2 === 0 ? palette.band : palette.ground;
    context.fillRect(0, top, view.gutter, bottom - top);
    // The name stays in sight while any of its lane does.
    const middle = (Math.max(top, AXIS_HEIGHT) + Math.min(bottom, view.height)) / 2;
    const notes = noteOf(lane);
    const isTwoLines = notes !== '' && bottom - top >= 36;
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.font = FONT;
    context.fillStyle = palette.text;
    context.fillText(fitText(context, lane.id, view.gutter - 20), 12, middle - (isTwoLines ? 8 : 0));
    if (!isTwoLines) return;
    context.font = SMALL_FONT;
    context.fillStyle = palette.soft;
    context.fillText(fitText(context, notes, view.gutter - 20), 12, middle + 8);
  });
  context.restore();
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(view.gutter - 0.5, 0);
  context.lineTo(view.gutter - 0.5, view.height);
  context.stroke();
}

function noteOf({ lane, id, service, isStamped }: Painting['scene']['rows']['lanes'][number]): string {
  if (lane === NONE) return 'nothing of it was read';
  const name = id === service || id.startsWith(`${service}-`) || id.startsWith(`${service}@`) ? '' : service;
  return [name, isStamped ? '' : 'no stamps'].filter((part) => part !== '').join(' · ');
}
