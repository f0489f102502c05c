/**
 * Between W3C Trace Context and correlation vectors of version 3.0: the trace id is the base, and the parent id the
 * element before the first, `A.<base>-<parent id>.0`.
 *
 * Hazard: the way back is lossy. A `traceparent` has room for the base only; the rest of the vector is replaced by a
 * span id, and only a record of both can put the trace together.
 */
import { decodeBase, encodeBase } from './correlation-vector-base.js';
import { InvalidValueError } from './errors.js';
import { bytesOfHex, hexOfBytes } from './hex.js';
import type { RandomBytes } from './node-id.js';

/** What a `traceparent` has and a vector does not. */
export interface TraceparentOptions {
  /** The new span's id, 16 lower-case hexadecimal digits. Default: random. */
  readonly spanId?: string;
  /** The trace flags, 0 to 255; 1 means sampled. Default: 0. */
  readonly traceFlags?: number;
}

const SPAN_ID_BYTES = 8;

/** The text of a vector that continues this `traceparent`. Throws {@link InvalidValueError}. */
export function vectorOfTraceparent(traceparent: string): string {
  const match = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/.exec(traceparent);
  const [, version, traceId = '', parentId = '', more] = match ?? [];
  const known = version !== 'ff' && (version !== '00' || more === undefined);
  if (!known || !/[^0]/.test(traceId) || !/[^0]/.test(parentId)) {
    throw new InvalidValueError('traceparent', traceparent, 'a valid W3C traceparent');
  }
  return `A.${encodeBase(bytesOfHex(traceId))}-${parentId.toUpperCase()}.0`;
}

/** A `traceparent` with the base as trace id. Throws {@link InvalidValueError} for ids or flags that are illegal. */
export function writeTraceparent(base: string, options: TraceparentOptions, randomBytes: RandomBytes): string {
  const traceId = hexOfBytes(decodeBase(base));
  if (!/[^0]/.test(traceId)) throw new InvalidValueError('base', base, 'a base that is not all zeros');
  const spanId = options.spanId ?? hexOfBytes(randomBytes(SPAN_ID_BYTES));
  if (!/^[0-9a-f]{16}$/.test(spanId) || !/[^0]/.test(spanId)) {
    throw new InvalidValueError('spanId', spanId, '16 lower-case hexadecimal digits, not all zero');
  }
  const flags = options.traceFlags ?? 0;
  if (!Number.isInteger(flags) || flags < 0 || flags > 255) {
    throw new InvalidValueError('traceFlags', flags, 'an integer from 0 to 255');
  }
  return `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, '0')}`;
}
