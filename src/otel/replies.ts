/**
 * Replies as a server gives them, and messages whose parts come or leave one by one, as those of streams do.
 *
 * Guarantee: replying never invents an order. While a part may carry what its stamp does not tell, what happens here is
 * incomplete.
 */
import type { Context } from '@opentelemetry/api';
import { writeReply } from '../codec/span-attributes.js';
import type { AttributeSink } from '../codec/vector-attribute.js';
import { arrivalIn } from './arrival.js';
import type { Domain } from './domain.js';
import type { Domains } from './domains.js';
import type { Messages } from './messages.js';
import type { StartedSpan } from './records.js';

/** What a server's reply should carry. */
export interface Reply {
  readonly text: string;
  /** Says that the body is still to come, in parts that may carry what happens meanwhile. Returns its end. */
  openBody(): () => void;
}

export class Replies {
  constructor(
    private readonly clock: object,
    private readonly domains: Domains,
    private readonly messages: Messages,
  ) {}

  /**
   * The reply to the request that was extracted from this carrier, or, where that happened elsewhere, to the one that
   * the active context received from this parent span. Undefined where its stamp was not accepted.
   * @param isFinal false for what goes ahead of the reply itself, a stream's head: it tells, and is no event
   */
  reply(
    carrier: object,
    active?: { readonly context: Context; readonly parentSpanId: string | undefined },
    isFinal = true,
  ): Reply | undefined {
    let arrival = this.messages.arrivalsByCarrier?.get(carrier);
    if (arrival === undefined && active?.parentSpanId !== undefined) {
      const candidate = arrivalIn(active.context);
      // The active context may be another request's; the parent span tells.
      if (candidate?.clock === this.clock && candidate.parentSpanId === active.parentSpanId) arrival = candidate;
    }
    if (arrival?.stamp === undefined || arrival.stamp.domain !== arrival.domain) return undefined;
    const now = this.domains.now();
    const record = arrival.server?.clock === this.clock ? arrival.server : undefined;
    const domain = record === undefined ? this.domains.obtain(arrival.domain, now) : this.domains.present(record, now);
    if (record === undefined) this.domains.merge(domain, arrival, now);
    // A forged stamp may name nobody but us, and leave nothing to tell.
    if (record === undefined && !domain.hasNews) return undefined;
    // A head that failed to be written and is written again is one reply, of the present state.
    if (isFinal && record !== undefined && !record.ended && record.reply === undefined) {
      record.reply = domain.tick(record.start.node as string, now);
      writeReply(record.span as StartedSpan & AttributeSink, record.reply);
    }
    domain.usedAt = now;
    return { text: this.domains.write(domain), openBody: () => opened(this.domains.current(domain), 'openBodies') };
  }

  /**
   * What goes ahead of a reply has come, a stream's head: it is merged, and the reply itself stays awaited.
   * @returns false where it brought no stamp, so that it may tell what we do not know: see {@link openReply}
   */
  hearHead(spanId: string, text: string | undefined): boolean {
    const awaited = this.messages.awaited.peek(spanId);
    return awaited !== undefined && this.messages.merge(awaited, text);
  }

  /**
   * Parts of a reply come before its stamp does, and may carry anything: until the returned function is called, what
   * this process stamps and sends in this trace is incomplete.
   */
  openReply(spanId: string): () => void {
    const awaited = this.messages.awaited.peek(spanId);
    return opened(awaited === undefined ? undefined : this.messages.domainOf(awaited), 'blindRequests');
  }

  /** Parts of a request leave after its stamp did: until the returned function is called, our events are incomplete. */
  openRequest(spanId: string): () => void {
    const awaited = this.messages.awaited.peek(spanId);
    return opened(awaited === undefined ? undefined : this.messages.domainOf(awaited), 'openBodies');
  }
}

/** Counts something of a domain that is open, until the returned function is called. */
function opened(domain: Domain | undefined, count: 'openBodies' | 'blindRequests'): () => void {
  if (domain === undefined) return () => {};
  let open = true;
  domain[count]++;
  return () => {
    if (open) domain[count]--;
    open = false;
  };
}
