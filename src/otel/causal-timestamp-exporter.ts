/**
 * An exporter around another one: what leaves has start times that a backend can sort by.
 *
 * Guarantee: spans are never changed, only replaced by copies; a span that this library has not stamped, or whose
 * record is not to be found because somebody copied it before, leaves as it came. Durations stay as they are, and
 * events move with their span. Nothing throws into the exporting processor that the wrapped exporter did not throw.
 * Hazard: what a *reply* proves is not in here (docs/timestamps.md): the span may have left long before.
 */
import { type Attributes, diag, type HrTime, type SpanContext } from '@opentelemetry/api';
import { ATTRIBUTE } from '../codec/span-attributes.js';
import { later, LAST_OF_MS_MICROS, startCorrection } from './causal-start.js';
import { anyRecordOf } from './span-registry.js';

/** What of a finished span is read here: every SDK's `ReadableSpan` has it. */
export interface TimedSpan {
  spanContext(): SpanContext;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly attributes: Attributes;
  readonly events: readonly { readonly time: HrTime }[];
}

/** What is asked of the exporter inside: every SDK's `SpanExporter` has it. */
export interface WrappedExporter<S, R> {
  export(spans: S[], resultCallback: (result: R) => void): void;
  shutdown(): Promise<void>;
  forceFlush?(): Promise<void>;
}

/**
 * Wraps any OpenTelemetry `SpanExporter`, for backends that draw and sort by start time:
 *
 * - start times get microseconds, where the SDK cuts them to the millisecond: siblings stop sharing one;
 * - where an inbound request proved this host's clock to be behind, the spans of that trace that start from then on
 *   move forward by just that much.
 *
 * A request edge whose hybrid times were accepted (at most `maxDriftMs` ahead) is then never inverted. A span that moved
 * by a millisecond or more keeps the original in `causality.wall.start` and `causality.wall.end`, as
 * RFC 3339 in UTC with nine digits: nothing is lost, and it sorts as text.
 */
export class CausalTimestampExporter<S extends TimedSpan, R> {
  private said = false;

  constructor(private readonly exporter: WrappedExporter<S, R>) {}

  /** Exports corrected copies of the spans that have something to correct. */
  export(spans: S[], resultCallback: (result: R) => void): void {
    this.exporter.export(
      spans.map((span) => this.corrected(span)),
      resultCallback,
    );
  }

  /** Passes on what the wrapped exporter can do. */
  async forceFlush(): Promise<void> {
    await this.exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  private corrected(span: S): S {
    try {
      const record = anyRecordOf(span.spanContext());
      if (record === undefined) return span;
      const micros = startCorrection(span.startTime, record);
      return micros === 0 ? span : movedBy(span, micros);
    } catch (error) {
      this.say(error);
      return span;
    }
  }

  private say(error: unknown): void {
    if (this.said) return;
    this.said = true;
    try {
      diag.warn(`otel-causality: a span leaves with its times as they were: ${String(error)}`);
    } catch {
      // A logger that throws, or an error that cannot be shown, must not keep the spans from leaving.
    }
  }
}

function movedBy<S extends TimedSpan>(span: S, micros: number): S {
  const copy: Record<string, unknown> = {};
  // Fields as own values, methods and what is computed by reading them: exporters know a span by its public names.
  for (const name of READABLE) {
    const value = (span as unknown as Record<string, unknown>)[name];
    if (value !== undefined) copy[name] = value;
  }
  const spanContext = span.spanContext();
  copy['spanContext'] = () => spanContext;
  copy['startTime'] = later(span.startTime, micros);
  copy['endTime'] = later(span.endTime, micros);
  if (span.events.length > 0) {
    copy['events'] = span.events.map((event) => Object.assign({}, event, { time: later(event.time, micros) }));
  }
  if (Math.abs(micros) > LAST_OF_MS_MICROS) {
    copy['attributes'] = Object.assign({}, span.attributes, {
      [ATTRIBUTE.wallStart]: rfc3339(span.startTime),
      [ATTRIBUTE.wallEnd]: rfc3339(span.endTime),
    });
  }
  return copy as unknown as S;
}

/** `ReadableSpan`, as the SDKs 1.x to 3.x have it. */
const READABLE = [
  'name',
  'kind',
  'spanContext',
  'parentSpanContext',
  'parentSpanId',
  'startTime',
  'endTime',
  'status',
  'attributes',
  'links',
  'events',
  'duration',
  'ended',
  'resource',
  'instrumentationScope',
  'instrumentationLibrary',
  'droppedAttributesCount',
  'droppedEventsCount',
  'droppedLinksCount',
] as const;

function rfc3339([seconds, nanos]: HrTime): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(nanos).padStart(9, '0')}Z`;
}
