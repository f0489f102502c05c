/** Logs: small squares in a row of their own, below the bars of their node. */
import { placeOfLog } from './hit-test.js';
import type { Painting } from './painting.js';

const LOG_SIZE = 6;
const CHOSEN_SIZE = 10;

export function paintLogs({ context, scene, view, palette, selectedLog }: Painting): void {
  context.fillStyle = palette.soft;
  // Of thousands that stand at one pixel, one is enough.
  const painted = new Map<number, Set<number>>();
  for (const log of scene.logs) {
    const [x, y] = placeOfLog(scene, view, log);
    if (x < view.gutter || x > view.width || y < 0 || y > view.height) continue;
    const columns = painted.get(y) ?? new Set<number>();
    painted.set(y, columns);
    if (columns.has(Math.round(x))) continue;
    columns.add(Math.round(x));
    context.fillRect(Math.round(x) - LOG_SIZE / 2, Math.round(y) - LOG_SIZE / 2, LOG_SIZE, LOG_SIZE);
  }
  if (selectedLog === undefined || !scene.isLogShown(selectedLog)) return;
  const [x, y] = placeOfLog(scene, view, selectedLog);
  if (x < view.gutter) return;
  context.fillStyle = palette.self;
  context.fillRect(x - CHOSEN_SIZE / 2, y - CHOSEN_SIZE / 2, CHOSEN_SIZE, CHOSEN_SIZE);
  context.strokeStyle = palette.self;
  context.lineWidth = 2;
  context.strokeRect(x - CHOSEN_SIZE / 2 - 3, y - CHOSEN_SIZE / 2 - 3, CHOSEN_SIZE + 6, CHOSEN_SIZE + 6);
}
