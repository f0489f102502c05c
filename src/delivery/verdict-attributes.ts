/**
 * Verdicts as span attributes, so that a trace shows what was handled and what was not:
 * `span.setAttributes(verdictAttributes(decision))`.
 */
import type { Reception } from './receptions.js';
import type { Decision } from './verdicts.js';

/** Attributes of a span, as every OpenTelemetry API takes them. */
export type VerdictAttributes = Readonly<Record<string, string | number>>;

/** `causality.verdict`, and where they mean something `causality.refused` and `causality.concurrent_with`. */
export function verdictAttributes({ verdict, reason, against }: Decision): VerdictAttributes {
  return {
    'causality.verdict': verdict,
    ...(reason !== undefined && { 'causality.refused': reason }),
    // Each as a=1,b=2; joined by | because a list of strings cannot be searched for everywhere.
    ...(against.length > 0 && { 'causality.concurrent_with': against.join('|') }),
  };
}

/** `causality.delivery` (the outcome), `causality.delivered` (how many), and `causality.refused` where it was. */
export function receptionAttributes({ outcome, reason, delivered }: Reception<unknown>): VerdictAttributes {
  return {
    'causality.delivery': outcome,
    'causality.delivered': delivered.length,
    ...(reason !== undefined && { 'causality.refused': reason }),
  };
}
