/**
 * The correlation vector of one request as it moves on: the part of the propagator that has state.
 *
 * Guarantee: no two spans and no two messages of one request in this process get the same value, except where a
 * vector is terminated and cannot change.
 * Hazard: it is shared by all contexts of the request, which is what makes the values differ.
 */
import { type Context, createContextKey, type SpanContext } from '@opentelemetry/api';
import type { CorrelationVector, ReplacedVector } from '../clocks/correlation-vector.js';

const LINE = createContextKey('otel-causality correlation vector');

/** By span context, for contexts that were made anew around a span and carry nothing else. */
const bySpan = new WeakMap<SpanContext, CorrelationVectorLine>();

export class CorrelationVectorLine {
  private isUsed = false;
  /** One or two: what was reset is short again, and overflows at the earliest after four thousand million messages. */
  private unrecorded: ReplacedVector[] = [];

  /** @param vector what this request begins with: nobody has used it yet */
  constructor(private vector: CorrelationVector) {
    if (vector.replaced !== undefined) this.unrecorded.push(vector.replaced);
  }

  /** A value for the next span: the first one takes what is there, every other one counts up. */
  forSpan(): CorrelationVector {
    if (this.isUsed) return this.forMessage();
    this.isUsed = true;
    return this.vector;
  }

  /** A value for the next message: always counted up. */
  forMessage(): CorrelationVector {
    this.isUsed = true;
    this.vector = this.vector.increment();
    if (this.vector.replaced !== undefined) this.unrecorded.push(this.vector.replaced);
    return this.vector;
  }

  /** What resets replaced and no span has recorded yet. */
  takeReplaced(): readonly ReplacedVector[] {
    const taken = this.unrecorded;
    if (taken.length > 0) this.unrecorded = [];
    return taken;
  }
}

export function withLine(context: Context, line: CorrelationVectorLine): Context {
  return context.setValue(LINE, line);
}

/** The line that this context, or the span in it, belongs to. */
export function lineOf(context: Context, spanContext: SpanContext | undefined): CorrelationVectorLine | undefined {
  const found = context.getValue(LINE);
  if (found instanceof CorrelationVectorLine) return found;
  return spanContext === undefined ? undefined : bySpan.get(spanContext);
}

export function rememberLine(spanContext: SpanContext, line: CorrelationVectorLine): void {
  bySpan.set(spanContext, line);
}
