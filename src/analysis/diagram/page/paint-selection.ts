/** What is looked at. */
import { barOf } from './hit-test.js';
import type { Painting } from './painting.js';

/** Frames around bars that are not even so wide would only be one block. */
const NARROW = 5;

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
