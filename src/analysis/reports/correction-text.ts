/**
 * What a correction of timestamps did, as text.
 *
 * Guarantee: no line of offsets or edges is longer than the columns it was given.
 */
import type { CorrectionReport, NodeOffset } from '../correction/correct-timestamps.js';
import { countText, durationText } from '../wording/durations.js';
import type { Paint } from './paint.js';
import { shorten } from '../wording/shown-text.js';
import { eventText } from '../wording/event-label.js';
import { addTo } from '../multimap.js';

export function* correctionText(report: CorrectionReport, columns: number, paint: Paint): Generator<string> {
  const { offsets, constantOffsets, inversionsBefore, inversionsAfter, unresolved } = report;
  if (offsets.length === 0) {
    yield paint('green', 'No effect lies before its cause: nothing was moved.');
    return;
  }
  if (!constantOffsets) {
    yield paint('yellow', 'No constant offsets fit: a clock was set, or drifts. Its offset changes where it has to.');
  }
  yield* offsetsText(offsets, columns);
  const style = inversionsAfter === 0 ? 'green' : 'yellow';
  yield paint(style, `${countText(inversionsBefore, 'effect')} before their cause; now ${inversionsAfter}.`);
  if (unresolved.length > 0) {
    const edges = countText(unresolved.length, 'edge');
    yield paint('red', `${edges} cannot be put right while spans keep their durations, which leave no room for:`);
    for (const { from, to } of unresolved.slice(0, MOST_SHOWN)) {
      yield paint('red', shorten(`    ${eventText(from)} before ${eventText(to)}`, columns));
    }
    const more = unresolved.length - MOST_SHOWN;
    if (more > 0) yield paint('red', `    and ${more} more`);
  }
}

/** Offsets and edges of a kind that are listed; a clock that drifts has thousands. */
const MOST_SHOWN = 5;

function* offsetsText(offsets: CorrectionReport['offsets'], columns: number): Generator<string> {
  const byNode = new Map<string, NodeOffset[]>();
  for (const offset of offsets) {
    addTo(byNode, offset.node.id, offset);
  }
  for (const [id, ofNode] of byNode) {
    for (const { offsetNanos, spans, since } of ofNode.slice(0, MOST_SHOWN)) {
      const from = since === undefined ? '' : ` from span ${since.recorded.spanId} on`;
      yield shorten(`${signedText(offsetNanos)}  ${id}, ${countText(spans, 'span')}${from}`, columns);
    }
    if (ofNode.length <= MOST_SHOWN) continue;
    const sorted = ofNode.map(({ offsetNanos }) => Number(offsetNanos)).sort((a, b) => a - b);
    const range = `${signedText(sorted[0] as number)} to ${signedText(sorted.at(-1) as number)}`;
    yield shorten(`    and ${ofNode.length - MOST_SHOWN} more offsets of ${id}, ${range}`, columns);
  }
}

function signedText(nanos: bigint | number): string {
  return `${nanos < 0 ? '-' : '+'}${durationText(Math.abs(Number(nanos)))}`;
}
