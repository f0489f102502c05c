import { type Context, type Span, trace } from '@opentelemetry/api';
import type { CausalStamp } from '../clocks/stamp.js';
import { arrivalIn } from './arrival.js';
import { anyRecordOf } from './span-registry.js';

/**
 * The start stamp of a span, or of the span in a context; for a context without a stamped span, the stamp that it
 * received (which names no event: it says what its sender had heard). Undefined where there is none, and for
 * anything that is neither a span nor a context. Never throws.
 */
export function getCausalStamp(spanOrContext: Span | Context): CausalStamp | undefined {
  try {
    if ('spanContext' in spanOrContext) return anyRecordOf(spanOrContext.spanContext())?.start;
    const spanContext = trace.getSpanContext(spanOrContext);
    const record = spanContext === undefined ? undefined : anyRecordOf(spanContext);
    return record?.start ?? arrivalIn(spanOrContext)?.stamp;
  } catch {
    return undefined;
  }
}
