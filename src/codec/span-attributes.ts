/**
 * Stamps as span attributes; span-stamps.ts reads them back.
 *
 * Guarantee: what is written is enough to compare the span's events exactly; a reader of whatever part of it survived
 * a backend's or the SDK's limits gets fewer answers, never other ones. So `causality.incomplete` is written first and
 * the tick, without which the rest means nothing, last.
 */
import { rfc3339OfHalves } from '../clocks/ntp64-halves.js';
import type { Stamp } from '../clocks/stamp.js';
import { type AttributeSink, isOther, VectorAttributeWriter } from './vector-attribute.js';

/** Attribute names. They are fixed: queries, dashboards and readers in other languages are built on them. */
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

/** What of a stamp goes onto a span. */
export interface AttributeChoice {
  readonly mode: 'standard' | 'full' | 'lean';
  readonly scope: 'trace' | 'process';
}

/** What of an event is looked at to write it: a stamp's, all but its domain. */
export type WrittenEvent = Omit<Stamp, 'domain'>;

export class SpanAttributeWriter {
  private readonly vectors: VectorAttributeWriter;

  /** @param onDropped told how many vector entries did not fit into an attribute */
  constructor(
    private readonly choice: AttributeChoice,
    onDropped: (entries: number) => void,
  ) {
    this.vectors = new VectorAttributeWriter(ATTRIBUTE.incomplete, onDropped);
  }

  /** @param parentStart the start of the local parent, from whose vector a lean reader derives this one */
  writeStart(sink: AttributeSink, stamp: Stamp, parentStart: Stamp | undefined): void {
    const { mode, scope } = this.choice;
    writeFlags(sink, stamp);
    sink.setAttribute(ATTRIBUTE.node, stamp.node as string);
    // Two incarnations that are cut to one name would be taken for one node: then there is no stamp.
    if (isOther(sink, ATTRIBUTE.node, stamp.node)) return;
    const derivable = mode === 'lean' && parentStart !== undefined && sameButOwn(stamp, parentStart);
    if (!(derivable && this.vectors.fits(stamp.vector)) && !this.writeVector(sink, ATTRIBUTE.vector, stamp)) return;
    sink.setAttribute(ATTRIBUTE.lamport, stamp.lamport);
    if (mode === 'full' && stamp.hlc !== undefined) sink.setAttribute(ATTRIBUTE.hlc, rfc3339OfHalves(stamp.hlc));
    if (scope === 'process') sink.setAttribute(ATTRIBUTE.scope, scope);
    sink.setAttribute(ATTRIBUTE.tick, stamp.tick as number);
  }

  writeEnd(sink: AttributeSink, stamp: WrittenEvent, start: Stamp): void {
    writeFlags(sink, stamp);
    if (isMissing(sink, ATTRIBUTE.tick)) return;
    if (!sameButOwn(stamp, start) && !this.writeVector(sink, ATTRIBUTE.endVector, stamp)) return;
    sink.setAttribute(ATTRIBUTE.endLamport, stamp.lamport);
    if (this.choice.mode === 'full' && stamp.hlc !== undefined) {
      sink.setAttribute(ATTRIBUTE.endHlc, rfc3339OfHalves(stamp.hlc));
    }
    sink.setAttribute(ATTRIBUTE.endTick, stamp.tick as number);
  }

  /** @param millis how far some cause's clock was proven ahead of ours; below 1 is not written */
  writeClockBehind(sink: AttributeSink, millis: number): void {
    if (millis >= 1) sink.setAttribute(ATTRIBUTE.clockBehindMicros, Math.floor(millis * 1000));
  }

  private writeVector(sink: AttributeSink, name: string, { vector, node }: WrittenEvent): boolean {
    return this.vectors.write(sink, name, vector, node);
  }
}

/** What a server's reply says that is an event of its span. */
export function writeReply(sink: AttributeSink, stamp: Stamp): void {
  writeFlags(sink, stamp);
  if (isMissing(sink, ATTRIBUTE.tick)) return;
  sink.setAttribute(ATTRIBUTE.replyLamport, stamp.lamport);
  sink.setAttribute(ATTRIBUTE.replyTick, stamp.tick as number);
}

function writeFlags(sink: AttributeSink, stamp: WrittenEvent): void {
  if (stamp.incomplete) sink.setAttribute(ATTRIBUTE.incomplete, true);
  if (stamp.hlcUnordered) sink.setAttribute(ATTRIBUTE.hlcUnordered, true);
}

/** True when the SDK shows that it stored nothing. Without the start's tick the rest means nothing. */
function isMissing(sink: AttributeSink, name: string): boolean {
  return sink.attributes !== undefined && sink.attributes[name] === undefined;
}

/** True when nothing new was heard between two stamps of one node: their vectors share the table of the others. */
function sameButOwn(later: WrittenEvent, earlier: Stamp): boolean {
  return later.vector.table === earlier.vector.table;
}
