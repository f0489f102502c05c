/**
 * What OpenTelemetry's exporters for Jaeger and Zipkin put into tags, because those formats have no place for it: the
 * status, the scope and the kind.
 *
 * Guarantee: what is taken out of the tags is taken away from them, so that one span reads the same from every format.
 * Hazard: `error` is also what people set by themselves: it goes away only where it repeats the status.
 */
import type { AttributeValue, RecordedKind, RecordedSpan } from '../../recorded.js';
import type { WritableRecord } from './attribute-record.js';
import { NO_SCOPE, UNSET } from './defaults.js';

const KINDS: ReadonlySet<unknown> = new Set(['internal', 'server', 'client', 'producer', 'consumer']);

function take(tags: WritableRecord, key: string): AttributeValue | undefined {
  const value = tags[key];
  // Deleting makes a record slow, so only what is there is deleted.
  if (value !== undefined) delete tags[key];
  return value;
}

export function takeKind(tags: WritableRecord): RecordedKind | undefined {
  const value = tags['span.kind'];
  if (!KINDS.has(value)) return undefined;
  delete tags['span.kind'];
  return value as RecordedKind;
}

/** The scope by its name of today, or by the one that it had before. */
export function takeScope(tags: WritableRecord): RecordedSpan['scope'] {
  const library = take(tags, 'otel.library.name');
  const libraryVersion = take(tags, 'otel.library.version');
  const name = take(tags, 'otel.scope.name') ?? library;
  const version = take(tags, 'otel.scope.version') ?? libraryVersion;
  if (name === undefined && version === undefined) return NO_SCOPE;
  return {
    name: typeof name === 'string' ? name : '',
    version: typeof version === 'string' && version !== '' ? version : undefined,
  };
}

export function takeStatus(tags: WritableRecord): RecordedSpan['status'] {
  const code = take(tags, 'otel.status_code');
  const description = take(tags, 'otel.status_description');
  const { error } = tags;
  let message = typeof description === 'string' && description !== '' ? description : undefined;
  if (code === 'OK') return { code: 'ok', message };
  if (code === 'ERROR') {
    if (error === true || error === 'true' || error === 'false' || error === '') delete tags['error'];
    else if (typeof error === 'string' && (message === undefined || message === error)) {
      // Zipkin's exporters put the description here.
      message = error;
      delete tags['error'];
    }
    return { code: 'error', message };
  }
  if (error !== undefined && error !== false && error !== 'false') return { code: 'error', message };
  return message === undefined ? UNSET : { code: 'unset', message };
}
