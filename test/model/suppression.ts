/** Work that is done while tracing is suppressed, as exporters do theirs: nothing of it may leave a trace. */
import { type Context, isSpanContextValid } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { Happenings } from './happenings.js';
import type { Spot } from './scene.js';
import { WrongAnswer } from './wrong-answer.js';

/** Starts a span, sends a request and writes a log in a suppressed context. Throws where any of it is stamped. */
export function workSuppressed(spot: Spot | undefined, happened: Happenings): void {
  if (spot?.service.clock === undefined) return;
  const { service, context } = spot;
  const suppressed: Context = suppressTracing(context);
  const span = service.tracer.startSpan('suppressed', {}, suppressed);
  if (isSpanContextValid(span.spanContext())) throw new WrongAnswer('a suppressed span was started');
  span.end();
  if (service.lastEnd() !== undefined) throw new WrongAnswer('a suppressed span was stamped');
  const carrier = service.inject(suppressed, {});
  if (Object.keys(carrier).length > 0) {
    throw new WrongAnswer(`a suppressed request carries ${Object.keys(carrier).join(', ')}`);
  }
  happened.note('tracing was suppressed');
}
