/** The attributes of a `lean` stamp and nothing besides: what the exporter then takes, nobody's library can save. */
import { type Span, SpanKind } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { flat, someNodes } from '../messages.js';
import { NODE } from './floors.js';

export class BareLean implements SpanProcessor {
  private tick = 0;
  private readonly entries: readonly string[];

  constructor(entries: number) {
    this.entries = someNodes(entries, 3).map((node, i) => `${node}=${100 + i}`);
  }

  /** A vector where something was heard, as a text that nobody has to flatten any more. */
  onStart(span: Span): void {
    const tick = ++this.tick;
    span.setAttribute('causality.node', NODE);
    if ((span as unknown as { readonly kind: SpanKind }).kind === SpanKind.SERVER) {
      span.setAttribute('causality.vector', flat([...this.entries.slice(0, -1), `${NODE}=${tick}`].join(',')));
    }
    span.setAttribute('causality.lamport', tick + 1000);
    span.setAttribute('causality.tick', tick);
  }

  onEnding(span: Span): void {
    const tick = ++this.tick;
    span.setAttribute('causality.end.lamport', tick + 1000);
    span.setAttribute('causality.end.tick', tick);
  }

  onEnd(): void {
    // Holds nothing.
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
