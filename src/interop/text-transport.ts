/**
 * like-a-clockwork's text transport: HTTP headers, gRPC metadata, or any record of texts.
 *
 *     X-Causality-Lamport: order-service:42
 *     X-Causality-Vector: order-service=3,payment-service=1
 *     X-Causality-EventId: 019476a0-b1c2-7000-8000-000000000000
 *     X-Causality-EventType: order.created
 *
 * Guarantee: reading ignores the case of header names, takes exactly one value for each, and throws
 * {@link InvalidValueError} naming the header. An absent header is undefined, not an error, except where an event
 * is asked for. Writing replaces a header of the same name in any case.
 */
import { InvalidValueError } from '../clocks/errors.js';
import { LamportTimestamp } from '../clocks/lamport-clock.js';
import { MAX_FOREIGN_VECTOR_LENGTH } from '../clocks/limits.js';
import { parseVector } from '../clocks/vector-text.js';
import type { VectorTimestamp } from '../clocks/vector-timestamp.js';
import { checkEventField, TracedEvent } from './traced-event.js';

/** `node:time` */
export const LAMPORT_HEADER = 'X-Causality-Lamport';
/** `a=1,b=2` */
export const VECTOR_HEADER = 'X-Causality-Vector';
/** The event's id. */
export const EVENT_ID_HEADER = 'X-Causality-EventId';
/** The event's type. */
export const EVENT_TYPE_HEADER = 'X-Causality-EventType';

/** Headers as read: Node gives texts, and arrays for those that came several times. */
export type ReadableHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;
/** Headers as written. */
export type WritableHeaders = Record<string, string | string[] | number | undefined>;

/** Writes the Lamport time. */
export function injectLamport(headers: WritableHeaders, timestamp: LamportTimestamp): void {
  write(headers, LAMPORT_HEADER, timestamp.toString());
}

/** The Lamport time; undefined where there is none. Throws {@link InvalidValueError} where it is illegal. */
export function extractLamport(headers: ReadableHeaders): LamportTimestamp | undefined {
  const text = read(headers, LAMPORT_HEADER);
  return text === undefined ? undefined : parsed(LAMPORT_HEADER, text, (value) => LamportTimestamp.parse(value));
}

/**
 * Writes the vector. Throws {@link InvalidValueError} for the empty one, which has no text, and for one over 16,384
 * characters.
 */
export function injectVector(headers: WritableHeaders, timestamp: VectorTimestamp): void {
  write(headers, VECTOR_HEADER, vectorText(timestamp));
}

/** The vector; undefined where there is none. Throws {@link InvalidValueError} where it is illegal. */
export function extractVector(headers: ReadableHeaders): VectorTimestamp | undefined {
  const text = read(headers, VECTOR_HEADER);
  return text === undefined ? undefined : parsed(VECTOR_HEADER, text, parseVector);
}

/** Writes id, type, vector and, where the event has one, Lamport time. The payload is the message's own body. */
export function injectEvent(headers: WritableHeaders, event: TracedEvent): void {
  const vector = vectorText(event.vector);
  if (event.lamport !== undefined) injectLamport(headers, event.lamport);
  write(headers, VECTOR_HEADER, vector);
  write(headers, EVENT_ID_HEADER, event.id);
  write(headers, EVENT_TYPE_HEADER, event.type);
}

/** Reads an event. Throws {@link InvalidValueError} when id, type or vector are missing or anything is illegal. */
export function extractEvent(headers: ReadableHeaders, payload: Uint8Array): TracedEvent {
  return new TracedEvent({
    id: checkEventField(EVENT_ID_HEADER, read(headers, EVENT_ID_HEADER)),
    type: checkEventField(EVENT_TYPE_HEADER, read(headers, EVENT_TYPE_HEADER)),
    vector: required(VECTOR_HEADER, extractVector(headers)),
    lamport: extractLamport(headers),
    payload,
  });
}

/** @internal The text of a vector that a reader will take. */
export function vectorText(vector: VectorTimestamp): string {
  const text = vector.toString();
  if (text === '' || text.length > MAX_FOREIGN_VECTOR_LENGTH) {
    const expected = `a vector of 1 to ${MAX_FOREIGN_VECTOR_LENGTH} characters`;
    throw new InvalidValueError(VECTOR_HEADER, text, expected);
  }
  return text;
}

function required<T>(header: string, value: T | undefined): T {
  if (value === undefined) throw new InvalidValueError(header, undefined, 'this header');
  return value;
}

function read(headers: ReadableHeaders, name: string): string | undefined {
  const wanted = name.toLowerCase();
  let found: string | undefined;
  for (const key of Object.keys(headers)) {
    if (key.length !== wanted.length || key.toLowerCase() !== wanted) continue;
    const value = headers[key];
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (one === undefined) continue;
      if (typeof one !== 'string' || found !== undefined) throw new InvalidValueError(name, value, 'one text');
      found = one;
    }
  }
  return found;
}

function write(headers: WritableHeaders, name: string, value: string): void {
  for (const key of Object.keys(headers)) {
    if (key.toLowerCase() === name.toLowerCase()) Reflect.deleteProperty(headers, key);
  }
  headers[name] = value;
}

/** Says in which header the illegal value stood. */
function parsed<T>(header: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error;
    throw new InvalidValueError(header, text, `${error.expected} as ${error.field}`);
  }
}
