/**
 * Stamps every recorded span with its correlation vector, as the attribute `causality.cv`.
 *
 * Guarantee: every span of a request gets a value of its own, which sorts after its parent's; no hook throws. Where a
 * reset shortened the vector (version 3.0), the span has an event that says what was replaced.
 * Hazard: the value that a message carries is one above its span's, because sending counts up.
 */
import { type Context, type Span, type SpanContext, trace } from '@opentelemetry/api';
import { CorrelationVector } from '../clocks/correlation-vector.js';
import type { CorrelationVectorVersion } from '../clocks/correlation-vector-format.js';
import type { CorrelationVectorSource } from '../clocks/correlation-vector-spin.js';
import { Refusals } from './refusals.js';
import { CorrelationVectorLine, lineOf, rememberLine } from './correlation-vector-line.js';

const ATTRIBUTE = 'causality.cv';
const RESET_EVENT = 'causality.cv.reset';

/** A span that can be given events. */
type SpanEvents = Pick<Span, 'addEvent'>;

/** A span as `onStart` gets it. */
export type CorrelatedSpan = SpanEvents & Pick<Span, 'setAttribute'> & { spanContext(): SpanContext };

/** Which vectors begin at spans that belong to none. */
export interface CorrelationVectorSpanProcessorOptions extends CorrelationVectorSource {
  /** The version of vectors that begin at a span without a received one. Default: `2.1`. */
  readonly version?: CorrelationVectorVersion;
}

/** An OpenTelemetry `SpanProcessor`, typed by its shape. Use it beside `CorrelationVectorPropagator`. */
export class CorrelationVectorSpanProcessor {
  private readonly refusals = new Refusals(ATTRIBUTE);

  /** Throws {@link InvalidValueError} for an option that cannot be meant. */
  constructor(private readonly options: CorrelationVectorSpanProcessorOptions = {}) {
    CorrelationVector.create(options);
  }

  /** Stamps the span. */
  onStart(span: CorrelatedSpan, parentContext: Context): void {
    try {
      const parent = lineOf(parentContext, trace.getSpanContext(parentContext));
      const line = parent ?? new CorrelationVectorLine(CorrelationVector.create(this.options));
      rememberLine(span.spanContext(), line);
      span.setAttribute(ATTRIBUTE, line.forSpan().value);
      recordReplaced(span, line);
    } catch (error) {
      this.refusals.add('stamping', error);
    }
  }

  /** Has nothing left to do. */
  onEnd(): void {}

  /** Has nothing to flush. */
  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  /** Has nothing to close. */
  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** Records on the span what resets replaced: without it the trace cannot be put together. */
export function recordReplaced(span: SpanEvents | undefined, line: CorrelationVectorLine): void {
  if (span === undefined) return;
  for (const { suffix, id } of line.takeReplaced()) {
    span.addEvent(RESET_EVENT, { 'causality.cv.replaced': suffix, 'causality.cv.replaced_by': id });
  }
}
