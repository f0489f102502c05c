/**
 * The span processor: stamps every recorded, sampled span with the causal time of its start and its end.
 *
 * Guarantee: no hook throws into the application (an exception in `onStart` would escape `startSpan`, one in
 * `onEnding` would leave the span open), none waits, and nothing is exported or kept here.
 * Hazard: `onEnding` is experimental in the SDK. Where it never comes, spans carry start stamps only and their ends
 * are unknown; that is said once.
 */
import type { Context, Span } from '@opentelemetry/api';
import { InvalidValueError } from '../clocks/errors.js';
import type { AttributeSink } from '../codec/vector-attribute.js';
import type { CausalClock } from './causal-clock.js';
import { isDisabled } from './clock-options.js';
import { say } from './counters.js';
import { processClock } from './process-clock.js';
import type { StartedSpan } from './records.js';

/** What of a span is read at its end. */
export interface EndedSpan {
  spanContext(): ReturnType<Span['spanContext']>;
}

/** Everything is optional. */
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
  private sawEnding = false;
  private saidNoEnding = false;

  constructor(options: CausalitySpanProcessorOptions = {}) {
    if (!isDisabled()) this.clock = clockOption(options.clock);
  }

  /** Stamps the start. */
  onStart(span: Span & StartedSpan & AttributeSink, parentContext: Context): void {
    if (this.clock === undefined) return;
    try {
      const record = this.clock.spans.start(span, parentContext);
      if (record === undefined) return;
      this.clock.writer.writeStart(span, record.start, record.parentStart);
      this.clock.writer.writeClockBehind(span, record.behindMillis);
    } catch (error) {
      this.clock.events.error('stamping a start', error);
    }
  }

  /** Stamps the end, while attributes can still be set. */
  onEnding(span: Span & AttributeSink): void {
    if (this.clock === undefined) return;
    this.sawEnding = true;
    try {
      const { spans, writer } = this.clock;
      const ended = spans.end(span.spanContext());
      if (ended === undefined) return;
      try {
        writer.writeEnd(span, ended, ended.record.start);
        writer.writeClockBehind(span, ended.record.behindMillis);
      } finally {
        spans.settle(ended);
      }
    } catch (error) {
      this.clock.events.error('stamping an end', error);
    }
  }

  /** Lets go of the span. */
  onEnd(span: EndedSpan): void {
    if (this.clock === undefined) return;
    try {
      if (this.clock.spans.release(span.spanContext()) && !this.sawEnding && !this.saidNoEnding) {
        this.saidNoEnding = true;
        say(
          'this OpenTelemetry SDK never calls onEnding, so spans carry no end stamps; use sdk-trace-base 2.3 or later',
        );
      }
    } catch (error) {
      this.clock.events.error('ending a span', error);
    }
  }

  /** Nothing is held back here. */
  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  /** Nothing to end: stamps go on, for whoever still exports. */
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
