/**
 * Bars for spans. With an event selected, the left half of a bar says how its start stands to that event, the right
 * half how its end does; each in colour and with a sign.
 */
import { STAMPED } from '../../events/event-table.js';
import { CONCURRENT, FUTURE, PAST, SELF, UNKNOWN } from './event-classes.js';
import { barOf } from './hit-test.js';
import type { ColourName } from './palette.js';
import { FONT, fitText, type Painting, SIGN_FONT, SMALL_FONT } from './painting.js';
import { AXIS_HEIGHT } from './viewport.js';

interface ClassLook {
  readonly colour: ColourName;
  readonly sign: string;
  /** Which parts of a narrow bar are filled, from its upper edge (0) to its lower (1). */
  readonly shape: readonly (readonly [number, number])[];
}

const WHOLE: ClassLook['shape'] = [[0, 1]];

export const CLASS_LOOKS: Readonly<Record<number, ClassLook>> = {
  [PAST]: { colour: 'past', sign: '‹', shape: [[0, 0.65]] },
  [FUTURE]: { colour: 'future', sign: '›', shape: [[0.35, 1]] },
  [CONCURRENT]: {
    colour: 'concurrent',
    sign: '∥',
    shape: [
      [0, 0.38],
      [0.62, 1],
    ],
  },
  [UNKNOWN]: { colour: 'unknown', sign: '?', shape: [[0.4, 0.6]] },
  [SELF]: { colour: 'self', sign: '', shape: WHOLE },
};
const UNTOLD = CLASS_LOOKS[UNKNOWN] as ClassLook;

interface Bar {
  readonly from: number;
  readonly to: number;
  /** Where the half of the start ends, which may be out of sight. */
  readonly middle: number;
  readonly y: number;
  readonly height: number;
}

const INSET = 3;
const ROUND_FROM = 7;
const NARROWEST = 2;
const SIGNS_FROM = 26;
/** Pixels beyond the edges that bars are painted to. */
const OUTSIDE = 100;

export function paintBars(painting: Painting): void {
  const { context, scene, view, palette, marked, isSearch, classes } = painting;
  const { services } = scene.rows;
  // What was painted last in each row.
  const painted = new Int32Array(scene.rows.rowCount);
  for (const span of scene.spans) {
    const y = view.yOf(scene.rows.rowOf[span] as number);
    if (y + view.rowHeight < AXIS_HEIGHT || y > view.height) continue;
    const [start, end] = barOf(scene, view, span);
    if (end < view.gutter || start > view.width) continue;
    const isFaint = isSearch && !marked.has(span);
    if (end - start <= NARROWEST) {
      // A second bar of the same look on the same pixel shows nothing new.
      const kinds = classes === undefined ? 0 : 8 * (classes[3 * span] as number) + (classes[3 * span + 2] as number);
      const place = (Math.round(start) * 64 + kinds) * 2 + (isFaint ? 1 : 0);
      const row = scene.rows.rowOf[span] as number;
      if (painted[row] === place) continue;
      painted[row] = place;
    }
    // Zoomed in, canvases lose what is a million pixels away.
    const [from, to] = [Math.max(start, -OUTSIDE), Math.min(end, view.width + OUTSIDE)];
    const service = services.get(scene.model.lane(span).service) ?? 0;
    const look = palette.services[service % palette.services.length] as Painting['palette']['services'][number];
    context.globalAlpha = isFaint ? 0.22 : 1;
    paintBar(
      painting,
      span,
      { from, to, middle: (start + end) / 2, y: y + INSET, height: view.rowHeight - 2 * INSET },
      look,
    );
  }
  context.globalAlpha = 1;
}

function paintBar(
  painting: Painting,
  span: number,
  bar: Bar,
  look: { readonly fill: string; readonly edge: string },
): void {
  const { context, scene, palette, classes, view } = painting;
  const { from, to, y, height } = bar;
  const width = to - from;
  const isDerived = ((scene.model.table.flags[span] as number) & STAMPED) === 0;
  if (classes === undefined) {
    context.fillStyle = look.fill;
    fillBar(context, from, y, width, height);
  } else paintHalves(painting, classes, span, bar);
  if (width >= ROUND_FROM) {
    context.strokeStyle = classes === undefined ? look.edge : palette.soft;
    context.lineWidth = 1;
    if (isDerived) context.setLineDash([4, 3]);
    context.beginPath();
    context.roundRect(from + 0.5, y + 0.5, width - 1, height - 1, 4);
    context.stroke();
    if (isDerived) context.setLineDash([]);
  } else if (classes === undefined) {
    context.fillStyle = look.edge;
    context.fillRect(from, y, Math.min(width, 1.5), height);
  }
  const left = Math.max(from, view.gutter);
  const signs = classes === undefined || width < SIGNS_FROM ? 0 : 14;
  const isError = scene.model.status(span) === 'error';
  const name = `${isError ? '! ' : ''}${scene.model.name(span)}`;
  context.font = height >= 18 ? FONT : SMALL_FONT;
  const text = height < 10 ? '' : fitText(context, name, to - left - 10 - 2 * signs);
  if (text === '') return;
  context.fillStyle = palette.text;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(text, left + 5 + signs, y + height / 2 + 0.5);
}

function paintHalves({ context, palette }: Painting, classes: Uint8Array, span: number, bar: Bar): void {
  const { from, to, y, height } = bar;
  const width = to - from;
  const middle = Math.min(to, Math.max(from, bar.middle));
  const alpha = context.globalAlpha;
  const isWide = width >= SIGNS_FROM;
  for (const half of [0, 1] as const) {
    const one = classes[3 * span + 2 * half] as number;
    const { colour, sign, shape } = CLASS_LOOKS[one] ?? UNTOLD;
    const [left, right] = half === 0 ? [from, middle] : [middle, to];
    context.fillStyle = palette[colour];
    context.globalAlpha = alpha * 0.34;
    context.fillRect(left, y, right - left, height);
    context.globalAlpha = alpha;
    // A strong edge. Where there is no room for signs, its shape says it too.
    const edge = Math.max(1, Math.min(4, right - left));
    for (const [top, bottom] of isWide ? WHOLE : shape) {
      context.fillRect(half === 0 ? left : right - edge, y + top * height, edge, (bottom - top) * height);
    }
    if (!isWide) continue;
    context.font = SIGN_FONT;
    context.textBaseline = 'middle';
    context.textAlign = half === 0 ? 'left' : 'right';
    context.fillText(sign, half === 0 ? from + 6 : to - 6, y + height / 2);
  }
}

function fillBar(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void {
  if (width < ROUND_FROM) {
    context.fillRect(x, y, width, height);
    return;
  }
  context.beginPath();
  context.roundRect(x, y, width, height, 4);
  context.fill();
}
