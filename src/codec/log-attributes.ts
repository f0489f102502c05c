/**
 * What a log record is told of its causal time; log-stamps.ts reads it back. The names are those of spans
 * (span-attributes.ts), and `causality.log.seq`, which tells a log from an event.
 *
 * Guarantee: a reader of whatever part survived gets fewer answers, never other ones. `causality.incomplete` is written
 * first and the tick, without which the rest means nothing, last.
 */
import type { KnownLogStamp } from '../clocks/log-stamp.js';
import { rfc3339OfHalves } from '../clocks/ntp64-halves.js';
import type { Stamp } from '../clocks/stamp.js';
import { ATTRIBUTE, type AttributeChoice } from './span-attributes.js';
import { type AttributeSink, isOther, VectorAttributeWriter } from './vector-attribute.js';

/** The attribute that only logs have. */
export const LOG_SEQ = 'causality.log.seq';

export class LogAttributeWriter {
  private readonly vectors: VectorAttributeWriter;

  /** @param onDropped told how many vector entries did not fit into an attribute */
  constructor(
    private readonly choice: AttributeChoice,
    onDropped: (entries: number) => void,
  ) {
    this.vectors = new VectorAttributeWriter(ATTRIBUTE.incomplete, onDropped);
  }

  /** @param spanStart the start of the log's span, from whose vector a lean reader derives this one */
  write(sink: AttributeSink, stamp: KnownLogStamp, spanStart: Stamp | undefined): void {
    const { mode, scope } = this.choice;
    const { vector } = stamp;
    if (stamp.incomplete) sink.setAttribute(ATTRIBUTE.incomplete, true);
    if (stamp.hlcUnordered) sink.setAttribute(ATTRIBUTE.hlcUnordered, true);
    sink.setAttribute(ATTRIBUTE.node, stamp.node);
    // Two incarnations that are cut to one name would be taken for one node: then there is no stamp.
    if (isOther(sink, ATTRIBUTE.node, stamp.node)) return;
    const derivable = mode === 'lean' && isDerivable(stamp, spanStart) && this.vectors.fits(vector);
    if (!derivable && vector.size > 0 && !this.vectors.write(sink, ATTRIBUTE.vector, vector, stamp.node)) return;
    sink.setAttribute(ATTRIBUTE.lamport, stamp.lamport);
    if (stamp.hlc !== undefined) sink.setAttribute(ATTRIBUTE.hlc, rfc3339OfHalves(stamp.hlc));
    if (scope === 'process') sink.setAttribute(ATTRIBUTE.scope, scope);
    sink.setAttribute(LOG_SEQ, stamp.seq);
    sink.setAttribute(ATTRIBUTE.tick, stamp.afterTick);
  }
}

/**
 * True when nothing was heard since the span began: the vectors share the table of the others, and the own entry is the
 * tick, as a reader takes it to be. What is derived from an incomplete start is read as incomplete.
 */
function isDerivable({ vector, afterTick, incomplete }: KnownLogStamp, spanStart: Stamp | undefined): boolean {
  if (spanStart?.vector.table !== vector.table || vector.own !== afterTick) return false;
  return incomplete || !spanStart.incomplete;
}
