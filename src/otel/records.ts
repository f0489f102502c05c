/**
 * What the library remembers of a recorded span and of a message that came.
 *
 * Both are made by constructors, not as literals: see {@link Stamp}. Another copy of this package in the process may have
 * made them, too, so nobody asks for their class.
 */
import type { Link, Span, SpanKind } from '@opentelemetry/api';
import type { Stamp } from '../clocks/stamp.js';
import type { IncompleteReason } from './counters.js';
import type { Domain } from './domain.js';
import type { Resourced } from './service-name.js';

/** What is read of an SDK's span. All but the context may be missing in an SDK we do not know. */
export interface StartedSpan extends Pick<Span, 'spanContext'>, Resourced {
  readonly kind?: SpanKind;
  readonly links?: readonly Link[];
  readonly droppedLinksCount?: number;
}

/** A recorded, sampled span. */
export class SpanRecord {
  /** The span itself, until it has ended, for what is learned meanwhile. */
  span: StartedSpan | undefined;
  /** A server span's first reply that carried a stamp, until the span has ended. */
  reply: Stamp | undefined = undefined;
  /** Requests sent for it whose reply has not brought a stamp. */
  awaited = 0;
  /** All of them were replied to at some time: none is remembered longer than the span. */
  answered = false;
  ended = false;

  /**
   * @param clock the clock that stamped it: two clocks in one process do not answer for each other
   * @param linksAtStart its links, dropped ones included: what is more at its end was added meanwhile
   * @param domain the domain at its start; replaced when the span outlives it
   * @param parentStart start of the parent span, where this clock stamped it
   * @param other another clock's record of the same span
   * @param behindMillis milliseconds that a cause's clock was proven ahead of ours, the most seen
   * @param startMillis physical time of its start, in milliseconds
   * @param shiftMillis milliseconds by which requests had proven the clock behind when it started: what its hybrid time
   * is ahead
   */
  constructor(
    readonly clock: object,
    span: StartedSpan,
    readonly kind: SpanKind,
    readonly linksAtStart: number,
    public start: Stamp,
    public domain: Domain,
    readonly arrival: Arrival | undefined,
    readonly parentStart: Stamp | undefined,
    readonly other: SpanRecord | undefined,
    public behindMillis: number,
    readonly startMillis?: number,
    readonly shiftMillis?: number,
  ) {
    this.span = span;
  }
}

/** Links of a span, those included that the SDK has dropped. */
export function linksOf({ links, droppedLinksCount }: Pick<StartedSpan, 'links' | 'droppedLinksCount'>): number {
  return (links?.length ?? 0) + (droppedLinksCount ?? 0);
}

/** What a message brought: put into the context by `extract`, merged by the next span start or inject there. */
export class Arrival {
  /** The server span that merged it first, and that its reply belongs to. */
  server: SpanRecord | undefined = undefined;

  /**
   * @param clock the clock whose propagator read it, and whose reply answers it
   * @param domain the domain of the trace that the message belongs to; empty where it named none
   * @param hidden why the receiver's trace is incomplete from here on, where it is
   * @param parentSpanId the span that the message's trace context names as its sender
   */
  constructor(
    readonly clock: object,
    readonly domain: string,
    public stamp: Stamp | undefined,
    public hidden: IncompleteReason | undefined,
    readonly parentSpanId: string | undefined,
  ) {}
}
