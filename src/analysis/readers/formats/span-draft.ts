/**
 * Spans that are nearly read: what a parser of bytes hands to otlp.ts, without an object in between.
 *
 * Hazard: attributes, links, events and status may still be as they were written, and service, resource, scope and
 * origin are not known yet: they stand elsewhere in the text, maybe behind it. Nobody but otlp.ts may see a draft.
 */
import type { Origin, RecordedSpan } from '../../recorded.js';

/** A span whose fields that have a usual form are read, and the others are what JSON says. */
export type SpanDraft = { -readonly [Field in keyof RecordedSpan]: RecordedSpan[Field] };

/** Where drafts come from, until somebody says it: no text can hold this very object. */
export const PENDING: Origin = Object.freeze({ source: '', line: undefined });

/** True for what the parser made of a span. */
export function isDraft(value: object): value is SpanDraft {
  return (value as Partial<SpanDraft>).origin === PENDING;
}
