/**
 * Verdicts as span attributes, so that a trace shows what was handled and what was not:
 * `span.setAttributes(verdictAttributes(decision))`.
 */
import { MAX_ATTRIBUTE_BYTES } from '../clocks/limits.js';
import type { VectorTimestamp } from '../clocks/vector-timestamp.js';
import type { Reception } from './receptions.js';
import type { Decision } from './verdicts.js';

/** Attributes of a span, as every OpenTelemetry API takes them. */
export type VerdictAttributes = Readonly<Record<string, string | number>>;

/**
 * `causality.verdict`, and where they mean something `causality.refused` and `causality.concurrent_with`.
 * @param consumer who asked, as `causality.consumer`
 */
export function verdictAttributes({ verdict, reason, against }: Decision, consumer?: string): VerdictAttributes {
  return {
    'causality.verdict': verdict,
    ...(consumer !== undefined && { 'causality.consumer': consumer }),
    ...(reason !== undefined && { 'causality.refused': reason }),
    ...(against.length > 0 && { 'causality.concurrent_with': shownVectors(against) }),
  };
}

/** Each as a=1,b=2, joined by | because a list of strings cannot be searched for everywhere: as many as fit whole. */
function shownVectors(vectors: readonly VectorTimestamp[]): string {
  let text = '';
  for (const vector of vectors) {
    const longer = text === '' ? vector.toString() : `${text}|${vector.toString()}`;
    if (longer.length > MAX_ATTRIBUTE_BYTES) return text;
    text = longer;
  }
  return text;
}

/** `causality.delivery` (the outcome), `causality.delivered` (how many), and `causality.refused` where it was. */
export function receptionAttributes({ outcome, reason, delivered }: Reception<unknown>): VerdictAttributes {
  return {
    'causality.delivery': outcome,
    'causality.delivered': delivered.length,
    ...(reason !== undefined && { 'causality.refused': reason }),
  };
}
