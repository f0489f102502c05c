/** What is wrong with a single span. */
import { barOf } from './hit-test.js';
import { HOLLOW_RADIUS, type Painting, SIGN_FONT } from './painting.js';

const STUB = 18;

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
      context.lineTo(from - STUB + HOLLOW_RADIUS, y);
      context.moveTo(from - STUB + HOLLOW_RADIUS, y);
      context.arc(from - STUB, y, HOLLOW_RADIUS, 0, 2 * Math.PI);
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
