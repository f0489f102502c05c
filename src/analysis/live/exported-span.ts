/**
 * Spans as OpenTelemetry's SDK hands them to an exporter, by their shape alone: of every line from 1.x on, and without
 * importing any of it.
 *
 * Guarantee: the result is what a reader would have made of the same span: checked, and of plain values.
 */
import { newRecord } from '../readers/formats/attribute-record.js';
import {
  type AttributeRecord,
  type AttributeValue,
  type RecordedKind,
  type RecordedSpan,
  UNKNOWN_SERVICE,
} from '../recorded.js';

type HighResolutionTime = readonly [seconds: number, nanos: number];

interface SpanContextShape {
  readonly traceId: string;
  readonly spanId: string;
  readonly isRemote?: boolean | undefined;
}

/** What is used of a `ReadableSpan`. */
export interface ExportedSpan {
  readonly name: string;
  readonly kind: number;
  spanContext(): SpanContextShape;
  /** Since 2.0. */
  readonly parentSpanContext?: SpanContextShape | undefined;
  /** Until 1.x. */
  readonly parentSpanId?: string | undefined;
  readonly startTime: readonly number[];
  readonly endTime: readonly number[];
  readonly status: { readonly code: number; readonly message?: string | undefined };
  readonly attributes: object;
  readonly links: readonly { readonly context: SpanContextShape; readonly attributes?: object | undefined }[];
  readonly events: readonly {
    readonly name: string;
    readonly time: readonly number[];
    readonly attributes?: object | undefined;
  }[];
  readonly resource: { readonly attributes: object };
  readonly instrumentationScope?: { readonly name: string; readonly version?: string | undefined };
}

const KINDS: readonly RecordedKind[] = ['internal', 'server', 'client', 'producer', 'consumer'];
const STATUS_CODES: readonly RecordedSpan['status']['code'][] = ['unset', 'ok', 'error'];

export function recordedOf(span: ExportedSpan): RecordedSpan {
  const { traceId, spanId } = span.spanContext();
  const resource = recordOf(span.resource.attributes);
  const service = resource['service.name'];
  return {
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId ?? span.parentSpanId,
    name: span.name,
    kind: KINDS[span.kind] ?? 'internal',
    service: typeof service === 'string' ? service : UNKNOWN_SERVICE,
    startNanos: nanosOf(span.startTime as HighResolutionTime),
    endNanos: nanosOf(span.endTime as HighResolutionTime),
    attributes: recordOf(span.attributes),
    resource,
    scope: { name: span.instrumentationScope?.name ?? '', version: span.instrumentationScope?.version },
    links: span.links.map(({ context, attributes = {} }) => ({
      traceId: context.traceId,
      spanId: context.spanId,
      attributes: recordOf(attributes),
    })),
    events: span.events.map(({ name, time, attributes = {} }) => ({
      name,
      timeNanos: nanosOf(time as HighResolutionTime),
      attributes: recordOf(attributes),
    })),
    status: { code: STATUS_CODES[span.status.code] ?? 'unset', message: span.status.message },
    origin: { source: 'exporter', line: undefined },
  };
}

/** True where no span of this process is above: the trace began here, or came in from elsewhere. */
export function isLocalRoot({ parentSpanContext, parentSpanId }: ExportedSpan): boolean {
  return parentSpanContext === undefined ? parentSpanId === undefined : parentSpanContext.isRemote === true;
}

function nanosOf([seconds, nanos]: HighResolutionTime): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
}

function recordOf(attributes: object): AttributeRecord {
  const record = newRecord();
  for (const [key, value] of Object.entries(attributes) as [string, unknown][]) {
    if (isPlain(value)) record[key] = value;
    else if (Array.isArray(value)) record[key] = value.filter(isPlain);
  }
  return record;
}

function isPlain(value: unknown): value is Exclude<AttributeValue, readonly AttributeValue[]> {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
