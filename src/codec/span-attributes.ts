/**
 * Stamps as span attributes; span-stamps.ts reads them back.
 *
 * Guarantee: what is written is enough to compare the span's events exactly; a reader of whatever part of it survived
 * a backend's or the SDK's limits gets fewer answers, never other ones. So `causality.incomplete` is written first and
 * the tick, without which the rest means nothing, last.
 * Hazard: the SDK cuts strings at its own limit without a word; the writer looks at what was stored.
 */
import { MAX_ATTRIBUTE_BYTES } from '../clocks/limits.js';
import type { CausalStamp } from '../clocks/stamp.js';
import { fitVector } from '../clocks/vector-state.js';

/** Attribute names (DESIGN: fixed, other things are built on them). */
export const ATTRIBUTE = {
  node: 'causality.node',
  tick: 'causality.tick',
  lamport: 'causality.lamport',
  vector: 'causality.vector',
  hlc: 'causality.hlc',
  endTick: 'causality.end.tick',
  endLamport: 'causality.end.lamport',
  endVector: 'causality.end.vector',
  endHlc: 'causality.end.hlc',
  replyTick: 'causality.reply.tick',
  replyLamport: 'causality.reply.lamport',
  incomplete: 'causality.incomplete',
  hlcUnordered: 'causality.hlc_unordered',
  scope: 'causality.scope',
  clockBehindMicros: 'causality.clock_behind_us',
  wallStart: 'causality.wall.start',
  wallEnd: 'causality.wall.end',
} as const;

/** What an attribute can be written to: an SDK's span. */
export interface AttributeSink {
  setAttribute(name: string, value: string | number | boolean): unknown;
  /** What the SDK stored, where it shows it. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** What of a stamp goes onto a span. */
export interface AttributeChoice {
  readonly mode: 'standard' | 'full' | 'lean';
  readonly scope: 'trace' | 'process';
}

export class SpanAttributeWriter {
  /** Characters of a string that the SDK keeps, as far as it has shown. */
  private longest = MAX_ATTRIBUTE_BYTES;

  /** @param onDropped told how many vector entries did not fit into an attribute */
  constructor(
    private readonly choice: AttributeChoice,
    private readonly onDropped: (entries: number) => void,
  ) {}

  /** @param parentStart the start of the local parent, from whose vector a lean reader derives this one */
  writeStart(sink: AttributeSink, stamp: CausalStamp, parentStart: CausalStamp | undefined): void {
    const { mode, scope } = this.choice;
    this.writeFlags(sink, stamp);
    sink.setAttribute(ATTRIBUTE.node, stamp.node as string);
    // Two incarnations that are cut to one name would be taken for one node: then there is no stamp.
    if (isOther(sink, ATTRIBUTE.node, stamp.node)) return;
    const derivable = mode === 'lean' && parentStart !== undefined && sameButOwn(stamp, parentStart);
    if (!(derivable && this.fits(stamp)) && !this.writeVector(sink, ATTRIBUTE.vector, stamp)) return;
    sink.setAttribute(ATTRIBUTE.lamport, stamp.lamport);
    if (mode === 'full' && stamp.hlc !== undefined) sink.setAttribute(ATTRIBUTE.hlc, stamp.hlc.toRfc3339());
    if (scope === 'process') sink.setAttribute(ATTRIBUTE.scope, scope);
    sink.setAttribute(ATTRIBUTE.tick, stamp.tick as number);
  }

  writeReply(sink: AttributeSink, stamp: CausalStamp): void {
    this.writeFlags(sink, stamp);
    if (isMissing(sink, ATTRIBUTE.tick)) return;
    sink.setAttribute(ATTRIBUTE.replyLamport, stamp.lamport);
    sink.setAttribute(ATTRIBUTE.replyTick, stamp.tick as number);
  }

  writeEnd(sink: AttributeSink, stamp: CausalStamp, start: CausalStamp): void {
    this.writeFlags(sink, stamp);
    if (isMissing(sink, ATTRIBUTE.tick)) return;
    if (!sameButOwn(stamp, start) && !this.writeVector(sink, ATTRIBUTE.endVector, stamp)) return;
    sink.setAttribute(ATTRIBUTE.endLamport, stamp.lamport);
    if (this.choice.mode === 'full' && stamp.hlc !== undefined) {
      sink.setAttribute(ATTRIBUTE.endHlc, stamp.hlc.toRfc3339());
    }
    sink.setAttribute(ATTRIBUTE.endTick, stamp.tick as number);
  }

  /** @param millis how far some cause's clock was proven ahead of ours; below 1 is not written */
  writeClockBehind(sink: AttributeSink, millis: number): void {
    if (millis >= 1) sink.setAttribute(ATTRIBUTE.clockBehindMicros, Math.floor(millis * 1000));
  }

  private writeFlags(sink: AttributeSink, stamp: CausalStamp): void {
    if (stamp.incomplete) sink.setAttribute(ATTRIBUTE.incomplete, true);
    if (stamp.hlcUnordered) sink.setAttribute(ATTRIBUTE.hlcUnordered, true);
  }

  /** False where not even the own entry fits: then there must be no tick. */
  private writeVector(sink: AttributeSink, name: string, stamp: CausalStamp): boolean {
    let { vector } = stamp;
    for (;;) {
      const text = vector.toString();
      if (text.length <= this.longest) {
        sink.setAttribute(name, text);
        const stored = sink.attributes?.[name];
        if (typeof stored !== 'string' || stored.length >= text.length) return true;
        this.longest = stored.length;
      }
      const fitted = fitVector(vector, stamp.node, this.longest);
      if (fitted.dropped === 0) return false;
      this.onDropped(fitted.dropped);
      sink.setAttribute(ATTRIBUTE.incomplete, true);
      vector = fitted.vector;
    }
  }

  /** A vector that is cut must not be left to a reader to derive: the reader would not know that entries are missing. */
  private fits(stamp: CausalStamp): boolean {
    return stamp.vector.toString().length <= this.longest;
  }
}

/** True when the SDK shows that it stored something else: it cut it. */
function isOther(sink: AttributeSink, name: string, written: unknown): boolean {
  const stored = sink.attributes?.[name];
  return stored !== undefined && stored !== written;
}

/** True when the SDK shows that it stored nothing. Without the start's tick the rest means nothing. */
function isMissing(sink: AttributeSink, name: string): boolean {
  return sink.attributes !== undefined && sink.attributes[name] === undefined;
}

/** True when nothing new was heard between two stamps of one node: their vectors share the table of the others. */
function sameButOwn(later: CausalStamp, earlier: CausalStamp): boolean {
  return later.vector.table === earlier.vector.table;
}
