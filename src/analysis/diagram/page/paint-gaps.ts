/** What is missing: events that were stamped and not read, each where it belongs. */
import { placeGap } from './gap-places.js';
import { HOLLOW_RADIUS, type Painting, SMALL_FONT } from './painting.js';

const LEAST_APART = 12;

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
        context.moveTo(x + HOLLOW_RADIUS, y);
        context.arc(x, y, HOLLOW_RADIUS, 0, 2 * Math.PI);
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
