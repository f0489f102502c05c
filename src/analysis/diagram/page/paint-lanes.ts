/** Lanes and their names. */
import { NONE } from '../../events/event-table.js';
import { FONT, fitText, type Painting, SMALL_FONT } from './painting.js';
import { AXIS_HEIGHT } from './viewport.js';

export function paintBands({ context, scene, view, palette, markedLanes }: Painting): void {
  scene.rows.lanes.forEach((lane, i) => {
    const [top, bottom] = view.laneEdges(lane);
    if (bottom < 0 || top > view.height) return;
    if (i % 2 === 0) {
      context.fillStyle = palette.band;
      context.fillRect(0, top, view.width, bottom - top);
    }
    if (lane.lane !== NONE && markedLanes.has(lane.lane)) {
      context.strokeStyle = palette.accent;
      context.lineWidth = 2;
      context.strokeRect(1, top + 1, view.width - 2, bottom - top - 2);
    }
  });
}

/** Names of nodes; above whatever was painted there. */
export function paintGutter({ context, scene, view, palette }: Painting): void {
  context.save();
  context.beginPath();
  context.rect(0, AXIS_HEIGHT, view.gutter, view.height - AXIS_HEIGHT);
  context.clip();
  scene.rows.lanes.forEach((lane, i) => {
    const [top, bottom] = view.laneEdges(lane);
    if (bottom < AXIS_HEIGHT || top > view.height) return;
    context.fillStyle = i % 2 === 0 ? palette.band : palette.ground;
    context.fillRect(0, top, view.gutter, bottom - top);
    // The name stays in sight while any of its lane does.
    const middle = (Math.max(top, AXIS_HEIGHT) + Math.min(bottom, view.height)) / 2;
    const notes = noteOf(lane);
    const isTwoLines = notes !== '' && bottom - top >= 36;
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.font = FONT;
    context.fillStyle = palette.text;
    context.fillText(fitText(context, lane.id, view.gutter - 20), 12, middle - (isTwoLines ? 8 : 0));
    if (!isTwoLines) return;
    context.font = SMALL_FONT;
    context.fillStyle = palette.soft;
    context.fillText(fitText(context, notes, view.gutter - 20), 12, middle + 8);
  });
  context.restore();
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(view.gutter - 0.5, 0);
  context.lineTo(view.gutter - 0.5, view.height);
  context.stroke();
}

function noteOf({ lane, id, service, isStamped }: Painting['scene']['rows']['lanes'][number]): string {
  if (lane === NONE) return 'nothing of it was read';
  const name = id === service || id.startsWith(`${service}-`) || id.startsWith(`${service}@`) ? '' : service;
  return [name, isStamped ? '' : 'no stamps'].filter((part) => part !== '').join(' · ');
}
