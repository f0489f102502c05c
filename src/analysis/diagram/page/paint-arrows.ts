/**
 * Messages, replies and links as arrows. What runs backwards carries a sign.
 */
import { FUTURE, PAST, SELF } from './event-classes.js';
import type { Arrow, WallVerdict } from './diagram-model.js';
import { type Painting, SIGN_FONT } from './painting.js';
import { lookOf } from './scene.js';

/** From so many in sight on, heads and signs would only be a carpet. */
const MANY = 600;
/** From so many that run backwards on, their signs would hide them; they are thicker all the same. */
const MANY_SIGNS = 80;
const HEAD = 7;

export interface Line {
  readonly arrow: Arrow;
  readonly look: WallVerdict;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly isDim: boolean;
}

/** Those that run forward lie below the bars, whose names stay readable; the others above everything. */
export function paintArrows(painting: Painting, lines: readonly Line[], which: 'forward' | 'backward'): void {
  const { context } = painting;
  const isCrowded = lines.length > MANY;
  for (const look of which === 'forward' ? (['forward'] as const) : (['resolution', 'skew'] as const)) {
    for (const isDim of [true, false]) {
      const some = lines.filter((line) => line.look === look && line.isDim === isDim);
      if (some.length > 0) paintGroup(painting, isCrowded ? apart(some) : some, look, isDim, isCrowded);
    }
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** Without those that lie on another one, to a pixel or two: nobody sees them, and each costs as much as the first. */
function apart(lines: readonly Line[]): readonly Line[] {
  const places = new Set<number>();
  return lines.filter(({ x1, x2, y1, y2 }) => {
    const place = ((Math.round(x1 / 2) * 4096 + Math.round(x2 / 2)) * 4096 + Math.round(y1)) * 4096 + Math.round(y2);
    if (places.has(place)) return false;
    places.add(place);
    return true;
  });
}

function paintGroup(
  painting: Painting,
  lines: readonly Line[],
  look: WallVerdict,
  isDim: boolean,
  isCrowded: boolean,
): void {
  const { context, palette } = painting;
  context.strokeStyle = palette[look];
  context.fillStyle = palette[look];
  context.lineWidth = look === 'forward' || isCrowded ? 1.2 : 2;
  context.globalAlpha = (isDim ? 0.14 : 0.9) * Math.max(0.15, Math.min(1, MANY / lines.length));
  for (const isDerived of [false, true]) {
    context.setLineDash(isDerived ? [5, 4] : []);
    // Each by itself: without a graphics card one path of many long lines takes several times as long.
    for (const { arrow, x1, y1, x2, y2 } of lines) {
      if ((arrow.basis === 'derived') !== isDerived) continue;
      context.beginPath();
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
      context.stroke();
    }
  }
  context.setLineDash([]);
  if (isCrowded) return;
  context.beginPath();
  for (const line of lines) addHead(context, line);
  context.fill();
  if (look === 'forward' || isDim || lines.length > MANY_SIGNS) return;
  for (const line of lines) paintSign(painting, line);
}

export function linesInSight({ scene, view, classes, markedEvents }: Painting): Line[] {
  const lines: Line[] = [];
  const isMarked = ({ from, to }: Arrow): boolean => markedEvents.has(from) && markedEvents.has(to);
  const isOfFinding = scene.arrows.some(isMarked);
  const { shares, rows } = scene;
  for (const arrow of scene.arrows) {
    const start = view.xOf(shares[arrow.from] as number);
    const end = view.xOf(shares[arrow.to] as number);
    if ((start < view.gutter && end < view.gutter) || (start > view.width && end > view.width)) continue;
    const fromRow = rows.rowOf[Math.floor(arrow.from / 3)] as number;
    const toRow = rows.rowOf[Math.floor(arrow.to / 3)] as number;
    const [upper, lower] = [view.yOf(fromRow), view.yOf(toRow)];
    if (Math.max(upper, lower) + view.rowHeight < 0 || Math.min(upper, lower) > view.height) continue;
    // From the edge of a bar to the edge of a bar, so that names stay readable.
    const down = toRow >= fromRow;
    const inset = 3;
    const startY = upper + (down ? view.rowHeight - inset : inset);
    const endY = lower + (down ? inset : view.rowHeight - inset);
    const [x1, y1] = clipped(start, startY, end, endY, view.width);
    const [x2, y2] = clipped(end, endY, start, startY, view.width);
    lines.push({
      arrow,
      look: lookOf(arrow, shares[arrow.from] as number, shares[arrow.to] as number),
      x1,
      y1,
      x2,
      y2,
      isDim: isOfFinding ? !isMarked(arrow) : classes !== undefined && !isOnCone(classes, arrow),
    });
  }
  return lines;
}

/**
 * The first point, moved along the line to where it is not far outside: zoomed in, canvases lose what is a million
 * pixels away.
 */
function clipped(x: number, y: number, otherX: number, otherY: number, width: number): readonly [number, number] {
  const edge = x < -width ? -width : x > 2 * width ? 2 * width : x;
  return edge === x ? [x, y] : [edge, y + ((edge - x) / (otherX - x)) * (otherY - y)];
}

/** Both ends in the past, or both in the future: what led here, or what came of it. */
function isOnCone(classes: Uint8Array, { from, to }: Arrow): boolean {
  const [a, b] = [classes[from], classes[to]];
  return (a === PAST && (b === PAST || b === SELF)) || ((a === SELF || a === FUTURE) && b === FUTURE);
}

function addHead(context: CanvasRenderingContext2D, { x1, y1, x2, y2 }: Line): void {
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (length < HEAD) return;
  const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  const [bx, by] = [x2 - ux * HEAD, y2 - uy * HEAD];
  context.moveTo(x2, y2);
  context.lineTo(bx - uy * HEAD * 0.45, by + ux * HEAD * 0.45);
  context.lineTo(bx + uy * HEAD * 0.45, by - ux * HEAD * 0.45);
  context.closePath();
}

/** Colour is not the only sign: ✗ for skew, ~ within resolution, as in the terminal. */
function paintSign({ context, palette, view }: Painting, { x1, y1, x2, y2, look }: Line): void {
  const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
  if (x < view.gutter + 8) return;
  context.fillStyle = palette.ground;
  context.beginPath();
  context.arc(x, y, 8, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = palette[look];
  context.lineWidth = 1.5;
  context.stroke();
  context.font = SIGN_FONT;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(look === 'skew' ? '✗' : '~', x, y + 1);
}
