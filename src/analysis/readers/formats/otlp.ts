/**
 * OTLP JSON, and what Tempo and Jaeger's API of version 3 make of it.
 *
 * Guarantee: ids in hexadecimal or base64, enums as numbers or names, integers as texts or numbers read to the same
 * span. A span that cannot be read is one problem, and its neighbours are read.
 * Hazard: what JSON's protobuf mapping leaves out is the default: no kind, no status, no attributes.
 */
import { InvalidValueError } from '../../../clocks/errors.js';
import { MAX_SPAN_EVENTS, MAX_SPAN_LINKS } from '../../../clocks/limits.js';
import type { RecordedKind, RecordedLink, RecordedSpan } from '../../recorded.js';
import { isObject, type JsonObject } from './attribute-record.js';
import { attributesOf } from './attribute-values.js';
import { NO_EVENTS, NO_LINKS, UNSET } from './defaults.js';
import { parentIdOf, spanIdOf, traceIdOf } from './ids.js';
import { movedBack, WARNINGS_ATTRIBUTE } from './moved-times.js';
import { nanosOf } from './nanos.js';
import { elementsOf, readEach } from './element-lists.js';
import type { Reading } from './reading.js';
import { SPAN_NAMES, type Surroundings, visitScopes } from './otlp-scopes.js';
import { isDraft, type SpanDraft } from './span-draft.js';
import { inCamelCase, isSnakeCase } from './spelling.js';

type Status = RecordedSpan['status'];

const KINDS: ReadonlyMap<unknown, RecordedKind> = new Map<unknown, RecordedKind>([
  ...(['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const).map(
    (kind, number) => [number, kind] as const,
  ),
  ...(['internal', 'server', 'client', 'producer', 'consumer'] as const).map(
    (kind) => [`SPAN_KIND_${kind.toUpperCase()}`, kind] as const,
  ),
  ['SPAN_KIND_UNSPECIFIED', 'internal'],
  [undefined, 'internal'],
  [null, 'internal'],
]);

const STATUS_CODES: ReadonlyMap<unknown, Status['code']> = new Map<unknown, Status['code']>([
  [0, 'unset'],
  [1, 'ok'],
  [2, 'error'],
  ['STATUS_CODE_UNSET', 'unset'],
  ['STATUS_CODE_OK', 'ok'],
  ['STATUS_CODE_ERROR', 'error'],
  [undefined, 'unset'],
  [null, 'unset'],
]);

/** Reads the list that every form of OTLP has inside. */
export function readResourceSpans(list: unknown, reading: Reading): void {
  visitScopes(list, SPAN_NAMES, reading, ({ spans }, surroundings, place) => {
    readSpans(spans, surroundings, place, reading);
  });
}

function readSpans(list: unknown, surroundings: Surroundings, place: string, reading: Reading): void {
  const spans = elementsOf(list, 'spans', reading);
  for (let i = 0; i < spans.length; i++) {
    try {
      const span = spans[i];
      if (!isObject(span)) throw new InvalidValueError('span', span, 'an object');
      const read = isDraft(span) ? finished(span, surroundings, reading) : spanOf(span, surroundings, reading);
      const warnings = read.attributes[WARNINGS_ATTRIBUTE];
      reading.add(warnings === undefined ? read : movedBack(read, warnings, reading));
    } catch (error) {
      if (!(error instanceof InvalidValueError)) throw error;
      reading.problem(`${place}.spans[${i}]: ${error.message}`);
    }
  }
}

/** What the parser of lines could not know or did not look at. */
function finished(draft: SpanDraft, { service, resource, scope }: Surroundings, reading: Reading): RecordedSpan {
  draft.service = service;
  draft.resource = resource;
  draft.scope = scope;
  draft.origin = reading.here;
  draft.attributes = attributesOf(draft.attributes, reading);
  if (draft.links !== NO_LINKS) draft.links = linksOf(draft.links, reading);
  if (draft.events !== NO_EVENTS) draft.events = eventsOf(draft.events, reading);
  if (draft.status !== UNSET) draft.status = statusOf(draft.status);
  return draft;
}

function spanOf(object: JsonObject, { service, resource, scope }: Surroundings, reading: Reading): RecordedSpan {
  // Only what lacks the usual name is looked at twice.
  const span = object['startTimeUnixNano'] === undefined && isSnakeCase(object) ? inCamelCase(object) : object;
  const startNanos = nanosOf(span['startTimeUnixNano'], 'startTimeUnixNano', reading);
  const { name, endTimeUnixNano: end } = span;
  return {
    traceId: traceIdOf(span['traceId']),
    spanId: spanIdOf(span['spanId']),
    parentSpanId: parentIdOf(span['parentSpanId']),
    name: typeof name === 'string' ? name : '',
    kind: kindOf(span['kind']),
    service,
    startNanos,
    // A span without an end was exported before it had one: it is known to have lasted no longer than this.
    endNanos: end === undefined || end === null || end === '' ? startNanos : endOf(end, startNanos, reading),
    attributes: attributesOf(span['attributes'], reading),
    resource,
    scope,
    links: linksOf(span['links'], reading),
    events: eventsOf(span['events'], reading),
    status: statusOf(span['status']),
    origin: reading.here,
  };
}

function endOf(end: unknown, startNanos: bigint, reading: Reading): bigint {
  const nanos = nanosOf(end, 'endTimeUnixNano', reading);
  return nanos === 0n ? startNanos : nanos;
}

function kindOf(value: unknown): RecordedKind {
  const kind = KINDS.get(value);
  if (kind === undefined) throw new InvalidValueError('kind', value, 'a span kind');
  return kind;
}

function statusOf(value: unknown): Status {
  if (!isObject(value)) return UNSET;
  const { message } = value;
  const code = STATUS_CODES.get(value['code']);
  if (code === undefined) throw new InvalidValueError('status.code', value['code'], 'a status code');
  const said = typeof message === 'string' && message !== '' ? message : undefined;
  return code === 'unset' && said === undefined ? UNSET : { code, message: said };
}

function linksOf(list: unknown, reading: Reading): readonly RecordedLink[] {
  const links = readEach(list, 'link', MAX_SPAN_LINKS, reading, ({ traceId, spanId, attributes }) => {
    return { traceId: traceIdOf(traceId), spanId: spanIdOf(spanId), attributes: attributesOf(attributes, reading) };
  });
  return links.length === 0 ? NO_LINKS : links;
}

function eventsOf(list: unknown, reading: Reading): RecordedSpan['events'] {
  const events = readEach(list, 'event', MAX_SPAN_EVENTS, reading, ({ name, timeUnixNano, attributes }) => ({
    name: typeof name === 'string' ? name : '',
    timeNanos: nanosOf(timeUnixNano, 'timeUnixNano', reading),
    attributes: attributesOf(attributes, reading),
  }));
  return events.length === 0 ? NO_EVENTS : events;
}
