/**
 * Times that Jaeger's clock skew adjuster has moved, moved back.
 *
 * The adjuster guesses how far a clock is off, moves a span and its events by that, and says so in a warning on the
 * span. Here the recorded times are wanted: what clocks said is evidence, a guess about them is not.
 *
 * Guarantee: a span is moved back by exactly what its own warning says; one without such a warning is not touched. That
 * it happened is reported once for a source.
 * Hazard: whoever stored a moved trace in whole microseconds has rounded it already.
 */
import type { RecordedSpan } from '../../recorded.js';
import type { Reading } from './reading.js';

/** Where Jaeger's newer forms keep warnings. */
export const WARNINGS_ATTRIBUTE = '@jaeger@warnings';

const MOVED = /timestamps were adjusted by (-?[0-9.hmsnuµμ]{1,40})$/;

const UNIT_NANOS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1000,
  µs: 1000,
  μs: 1000,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** The span as it was recorded. */
export function movedBack(span: RecordedSpan, warnings: unknown, reading: Reading): RecordedSpan {
  const texts: readonly unknown[] = Array.isArray(warnings) ? warnings : [warnings];
  for (const text of texts) {
    const duration = typeof text === 'string' ? MOVED.exec(text)?.[1] : undefined;
    const nanos = duration === undefined ? undefined : nanosOfDuration(duration);
    if (nanos === undefined || span.startNanos < nanos || span.endNanos < nanos) continue;
    reading.remark('Jaeger had moved times of spans to hide clock skew: they are moved back as its warnings say');
    const events = span.events.map((event) => Object.assign({}, event, { timeNanos: event.timeNanos - nanos }));
    return { ...span, startNanos: span.startNanos - nanos, endNanos: span.endNanos - nanos, events };
  }
  return span;
}

/** A duration as Go prints it: `-1m2.5s`, `350µs`. */
function nanosOfDuration(text: string): bigint | undefined {
  const match = /^(-?)((?:\d{1,9}(?:\.\d{1,9})?(?:ns|us|µs|μs|ms|s|m|h))+)$/.exec(text);
  if (match === null) return undefined;
  let nanos = 0n;
  for (const [, whole = '0', fraction = '', unit = 'ns'] of (match[2] as string).matchAll(
    /(\d{1,9})(?:\.(\d{1,9}))?([a-zµμ]{1,2})/g,
  )) {
    const unitNanos = BigInt(UNIT_NANOS[unit] as number);
    nanos += BigInt(whole) * unitNanos + (BigInt(fraction.padEnd(9, '0')) * unitNanos) / 1_000_000_000n;
  }
  return match[1] === '-' ? -nanos : nanos;
}
