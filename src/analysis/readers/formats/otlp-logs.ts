/**
 * Logs of OTLP JSON, which the Collector's file exporter writes into the same file as spans.
 *
 * Guarantee: as for spans: ids in every spelling, times exact, a log that cannot be read is one problem.
 * Hazard: a log need belong to no trace; and its body may be anything, so maps become JSON and everything else stays.
 */
import { InvalidValueError } from '../../../clocks/errors.js';
import type { AttributeValue, RecordedLog } from '../../recorded.js';
import { isObject, type JsonObject } from './attribute-record.js';
import { anyValueOf, attributesOf } from './attribute-values.js';
import { parentIdOf, traceIdOf } from './ids.js';
import { nanosOf } from './nanos.js';
import { elementsOf } from './element-lists.js';
import { LOG_NAMES, type Surroundings, visitScopes } from './otlp-scopes.js';
import type { Reading } from './reading.js';

/** Reads the list that every export of logs has inside. */
export function readResourceLogs(list: unknown, reading: Reading): void {
  visitScopes(list, LOG_NAMES, reading, ({ logRecords }, surroundings, place) => {
    for (const [i, log] of elementsOf(logRecords, 'logRecords', reading).entries()) {
      readLog(log, surroundings, `${place}.logRecords[${i}]`, reading);
    }
  });
}

function readLog(log: unknown, surroundings: Surroundings, place: string, reading: Reading): void {
  try {
    if (!isObject(log)) throw new InvalidValueError('log', log, 'an object');
    reading.addLog(logOf(log, surroundings, reading));
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error;
    reading.problem(`${place}: ${error.message}`);
  }
}

function logOf(log: JsonObject, { service, resource, scope }: Surroundings, reading: Reading): RecordedLog {
  const traceId = idOrNone(log['traceId']);
  return {
    traceId: traceId === undefined ? undefined : traceIdOf(traceId),
    spanId: parentIdOf(log['spanId'], 'spanId'),
    timeNanos: timeOf(log, reading),
    severity: severityOf(log),
    body: bodyOf(log, reading),
    attributes: attributesOf(log['attributes'], reading),
    service,
    resource,
    scope,
    origin: reading.here,
  };
}

/** What is zero or empty is none: a log outside of any trace. */
function idOrNone(id: unknown): unknown {
  return id === null || (typeof id === 'string' && /^(?:0*|A{22}(?:==)?)$/.test(id)) ? undefined : id;
}

function timeOf(log: JsonObject, reading: Reading): bigint {
  for (const field of ['timeUnixNano', 'observedTimeUnixNano']) {
    const value = log[field];
    if (value === undefined || value === null || value === '') continue;
    const nanos = nanosOf(value, field, reading);
    if (nanos > 0n) return nanos;
  }
  return 0n;
}

const SEVERITIES = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;

/** The logger's word, or that of the specification for its number: four numbers to a word. */
function severityOf({ severityText, severityNumber }: JsonObject): string {
  if (typeof severityText === 'string' && severityText !== '') return severityText;
  if (typeof severityNumber === 'string') return severityNumber.replace(/^SEVERITY_NUMBER_(?:UNSPECIFIED)?/, '');
  return typeof severityNumber === 'number' ? (SEVERITIES[Math.floor((severityNumber - 1) / 4)] ?? '') : '';
}

function bodyOf({ body, eventName }: JsonObject, reading: Reading): AttributeValue | undefined {
  const said = anyValueOf(body, reading);
  return said ?? (typeof eventName === 'string' && eventName !== '' ? eventName : undefined);
}
