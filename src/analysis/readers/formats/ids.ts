/**
 * Trace and span ids in the spellings of all backends.
 *
 * Guarantee: the result is lower-case hexadecimal of the full length and not all zero, or an error that names the
 * field. A hexadecimal id and a base64 one never have the same length, so neither is ever taken for the other.
 * Hazard: Jaeger and Zipkin leave out leading zeros and use ids of 64 bits; only their readers may pad, because an
 * OTLP id that is too short was cut.
 */
import { InvalidValueError } from '../../../clocks/errors.js';

const TRACE_ID = /^[0-9a-f]{32}$/;
const SPAN_ID = /^[0-9a-f]{16}$/;
const HEXADECIMAL = /^[0-9a-fA-F]+$/;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

const NO_TRACE_ID = '0'.repeat(32);
const NO_SPAN_ID = '0'.repeat(16);

/** A trace id in hexadecimal or base64. Throws {@link InvalidValueError}. */
export function traceIdOf(value: unknown, field = 'traceId'): string {
  if (typeof value === 'string' && TRACE_ID.test(value) && value !== NO_TRACE_ID) return value;
  return idOf(value, 32, field, false);
}

/** A span id in hexadecimal or base64. Throws {@link InvalidValueError}. */
export function spanIdOf(value: unknown, field = 'spanId'): string {
  if (typeof value === 'string' && SPAN_ID.test(value) && value !== NO_SPAN_ID) return value;
  return idOf(value, 16, field, false);
}

/** A parent's span id; undefined for every spelling of "none". Throws {@link InvalidValueError}. */
export function parentIdOf(value: unknown, field = 'parentSpanId'): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') {
    if (SPAN_ID.test(value)) return value === NO_SPAN_ID ? undefined : value;
    if (/^0+$/.test(value) || /^A{11}=?$/.test(value)) return undefined;
  }
  return spanIdOf(value, field);
}

/** A trace id that may lack leading zeros: 1 to 32 hexadecimal digits. Throws {@link InvalidValueError}. */
export function paddedTraceIdOf(value: unknown, field = 'traceId'): string {
  return idOf(value, 32, field, true);
}

/** A span id that may lack leading zeros: 1 to 16 hexadecimal digits. Throws {@link InvalidValueError}. */
export function paddedSpanIdOf(value: unknown, field = 'id'): string {
  return idOf(value, 16, field, true);
}

function idOf(value: unknown, digits: 16 | 32, field: string, padded: boolean): string {
  const id = typeof value === 'string' && value.length <= digits ? decode(value, digits, padded) : undefined;
  if (id === undefined || /^0+$/.test(id)) {
    const forms = padded ? `1 to ${digits} hexadecimal digits` : `${digits} hexadecimal digits or base64 of them`;
    throw new InvalidValueError(field, value, `${forms}, not all zero`);
  }
  return id;
}

function decode(text: string, digits: number, padded: boolean): string | undefined {
  if ((text.length === digits || padded) && HEXADECIMAL.test(text)) return text.toLowerCase().padStart(digits, '0');
  if (padded || !BASE64.test(text)) return undefined;
  const id = Buffer.from(text, 'base64').toString('hex');
  return id.length === digits ? id : undefined;
}
