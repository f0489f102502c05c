/**
 * The log record processor: stamps every log record of a stamped trace with the causal time at which it was written.
 *
 * Guarantee: it never throws into the application, waits for nothing and keeps nothing. Nothing is stamped while
 * tracing is suppressed.
 * Hazard: processors run in the order of their registration, and an exporting one may serialize at once: this one
 * belongs before it.
 */
import type { Context } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import type { CausalClock } from '../otel/causal-clock.js';
import { isDisabled } from '../otel/clock-options.js';
import { logsOf } from '../otel/clock-logs.js';
import type { EmittedLog } from '../otel/logs.js';
import { clockOption } from '../otel/span-processor.js';

/** Everything is optional. */
export interface CausalityLogRecordProcessorOptions {
  /** Default: the process-wide clock, which the propagator and the span processor find too. */
  readonly clock?: CausalClock;
}

/**
 * An OpenTelemetry `LogRecordProcessor` (typed by its shape, so that it fits every SDK). Register it before the
 * processor that exports. A log needs no span processor beside it, but only spans that {@link CausalitySpanProcessor}
 * stamps give it something to tell.
 */
export class CausalityLogRecordProcessor {
  private readonly clock: CausalClock | undefined;

  /** Throws {@link InvalidValueError} for a `clock` that is none. */
  constructor(options: CausalityLogRecordProcessorOptions = {}) {
    if (!isDisabled()) this.clock = clockOption(options.clock);
  }

  /** Stamps the record. The context is the one that the log was given, or else the active one. */
  onEmit(logRecord: EmittedLog, context?: Context): void {
    if (this.clock === undefined) return;
    try {
      if (context === undefined || !isTracingSuppressed(context)) logsOf(this.clock).emit(logRecord, context);
    } catch (error) {
      this.clock.events.error('stamping a log record', error);
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
