import { type Context, type Span, trace } from '@opentelemetry/api';
import { givenStamp } from '../clocks/causal-stamp.js';
import type { CausalStamp } from '../clocks/stamp.js';
import { arrivalIn } from './arrival.js';
import type { Arrival, SpanRecord } from './records.js';
import { anyRecordOf } from './span-registry.js';

/**
 * The start stamp of a span, or of the span in a context; for a context without a stamped span, the stamp that it
 * received (which names no event: it says what its sender had heard). Undefined where there is none, and for
 * anything that is neither a span nor a context. Never throws.
 */
export function getCausalStamp(spanOrContext: Span | Context): CausalStamp | undefined {
  try {
    if ('spanContext' in spanOrContext) return startOf(anyRecordOf(spanOrContext.spanContext()));
    const spanContext = trace.getSpanContext(spanOrContext);
    const record = spanContext === undefined ? undefined : anyRecordOf(spanContext);
    return startOf(record) ?? received(arrivalIn(spanOrContext));
  } catch {
    return undefined;
  }
}

// What is given once takes the place of what was there: who asks again gets the same stamp, from whichever copy of this package.

function startOf(record: SpanRecord | undefined): CausalStamp | undefined {
  if (record === undefined) return undefined;
  const given = givenStamp(record.start);
  record.start = given;
  return given;
}

function received(arrival: Arrival | undefined): CausalStamp | undefined {
  if (arrival?.stamp === undefined) return undefined;
  const given = givenStamp(arrival.stamp);
  arrival.stamp = given;
  return given;
}
