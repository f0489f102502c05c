/**
 * What is under the pointer.
 *
 * Guarantee: a bar is hit as it is drawn, but at least some pixels wide; of its events the nearest counts.
 */
import { eventsOfSpan } from './axes.js';
import type { Scene } from './scene.js';
import type { Viewport } from './viewport.js';

const REACH = 5;
const LEAST_BAR = 2;

/** The event there, if there is one. */
export function eventAt(scene: Scene, view: Viewport, x: number, y: number): number | undefined {
  if (x < view.gutter) return undefined;
  let best: number | undefined;
  let bestDistance = REACH;
  for (const span of scene.spans) {
    const top = view.yOf(scene.rows.rowOf[span] as number);
    if (y < top || y >= top + view.rowHeight) continue;
    const [from, to] = barOf(scene, view, span);
    const distance = Math.max(from - x, x - to, 0);
    if (distance > bestDistance || (best !== undefined && distance === bestDistance)) continue;
    bestDistance = distance;
    best = span;
  }
  if (best === undefined) return undefined;
  const away = (event: number): number => Math.abs(view.xOf(scene.shares[event] as number) - x);
  return eventsOfSpan(scene.model, best).reduce((near, event) => (away(event) < away(near) ? event : near));
}

/** The log whose mark is there, if one is. */
export function logAt(scene: Scene, view: Viewport, x: number, y: number): number | undefined {
  if (x < view.gutter) return undefined;
  let best: number | undefined;
  let bestDistance = REACH;
  for (const log of scene.logs) {
    const [at, middle] = placeOfLog(scene, view, log);
    const distance = Math.abs(at - x);
    if (Math.abs(middle - y) > view.rowHeight / 2 || distance > bestDistance) continue;
    if (best !== undefined && distance === bestDistance) continue;
    bestDistance = distance;
    best = log;
  }
  return best;
}

/** The middle of a log's mark, in pixels. */
export function placeOfLog(scene: Scene, view: Viewport, log: number): readonly [x: number, y: number] {
  const row = scene.rows.logRow.get(scene.model.logs[log]?.lane ?? -1) ?? 0;
  return [view.xOf(scene.logShares[log] as number), view.yOf(row) + view.rowHeight / 2];
}

/** Left and right edge of a bar. A wall clock that was set back may have the end before the start. */
export function barOf(scene: Scene, view: Viewport, span: number): readonly [from: number, to: number] {
  const start = view.xOf(scene.shares[3 * span] as number);
  const end = view.xOf(scene.shares[3 * span + 2] as number);
  return [Math.min(start, end), Math.max(start, end, Math.min(start, end) + LEAST_BAR)];
}
