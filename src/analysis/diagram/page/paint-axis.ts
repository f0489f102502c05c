/** The axis and its grid, and how far the diagram is scrolled. */
import { type AxisTick, lamportTicks, timeTicks } from './axis-ticks.js';
import { type Painting, SMALL_FONT } from './painting.js';
import { AXIS_HEIGHT } from './viewport.js';

const PIXELS_PER_TICK = 110;

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
