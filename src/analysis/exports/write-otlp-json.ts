/**
 * Spans as OTLP JSON lines: what the Collector's file receiver, Jaeger and Tempo take, and what the readers read.
 *
 * Guarantee: reading gives the same spans back: ids, nanoseconds, integers of 64 bits, attributes, links, events,
 * status.
 * Hazard: a number without a fraction is written as an integer, because a span that was read does not tell them apart.
 */
import type { AttributeRecord, AttributeValue, RecordedKind, RecordedSpan } from '../recorded.js';
import { UNKNOWN_SERVICE } from '../recorded.js';

/** Spans of a line: enough that resource and scope weigh nothing, few enough that a line is read at one go. */
const SPANS_PER_LINE = 512;

const KINDS: Readonly<Record<RecordedKind, number>> = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 };
const STATUS_CODES: Readonly<Record<RecordedSpan['status']['code'], number>> = { unset: 0, ok: 1, error: 2 };

/** Writes spans as lines, each an OTLP document and without its line break, grouped by resource and scope. */
export function* writeOtlpJson(spans: Iterable<RecordedSpan>): Generator<string, void, undefined> {
  let batch: RecordedSpan[] = [];
  for (const span of spans) {
    batch.push(span);
    if (batch.length < SPANS_PER_LINE) continue;
    yield lineOf(batch);
    batch = [];
  }
  if (batch.length > 0) yield lineOf(batch);
}

function lineOf(spans: readonly RecordedSpan[]): string {
  const resources = grouped(spans, resourceTextOf);
  const resourceSpans = [...resources].map(([resource, ofResource]) => {
    const scopes = grouped(ofResource, ({ scope }) => JSON.stringify(scopeOf(scope)));
    const scopeSpans = [...scopes].map(
      ([scope, ofScope]) =>
        `{"scope":${scope},"spans":[${ofScope.map((span) => JSON.stringify(spanOf(span))).join(',')}]}`,
    );
    return `{"resource":${resource},"scopeSpans":[${scopeSpans.join(',')}]}`;
  });
  return `{"resourceSpans":[${resourceSpans.join(',')}]}`;
}

function grouped(spans: readonly RecordedSpan[], keyOf: (span: RecordedSpan) => string): Map<string, RecordedSpan[]> {
  const groups = new Map<string, RecordedSpan[]>();
  let last: { readonly resource: object; readonly scope: object; readonly group: RecordedSpan[] } | undefined;
  for (const span of spans) {
    // Spans that were read together share these objects: only the first of them is turned into a key.
    if (last?.resource !== span.resource || last.scope !== span.scope) {
      const key = keyOf(span);
      let group = groups.get(key);
      if (group === undefined) groups.set(key, (group = []));
      last = { resource: span.resource, scope: span.scope, group };
    }
    last.group.push(span);
  }
  return groups;
}

function resourceTextOf({ resource, service }: RecordedSpan): string {
  const attributes = keyValuesOf(resource);
  const isNamed = typeof resource['service.name'] === 'string' && resource['service.name'] !== '';
  if (!isNamed && service !== UNKNOWN_SERVICE)
    attributes.push({ key: 'service.name', value: { stringValue: service } });
  return JSON.stringify({ attributes });
}

function scopeOf({ name, version }: RecordedSpan['scope']): object {
  return version === undefined ? { name } : { name, version };
}

function spanOf(span: RecordedSpan): object {
  const { links, events, status } = span;
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
    name: span.name,
    kind: KINDS[span.kind],
    startTimeUnixNano: span.startNanos.toString(),
    endTimeUnixNano: span.endNanos.toString(),
    attributes: keyValuesOf(span.attributes),
    ...(links.length === 0 ? {} : { links: links.map(linkOf) }),
    ...(events.length === 0 ? {} : { events: events.map(eventOf) }),
    status: {
      ...(status.code === 'unset' ? {} : { code: STATUS_CODES[status.code] }),
      ...(status.message === undefined ? {} : { message: status.message }),
    },
  };
}

function linkOf({ traceId, spanId, attributes }: RecordedSpan['links'][number]): object {
  return { traceId, spanId, attributes: keyValuesOf(attributes) };
}

function eventOf({ name, timeNanos, attributes }: RecordedSpan['events'][number]): object {
  return { timeUnixNano: timeNanos.toString(), name, attributes: keyValuesOf(attributes) };
}

function keyValuesOf(attributes: AttributeRecord): { key: string; value: object }[] {
  return Object.keys(attributes).map((key) => ({ key, value: valueOf(attributes[key] as AttributeValue) }));
}

function valueOf(value: AttributeValue): object {
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { boolValue: value };
    case 'bigint':
      return { intValue: value.toString() };
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0)
        ? { intValue: value.toString() }
        : { doubleValue: Number.isFinite(value) && value !== 0 ? value : textOf(value) };
    default:
      return { arrayValue: { values: value.map(valueOf) } };
  }
}

/** JSON has no number for these. */
function textOf(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
