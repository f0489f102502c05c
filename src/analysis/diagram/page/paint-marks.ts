/** What is missing, what is wrong with a single span, and what is selected. */
import { placeGap } from './gap-places.js';
import { barOf } from './hit-test.js';
import { type Painting, SIGN_FONT, SMALL_FONT } from './painting.js';

const TICK_RADIUS = 4.5;
const LEAST_APART = 12;
const STUB = 18;
/** Frames around bars that are not even so wide would only be one block. */
const NARROW = 5;

/**
 * Events that were stamped and not read: hollow and dashed, each at its place, or as a box where they stand too close.
 */
export function paintGaps({ context, scene, view, palette, markedGap }: Painting): void {
  scene.model.data.gaps.forEach((gap, g) => {
    const row = scene.rows.gapRow[g] as number;
    if (row < 0) return;
    const place = placeGap(gap, scene.shares);
    const isPoint = place.from === place.to;
    let from = view.xOf(place.from);
    let to = view.xOf(place.to);
    const count = gap.to - gap.from + 1;
    if (isPoint) {
      // Only one side is known: beside it.
      const room = LEAST_APART * Math.min(count, 4) + LEAST_APART;
      if (gap.after < 0) from -= room;
      else to += room;
    }
    if (to < view.gutter || from > view.width) return;
    const y = view.yOf(row) + view.rowHeight / 2;
    const apart = (to - from) / (count + 1);
    context.strokeStyle = markedGap === g ? palette.accent : palette.skew;
    context.lineWidth = markedGap === g ? 2.5 : 1.5;
    context.setLineDash([3, 2.5]);
    context.beginPath();
    if (apart >= LEAST_APART) {
      for (let i = Math.max(1, Math.ceil((view.gutter - from) / apart)); i <= count; i++) {
        const x = from + i * apart;
        if (x > view.width) break;
        context.moveTo(x + TICK_RADIUS, y);
        context.arc(x, y, TICK_RADIUS, 0, 2 * Math.PI);
      }
    } else {
      const middle = (from + to) / 2;
      const width = Math.max(14, to - from - 4);
      context.roundRect(middle - width / 2, y - 8, width, 16, 8);
      context.setLineDash([3, 2.5]);
      context.stroke();
      context.setLineDash([]);
      context.font = SMALL_FONT;
      context.fillStyle = palette.skew;
      context.textAlign = width > 30 ? 'center' : 'left';
      context.textBaseline = 'middle';
      context.fillText(
        `${count.toLocaleString('en')} missing`.slice(0, width > 70 ? 40 : 6),
        width > 30 ? middle : middle + 10,
        y,
      );
      context.beginPath();
    }
    context.stroke();
    context.setLineDash([]);
  });
}

/** A dashed stub and a hollow end for a parent that was named and not read; signs of races and clashes. */
export function paintBadges({ context, scene, view, palette }: Painting): void {
  for (const span of new Set([...scene.orphans, ...scene.badges.keys()])) {
    const row = scene.rows.rowOf[span] as number;
    if (row < 0) continue;
    const [from, to] = barOf(scene, view, span);
    if (to < view.gutter || from > view.width) continue;
    const y = view.yOf(row) + view.rowHeight / 2;
    if (scene.orphans.has(span) && from > view.gutter) {
      context.strokeStyle = palette.skew;
      context.lineWidth = 1.5;
      context.setLineDash([3, 2.5]);
      context.beginPath();
      context.moveTo(from, y);
      context.lineTo(from - STUB + TICK_RADIUS, y);
      context.moveTo(from - STUB + TICK_RADIUS, y);
      context.arc(from - STUB, y, TICK_RADIUS, 0, 2 * Math.PI);
      context.stroke();
      context.setLineDash([]);
    }
    const badge = scene.badges.get(span);
    if (badge === undefined) continue;
    const x = Math.max(from, view.gutter + 8);
    const top = y - view.rowHeight / 2 + 3;
    context.fillStyle = palette[badge.colour];
    context.beginPath();
    context.arc(x, top, 7, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = palette.ground;
    context.font = SIGN_FONT;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(badge.sign, x, top + 0.5);
  }
}

/** The selected event, and the spans that a finding or a search is about. */
export function paintSelection({ context, scene, view, palette, selected, marked }: Painting): void {
  context.strokeStyle = palette.accent;
  context.fillStyle = palette.accent;
  context.lineWidth = 2;
  for (const span of marked) {
    const row = scene.rows.rowOf[span] as number;
    if (row < 0) continue;
    const [from, to] = barOf(scene, view, span);
    if (to < view.gutter || from > view.width) continue;
    if (to - from < NARROW) {
      context.fillRect(from, view.yOf(row) + 1, Math.max(1, to - from - 1), view.rowHeight - 2);
      continue;
    }
    context.beginPath();
    context.roundRect(from - 2.5, view.yOf(row) + 0.5, to - from + 5, view.rowHeight - 1, 6);
    context.stroke();
  }
  if (selected === undefined) return;
  const row = scene.rows.rowOf[Math.floor(selected / 3)] as number;
  const x = view.xOf(scene.shares[selected] as number);
  if (row < 0 || x < view.gutter) return;
  const y = view.yOf(row) + view.rowHeight / 2;
  context.fillStyle = palette.self;
  context.strokeStyle = palette.ground;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, 7, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
  context.strokeStyle = palette.self;
  context.beginPath();
  context.arc(x, y, 10, 0, 2 * Math.PI);
  context.stroke();
}
