/** The spans in a file of OTLP JSON lines, with their stamps read back from their attributes. */
import { readFileSync } from 'node:fs';
import { readSpanStamps, type SpanStamps } from 'otel-causality/analysis';

export interface ExportedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  readonly service: string;
  /** `→ POST /orders` for a call, `POST /orders` for its handling, else the span's own name. */
  readonly label: string;
  readonly kind: 'client' | 'server' | 'other';
  /** The wall clock of the host that recorded it, in milliseconds since the Unix epoch. */
  readonly startMs: number;
  readonly stamps: SpanStamps | undefined;
}

interface AnyValue {
  readonly stringValue?: string;
  readonly intValue?: string | number;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
}
type SimpleValue = string | number | boolean;
type KeyValues = readonly { readonly key: string; readonly value: AnyValue }[];
interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind?: number;
  readonly startTimeUnixNano: string;
  readonly attributes?: KeyValues;
}
interface OtlpLine {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: KeyValues };
    readonly scopeSpans?: readonly { readonly spans?: readonly OtlpSpan[] }[];
  }[];
}

const SERVER_KIND = 2;
const CLIENT_KIND = 3;

/** The spans of each trace, the traces in the order in which they began. */
export function readExportedTraces(file: string): readonly (readonly ExportedSpan[])[] {
  const traces = new Map<string, FoundSpan[]>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line === '') continue;
    for (const found of spansOf(JSON.parse(line) as OtlpLine)) {
      const trace = traces.get(found.span.traceId);
      if (trace === undefined) traces.set(found.span.traceId, [found]);
      else trace.push(found);
    }
  }
  const beginning = (trace: readonly ExportedSpan[]): number =>
    trace.find(({ parentSpanId }) => parentSpanId === '')?.startMs ?? Number.POSITIVE_INFINITY;
  return [...traces.values()].map(traceOf).sort((a, b) => beginning(a) - beginning(b));
}

interface FoundSpan {
  readonly span: OtlpSpan;
  readonly service: string;
  readonly attributes: Readonly<Record<string, SimpleValue>>;
}

function* spansOf({ resourceSpans = [] }: OtlpLine): Generator<FoundSpan> {
  for (const { resource, scopeSpans = [] } of resourceSpans) {
    const service = String(recordOf(resource?.attributes)['service.name'] ?? 'unknown');
    for (const { spans = [] } of scopeSpans) {
      for (const span of spans) yield { span, service, attributes: recordOf(span.attributes) };
    }
  }
}

function traceOf(found: readonly FoundSpan[]): ExportedSpan[] {
  const byId = new Map(found.map((one) => [one.span.spanId, one]));
  const read = new Map<string, SpanStamps | undefined>();
  // Parents first: in lean mode a span that heard nothing new has its vector from there.
  const stampsOf = ({ span, attributes }: FoundSpan): SpanStamps | undefined => {
    if (!read.has(span.spanId)) {
      read.set(span.spanId, undefined);
      const parent = byId.get(span.parentSpanId ?? '');
      const parentStart = parent === undefined ? undefined : stampsOf(parent)?.start;
      read.set(span.spanId, readSpanStamps(span.traceId, attributes, parentStart));
    }
    return read.get(span.spanId);
  };
  return found.map((one) => ({
    traceId: one.span.traceId,
    spanId: one.span.spanId,
    parentSpanId: one.span.parentSpanId ?? '',
    service: one.service,
    label: labelOf(one),
    kind: one.span.kind === SERVER_KIND ? 'server' : one.span.kind === CLIENT_KIND ? 'client' : 'other',
    startMs: Number(BigInt(one.span.startTimeUnixNano) / 1_000n) / 1_000,
    stamps: stampsOf(one),
  }));
}

/** HTTP spans are called by their method alone; their attributes know the path. */
function labelOf({ span, attributes }: FoundSpan): string {
  const method = attributes['http.request.method'] ?? attributes['http.method'];
  if (method === undefined) return span.name;
  const url = String(attributes['url.full'] ?? attributes['http.url'] ?? '');
  const path = attributes['url.path'] ?? attributes['http.target'] ?? (URL.canParse(url) ? new URL(url).pathname : '');
  const request = `${String(method)} ${String(path)}`;
  return span.kind === CLIENT_KIND ? `→ ${request}` : request;
}

function recordOf(attributes: KeyValues = []): Record<string, SimpleValue> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ?? value.intValue ?? value.boolValue ?? value.doubleValue ?? '',
    ]),
  );
}
