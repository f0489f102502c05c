/**
 * Stamps as span attributes, both ways.
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
    if (mode !== 'lean' || parentStart === undefined || !sameButOwn(stamp, parentStart)) {
      this.writeVector(sink, ATTRIBUTE.vector, stamp);
    }
    sink.setAttribute(ATTRIBUTE.lamport, stamp.lamport);
    if (mode === 'full' && stamp.hlc !== undefined) sink.setAttribute(ATTRIBUTE.hlc, stamp.hlc.toRfc3339());
    if (scope === 'process') sink.setAttribute(ATTRIBUTE.scope, scope);
    sink.setAttribute(ATTRIBUTE.tick, stamp.tick as number);
  }

  writeReply(sink: AttributeSink, stamp: CausalStamp): void {
    this.writeFlags(sink, stamp);
    sink.setAttribute(ATTRIBUTE.replyLamport, stamp.lamport);
    sink.setAttribute(ATTRIBUTE.replyTick, stamp.tick as number);
  }

  writeEnd(sink: AttributeSink, stamp: CausalStamp, start: CausalStamp): void {
    this.writeFlags(sink, stamp);
    if (!sameButOwn(stamp, start)) this.writeVector(sink, ATTRIBUTE.endVector, stamp);
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

  private writeVector(sink: AttributeSink, name: string, stamp: CausalStamp): void {
    const text = stamp.vector.toString();
    if (text.length <= this.longest) {
      sink.setAttribute(name, text);
      const stored = sink.attributes?.[name];
      if (typeof stored !== 'string' || stored.length === text.length) return;
      this.longest = stored.length;
    }
    const fitted = fitVector(stamp.vector, stamp.node, this.longest);
    this.onDropped(fitted.dropped);
    sink.setAttribute(ATTRIBUTE.incomplete, true);
    sink.setAttribute(name, fitted.vector.toString());
  }
}

/** True when nothing new was heard between two stamps of one node: their vectors share the table of the others. */
function sameButOwn(later: CausalStamp, earlier: CausalStamp): boolean {
  return later.vector.table === earlier.vector.table;
}
