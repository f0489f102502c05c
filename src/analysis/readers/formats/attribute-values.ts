/**
 * OTLP's typed attribute values as plain ones.
 *
 * Guarantee: integers are exact: a number up to 2^53-1, a bigint beyond. Work and depth are bounded by the limits.
 * Hazard: what the plain form has no place for is kept as text: bytes as the base64 they came in, maps as JSON. An
 * empty value is no attribute at all.
 */
import { InvalidValueError } from '../../../clocks/errors.js';
import { MAX_SPAN_ATTRIBUTES, MAX_VALUE_DEPTH } from '../../../clocks/limits.js';
import type { AttributeRecord, AttributeValue } from '../../recorded.js';
import { isObject, isRecord, type JsonObject, newRecord, NO_ATTRIBUTES } from './attribute-record.js';
import type { Reading } from './reading.js';

/**
 * Attributes as OTLP has them, a list of keys and typed values, or as stores of plain maps have them. An attribute
 * that cannot be read is a problem of its own and is left out.
 */
export function attributesOf(list: unknown, reading: Reading): AttributeRecord {
  if (isRecord(list)) return list;
  if (!Array.isArray(list)) return isObject(list) ? plainAttributesOf(list, reading) : NO_ATTRIBUTES;
  const entries = list as readonly unknown[];
  if (entries.length === 0) return NO_ATTRIBUTES;
  const record = newRecord();
  const count = Math.min(entries.length, MAX_SPAN_ATTRIBUTES);
  for (let i = 0; i < count; i++) {
    const entry = entries[i] as JsonObject | null | undefined;
    const key = entry?.['key'];
    if (typeof key !== 'string') {
      reading.problem(`attribute ${i} has no key`);
      continue;
    }
    try {
      const value = valueOf(entry?.['value'], 0, reading);
      if (value !== undefined) record[key] = value;
    } catch (error) {
      reading.problem(`attribute ${key}: ${(error as Error).message}`);
    }
  }
  if (entries.length > count) reading.problem(`${entries.length} attributes: the first ${count} are read`);
  return record;
}

/** Attributes as an object of plain values, each a text where the store knows no other type. */
function plainAttributesOf(map: JsonObject, reading: Reading): AttributeRecord {
  const record = newRecord();
  let count = 0;
  for (const [key, value] of Object.entries(map)) {
    if (++count > MAX_SPAN_ATTRIBUTES) {
      reading.problem(`more than ${MAX_SPAN_ATTRIBUTES} attributes: the rest is left out`);
      break;
    }
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') record[key] = value;
    else if (value !== null) reading.problem(`attribute ${key} is neither text, number nor boolean`);
  }
  return record;
}

/**
 * One typed value as a plain one; undefined where there is none. Throws {@link InvalidValueError} for what is no value.
 */
export function anyValueOf(any: unknown, reading: Reading): AttributeValue | undefined {
  return valueOf(any, 0, reading);
}

function valueOf(any: unknown, depth: number, reading: Reading): AttributeValue | undefined {
  if (typeof any !== 'object' || any === null) {
    if (any === undefined || any === null) return undefined;
    throw new InvalidValueError('value', any, 'an OTLP value, such as {"stringValue":"…"}');
  }
  const value = any as JsonObject;
  const text = value['stringValue'];
  if (typeof text === 'string') return text;
  const integer = value['intValue'];
  if (integer !== undefined) return integerOf(integer, reading);
  const flag = value['boolValue'];
  if (flag !== undefined) return booleanOf(flag);
  const double = value['doubleValue'];
  if (double !== undefined) return doubleOf(double);
  const bytes = value['bytesValue'];
  if (typeof bytes === 'string') return bytes;
  return nestedOf(value, depth, reading);
}

function nestedOf(value: JsonObject, depth: number, reading: Reading): AttributeValue | undefined {
  const list = value['arrayValue'];
  const map = value['kvlistValue'];
  if (list === undefined && map === undefined) {
    const [key] = Object.keys(value);
    if (key === undefined) return undefined;
    throw new InvalidValueError('value', key, 'one of the types of an OTLP value');
  }
  if (depth >= MAX_VALUE_DEPTH) throw new InvalidValueError('value', value, `at most ${MAX_VALUE_DEPTH} levels`);
  const values = (isObject(list ?? map) ? (list ?? map) : {}) as JsonObject;
  const entries = Array.isArray(values['values']) ? (values['values'] as readonly unknown[]) : [];
  if (list !== undefined) {
    return entries.flatMap((entry) => {
      const inner = valueOf(entry, depth + 1, reading);
      return inner === undefined ? [] : [inner];
    });
  }
  const record = newRecord();
  for (const entry of entries) {
    if (!isObject(entry) || typeof entry['key'] !== 'string') continue;
    const inner = valueOf(entry['value'], depth + 1, reading);
    if (inner !== undefined) record[entry['key']] = inner;
  }
  return JSON.stringify(record, (_, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner));
}

/** An integer of 64 bits, as a number, as a text, or as a bigint where only that is exact. */
export function integerOf(value: unknown, reading: Reading): number | bigint {
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 2 ** 63) {
    if (!Number.isSafeInteger(value)) reading.rounded = true;
    return value;
  }
  if (typeof value === 'string' && /^-?\d{1,19}$/.test(value)) {
    const near = Number(value);
    if (Number.isSafeInteger(near)) return near;
    const exact = BigInt(value);
    if (exact === BigInt.asIntN(64, exact)) return exact;
  }
  throw new InvalidValueError('intValue', value, 'an integer of 64 bits');
}

/** A double, or the text that JSON needs for what is no number. */
export function doubleOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && /^-?(?:Infinity|\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,4})?)$|^NaN$/.test(value)) {
    return Number(value);
  }
  throw new InvalidValueError('doubleValue', value, 'a number');
}

/** A boolean, or its text. */
export function booleanOf(value: unknown): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new InvalidValueError('boolValue', value, 'true or false');
}
