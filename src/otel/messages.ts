/**
 * Messages as the clock sees them: what leaves with a request, what came with one, and the replies that are heard. Those
 * that are given, and messages that come in parts, are in replies.ts: a page has neither.
 *
 * Guarantee: sending never invents an order; a reply that is missed makes the trace incomplete.
 * Hazard: the reply of a span is found by the span's id, which the outgoing request carries in its own trace context.
 * On pooled connections the active context belongs to somebody else.
 */
import { type Context, type SpanContext, SpanKind } from '@opentelemetry/api';
import type { Stamp } from '../clocks/stamp.js';
import { StampFormatError } from '../codec/stamp-format-error.js';
import { readStamp } from '../codec/wire-text.js';
import { arrivalIn, isMarkUnread } from './arrival.js';
import { type AttachedValues, attachedValues } from './attached-values.js';
import { AwaitedReplies, type AwaitedRequest } from './awaited-replies.js';
import type { Domain } from './domain.js';
import type { Domains } from './domains.js';
import type { Arrival, SpanRecord } from './records.js';
import { admitForeign, anyRecordOf, recordOf } from './span-registry.js';

/** What a request should carry. */
export interface Departure {
  /** The stamp as wire text; undefined where the target may not have it, or there is none to give. */
  readonly text: string | undefined;
  /** The span id for the tracestate mark. */
  readonly mark: string;
}

/**
 * Who listens for replies. Each of them once for a clock. `fetch` hears those that it announces; of the others it is
 * taken on trust that they hear every reply.
 */
export type ReplyTransport = 'http' | 'grpc' | 'manual' | 'fetch';

export class Messages {
  /** What was extracted from whichever carrier, while somebody gives replies. See {@link Replies}. */
  arrivalsByCarrier: AttachedValues<object, Arrival> | undefined = undefined;
  private readonly watching = new Set<string>();
  /** True where somebody hears replies that nobody announced. */
  private hearsAll = false;

  constructor(
    private readonly clock: object,
    private readonly domains: Domains,
    readonly awaited: AwaitedReplies,
  ) {}

  /**
   * A request leaves for the span of this context.
   * @param allowed false where the target may not have a stamp: it gets the mark alone, and knows that it misses one
   * @returns undefined where this process has nothing to say
   */
  send(context: Context, spanContext: SpanContext, allowed: boolean): Departure | undefined {
    const record = recordOf(spanContext, this.clock);
    const arrival = arrivalIn(context);
    const domain = isLive(record, arrival) ? record.domain : this.domainFor(record, spanContext, arrival);
    const mark = spanContext.spanId;
    // Another clock of this process has stamped the span and gives us none of what it knows.
    const foreign = record === undefined ? anyRecordOf(spanContext) : undefined;
    if (foreign !== undefined) admitForeign(domain, foreign);
    const unread = record === undefined && isMarkUnread(spanContext, arrival);
    if (unread) domain?.hide('mark-without-stamp');
    if (domain === undefined || (!domain.hasNews && !domain.incomplete)) {
      const { traceId } = spanContext;
      const missed = arrival?.hidden !== undefined && this.domains.concerns(arrival, traceId);
      const speaks = this.domains.mayHaveHeard(traceId, domain) || missed || foreign !== undefined || unread;
      return speaks ? { text: undefined, mark } : undefined;
    }
    const text = allowed && domain.hasNews ? this.domains.write(domain) : undefined;
    this.awaitReply(mark, domain, record, text !== undefined);
    return { text, mark };
  }

  /**
   * A client span's reply may come at any moment, and the application goes on with it. Where nobody tells us when, the
   * trace is incomplete from here on, not only from the span's end: that comes later, in browsers by 300 ms.
   */
  private awaitReply(spanId: string, domain: Domain, record: SpanRecord | undefined, stamped: boolean): void {
    const isCall = record?.kind === SpanKind.CLIENT;
    if (this.arrivalsByCarrier === undefined) {
      AwaitedReplies.miss(domain, record);
      if (isCall) domain.hide('reply-without-stamp');
      return;
    }
    // Of a call whose span has ended nobody will say that its reply is missing, as of a span that is not ours.
    const owner = isCall && record.ended ? undefined : record;
    this.awaited.add(spanId, domain, owner, stamped, isCall && !this.hearsAll);
  }

  /** The domain that speaks for a span, with what the context brought merged into it. */
  private domainFor(
    record: SpanRecord | undefined,
    spanContext: SpanContext,
    arrival: Arrival | undefined,
  ): Domain | undefined {
    const relayed = record === undefined ? this.domains.relaying(spanContext, arrival) : undefined;
    // Most unsampled requests: no clock is read for them.
    if (record === undefined && relayed === undefined) return undefined;
    const now = this.domains.now();
    const domain = record === undefined ? (relayed as Domain) : this.domains.present(record, now);
    if (arrival !== undefined && record?.arrival !== arrival) this.domains.merge(domain, arrival, now);
    this.domains.begin(domain, now);
    domain.usedAt = now;
    return domain;
  }

  /**
   * The stamp in a text that came from outside; undefined, counted and logged, where it is none.
   * @param domain what it should be of
   */
  read(text: string, domain: string): Stamp | undefined {
    const stamp = readStamp(text, domain, this.domains.node);
    if (stamp instanceof StampFormatError) {
      this.domains.counters.refused(stamp.reason, stamp.message);
      return undefined;
    }
    this.domains.counters.received++;
    return stamp;
  }

  /**
   * Somebody gives and hears replies from now on: what is extracted from a carrier can be found by that carrier, and
   * requests are remembered until their reply comes. False when that was so already: the hooks of a transport are
   * installed once for a clock, by whichever copy of this package comes first.
   */
  watchCarriers(transport: ReplyTransport = 'http'): boolean {
    const { watching } = this;
    if (watching.has(transport) || (transport === 'fetch' && watching.has('http'))) return false;
    watching.add(transport);
    this.hearsAll = [...watching].some((one) => one !== 'fetch');
    this.arrivalsByCarrier ??= attachedValues();
    return true;
  }

  stopWatchingCarriers(transport: ReplyTransport = 'http'): void {
    this.watching.delete(transport);
    this.hearsAll = [...this.watching].some((one) => one !== 'fetch');
    if (this.watching.size === 0) this.arrivalsByCarrier = undefined;
  }

  arrived(carrier: unknown, arrival: Arrival): void {
    if (this.arrivalsByCarrier !== undefined && typeof carrier === 'object' && carrier !== null) {
      const earlier = this.arrivalsByCarrier.get(carrier);
      // An application that extracts once more (for the baggage, say) has not received another message.
      if (earlier?.parentSpanId === arrival.parentSpanId) arrival.server = earlier?.server;
      this.arrivalsByCarrier.set(carrier, arrival);
    }
  }

  /** A request leaves whose reply will be heard: until it comes, the application knows nothing of it. */
  announce(spanId: string): void {
    this.awaited.announce(spanId);
  }

  /**
   * The reply to a request of ours has begun to arrive. One that nobody awaits is not merged: it was another clock's, or
   * it came after the end of its span, which has already said that it misses one. A stamp from a target that got none is
   * not taken: an honest one answers only to what it accepted, and who may not hear of us may not tell us either.
   * @param text its stamp; undefined where it carried none
   * @param partial true where other replies to the request came before it that nobody could see
   */
  hearReply(spanId: string, text: string | undefined, partial = false): void {
    const awaited = this.awaited.take(spanId);
    if (awaited === undefined) {
      if (text !== undefined && this.awaited.hasGivenUp) this.missUnawaited(text);
      return;
    }
    // A producer may go without a reply, but not with one whose stamp tells of something that we do not know.
    const misses = this.merge(awaited, text) ? partial : !awaited.optional || text !== undefined;
    if (misses) this.domainOf(awaited)?.hide('reply-without-stamp');
  }

  /** A reply came that was given up, perhaps: where its stamp tells of something that we do not know, its trace misses it. */
  private missUnawaited(text: string): void {
    const stamp = readStamp(text);
    if (stamp instanceof StampFormatError) return;
    const domain = this.domains.peek(stamp.domain);
    if (domain?.id !== stamp.domain) return;
    if (stamp.incomplete || !domain.heard.covers(stamp.vector)) domain.hide('reply-without-stamp');
  }

  /** The domain that speaks for a request; undefined where its trace was let go of, and no span of it is left. */
  domainOf({ record, domain }: AwaitedRequest, now = this.domains.now()): Domain | undefined {
    return record === undefined ? this.domains.current(domain) : this.domains.present(record, now);
  }

  /**
   * True where a reply's stamp is one, is believed, belongs to the trace of its request, and knows what we had done
   * before we sent that: one that does not is of another reply, which a cache has kept or a proxy mixed up.
   */
  merge(awaited: AwaitedRequest, text: string | undefined): boolean {
    if (text === undefined) return false;
    if (!awaited.stamped) {
      this.domains.counters.refused('untrusted', 'a reply with a stamp to a request without one');
      return false;
    }
    const stamp = this.read(text, awaited.domain.id);
    if (stamp === undefined) return false;
    const now = this.domains.now();
    const domain = this.domainOf(awaited, now);
    if (stamp.domain !== awaited.domain.id) {
      this.domains.counters.refused('other-domain', `a reply of ${stamp.domain} to a request of ${awaited.domain.id}`);
      domain?.hearTimes(stamp, now, false);
      return false;
    }
    if (domain === undefined) return true;
    const behind = domain.hear(stamp, now, false);
    if (awaited.record !== undefined) awaited.record.behindMillis = Math.max(awaited.record.behindMillis, behind);
    return awaited.own === 0 || stamp.vector.get(this.domains.node as string) >= awaited.own;
  }
}

/** True for a span under way that has merged what its context brought: most of them. Its domain needs no time to speak. */
function isLive(record: SpanRecord | undefined, arrival: Arrival | undefined): record is SpanRecord {
  if (record === undefined || record.ended || !record.domain.isCurrent) return false;
  return arrival === undefined || record.arrival === arrival;
}
