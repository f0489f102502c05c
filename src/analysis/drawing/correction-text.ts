/** What a correction of timestamps did, as text and as data. */
import type { CorrectionReport } from '../correct-timestamps.js';
import { countText, durationText } from './durations.js';
import { eventData } from './finding-data.js';
import type { Paint } from './paint.js';
import { shorten } from './shown-text.js';

export function* correctionText(report: CorrectionReport, columns: number, paint: Paint): Generator<string> {
  const { offsets, constantOffsets, inversionsBefore, inversionsAfter, unresolved } = report;
  if (offsets.length === 0) {
    yield paint('green', 'No effect lies before its cause: nothing was moved.');
    return;
  }
  if (!constantOffsets) {
    yield paint('yellow', 'No constant offsets fit: a clock was set, or drifts. Its offset changes where it has to.');
  }
  for (const { node, offsetNanos, spans, since } of offsets) {
    const nanos = Number(offsetNanos);
    const sign = nanos < 0 ? '-' : '+';
    const from = since === undefined ? '' : ` from span ${since.recorded.spanId} on`;
    yield shorten(`${sign}${durationText(Math.abs(nanos))}  ${node.id}, ${countText(spans, 'span')}${from}`, columns);
  }
  const style = inversionsAfter === 0 ? 'green' : 'yellow';
  yield paint(style, `${countText(inversionsBefore, 'effect')} before their cause; now ${inversionsAfter}.`);
  if (unresolved.length > 0) {
    yield paint('red', `${countText(unresolved.length, 'edge')} contradict each other: no offsets put them right.`);
  }
}

export function correctionData(report: CorrectionReport): object {
  return {
    ...report,
    offsets: report.offsets.map(({ node, offsetNanos, spans, since }) => ({
      node: node.id,
      service: node.service,
      offsetNanos,
      spans,
      ...(since === undefined ? {} : { sinceSpanId: since.recorded.spanId }),
    })),
    unresolved: report.unresolved.map(({ from, to, kind, basis }) => ({
      kind,
      basis,
      from: eventData(from),
      to: eventData(to),
    })),
  };
}
