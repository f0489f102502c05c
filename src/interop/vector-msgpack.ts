/**
 * A vector as a msgpack map from node to counter, byte for byte as rmp-serde writes it in like-a-clockwork (which
 * leaves the order of the entries open; here they are sorted).
 *
 * Guarantee: nothing is rounded. Counters are read as 64-bit integers and refused above 2^53-1. A map in a map, an
 * array, an extension, a key twice, bytes left over: all refused, before anything large is made.
 * Hazard: the decoder refuses a node called `__proto__`, which text and JSON can carry.
 */
import { decode, encode } from '@msgpack/msgpack';
import { InvalidValueError } from '../clocks/errors.js';
import { checkForeignCounter } from '../clocks/foreign-values.js';
import { MAX_FOREIGN_COUNTER, MAX_FOREIGN_VECTOR_ENTRIES, MAX_FOREIGN_VECTOR_LENGTH } from '../clocks/limits.js';
import { vectorOfForeign } from '../clocks/vector-text.js';
import type { VectorTimestamp } from '../clocks/vector-timestamp.js';

const EXPECTED = 'a msgpack map from node to counter';

/** The bytes of a vector. Throws {@link InvalidValueError} when a reader would not take so many. */
export function encodeVector(field: string, vector: VectorTimestamp): Uint8Array {
  const bytes = encode(vector.toJSON());
  if (bytes.length <= MAX_FOREIGN_VECTOR_LENGTH) return bytes;
  throw new InvalidValueError(field, bytes.length, `at most ${MAX_FOREIGN_VECTOR_LENGTH} bytes`);
}

/** The vector in these bytes. Throws {@link InvalidValueError}. */
export function decodeVector(field: string, bytes: unknown): VectorTimestamp {
  if (!(bytes instanceof Uint8Array) || bytes.length > MAX_FOREIGN_VECTOR_LENGTH) {
    throw new InvalidValueError(field, bytes, `a Uint8Array of at most ${MAX_FOREIGN_VECTOR_LENGTH} bytes`);
  }
  const { record, nodes } = decodeMap(field, bytes);
  return vectorOfForeign(nodes.map((node) => [node, counterOf(`${field}[${node}]`, record[node])]));
}

interface DecodedMap {
  readonly record: Readonly<Record<string, unknown>>;
  /** In the order of the bytes, each as often as it is there. */
  readonly nodes: readonly string[];
}

function decodeMap(field: string, bytes: Uint8Array): DecodedMap {
  const nodes: string[] = [];
  let record: unknown;
  try {
    record = decode(bytes, {
      useBigInt64: true,
      maxMapLength: MAX_FOREIGN_VECTOR_ENTRIES,
      maxStrLength: MAX_FOREIGN_VECTOR_LENGTH,
      maxArrayLength: 0,
      maxBinLength: 0,
      maxExtLength: 0,
      // The shared cache of the decoder would keep what strangers send.
      keyDecoder: null,
      mapKeyConverter: (key) => {
        if (typeof key !== 'string') throw new InvalidValueError(field, key, `${EXPECTED}, the node a text`);
        nodes.push(key);
        return key;
      },
    });
  } catch (error) {
    if (error instanceof InvalidValueError) throw error;
    throw new InvalidValueError(field, bytes, EXPECTED);
  }
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    throw new InvalidValueError(field, record, EXPECTED);
  }
  return { record: record as Record<string, unknown>, nodes };
}

function counterOf(field: string, value: unknown): number {
  if (typeof value !== 'bigint') return checkForeignCounter(field, value);
  return checkForeignCounter(field, value >= 0n && value <= BigInt(MAX_FOREIGN_COUNTER) ? Number(value) : value);
}
