/**
 * Zipkin's form, version 2.
 *
 * Guarantee: ids of 64 and 128 bits, times in microseconds, tags as the texts that they are: an attribute that was a
 * number elsewhere is its decimal text here. Links that the OpenTelemetry Collector put into tags are links again.
 * Hazard: one id may be two spans; see {@link SharedSpans}.
 */
import { InvalidValueError } from '../../../clocks/errors.js';
import { MAX_REMEMBERED_SERVICES, MAX_SPAN_EVENTS, MAX_SPAN_LINKS } from '../../../clocks/limits.js';
import type { AttributeRecord, RecordedKind, RecordedLink, RecordedSpan } from '../../recorded.js';
import { isObject, type JsonObject, newRecord, NO_ATTRIBUTES, type WritableRecord } from './attribute-record.js';
import { attributesOf } from './attribute-values.js';
import { paddedSpanIdOf, paddedTraceIdOf } from './ids.js';
import { microsOf } from './nanos.js';
import { NO_EVENTS, NO_LINKS } from './defaults.js';
import { UNKNOWN_SERVICE } from '../../recorded.js';
import { readEach } from './element-lists.js';
import type { Reading } from './reading.js';
import { takeKind, takeScope, takeStatus } from './told-by-tags.js';

const KINDS: ReadonlyMap<unknown, RecordedKind> = new Map<unknown, RecordedKind>([
  ['SERVER', 'server'],
  ['CLIENT', 'client'],
  ['PRODUCER', 'producer'],
  ['CONSUMER', 'consumer'],
]);

export class ZipkinReader {
  /** One object for each service, however many spans it has. */
  private readonly resources = new Map<string, AttributeRecord>();

  static accepts(value: JsonObject): boolean {
    return typeof value['id'] === 'string' && typeof value['traceId'] === 'string';
  }

  read(value: JsonObject, place: string, reading: Reading): void {
    try {
      const span = this.spanOf(value, reading);
      reading.addHalf({ span, shared: value['shared'] === true });
    } catch (error) {
      if (!(error instanceof InvalidValueError)) throw error;
      reading.problem(`${place}: ${error.message}`);
    }
  }

  private spanOf(value: JsonObject, reading: Reading): RecordedSpan {
    const parent = value['parentId'];
    const startNanos = microsOf(value['timestamp'], 'timestamp');
    const { name, duration, localEndpoint: endpoint } = value;
    const named = isObject(endpoint) ? endpoint['serviceName'] : undefined;
    const service = typeof named === 'string' && named !== '' ? named : UNKNOWN_SERVICE;
    const attributes = Object.assign(newRecord(), attributesOf(isObject(value['tags']) ? value['tags'] : {}, reading));
    const links = takeLinks(attributes, reading);
    const told = takeKind(attributes);
    return {
      traceId: paddedTraceIdOf(value['traceId']),
      spanId: paddedSpanIdOf(value['id']),
      parentSpanId:
        parent === undefined || parent === null || parent === '' ? undefined : paddedSpanIdOf(parent, 'parentId'),
      name: typeof name === 'string' ? name : '',
      kind: KINDS.get(value['kind']) ?? told ?? 'internal',
      service,
      startNanos,
      endNanos: duration === undefined || duration === null ? startNanos : startNanos + microsOf(duration, 'duration'),
      scope: takeScope(attributes),
      status: takeStatus(attributes),
      attributes,
      resource: this.resourceOf(service),
      links,
      events: annotationsOf(value['annotations'], reading),
      origin: reading.here,
    };
  }

  private resourceOf(service: string): AttributeRecord {
    if (service === UNKNOWN_SERVICE) return NO_ATTRIBUTES;
    let resource = this.resources.get(service);
    if (resource === undefined) {
      const record = newRecord();
      record['service.name'] = service;
      resource = record;
      if (this.resources.size < MAX_REMEMBERED_SERVICES) this.resources.set(service, resource);
    }
    return resource;
  }
}

/** Links as the Collector writes them: `otlp.link.0` = `trace|span|state|{attributes}|dropped`. */
function takeLinks(tags: WritableRecord, reading: Reading): readonly RecordedLink[] {
  if (tags['otlp.link.0'] === undefined) return NO_LINKS;
  const links: RecordedLink[] = [];
  for (let i = 0; i < MAX_SPAN_LINKS; i++) {
    const key = `otlp.link.${i}`;
    const text = tags[key];
    if (typeof text !== 'string') break;
    delete tags[key];
    try {
      const [traceId, spanId, , ...rest] = text.split('|');
      const attributes = packedAttributesOf(rest.slice(0, -1).join('|'), reading);
      links.push({
        traceId: paddedTraceIdOf(traceId),
        spanId: paddedSpanIdOf(spanId, 'spanId'),
        attributes: attributes ?? NO_ATTRIBUTES,
      });
    } catch (error) {
      reading.problem(`link ${i}: ${(error as Error).message}`);
    }
  }
  return links;
}

/** Annotations; the Collector packs an event's attributes into them: `name|{attributes}|dropped`. */
function annotationsOf(list: unknown, reading: Reading): RecordedSpan['events'] {
  const events = readEach(list, 'annotation', MAX_SPAN_EVENTS, reading, ({ timestamp, value }) => {
    const timeNanos = microsOf(timestamp, 'timestamp');
    const text = typeof value === 'string' ? value : '';
    const open = text.indexOf('|{');
    const close = text.lastIndexOf('}|');
    const packed = open < 0 || close < open ? undefined : packedAttributesOf(text.slice(open + 1, close + 1), reading);
    if (packed === undefined) return { name: text, timeNanos, attributes: NO_ATTRIBUTES };
    return { name: text.slice(0, open), timeNanos, attributes: packed };
  });
  return events.length === 0 ? NO_EVENTS : events;
}

/** Attributes that somebody made a text of; undefined where it is none. */
function packedAttributesOf(text: string, reading: Reading): AttributeRecord | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (!isObject(parsed)) return undefined;
    return Object.keys(parsed).length === 0 ? NO_ATTRIBUTES : attributesOf(parsed, reading);
  } catch {
    return undefined;
  }
}
