/**
 * Notes spans and requests where OpenTelemetry shows them: at a span's start and end, and where headers are written and
 * read. Messages have names of their own, in a header of their own.
 *
 * Hazard: an `extract` that nothing follows is no event. So a message is noted as heard by the first start, request or
 * reply in its context, and not when it was read.
 */
import {
  type Context,
  createContextKey,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { MessageName } from '../ledger.js';
import { REQUEST_HEADER } from './headers.js';
import type { LedgerFile } from './ledger-file.js';

export const ABANDONED = 'soak.abandoned';

const HEARD = createContextKey('soak/heard');

/** The request in whose context this is. */
function heardIn(context: Context): { readonly heard?: MessageName } {
  const heard = context.getValue(HEARD) as MessageName | undefined;
  return heard === undefined ? {} : { heard };
}

/** Goes before the processor under test. */
export class LedgerProcessor implements SpanProcessor {
  constructor(private readonly ledger: LedgerFile) {}

  onStart(span: Span, parentContext: Context): void {
    const { traceId, spanId } = span.spanContext();
    const abandoned = span.attributes[ABANDONED] === true ? { abandoned: true as const } : {};
    this.ledger.note({ trace: traceId, kind: 'start', span: spanId, ...heardIn(parentContext), ...abandoned });
  }

  onEnding(span: Span): void {
    const { traceId, spanId } = span.spanContext();
    this.ledger.note({ trace: traceId, kind: 'end', span: spanId });
  }

  onEnd(): void {}

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** Stands before the propagator under test, and names each request. */
export class LedgerPropagator implements TextMapPropagator {
  constructor(
    private readonly ledger: LedgerFile,
    private readonly tested: TextMapPropagator,
  ) {}

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const sender = trace.getSpanContext(context)?.traceId;
    if (sender !== undefined) {
      const message = this.ledger.nameMessage(sender);
      this.ledger.note({ trace: sender, kind: 'send', message, ...heardIn(context) });
      setter.set(carrier, REQUEST_HEADER, message);
    }
    this.tested.inject(context, carrier, setter);
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const message = getter.get(carrier, REQUEST_HEADER);
    return this.tested.extract(context.setValue(HEARD, message), carrier, getter);
  }

  fields(): string[] {
    return this.tested.fields();
  }
}
