/**
 * OTLP JSON whose fields are spelled as in its protobuf files (`start_time_unix_nano`), which JSON's protobuf mapping
 * lets readers accept beside `startTimeUnixNano`.
 *
 * Guarantee: only names of fields are respelled. Attributes keep their keys, whether they are a list of keys and values
 * or a map.
 * Hazard: it copies what it respells, so it is used only where such a name was seen.
 */
import { MAX_JSON_DEPTH } from '../../../clocks/limits.js';
import { isObject, type JsonObject } from './attribute-record.js';
import { isDraft } from './span-draft.js';

/** True where one of an object's names says that it is spelled the other way. */
export function isSnakeCase(value: JsonObject): boolean {
  return (
    value['trace_id'] !== undefined ||
    value['start_time_unix_nano'] !== undefined ||
    value['time_unix_nano'] !== undefined ||
    value['scope_spans'] !== undefined ||
    value['scope_logs'] !== undefined ||
    value['resource_spans'] !== undefined ||
    value['resource_logs'] !== undefined
  );
}

/** The same with names in camel case, all the way down. */
export function inCamelCase(value: JsonObject): JsonObject {
  return respelled(value, 0) as JsonObject;
}

function respelled(value: unknown, depth: number): unknown {
  if (depth > MAX_JSON_DEPTH) return value;
  if (Array.isArray(value)) return value.map((element) => respelled(element, depth + 1));
  // A draft was spelled in camel case, or it would be none.
  if (!isObject(value) || isDraft(value)) return value;
  const copy: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [name, inner] of Object.entries(value)) {
    const isMap = name === 'attributes' && isObject(inner);
    copy[camelCase(name)] = isMap ? inner : respelled(inner, depth + 1);
  }
  return copy;
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
