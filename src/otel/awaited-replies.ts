/**
 * The requests that this process has sent and whose reply has not come, by the id of the span that sent them.
 *
 * Guarantee: at most {@link MAX_AWAITED_REPLIES}. A request that is given up for room makes its trace incomplete, but for a
 * producer's. One of a recorded span is kept until the span ends: whoever sends the same headers again gets another reply.
 * Hazard: a producer's reply seldom comes, and never for most, so that theirs fill the room. Were their traces incomplete
 * for that, none would be complete that sends many; so the reply itself says that it is missed, where its stamp can be read.
 * Hazard: a span that is not a client's may end before its reply comes; the request stays awaited then, without it.
 */
import { SpanKind } from '@opentelemetry/api';
import { MAX_AWAITED_REPLIES } from '../clocks/limits.js';
import type { Domain } from './domain.js';
import type { SpanRecord } from './records.js';

/** Made by a constructor, not as a literal: see {@link Stamp}. */
export class Awaited {
  requests = 0;
  /** How many of them left in a way in which nobody, as far as is known, hears the reply. */
  unheard = 0;
  /** How many left for a span that is not ours, or whose end was seen: nobody will say that their reply is missing. */
  blind = 0;
  /** Our last event before the first of them: who answers any of them knows it. */
  readonly own: number;
  /** True for a producer's message, which is complete without a reply. */
  readonly optional: boolean;

  /**
   * @param domain the trace's when it left, or when another one left for the same span and nobody doubted its reply
   * @param record the span that sent it, while it has not ended; undefined for one that is not ours, whose end nobody
   * shows us
   * @param stamped false when a target got no stamp of ours: then none of its is believed
   */
  constructor(
    public domain: Domain,
    public record: SpanRecord | undefined,
    public stamped: boolean,
  ) {
    this.own = domain.ownCounter;
    this.optional = record?.kind === SpanKind.PRODUCER;
  }
}

/** What is known of one of them. */
export type AwaitedRequest = Readonly<Pick<Awaited, 'domain' | 'record' | 'own' | 'stamped' | 'optional'>>;

export class AwaitedReplies {
  private readonly bySpan = new Map<string, Awaited>();
  /** Some request was given up: what nobody awaits may be its reply. */
  hasGivenUp = false;

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
    }
    // The trace's domain may have been laid to rest and woken since. One that counts requests of ours never is.
    if (awaited.blind + awaited.unheard === 0) awaited.domain = domain;
    awaited.requests++;
    awaited.stamped &&= stamped;
    if (record === undefined) awaited.blind++;
    AwaitedReplies.miss(domain, record);
    if (!unheard) return;
    awaited.unheard++;
    awaited.domain.blindRequests++;
  }

  /** Somebody listens for the reply to one of the requests that a span has sent. */
  announce(spanId: string): void {
    const awaited = this.bySpan.get(spanId);
    if (awaited === undefined || awaited.unheard === 0) return;
    awaited.domain.blindRequests--;
    awaited.unheard--;
  }

  /** A reply came, with or without a stamp. Undefined where none can have been awaited. */
  take(spanId: string): AwaitedRequest | undefined {
    const awaited = this.bySpan.get(spanId);
    if (awaited === undefined || awaited.requests === 0) return awaited;
    // Who passes on a span's context asks in its name: until all were answered, nobody knows whose reply is missing.
    if (--awaited.requests > 0) return awaited;
    const { record } = awaited;
    awaited.domain.blindRequests -= awaited.blind;
    awaited.blind = 0;
    if (record !== undefined) record.awaited = 0;
    dispel(awaited);
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
    const awaited = this.bySpan.get(spanId);
    if (awaited !== undefined) dispel(awaited);
    this.bySpan.delete(spanId);
  }

  /** Another span has ended: its reply is still awaited, but the span need not be kept. */
  detach(spanId: string): void {
    const awaited = this.bySpan.get(spanId);
    if (awaited !== undefined) awaited.record = undefined;
  }

  private giveUpOldest(): void {
    for (const [spanId, awaited] of this.bySpan) {
      const { domain, record, optional } = awaited;
      dispel(awaited);
      this.bySpan.delete(spanId);
      this.hasGivenUp = true;
      if (record !== undefined) record.awaited = 0;
      // Also where all were replied to: the same headers may have been sent again, and nobody would hear that reply.
      if (!optional) domain.hide('too-many-awaited');
      return;
    }
  }
}

/** Nobody need doubt any more whether a reply passes everybody by: all have come, or what is missed is known. */
function dispel(awaited: Awaited): void {
  awaited.domain.blindRequests -= awaited.unheard;
  awaited.unheard = 0;
}
