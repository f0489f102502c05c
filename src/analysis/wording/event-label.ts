/** What a report calls a span and its events: service, name, id. Not yet fit for a terminal. */
import type { CausalEvent, CausalSpan } from '../graph/graph-model.js';
import { spanLabel } from './span-label.js';

export function spanText({ recorded }: CausalSpan): string {
  return `${recorded.service} ${spanLabel(recorded)} [${recorded.spanId}]`;
}

export function eventText({ span, kind }: CausalEvent): string {
  return kind === 'start' ? spanText(span) : `${kind} of ${spanText(span)}`;
}
