/**
 * The two lists around everything in OTLP: resources, and the scopes of each.
 *
 * Guarantee: what is no object is one problem with its place, and its neighbours are visited.
 */
import { type AttributeRecord, type RecordedSpan, UNKNOWN_SERVICE } from '../../recorded.js';
import { isObject, type JsonObject } from './attribute-record.js';
import { attributesOf } from './attribute-values.js';
import { NO_SCOPE } from './defaults.js';
import { elementsOf } from './element-lists.js';
import type { Reading } from './reading.js';
import { inCamelCase, isSnakeCase } from './spelling.js';

/** What all spans or logs of one scope have in common: one object each, however many they are. */
export interface Surroundings {
  readonly service: string;
  readonly resource: AttributeRecord;
  readonly scope: RecordedSpan['scope'];
}

/** The names of one kind of telemetry, those of today first. */
interface Names {
  readonly resources: string;
  readonly scopes: readonly string[];
  readonly scope: readonly string[];
}

/** Older writers, Tempo among them, call the lists of spans by the names that they had before. */
export const SPAN_NAMES: Names = {
  resources: 'resourceSpans',
  scopes: ['scopeSpans', 'instrumentationLibrarySpans'],
  scope: ['scope', 'instrumentationLibrary'],
};
export const LOG_NAMES: Names = { resources: 'resourceLogs', scopes: ['scopeLogs'], scope: ['scope'] };

export function visitScopes(
  list: unknown,
  { resources, scopes, scope }: Names,
  reading: Reading,
  visit: (entry: JsonObject, surroundings: Surroundings, place: string) => void,
): void {
  for (const [i, element] of elementsOf(list, resources, reading).entries()) {
    const entry = isObject(element) && isSnakeCase(element) ? inCamelCase(element) : element;
    const place = `${resources}[${i}]`;
    if (!isObject(entry)) {
      reading.problem(`${place} is no object`);
      continue;
    }
    const resource = attributesOf(isObject(entry['resource']) ? entry['resource']['attributes'] : undefined, reading);
    const service = serviceOf(resource);
    const [name = ''] = scopes;
    for (const [j, inner] of elementsOf(first(entry, scopes), name, reading).entries()) {
      if (isObject(inner))
        visit(inner, { service, resource, scope: scopeOf(first(inner, scope)) }, `${place}.${name}[${j}]`);
      else reading.problem(`${place}.${name}[${j}] is no object`);
    }
  }
}

/** What stands under the first of these names that something stands under. */
function first(object: JsonObject, names: readonly string[]): unknown {
  return names.map((name) => object[name]).find((value) => value !== undefined && value !== null);
}

function serviceOf(resource: AttributeRecord): string {
  const named = resource['service.name'];
  return typeof named === 'string' && named !== '' ? named : UNKNOWN_SERVICE;
}

function scopeOf(value: unknown): RecordedSpan['scope'] {
  if (!isObject(value)) return NO_SCOPE;
  const { name, version } = value;
  return {
    name: typeof name === 'string' ? name : '',
    version: typeof version === 'string' && version !== '' ? version : undefined,
  };
}
