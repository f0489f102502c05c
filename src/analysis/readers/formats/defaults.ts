/** What a span has that does not say: one object each, however many spans there are. */
import type { RecordedLink, RecordedSpan } from '../../recorded.js';

export const NO_SCOPE: RecordedSpan['scope'] = Object.freeze({ name: '', version: undefined });
export const UNSET: RecordedSpan['status'] = Object.freeze({ code: 'unset', message: undefined });
export const NO_LINKS: readonly RecordedLink[] = Object.freeze([]);
export const NO_EVENTS: RecordedSpan['events'] = Object.freeze([]);
