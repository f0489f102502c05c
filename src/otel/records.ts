/** What the library remembers of a recorded span and of a message that came. */
import type { SpanKind } from '@opentelemetry/api';
import type { CausalStamp } from '../clocks/stamp.js';
import type { IncompleteReason } from './counters.js';
import type { Domain } from './domain.js';

/** A recorded, sampled span. */
export interface SpanRecord {
  /** The clock that stamped it: two clocks in one process do not answer for each other. */
  readonly clock: object;
  readonly kind: SpanKind;
  readonly start: CausalStamp;
  /** A server span's first reply that carried a stamp. */
  reply: CausalStamp | undefined;
  /** Start of the parent span, where this clock stamped it. */
  readonly parentStart: CausalStamp | undefined;
  /** The domain at its start; replaced when the span outlives it. */
  domain: Domain;
  readonly arrival: Arrival | undefined;
  /** Requests sent for it whose reply has not brought a stamp. */
  awaited: number;
  /** All of them were replied to at some time: none is remembered longer than the span. */
  answered: boolean;
  ended: boolean;
  /** Milliseconds that a cause's clock was proven ahead of ours, the most seen. */
  behindMillis: number;
  /** Physical time of its start, in milliseconds. */
  readonly startMillis?: number;
  /** Milliseconds by which requests had proven the clock behind when it started: what its hybrid time is ahead. */
  readonly shiftMillis?: number;
  /** The span itself, for what is learned between its start and its end. */
  readonly span: object;
  /** Its links at its start, dropped ones included: what is more at its end was added meanwhile. */
  readonly linksAtStart: number;
  /** Another clock's record of the same span. */
  readonly other: SpanRecord | undefined;
}

/** What a message brought: put into the context by `extract`, merged by the next span start or inject there. */
export interface Arrival {
  /** The clock whose propagator read it, and whose reply answers it. */
  readonly clock: object;
  /** The domain of the trace that the message belongs to; empty where it named none. */
  readonly domain: string;
  readonly stamp: CausalStamp | undefined;
  /** Why the receiver's trace is incomplete from here on, where it is. */
  readonly hidden: IncompleteReason | undefined;
  /** The span that the message's trace context names as its sender. */
  readonly parentSpanId: string | undefined;
  /** The server span that merged it first, and that its reply belongs to. */
  server: SpanRecord | undefined;
}
