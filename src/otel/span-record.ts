/**
 * What the library remembers of a recorded span, found by its SpanContext, whose identity survives contexts and links.
 *
 * Guarantee: all copies of this package in a process find each other's records; nothing is kept alive by them.
 */
import type { SpanContext, SpanKind } from '@opentelemetry/api';
import type { CausalStamp } from '../clocks/stamp.js';
import type { Arrival } from './arrival.js';
import { type AttachedValues, attachedValues } from './attached-values.js';
import type { Domain } from './domain.js';

export interface SpanRecord {
  /** The clock that stamped it: two clocks in one process do not answer for each other. */
  readonly clock: object;
  readonly kind: SpanKind;
  readonly start: CausalStamp;
  /** A server span's first reply that carried a stamp. */
  reply: CausalStamp | undefined;
  /** Start of the parent span, where this clock stamped it. */
  readonly parentStart: CausalStamp | undefined;
  /** The domain at its start; replaced when the span outlives it. */
  domain: Domain;
  readonly arrival: Arrival | undefined;
  /** Requests sent for it whose reply has not brought a stamp. */
  awaited: number;
  ended: boolean;
  /** Milliseconds that a cause's clock was proven ahead of ours, the most seen. */
  behindMillis: number;
  /** The span itself, for what is learned between its start and its end. */
  readonly span: object;
  /** Another clock's record of the same span. */
  readonly other: SpanRecord | undefined;
}

interface SharedRecords {
  readonly records: AttachedValues<SpanContext, SpanRecord>;
  /** What the message brought that a remote span context was extracted from: links name it by identity. */
  readonly arrivals: AttachedValues<SpanContext, Arrival>;
}

const SHARED = Symbol.for('otel-causality/spans/1');

function sharedRecords(): SharedRecords {
  const host = globalThis as { [SHARED]?: SharedRecords };
  const present = host[SHARED];
  if (present !== undefined) return present;
  const made = Object.freeze<SharedRecords>({ records: attachedValues(), arrivals: attachedValues() });
  Object.defineProperty(host, SHARED, { value: made });
  return made;
}

const { records, arrivals } = sharedRecords();

/** The record of a span by this clock. */
export function recordOf(spanContext: SpanContext, clock: object): SpanRecord | undefined {
  let record = records.get(spanContext);
  while (record !== undefined && record.clock !== clock) record = record.other;
  return record;
}

/** The record of a span by whichever clock stamped it last. */
export function anyRecordOf(spanContext: SpanContext): SpanRecord | undefined {
  return records.get(spanContext);
}

export function remember(spanContext: SpanContext, record: SpanRecord): void {
  records.set(spanContext, record);
}

export function arrivalOf(spanContext: SpanContext): Arrival | undefined {
  return arrivals.get(spanContext);
}

export function rememberArrival(spanContext: SpanContext, arrival: Arrival): void {
  arrivals.set(spanContext, arrival);
}
