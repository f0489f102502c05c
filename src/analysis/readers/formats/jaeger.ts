/**
 * Jaeger's own form: what `/api/traces` answers and what its user interface downloads.
 *
 * Guarantee: a parent is the first CHILD_OF reference inside the trace; every other reference is a link, and none is
 * lost. Times are microseconds and are read exactly.
 * Hazard: this form may come with times that Jaeger's clock skew adjuster has moved; see {@link movedBack}.
 */
import { InvalidValueError } from '../../../clocks/errors.js';
import { MAX_SPAN_ATTRIBUTES, MAX_SPAN_EVENTS, MAX_SPAN_LINKS } from '../../../clocks/limits.js';
import type { AttributeRecord, AttributeValue, RecordedLink, RecordedSpan } from '../../recorded.js';
import { isObject, type JsonObject, newRecord, NO_ATTRIBUTES, type WritableRecord } from './attribute-record.js';
import { booleanOf, doubleOf, integerOf } from './attribute-values.js';
import { paddedSpanIdOf, paddedTraceIdOf } from './ids.js';
import { movedBack } from './moved-times.js';
import { microsOf } from './nanos.js';
import { NO_EVENTS, NO_LINKS } from './defaults.js';
import { UNKNOWN_SERVICE } from '../../recorded.js';
import { readEach } from './element-lists.js';
import type { Reading } from './reading.js';
import { takeKind, takeScope, takeStatus } from './told-by-tags.js';

interface Process {
  readonly service: string;
  readonly resource: AttributeRecord;
}

const NO_PROCESS: Process = { service: UNKNOWN_SERVICE, resource: NO_ATTRIBUTES };

export function isJaegerTrace(value: JsonObject): boolean {
  return Array.isArray(value['spans']) && ('processes' in value || 'traceID' in value);
}

/** Reads one trace: its spans and the processes that they name. */
export function readJaegerTrace(trace: unknown, reading: Reading): void {
  if (!isObject(trace) || !Array.isArray(trace['spans'])) {
    reading.problem('a trace of Jaeger without spans');
    return;
  }
  const processes = new Map<unknown, Process>();
  const named = isObject(trace['processes']) ? trace['processes'] : {};
  for (const [id, process] of Object.entries(named)) processes.set(id, processOf(process, reading));
  for (const [i, span] of (trace['spans'] as readonly unknown[]).entries()) {
    try {
      if (!isObject(span)) throw new InvalidValueError('span', span, 'an object');
      const own =
        span['process'] === undefined ? processes.get(span['processID']) : processOf(span['process'], reading);
      reading.add(movedBack(spanOf(span, own ?? NO_PROCESS, reading), span['warnings'], reading));
    } catch (error) {
      if (!(error instanceof InvalidValueError)) throw error;
      reading.problem(`spans[${i}]: ${error.message}`);
    }
  }
}

function processOf(process: unknown, reading: Reading): Process {
  if (!isObject(process)) return NO_PROCESS;
  const resource = tagsOf(process['tags'], reading);
  const name = process['serviceName'];
  if (typeof name !== 'string' || name === '') return { service: UNKNOWN_SERVICE, resource };
  resource['service.name'] = name;
  return { service: name, resource };
}

function spanOf(span: JsonObject, { service, resource }: Process, reading: Reading): RecordedSpan {
  const traceId = paddedTraceIdOf(span['traceID'], 'traceID');
  const startNanos = microsOf(span['startTime'], 'startTime');
  const duration = span['duration'];
  const { parentSpanId, links } = referencesOf(span, traceId, reading);
  const attributes = tagsOf(span['tags'], reading);
  delete attributes['internal.span.format'];
  const name = span['operationName'];
  return {
    traceId,
    spanId: paddedSpanIdOf(span['spanID'], 'spanID'),
    parentSpanId,
    name: typeof name === 'string' ? name : '',
    kind: takeKind(attributes) ?? 'internal',
    service,
    startNanos,
    endNanos: duration === undefined || duration === null ? startNanos : startNanos + microsOf(duration, 'duration'),
    scope: takeScope(attributes),
    status: takeStatus(attributes),
    attributes,
    resource,
    links,
    events: logsOf(span['logs'], reading),
    origin: reading.here,
  };
}

function referencesOf(
  span: JsonObject,
  traceId: string,
  reading: Reading,
): { parentSpanId: string | undefined; links: readonly RecordedLink[] } {
  let parentSpanId: string | undefined;
  const links = readEach(span['references'], 'reference', MAX_SPAN_LINKS, reading, (reference) => {
    const to = {
      traceId: paddedTraceIdOf(reference['traceID'], 'traceID'),
      spanId: paddedSpanIdOf(reference['spanID'], 'spanID'),
    };
    const isParent = parentSpanId === undefined && reference['refType'] === 'CHILD_OF' && to.traceId === traceId;
    if (!isParent) return { ...to, attributes: NO_ATTRIBUTES };
    parentSpanId = to.spanId;
    return undefined;
  });
  const parent = span['parentSpanID'];
  if (parentSpanId === undefined && typeof parent === 'string' && !/^0*$/.test(parent)) {
    parentSpanId = paddedSpanIdOf(parent, 'parentSpanID');
  }
  return { parentSpanId, links: links.length === 0 ? NO_LINKS : links };
}

/** Tags, which are `{key, type, value}`. */
function tagsOf(list: unknown, reading: Reading): WritableRecord {
  const record = newRecord();
  readEach(list, 'tag', MAX_SPAN_ATTRIBUTES, reading, ({ key, type, value }) => {
    if (typeof key !== 'string') throw new InvalidValueError('key', key, 'a text');
    const read = tagValueOf(type, value, reading);
    if (read !== undefined) record[key] = read;
  });
  return record;
}

function tagValueOf(type: unknown, value: unknown, reading: Reading): AttributeValue | undefined {
  if (value === null || value === undefined) return undefined;
  switch (type) {
    case 'int64':
      return integerOf(value, reading);
    case 'float64':
      return doubleOf(value);
    case 'bool':
      return booleanOf(value);
    default:
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
      throw new InvalidValueError('tag value', value, 'a plain value');
  }
}

function logsOf(list: unknown, reading: Reading): RecordedSpan['events'] {
  const events = readEach(list, 'log', MAX_SPAN_EVENTS, reading, ({ timestamp, fields }) => {
    const timeNanos = microsOf(timestamp, 'timestamp');
    const attributes = tagsOf(fields, reading);
    // OpenTelemetry's name of an event is a field here; which one has changed over time.
    const key = typeof attributes['event'] === 'string' ? 'event' : 'message';
    const name = attributes[key];
    if (typeof name !== 'string') return { name: '', timeNanos, attributes };
    delete attributes[key];
    return { name, timeNanos, attributes };
  });
  return events.length === 0 ? NO_EVENTS : events;
}
