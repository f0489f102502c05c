/** The attributes of a `lean` stamp and nothing besides: what the exporter then takes, nobody's library can save. */
import { type Span, SpanKind } from '@opentelemetry/api';
import { flat, someNodes } from '../messages.js';
import { BareProcessor, NODE } from './floors.js';

export class BareLean extends BareProcessor {
  private readonly others: readonly string[];

  constructor(entries: number) {
    super(false);
    this.others = someNodes(entries - 1, 3).map((node, i) => `${node}=${100 + i}`);
  }

  /** A vector where something was heard, as a text that nobody has to flatten any more. */
  override onStart(span: Span): void {
    super.onStart(span);
    if ((span as unknown as { readonly kind: SpanKind }).kind !== SpanKind.SERVER) return;
    span.setAttribute('causality.vector', flat([...this.others, `${NODE}=${this.tick}`].join(',')));
  }
}
