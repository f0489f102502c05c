/**
 * One write, as the nodes pass it on: the operation.
 *
 * (`writer`, `seq`) is its dot and its only identity: a writer numbers its operations without gaps, and writes each to
 * its disk before anybody else hears of it. `vector` is what the writer's node had applied when it made the operation,
 * with the operation itself as its own entry: whoever has all that is in it may apply the operation. `context` is what
 * the client had been shown of the key: what the operation replaces.
 */
import { InvalidValueError, type VectorTimestamp } from 'otel-causality';
import { MAX_CARRIER_LENGTH, MAX_KEY_BYTES, MAX_REQUEST_ID_LENGTH, MAX_VALUE_BYTES, MAX_WRITERS } from '../limits.js';
import { Refusal } from './refusal.js';
import { parsePlainVector } from './tokens.js';

/** Headers by name, as a propagator writes them: they join the spans of all nodes that meet the operation. */
export type Carrier = Readonly<Record<string, string>>;

export interface Operation {
  readonly writer: string;
  readonly seq: number;
  readonly vector: VectorTimestamp;
  readonly key: string;
  /** The value, or null for a deletion. */
  readonly value: string | null;
  readonly context: VectorTimestamp;
  /** The client's name for its request. */
  readonly request: string;
  readonly carrier: Carrier;
}

/** An operation as JSON, with vectors as text. */
export interface OperationJson {
  readonly writer: string;
  readonly seq: number;
  readonly vector: string;
  readonly key: string;
  readonly value: string | null;
  readonly context: string;
  readonly request: string;
  readonly carrier: Carrier;
}

export function operationToJson(operation: Operation): OperationJson {
  return { ...operation, vector: operation.vector.toString(), context: operation.context.toString() };
}

/** Reads what a peer, a broker or a disk holds. Throws a {@link Refusal} that names the field. */
export function operationFromJson(json: unknown): Operation {
  const { writer, seq, vector, key, context } = objectOf('operation', json);
  if (typeof writer !== 'string' || !WRITER.test(writer)) throw malformed('writer');
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 1) throw malformed('seq');
  if (typeof key !== 'string' || !fits(key, MAX_KEY_BYTES) || key === '') throw malformed('key');
  const read: Operation = {
    writer,
    seq,
    vector: vectorOf('vector', vector),
    key,
    context: vectorOf('context', context),
    ...storedFromJson(json),
  };
  if (read.vector.get(writer) !== seq) throw malformed('vector: its own entry is not seq');
  if (!read.vector.covers(read.context) || read.context.get(writer) >= seq) {
    throw malformed('context: it names what the operation cannot have seen');
  }
  return read;
}

/** The part of an operation that stays while its value stands. */
export function storedFromJson(json: unknown): Pick<Operation, 'value' | 'request' | 'carrier'> {
  const { value, request, carrier } = objectOf('value', json);
  if (value !== null && (typeof value !== 'string' || !fits(value, MAX_VALUE_BYTES))) throw malformed('value');
  if (typeof request !== 'string' || request.length > MAX_REQUEST_ID_LENGTH) throw malformed('request');
  return { value, request, carrier: carrierOf(carrier) };
}

/** `<name>-<8 characters>`, the name being of at most 32 letters, digits, `-` and `_`. */
const WRITER = /^[A-Za-z0-9_-]{1,32}-[a-z0-9]{8}$/;

/** Whether a text is at most so many bytes of UTF-8, and is UTF-8: half a character would not come back from a disk. */
export function fits(text: string, bytes: number): boolean {
  return text.length <= bytes && Buffer.byteLength(text) <= bytes && !/\p{Surrogate}/u.test(text);
}

function vectorOf(field: string, text: unknown): VectorTimestamp {
  if (typeof text !== 'string') throw malformed(field);
  try {
    const vector = parsePlainVector(text);
    if (vector.size > MAX_WRITERS) throw malformed(`${field}: more than ${MAX_WRITERS} writers`);
    return vector;
  } catch (error) {
    if (error instanceof InvalidValueError) throw malformed(`${field}: ${error.message}`);
    throw error;
  }
}

function carrierOf(json: unknown): Carrier {
  let length = 0;
  for (const [name, value] of Object.entries(objectOf('carrier', json))) {
    if (typeof value !== 'string') throw malformed(`carrier: ${name} is no text`);
    length += name.length + value.length;
  }
  if (length > MAX_CARRIER_LENGTH) throw malformed(`carrier: longer than ${MAX_CARRIER_LENGTH} characters`);
  return json as Carrier;
}

function objectOf(what: string, json: unknown): Record<string, unknown> {
  if (typeof json !== 'object' || json === null) throw malformed(`${what}: no object`);
  return json as Record<string, unknown>;
}

const malformed = (what: string): Refusal => new Refusal('bad-operation', `malformed operation: ${what}`);
