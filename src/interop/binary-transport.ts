/**
 * like-a-clockwork's binary transport: Kafka record headers, binary gRPC metadata, or any record of bytes.
 *
 *     causality-lc     the Lamport timestamp's text, UTF-8
 *     causality-vc     the vector as a msgpack map
 *     causality-eid    the event's id, UTF-8
 *     causality-etype  the event's type, UTF-8
 *
 * Guarantee: an absent header is undefined, not an error, except where an event is asked for; anything illegal
 * throws {@link InvalidValueError} naming the header. Keys are as written here: Kafka tells case apart.
 */
import { InvalidValueError } from '../clocks/errors.js';
import { LamportTimestamp } from '../clocks/lamport-clock.js';
import { MAX_EVENT_FIELD_LENGTH, MAX_FOREIGN_NODE_ID_LENGTH } from '../clocks/limits.js';
import type { VectorTimestamp } from '../clocks/vector-timestamp.js';
import { checkEventField, TracedEvent } from './traced-event.js';
import { fromUtf8, toUtf8 } from './utf8.js';
import { decodeVector, encodeVector } from './vector-msgpack.js';

const LAMPORT_KEY = 'causality-lc';
const VECTOR_KEY = 'causality-vc';
const EVENT_ID_KEY = 'causality-eid';
const EVENT_TYPE_KEY = 'causality-etype';

/** A UTF-16 unit takes at most three bytes of UTF-8. */
const MAX_UTF8 = 3;
const MAX_LAMPORT_BYTES = MAX_UTF8 * MAX_FOREIGN_NODE_ID_LENGTH + ':9007199254740991'.length;
const MAX_FIELD_BYTES = MAX_UTF8 * MAX_EVENT_FIELD_LENGTH;

/** Headers as read. A Node `Buffer` is a `Uint8Array`. */
export type ReadableBinaryHeaders = Readonly<Record<string, unknown>>;
/** Headers as written. */
export type WritableBinaryHeaders = Record<string, Uint8Array | undefined>;

/** Writes the Lamport time. */
export function injectLamport(headers: WritableBinaryHeaders, timestamp: LamportTimestamp): void {
  headers[LAMPORT_KEY] = toUtf8(timestamp.toString());
}

/** The Lamport time; undefined where there is none. Throws {@link InvalidValueError} where it is illegal. */
export function extractLamport(headers: ReadableBinaryHeaders): LamportTimestamp | undefined {
  const bytes = headers[LAMPORT_KEY];
  return bytes === undefined ? undefined : LamportTimestamp.parse(fromUtf8(LAMPORT_KEY, bytes, MAX_LAMPORT_BYTES));
}

/** Writes the vector. Throws {@link InvalidValueError} for one over 16,384 bytes. */
export function injectVector(headers: WritableBinaryHeaders, timestamp: VectorTimestamp): void {
  headers[VECTOR_KEY] = encodeVector(VECTOR_KEY, timestamp);
}

/** The vector; undefined where there is none. Throws {@link InvalidValueError} where it is illegal. */
export function extractVector(headers: ReadableBinaryHeaders): VectorTimestamp | undefined {
  const bytes = headers[VECTOR_KEY];
  return bytes === undefined ? undefined : decodeVector(VECTOR_KEY, bytes);
}

/** Writes id, type, vector and, where the event has one, Lamport time. The payload is the record's own value. */
export function injectEvent(headers: WritableBinaryHeaders, event: TracedEvent): void {
  injectVector(headers, event.vector);
  if (event.lamport !== undefined) injectLamport(headers, event.lamport);
  headers[EVENT_ID_KEY] = toUtf8(event.id);
  headers[EVENT_TYPE_KEY] = toUtf8(event.type);
}

/** Reads an event. Throws {@link InvalidValueError} when id, type or vector are missing or anything is illegal. */
export function extractEvent(headers: ReadableBinaryHeaders, payload: Uint8Array): TracedEvent {
  const vector = extractVector(headers);
  if (vector === undefined) throw new InvalidValueError(VECTOR_KEY, undefined, 'this header');
  return new TracedEvent({
    id: checkEventField(EVENT_ID_KEY, fromUtf8(EVENT_ID_KEY, headers[EVENT_ID_KEY], MAX_FIELD_BYTES)),
    type: checkEventField(EVENT_TYPE_KEY, fromUtf8(EVENT_TYPE_KEY, headers[EVENT_TYPE_KEY], MAX_FIELD_BYTES)),
    vector,
    lamport: extractLamport(headers),
    payload,
  });
}
