/**
 * Records of strangers' keys.
 *
 * Guarantee: a record inherits nothing: `record['toString']` is undefined, and `__proto__` is a key like any other.
 * Hazard: its prototype is an empty frozen object without a prototype, and not null itself, because V8 keeps objects
 * that are made with `Object.create(null)` as hash tables: three times slower to fill and several times the memory.
 */
import type { AttributeRecord, AttributeValue } from '../../recorded.js';

export type WritableRecord = Record<string, AttributeValue>;

const NOTHING: object = Object.freeze(Object.create(null) as object);

function BareRecord(this: object): void {
  // Only its prototype matters.
}
BareRecord.prototype = NOTHING;

/** A new, empty record. */
export function newRecord(): WritableRecord {
  return new (BareRecord as unknown as new () => WritableRecord)();
}

/** True for what {@link newRecord} made: the parser of lines has read it already. */
export function isRecord(value: unknown): value is AttributeRecord {
  return value instanceof (BareRecord as unknown as new () => WritableRecord);
}

/** The record of whoever has no attributes. */
export const NO_ATTRIBUTES: AttributeRecord = Object.freeze(newRecord());

/** An object of JSON: the only values whose fields readers look at. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
