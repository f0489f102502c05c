/**
 * The span processor: stamps every recorded, sampled span with the causal time of its start and its end.
 *
 * Guarantee: no hook throws into the application (an exception in `onStart` would escape `startSpan`, one in
 * `onEnding` would leave the span open), none waits, and nothing is exported or kept here.
 * Hazard: `onEnding` is experimental in the SDK. Where it never comes, spans carry start stamps only and their ends
 * are unknown; that is said once.
 */
import { type Context, diag, type Span } from '@opentelemetry/api';
import { InvalidValueError } from '../clocks/errors.js';
import { type AttributeSink, SpanAttributeWriter } from '../codec/span-attributes.js';
import type { CausalClock } from './causal-clock.js';
import { isDisabled } from './clock-options.js';
import { processClock } from './process-clock.js';
import type { StartedSpan } from './span-events.js';

/** A span as `onEnd` gets it. */
interface EndedSpan {
  spanContext(): ReturnType<Span['spanContext']>;
}

export interface CausalitySpanProcessorOptions {
  /** Default: the process-wide clock, which the propagator finds too. */
  readonly clock?: CausalClock;
}

/**
 * An OpenTelemetry `SpanProcessor` (typed by its shape, so that it fits every SDK). Its place among the other
 * processors does not matter: attributes are set at a span's start and while it is ending, before any exporter.
 */
export class CausalitySpanProcessor {
  private readonly clock: CausalClock | undefined;
  private readonly writer: SpanAttributeWriter | undefined;
  private saidNoEnding = false;

  constructor(options: CausalitySpanProcessorOptions = {}) {
    if (isDisabled()) return;
    const clock = clockOption(options.clock);
    this.clock = clock;
    this.writer = new SpanAttributeWriter({ mode: clock.settings.attributes, scope: clock.settings.scope }, (entries) =>
      clock.events.entries(entries),
    );
  }

  onStart(span: Span & StartedSpan & AttributeSink, parentContext: Context): void {
    if (this.clock === undefined || this.writer === undefined) return;
    try {
      const record = this.clock.spans.start(span, parentContext);
      if (record === undefined) return;
      this.writer.writeStart(span, record.start, record.parentStart);
      this.writer.writeClockBehind(span, record.behindMillis);
    } catch (error) {
      this.clock.events.error('stamping a start', error);
    }
  }

  onEnding(span: Span & AttributeSink): void {
    if (this.clock === undefined || this.writer === undefined) return;
    try {
      const ended = this.clock.spans.end(span.spanContext());
      if (ended === undefined) return;
      this.writer.writeEnd(span, ended.stamp, ended.record.start);
      this.writer.writeClockBehind(span, ended.record.behindMillis);
    } catch (error) {
      this.clock.events.error('stamping an end', error);
    }
  }

  onEnd(span: EndedSpan): void {
    if (this.clock === undefined) return;
    try {
      if (this.clock.spans.release(span.spanContext()) && !this.saidNoEnding) {
        this.saidNoEnding = true;
        diag.warn(
          'otel-causality: this OpenTelemetry SDK never calls onEnding, so spans carry no end stamps; use sdk-trace-base 2.0 or later',
        );
      }
    } catch (error) {
      this.clock.events.error('ending a span', error);
    }
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** @internal The clock of an option: the process-wide one where none is given. */
export function clockOption(clock: CausalClock | undefined): CausalClock {
  if (clock === undefined) return processClock();
  // Not instanceof: the clock may come from another copy of this package.
  if (typeof clock === 'object' && clock !== null && 'spans' in clock && 'messages' in clock) return clock;
  throw new InvalidValueError('clock', clock, 'a CausalClock');
}
