/**
 * Where records and arrivals are found: by a SpanContext, whose identity survives contexts and links.
 *
 * Guarantee: all copies of this package in a process find each other's records; nothing is kept alive by them.
 */
import type { SpanContext } from '@opentelemetry/api';
import { type AttachedValues, attachedValues } from './attached-values.js';
import type { Domain } from './domain.js';
import type { Arrival, SpanRecord } from './records.js';

interface SharedMaps {
  readonly records: AttachedValues<SpanContext, SpanRecord>;
  /** What the message brought that a remote span context was extracted from: links name it by identity. */
  readonly arrivals: AttachedValues<SpanContext, Arrival>;
}

const SHARED = Symbol.for('otel-causality/spans/1');

function sharedMaps(): SharedMaps {
  const host = globalThis as { [SHARED]?: SharedMaps };
  const present = host[SHARED];
  if (present !== undefined) return present;
  const made = Object.freeze<SharedMaps>({ records: attachedValues(), arrivals: attachedValues() });
  // Where globalThis is frozen, each copy of this package keeps to itself.
  if (Object.isExtensible(host)) Object.defineProperty(host, SHARED, { value: made });
  return made;
}

let shared: SharedMaps | undefined;

/** Made at the first use: loading this package leaves no trace. */
function maps(): SharedMaps {
  shared ??= sharedMaps();
  return shared;
}

/** The record of a span by this clock. */
export function recordOf(spanContext: SpanContext, clock: object): SpanRecord | undefined {
  let record = maps().records.get(spanContext);
  while (record !== undefined && record.clock !== clock) record = record.other;
  return record;
}

/** The record of a span by whichever clock stamped it last. */
export function anyRecordOf(spanContext: SpanContext): SpanRecord | undefined {
  return maps().records.get(spanContext);
}

export function remember(spanContext: SpanContext, record: SpanRecord): void {
  maps().records.set(spanContext, record);
}

export function arrivalOf(spanContext: SpanContext): Arrival | undefined {
  return maps().arrivals.get(spanContext);
}

export function rememberArrival(spanContext: SpanContext, arrival: Arrival): void {
  maps().arrivals.set(spanContext, arrival);
}

/**
 * Another clock of this process has stamped a span that this one stamps, starts another under, or sends for. No message
 * passes between the two, so neither knows what the other will hear: both admit it.
 * @param domain this clock's, where it has one
 */
export function admitForeign(domain: Domain | undefined, foreign: SpanRecord): void {
  domain?.hide('foreign-clock');
  foreign.domain.hide('foreign-clock');
}
