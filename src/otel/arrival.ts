/**
 * What a message brought: read by `extract`, put into the context, and merged by the next span start or inject there.
 *
 * Guarantee: judging is pure. The tracestate mark says which span sent the stamp; compared with the parent that the
 * trace context names, it tells a stamp that came straight from one that a plain service passed on, and a sender
 * whose stamp was lost from one that takes no part.
 * Hazard: a hop that keeps `traceparent` and drops `tracestate` breaks W3C Trace Context and hides itself here.
 */
import { type Context, createContextKey, type SpanContext } from '@opentelemetry/api';
import type { Stamp } from '../clocks/stamp.js';
import type { IncompleteReason } from './counters.js';
import { Arrival } from './records.js';

/** The name of our baggage member, our tracestate member and our header. */
export const MEMBER = 'causality';

/** Shared by all copies of this package in the process: context keys are `Symbol.for` underneath. */
const ARRIVAL_KEY = createContextKey('otel-causality/arrival/1');

/** What the headers of one message say, already decoded. */
export interface Evidence {
  readonly clock: object;
  readonly domain: string;
  readonly parent: SpanContext | undefined;
  readonly stamp: Stamp | undefined;
  /** True when a stamp was sent that could not or may not be read. */
  readonly unread?: boolean;
  /** The span id that the tracestate mark names, whatever it is; undefined where there is no mark. */
  readonly mark: string | undefined;
  readonly plainHops: 'visible' | 'transparent';
}

/** Judges one message; undefined where nobody upstream takes part. */
export function judgeArrival(evidence: Evidence): Arrival | undefined {
  const { clock, domain, parent, stamp, unread = false, mark, plainHops } = evidence;
  const ours = stamp !== undefined && stamp.domain === domain;
  let hidden: IncompleteReason | undefined;
  if (mark === undefined) {
    if (stamp === undefined && !unread) return undefined;
    // A stamp of another trace says nothing about this one, and nobody upstream marked this one. One that cannot be
    // read may be of this one: somebody upstream takes part, in a later version perhaps.
    if (ours || unread) hidden = 'stamp-without-mark';
  } else if (!ours) {
    hidden = 'mark-without-stamp';
  } else if (mark !== parent?.spanId && plainHops === 'visible') {
    hidden = 'passed-on';
  }
  return new Arrival(clock, domain, stamp, hidden, parent?.spanId);
}

/**
 * True where our mark is still in place: somebody else's propagator extracted it, or ours while tracing was suppressed.
 * A stamp came and stayed unread. Spans that nobody samples hand the mark down to their children.
 * @param arrival what the context holds: it may be that very message's, or still that of an earlier one
 */
export function isMarkUnread({ traceState }: SpanContext, arrival?: Arrival): boolean {
  const mark = traceState?.get(MEMBER);
  return mark !== undefined && mark !== arrival?.parentSpanId;
}

export function arrivalIn(context: Context): Arrival | undefined {
  return context.getValue(ARRIVAL_KEY) as Arrival | undefined;
}

/** The context with this arrival, or without one that an earlier message left behind. */
export function withArrival(context: Context, arrival: Arrival | undefined): Context {
  const bare = arrivalIn(context) === undefined ? context : context.deleteValue(ARRIVAL_KEY);
  return arrival === undefined ? bare : new ArrivalContext(bare, arrival);
}

/**
 * A context and an arrival beside what it holds. The API's own `setValue` copies everything that a context holds, and
 * that copy would live as long as the request: it would take more time and more memory than reading a stamp does.
 *
 * Hazard: contexts that are made of this one must not pile up in it, so each holds the API's context and nothing between.
 */
class ArrivalContext implements Context {
  constructor(
    private readonly inner: Context,
    private readonly arrival: unknown,
  ) {}

  getValue(key: symbol): unknown {
    return key === ARRIVAL_KEY ? this.arrival : this.inner.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return key === ARRIVAL_KEY
      ? new ArrivalContext(this.inner, value)
      : new ArrivalContext(this.inner.setValue(key, value), this.arrival);
  }

  deleteValue(key: symbol): Context {
    return key === ARRIVAL_KEY ? this.inner : new ArrivalContext(this.inner.deleteValue(key), this.arrival);
  }
}
