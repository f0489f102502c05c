/**
 * The two events of every recorded, sampled span: its start and its end.
 *
 * Guarantee: a start is after its parent, after whatever the message in its context brought, and after everything
 * that happened before in this process and trace; an end is after its start and after all that was heard since, links
 * that were added meanwhile included.
 * Hazard: the event is the call. Times that an application passes to `startSpan` or `end` play no part.
 */
import { type Context, type Link, type SpanContext, SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import { arrivalIn, isMarkUnread } from './arrival.js';
import type { AwaitedReplies } from './awaited-replies.js';
import { calledOut } from './called-out.js';
import type { BehindMillis, Domain } from './domain.js';
import type { Domains } from './domains.js';
import { LatestEvent } from './latest-event.js';
import { type Arrival, linksOf, SpanRecord, type StartedSpan } from './records.js';
import { serviceName } from './service-name.js';
import { admitForeign, anyRecordOf, arrivalOf, recordOf, remember } from './span-registry.js';

export class SpanEvents {
  constructor(
    private readonly clock: object,
    private readonly domains: Domains,
    private readonly awaited: AwaitedReplies,
  ) {}

  /**
   * Stamps a start; undefined for a span that is not sampled, or whose start this clock has stamped. Throws what the
   * span throws; what it would have told is then known to be missing.
   */
  start(span: StartedSpan, parentContext: Context): SpanRecord | undefined {
    const spanContext = span.spanContext();
    if ((spanContext.traceFlags & TraceFlags.SAMPLED) === 0) return undefined;
    try {
      return this.stampStart(span, spanContext, parentContext);
    } catch (error) {
      this.domains.obtain(spanContext.traceId, this.domains.now()).hide('hook-failed');
      throw error;
    }
  }

  private stampStart(span: StartedSpan, spanContext: SpanContext, parentContext: Context): SpanRecord | undefined {
    const other = anyRecordOf(spanContext);
    // Two processors of one clock: code registered one, and somebody else another.
    if (other !== undefined && recordOf(spanContext, this.clock) !== undefined) return undefined;
    const now = this.domains.now();
    const node = this.domains.node ?? this.domains.nodeNamed(() => serviceName(span));
    const parent = trace.getSpanContext(parentContext);
    const parentRecord = parent === undefined ? undefined : recordOf(parent, this.clock);
    const arrival = arrivalIn(parentContext);
    const domain =
      parentRecord !== undefined && parent?.traceId === spanContext.traceId
        ? this.domains.present(parentRecord, now)
        : this.domains.obtain(spanContext.traceId, now);
    this.domains.enter(domain);
    let record: SpanRecord | undefined;
    // Before the span is asked for anything: its getters may end other spans, or start many.
    calledOut.depth++;
    try {
      const behindMillis = this.hearCauses(span, spanContext, domain, parent, parentRecord, arrival, now);
      if (other !== undefined) admitForeign(domain, other);
      this.domains.admit(domain);
      // Read before anything ticks: whatever the span throws must not leave a hole behind.
      const { kind = SpanKind.INTERNAL } = span;
      const linksAtStart = linksOf(span);
      record = new SpanRecord(
        this.clock,
        span,
        kind,
        linksAtStart,
        domain.tick(node, now),
        domain,
        arrival,
        parentRecord?.start,
        other,
        behindMillis,
        now,
        domain.offsetMillis,
      );
      remember(spanContext, record);
    } finally {
      calledOut.depth--;
      if (record === undefined) this.domains.leave(domain);
    }
    if (record.kind === SpanKind.SERVER && arrival !== undefined) arrival.server ??= record;
    return record;
  }

  /** Merges what a start may know of: what its context brought, its parent and its links. */
  private hearCauses(
    span: StartedSpan,
    { traceId }: SpanContext,
    domain: Domain,
    parent: SpanContext | undefined,
    parentRecord: SpanRecord | undefined,
    arrival: Arrival | undefined,
    now: number,
  ): BehindMillis {
    let behindMillis = 0;
    if (arrival !== undefined && !(parentRecord?.arrival === arrival && parentRecord.domain === domain)) {
      behindMillis = this.domains.merge(domain, arrival, now);
    }
    if (parent !== undefined && parentRecord === undefined) this.hearUnstampedParent(domain, parent, arrival, now);
    if (span.links !== undefined && span.links.length > 0) {
      behindMillis = Math.max(behindMillis, this.hearLinks(domain, span.links, traceId, now));
    }
    if ((span.droppedLinksCount ?? 0) > 0) domain.hide('links-dropped');
    return behindMillis;
  }

  /**
   * An end, to be written before anything else happens, and then to be {@link settle}d; undefined for a span that was not
   * stamped, or whose end already was. Throws as {@link start} does.
   */
  end(spanContext: SpanContext): LatestEvent | undefined {
    const record = recordOf(spanContext, this.clock);
    if (record === undefined || record.ended) return undefined;
    const now = this.domains.now();
    const domain = this.domains.present(record, now);
    this.hearLateLinks(record, domain, spanContext.traceId, now);
    // Whatever was called meanwhile may have ended it.
    if (record.ended) return undefined;
    record.ended = true;
    this.closeRequests(record, spanContext.spanId, domain);
    domain.advance(record.start.node as string, now);
    return new LatestEvent(record, domain);
  }

  /** Lets go of a span whose end has been written: its domain rests from here on, where no other span is live. */
  settle({ record, domain }: LatestEvent): void {
    this.letGo(record, domain);
  }

  /** Lets go of a span that ended without its end being stamped. True when there was one. */
  release(spanContext: SpanContext): boolean {
    const record = recordOf(spanContext, this.clock);
    if (record === undefined || record.ended) return false;
    record.ended = true;
    const { domain } = record;
    this.closeRequests(record, spanContext.spanId, domain);
    // Nothing ticks here that would tell the time at which the domain was used last.
    domain.usedAt = this.domains.now();
    this.letGo(record, domain);
    return true;
  }

  /**
   * A client span that ends without its reply's stamp has heard something that we have not. Other spans may have sent
   * a message that asks for no reply; should one come all the same, the reply hooks will see it.
   */
  private closeRequests(record: SpanRecord, spanId: string, domain: Domain): void {
    if (record.kind === SpanKind.CLIENT) this.domains.needPropagator(domain);
    if (record.awaited === 0) {
      if (record.answered) this.awaited.forget(spanId);
    } else if (record.kind === SpanKind.CLIENT) {
      domain.hide('reply-without-stamp');
      this.awaited.forget(spanId);
    } else {
      this.awaited.detach(spanId);
    }
  }

  /** @param domain the one that it was live in: an ended span's record may have been given another one meanwhile */
  private letGo(record: SpanRecord, domain: Domain): void {
    // The record may be held for as long as the trace is remembered; the span need not.
    record.span = undefined;
    record.reply = undefined;
    // The domain may be remembered for long after the trace; the span that its last message led to must not be.
    if (domain.lastArrival === record.arrival) domain.lastArrival = undefined;
    if (domain.isCurrent) this.domains.leave(domain);
  }

  /** A parent that this clock has not stamped: plain, remote, unsampled, or another clock's in this process. */
  private hearUnstampedParent(domain: Domain, parent: SpanContext, arrival: Arrival | undefined, now: number): void {
    const foreign = anyRecordOf(parent);
    if (foreign !== undefined) {
      if (foreign.start.domain === domain.id) domain.hear(foreign.start, now, false);
      else domain.hearTimes(foreign.start, now, false);
      admitForeign(domain, foreign);
    } else {
      if (parent.isRemote === true) this.domains.needPropagator(domain);
      if (isMarkUnread(parent, arrival)) domain.hide('mark-without-stamp');
    }
  }

  /** Links that were added after the start, as for a batch that had yet to come. Those heard already change nothing. */
  private hearLateLinks(record: SpanRecord, domain: Domain, traceId: string, now: number): void {
    calledOut.depth++;
    try {
      const { span } = record;
      if (span === undefined || linksOf(span) === record.linksAtStart) return;
      const { links = [], droppedLinksCount = 0 } = span;
      record.behindMillis = Math.max(record.behindMillis, this.hearLinks(domain, links, traceId, now));
      if (droppedLinksCount > 0) domain.hide('links-dropped');
    } catch (error) {
      domain.hide('hook-failed');
      throw error;
    } finally {
      calledOut.depth--;
    }
  }

  private hearLinks(domain: Domain, links: readonly Link[], traceId: string, now: number): number {
    let behindMillis = 0;
    for (const { context: linked } of links) {
      const record = recordOf(linked, this.clock);
      // Known already. Its own incompleteness, between a reply's head and body end, is not the domain's.
      if (record?.domain.isOneWith(domain) === true) continue;
      const arrival = record === undefined ? arrivalOf(linked) : undefined;
      const stamp = record?.start ?? arrival?.stamp;
      if (arrival !== undefined) this.domains.shareReader(domain, arrival);
      if (arrival?.hidden !== undefined && arrival.domain === domain.id) domain.hide(arrival.hidden);
      if (stamp !== undefined) {
        const behind =
          stamp.domain === domain.id ? domain.hear(stamp, now, false) : domain.hearTimes(stamp, now, false);
        behindMillis = Math.max(behindMillis, behind);
      } else {
        // A message of which our propagator knows nothing came from where nobody takes part.
        const isMessage = linked.isRemote === true;
        if (isMessage) this.domains.needPropagator(domain);
        if (isMarkUnread(linked) || (!isMessage && linked.traceId === traceId)) {
          domain.hide('link-without-stamp');
        }
      }
    }
    return behindMillis;
  }
}
