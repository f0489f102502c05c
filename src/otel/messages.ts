/**
 * Messages as the clock sees them: what leaves with a request, what came with one, and the replies to both.
 *
 * Guarantee: sending and replying never invent an order; a reply that is missed makes the trace incomplete.
 * Hazard: the reply of a span is found by the span's id, which the outgoing request carries in its own trace context.
 * On pooled connections the active context belongs to somebody else.
 */
import type { Context, SpanContext } from '@opentelemetry/api';
import { SpanKind } from '@opentelemetry/api';
import type { CausalStamp } from '../clocks/stamp.js';
import { readStamp, StampFormatError } from '../codec/wire-text.js';
import { type Arrival, arrivalIn } from './arrival.js';
import { type AttachedValues, attachedValues } from './attached-values.js';
import type { AwaitedReplies } from './awaited-replies.js';
import type { Domains } from './domains.js';
import { recordOf } from './span-record.js';

/** What a request should carry. */
export interface Departure {
  /** The stamp as wire text; undefined where the target may not have it, or there is none to give. */
  readonly text: string | undefined;
  /** The span id for the tracestate mark. */
  readonly mark: string;
}

/** What a server's reply should carry. */
export interface Reply {
  readonly text: string;
  /** The reply's own event; undefined where the server span is not recorded. */
  readonly stamp: CausalStamp | undefined;
  /** Says that the body is still to come, in parts that may carry what happens meanwhile. Returns its end. */
  openBody(): () => void;
}

export class Messages {
  private arrivalsByCarrier: AttachedValues<object, Arrival> | undefined;

  constructor(
    private readonly clock: object,
    private readonly domains: Domains,
    private readonly awaited: AwaitedReplies,
  ) {}

  /**
   * A request leaves for the span of this context.
   * @param allowed false where the target may not have a stamp: it gets the mark alone, and knows that it misses one
   * @returns undefined where this process has nothing to say
   */
  send(context: Context, spanContext: SpanContext, allowed: boolean): Departure | undefined {
    const record = recordOf(spanContext, this.clock);
    const arrival = arrivalIn(context);
    const now = this.domains.now();
    const domain =
      record === undefined ? this.domains.relaying(spanContext, arrival, now) : this.domains.present(record, now);
    if (domain === undefined) return undefined;
    if (arrival !== undefined && record?.arrival !== arrival) this.domains.merge(domain, arrival, now);
    if (!domain.hasNews && !domain.incomplete) return undefined;
    const text = allowed && domain.hasNews ? this.domains.write(domain, now) : undefined;
    // A producer expects no reply. Of a span that is not ours nobody will tell us the kind, nor the end.
    if (record?.kind !== SpanKind.PRODUCER) this.awaited.add(spanContext.spanId, domain, record);
    return { text, mark: spanContext.spanId };
  }

  /** The stamp in a text that came from outside; undefined, counted and logged, where it is none. */
  read(text: string): CausalStamp | undefined {
    const stamp = readStamp(text);
    if (stamp instanceof StampFormatError) {
      this.domains.counters.refused(stamp.reason, stamp.message);
      return undefined;
    }
    this.domains.counters.received++;
    return stamp;
  }

  /** From now on what is extracted from a carrier can be found by that carrier: a server's reply needs it. */
  watchCarriers(): void {
    this.arrivalsByCarrier ??= attachedValues();
  }

  arrived(carrier: unknown, arrival: Arrival): void {
    if (this.arrivalsByCarrier !== undefined && typeof carrier === 'object' && carrier !== null) {
      this.arrivalsByCarrier.set(carrier, arrival);
    }
  }

  /** The reply to the request that was extracted from this carrier; undefined where its stamp was not accepted. */
  reply(carrier: object): Reply | undefined {
    const arrival = this.arrivalsByCarrier?.get(carrier);
    if (arrival?.stamp === undefined || arrival.stamp.domain !== arrival.domain) return undefined;
    const now = this.domains.now();
    const record = arrival.server;
    const domain = record === undefined ? this.domains.obtain(arrival.domain, now) : this.domains.present(record, now);
    if (record === undefined) this.domains.merge(domain, arrival, now);
    const stamp = record === undefined || record.ended ? undefined : domain.tick(record.start.node as string, now);
    if (record !== undefined && stamp !== undefined) record.reply ??= stamp;
    return {
      text: this.domains.write(domain, now),
      stamp,
      openBody: () => {
        domain.openBodies++;
        let open = true;
        return () => {
          if (open) domain.openBodies--;
          open = false;
        };
      },
    };
  }

  /**
   * The reply to a request of ours has begun to arrive.
   * @param text its stamp; undefined where it carried none
   */
  hearReply(traceId: string, spanId: string, text: string | undefined): void {
    const awaited = this.awaited.take(spanId);
    const now = this.domains.now();
    const record = awaited?.record;
    const domain = record === undefined ? this.domains.peek(traceId) : this.domains.present(record, now);
    if (domain === undefined) return;
    const stamp = text === undefined ? undefined : this.read(text);
    if (stamp?.domain === domain.id) {
      const behind = domain.hear(stamp, now, false);
      if (record !== undefined) record.behindMillis = Math.max(record.behindMillis, behind);
      return;
    }
    if (stamp !== undefined) {
      this.domains.counters.refused('other-domain', `a reply of ${stamp.domain} to a request of ${domain.id}`);
      domain.hearTimes(stamp, now, false);
    }
    if (awaited !== undefined) domain.hide('reply-without-stamp');
  }
}
