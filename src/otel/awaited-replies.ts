/**
 * The requests that this process has sent and whose reply has not come, by the id of the span that sent them.
 *
 * Guarantee: at most {@link MAX_AWAITED_REPLIES}. A request that is given up for room makes its trace incomplete. One of
 * a recorded span is kept until the span ends: whoever sends the same headers again gets another reply.
 * Hazard: a span that is not a client's may end before its reply comes; the request stays awaited then, without it.
 */
import { SpanKind } from '@opentelemetry/api';
import { MAX_AWAITED_REPLIES } from '../clocks/limits.js';
import type { Domain } from './domain.js';
import type { SpanRecord } from './records.js';

/** Made by a constructor, not as a literal: see {@link Stamp}. */
export class Awaited {
  requests = 1;
  /** How many of them left in a way in which nobody, as far as is known, hears the reply. */
  unheard = 0;
  /** Our last event before the first of them: who answers any of them knows it. */
  readonly own: number;
  /** True for a span that is not ours: nobody will say that its reply is missing. */
  readonly blind: boolean;
  /** True for a producer's message, which is complete without a reply. */
  readonly optional: boolean;

  /**
   * @param record the span that sent it, while it has not ended; undefined for one that is not ours, whose end nobody
   * shows us
   * @param stamped false when a target got no stamp of ours: then none of its is believed
   */
  constructor(
    readonly domain: Domain,
    public record: SpanRecord | undefined,
    public stamped: boolean,
  ) {
    this.own = domain.ownCounter;
    this.blind = record === undefined;
    this.optional = record?.kind === SpanKind.PRODUCER;
  }
}

/** What is known of one of them. */
export type AwaitedRequest = Pick<Awaited, 'domain' | 'record' | 'own' | 'stamped' | 'optional'>;

export class AwaitedReplies {
  private readonly bySpan = new Map<string, Awaited>();

  constructor(private readonly capacity = MAX_AWAITED_REPLIES) {}

  get size(): number {
    return this.bySpan.size;
  }

  /** Counts a request whose reply nobody will hear, because nobody listens. */
  static miss(domain: Domain, record: SpanRecord | undefined): void {
    if (record === undefined) domain.blindRequests++;
    else record.awaited++;
  }

  /**
   * A request was sent, with or without a stamp.
   * @param unheard true until somebody announces that he hears its reply: what happens meanwhile is incomplete
   */
  add(spanId: string, domain: Domain, record: SpanRecord | undefined, stamped: boolean, unheard = false): void {
    let awaited = this.bySpan.get(spanId);
    if (awaited === undefined) {
      if (this.bySpan.size >= this.capacity) this.giveUpOldest();
      awaited = new Awaited(domain, record, stamped);
      this.bySpan.set(spanId, awaited);
    } else {
      awaited.requests++;
      awaited.stamped &&= stamped;
    }
    AwaitedReplies.miss(domain, record);
    if (!unheard) return;
    awaited.unheard++;
    awaited.domain.blindRequests++;
  }

  /** Somebody listens for the reply to the requests that a span has sent. */
  announce(spanId: string): void {
    const awaited = this.bySpan.get(spanId);
    if (awaited === undefined) return;
    awaited.domain.blindRequests -= awaited.unheard;
    awaited.unheard = 0;
  }

  /** A reply came, with or without a stamp. Undefined where none can have been awaited. */
  take(spanId: string): AwaitedRequest | undefined {
    const awaited = this.bySpan.get(spanId);
    if (awaited === undefined || awaited.requests === 0) return awaited;
    const { record } = awaited;
    if (awaited.blind) awaited.domain.blindRequests--;
    if (record !== undefined) record.awaited--;
    if (--awaited.requests > 0) return awaited;
    this.announce(spanId);
    if (record === undefined || record.ended) this.bySpan.delete(spanId);
    else record.answered = true;
    return awaited;
  }

  /** The request that awaits a reply, which stays awaited. */
  peek(spanId: string): AwaitedRequest | undefined {
    return this.bySpan.get(spanId);
  }

  /** A client span has ended: no reply of its will be looked at any more. */
  forget(spanId: string): void {
    this.announce(spanId);
    this.bySpan.delete(spanId);
  }

  /** Another span has ended: its reply is still awaited, but the span need not be kept. */
  detach(spanId: string): void {
    const awaited = this.bySpan.get(spanId);
    if (awaited !== undefined) awaited.record = undefined;
  }

  private giveUpOldest(): void {
    for (const [spanId, { domain, record, requests, optional }] of this.bySpan) {
      this.announce(spanId);
      this.bySpan.delete(spanId);
      if (record !== undefined) record.awaited = 0;
      if (!optional && requests > 0) domain.hide('too-many-awaited');
      return;
    }
  }
}
