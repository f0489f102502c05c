/**
 * Bars for spans. With an event selected, the left half of a bar says how its start stands to that event, the right half
 * how its end does; each in colour and with a sign.
 */
import { STAMPED } from '../../event-table.js';
import { CONCURRENT, FUTURE, PAST, SELF, UNKNOWN } from './event-classes.js';
import { barOf } from './hit-test.js';
import type { ColourName } from './palette.js';
import { FONT, fitText, type Painting, SIGN_FONT, SMALL_FONT } from './painting.js';
import { AXIS_HEIGHT } from './viewport.js';

export const CLASS_LOOKS: Readonly<Record<number, { readonly colour: ColourName; readonly sign: string }>> = {
  [PAST]: { colour: 'past', sign: '‹' },
  [FUTURE]: { colour: 'future', sign: '›' },
  [CONCURRENT]: { colour: 'concurrent', sign: '∥' },
  [UNKNOWN]: { colour: 'unknown', sign: '?' },
  [SELF]: { colour: 'self', sign: '◉' },
};

const INSET = 3;
const ROUND_FROM = 7;
const SIGNS_FROM = 26;

export function paintBars(painting: Painting): void {
  const { context, scene, view, palette, marked, isSearch } = painting;
  const { services } = scene.rows;
  for (const span of scene.spans) {
    const y = view.yOf(scene.rows.rowOf[span] as number);
    if (y + view.rowHeight < AXIS_HEIGHT || y > view.height) continue;
    const [from, to] = barOf(scene, view, span);
    if (to < view.gutter || from > view.width) continue;
    const service = services.get(scene.model.lane(span).service) ?? 0;
    const look = palette.services[service % palette.services.length] as Painting['palette']['services'][number];
    context.globalAlpha = isSearch && !marked.has(span) ? 0.22 : 1;
    paintBar(painting, span, from, to, y + INSET, view.rowHeight - 2 * INSET, look);
  }
  context.globalAlpha = 1;
}

function paintBar(
  painting: Painting,
  span: number,
  from: number,
  to: number,
  y: number,
  height: number,
  look: { readonly fill: string; readonly edge: string },
): void {
  const { context, scene, palette, classes, view } = painting;
  const width = to - from;
  const isDerived = ((scene.model.table.flags[span] as number) & STAMPED) === 0;
  if (classes === undefined) {
    context.fillStyle = look.fill;
    fillBar(context, from, y, width, height);
  } else paintHalves(painting, classes, span, from, width, y, height);
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
  const text = height < 9 ? '' : fitText(context, name, to - left - 10 - 2 * signs);
  if (text === '') return;
  context.fillStyle = palette.text;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(text, left + 5 + signs, y + height / 2 + 0.5);
}

function paintHalves(
  { context, palette }: Painting,
  classes: Uint8Array,
  span: number,
  from: number,
  width: number,
  y: number,
  height: number,
): void {
  const halves = [classes[3 * span] as number, classes[3 * span + 2] as number] as const;
  const alpha = context.globalAlpha;
  halves.forEach((one, i) => {
    const { colour } = CLASS_LOOKS[one] ?? { colour: 'unknown' };
    const x = from + (i * width) / 2;
    context.globalAlpha = alpha * 0.34;
    context.fillStyle = palette[colour];
    context.fillRect(x, y, width / 2, height);
    // A strong edge, so that a bar of a few pixels says it too.
    context.globalAlpha = alpha;
    const edge = Math.max(1, Math.min(4, width / 2));
    context.fillRect(i === 0 ? x : x + width / 2 - edge, y, edge, height);
  });
  if (width < SIGNS_FROM) return;
  context.font = SIGN_FONT;
  context.textBaseline = 'middle';
  halves.forEach((one, i) => {
    const { colour, sign } = CLASS_LOOKS[one] ?? { colour: 'unknown', sign: '?' };
    context.fillStyle = palette[colour];
    context.textAlign = i === 0 ? 'left' : 'right';
    context.fillText(sign, i === 0 ? from + 6 : from + width - 6, y + height / 2);
  });
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
