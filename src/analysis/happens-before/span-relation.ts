/**
 * How two spans of one trace stand to each other. A span is an interval: from its start to its reply where it is a
 * server span that sent one (the caller goes on from there), else to its end.
 *
 * Guarantee: `before`, `after`, `contains` and `within` are proven by paths of stamped messages; `concurrent` and
 * `overlaps` are said only where no such path can be hidden. Everything else is `unknown`.
 * Hazard: spans of one process and trace are ordered by what happened there, cause or not (Lamport's process order).
 */
import { type CausalStamp, compareStamps } from '../../clocks/stamp.js';
import type { SpanStamps } from '../../codec/span-stamps.js';

/**
 * - `before`: it was over, or had replied, before the other one started; `after` is the reverse.
 * - `contains`: it caused the other one's start and had heard of its end (or reply) by its own; `within` is the
 *   reverse.
 * - `overlaps`: some event of one happened before some event of the other, but neither of the above.
 * - `concurrent`: neither could have heard of the other's start.
 * - `unknown`: one of the two may have heard something that nobody stamped, or has not ended.
 */
export type SpanRelation = 'before' | 'after' | 'contains' | 'within' | 'overlaps' | 'concurrent' | 'unknown';

/** From the stamps of two spans alone. */
export function relateSpans(x: SpanStamps, y: SpanStamps): SpanRelation {
  return relateIntervals<StampedEvent>(intervalOf(x), intervalOf(y), (cause, effect) =>
    happened(cause.span, cause.stamp, effect.stamp),
  );
}

/** A span as an interval of events of any kind. */
export interface Interval<E> {
  readonly start: E;
  /** The reply where there is one, else the end. */
  readonly over: E;
  readonly end: E;
}

/** @param happened whether one event happened before another; undefined where nobody can tell */
export function relateIntervals<E>(
  x: Interval<E>,
  y: Interval<E>,
  happenedBefore: (cause: E, effect: E) => boolean | undefined,
): SpanRelation {
  const before = happenedBefore(x.over, y.start);
  const after = happenedBefore(y.over, x.start);
  if (before === true || after === true) return before === after ? 'unknown' : before === true ? 'before' : 'after';
  const surrounds = (outer: Interval<E>, inner: Interval<E>): boolean | undefined => {
    const opens = happenedBefore(outer.start, inner.start);
    const closes = happenedBefore(inner.over, outer.end);
    if (opens === false || closes === false) return false;
    return opens === true && closes === true ? true : undefined;
  };
  const contains = surrounds(x, y);
  const within = surrounds(y, x);
  if (contains === true) return 'contains';
  if (within === true) return 'within';
  if ([before, after, contains, within].includes(undefined)) return 'unknown';
  const touches = happenedBefore(x.start, y.end);
  const isTouched = happenedBefore(y.start, x.end);
  if (touches === true || isTouched === true) return 'overlaps';
  return touches === undefined || isTouched === undefined ? 'unknown' : 'concurrent';
}

interface StampedEvent {
  readonly span: SpanStamps;
  readonly stamp: CausalStamp | undefined;
}

function intervalOf(span: SpanStamps): Interval<StampedEvent> {
  const eventOf = (stamp: CausalStamp | undefined): StampedEvent => ({ span, stamp });
  return { start: eventOf(span.start), over: eventOf(span.reply ?? span.end), end: eventOf(span.end) };
}

/**
 * Whether `cause`, an event of `span`, happened before `effect`, which is a start or an end. The effect's vector
 * decides; of the cause only its tick is needed, so a reply counts although its own vector was not written.
 */
function happened(
  span: SpanStamps,
  cause: CausalStamp | undefined,
  effect: CausalStamp | undefined,
): boolean | undefined {
  if (cause === undefined || effect === undefined) return undefined;
  const relation = compareStamps(cause, effect);
  if (relation !== 'unknown') return relation === 'before';
  if (cause.domain !== effect.domain || span.start.incomplete || effect.incomplete) return undefined;
  const isHeard = effect.vector.get(cause.node as string) >= (cause.tick as number);
  // Heard, and still unknown: each claims to have heard the other, which no honest pair does.
  return isHeard ? undefined : false;
}
