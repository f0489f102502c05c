/**
 * like-a-clockwork's JSON transport: the causal metadata inside the message, beside its own fields.
 *
 *     { "order_id": 42, "_causality": { "vector": { "order-service": 1 }, "event_type": "…", "event_id": "…" } }
 *
 * and a whole event as one JSON value, its payload as an array of bytes.
 *
 * Guarantee: the payload's own fields come back exactly, whatever they are called; anything that is not this shape
 * throws {@link InvalidValueError} naming the field.
 * Hazard: a number over 2^53-1 was rounded by `JSON.parse` before it comes here; it is still above, and refused.
 */
import { InvalidValueError } from '../clocks/errors.js';
import { checkForeignCounter } from '../clocks/foreign-values.js';
import { LamportTimestamp } from '../clocks/lamport-clock.js';
import { MAX_FOREIGN_VECTOR_ENTRIES } from '../clocks/limits.js';
import { vectorOfForeign } from '../clocks/vector-text.js';
import type { VectorTimestamp } from '../clocks/vector-timestamp.js';
import { checkEventField, TracedEvent } from './traced-event.js';

const FIELD = '_causality';

/** The metadata field. `lamport` is this library's addition: like-a-clockwork neither writes nor minds it. */
export interface CausalityField {
  /** From node to counter. */
  readonly vector: Readonly<Record<string, number>>;
  /** What happened. */
  readonly event_type: string;
  /** The event's id. */
  readonly event_id: string;
  /** `node:time` */
  readonly lamport?: string;
}

/** What {@link extract} found in a message. */
export interface ExtractedCausality {
  /** The message without the metadata. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** What the sender had heard of. */
  readonly vector: VectorTimestamp;
  /** What happened. */
  readonly eventType: string;
  /** The event's id. */
  readonly eventId: string;
}

/** A whole event as a JSON value. */
export interface EventJson {
  /** The metadata. */
  readonly _causality: CausalityField;
  /** The payload's bytes. */
  readonly payload: readonly number[];
}

type JsonObject = Readonly<Record<string, unknown>>;

/** A copy of the payload with the metadata. Throws for a payload that is no object or already has such a field. */
export function inject<T extends object>(
  payload: T,
  vector: VectorTimestamp,
  eventType: string,
  eventId: string,
): T & { readonly _causality: CausalityField } {
  const fields = objectOf('payload', payload);
  if (Object.hasOwn(fields, FIELD)) throw new InvalidValueError(`payload.${FIELD}`, fields[FIELD], 'no such field');
  return {
    ...payload,
    [FIELD]: {
      vector: vector.toJSON(),
      event_type: checkEventField(`${FIELD}.event_type`, eventType),
      event_id: checkEventField(`${FIELD}.event_id`, eventId),
    },
  };
}

/** The payload and its metadata. Throws {@link InvalidValueError} when it has none or no legal one. */
export function extract(message: unknown): ExtractedCausality {
  const { [FIELD]: field, ...payload } = objectOf('message', message);
  const causality = objectOf(FIELD, field);
  return {
    payload,
    vector: vectorOf(causality['vector']),
    eventType: checkEventField(`${FIELD}.event_type`, causality['event_type']),
    eventId: checkEventField(`${FIELD}.event_id`, causality['event_id']),
  };
}

/** True for an object that has the metadata field, legal or not. */
export function hasCausality(message: unknown): boolean {
  return isObject(message) && Object.hasOwn(message, FIELD);
}

/** A whole event as a JSON value, for `JSON.stringify`. */
export function fromEvent(event: TracedEvent): EventJson {
  const causality = { vector: event.vector.toJSON(), event_type: event.type, event_id: event.id };
  return {
    [FIELD]: event.lamport === undefined ? causality : { ...causality, lamport: event.lamport.toString() },
    payload: [...event.payload],
  };
}

/** The event in a parsed JSON value. Throws {@link InvalidValueError}. */
export function toEvent(value: unknown): TracedEvent {
  const { payload } = objectOf('event', value);
  const { vector, eventType, eventId } = extract(value);
  const lamport = objectOf(FIELD, (value as JsonObject)[FIELD])['lamport'];
  return new TracedEvent({
    id: eventId,
    type: eventType,
    vector,
    lamport: lamport === undefined ? undefined : LamportTimestamp.parse(lamport as string),
    payload: bytesOf(payload),
  });
}

function vectorOf(value: unknown): VectorTimestamp {
  const entries = Object.entries(objectOf(`${FIELD}.vector`, value));
  if (entries.length > MAX_FOREIGN_VECTOR_ENTRIES) {
    throw new InvalidValueError(`${FIELD}.vector`, entries.length, `at most ${MAX_FOREIGN_VECTOR_ENTRIES} entries`);
  }
  return vectorOfForeign(
    entries.map(([node, counter]) => [node, checkForeignCounter(`${FIELD}.vector[${node}]`, counter)]),
  );
}

function bytesOf(value: unknown): Uint8Array {
  const isByte = (one: unknown): boolean => Number.isInteger(one) && (one as number) >= 0 && (one as number) <= 255;
  if (!Array.isArray(value) || !value.every(isByte)) {
    throw new InvalidValueError('payload', value, 'an array of bytes');
  }
  return Uint8Array.from(value as number[]);
}

function objectOf(field: string, value: unknown): JsonObject {
  if (!isObject(value)) throw new InvalidValueError(field, value, 'an object');
  return value;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
