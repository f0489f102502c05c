/**
 * Replies over a transport that has no hooks of ours: HTTP/2, NATS requests, a protocol of one's own.
 *
 * Guarantee: the same rules as for HTTP. A stamp is given only in reply to a request whose own was accepted, and taken
 * only for the request that the span sent; nothing throws.
 * Hazard: what is told after `give` and heard before `take` is not known to the clock: call them beside the sending and
 * the receiving.
 */
import type { SpanContext } from '@opentelemetry/api';
import type { CausalClock } from './causal-clock.js';
import { repliesOf } from './clock-replies.js';
import { isDisabled } from './clock-options.js';
import { clockOption } from './span-processor.js';

/** Everything is optional. */
export interface ManualRepliesOptions {
  /** Default: the process-wide clock. */
  readonly clock?: CausalClock;
}

/** The two halves of a reply. */
export interface ManualReplies {
  /**
   * The server's half: the text to send back, under the name `causality` where replies have names.
   * @param requestCarrier the very object that the request was extracted from
   * @returns undefined where nothing is to be sent: the request brought no stamp, or none that was accepted
   */
  give(requestCarrier: object): string | undefined;
  /**
   * The client's half, to be called once for each reply and before the client span ends.
   * @param spanContext the span that the request was injected for
   * @param text what the reply carried under our name; undefined for nothing, which makes the trace incomplete
   */
  take(spanContext: SpanContext, text: string | undefined): void;
}

/** Lets replies of any transport carry stamps. Throws {@link InvalidValueError} for a `clock` that is none. */
export function manualReplies(options: ManualRepliesOptions = {}): ManualReplies {
  if (isDisabled()) return { give: () => undefined, take: () => {} };
  const clock = clockOption(options.clock);
  clock.messages.watchCarriers('manual');
  return {
    give: (requestCarrier) => {
      try {
        return repliesOf(clock).reply(requestCarrier)?.text;
      } catch (error) {
        clock.events.error('giving a reply', error);
        return undefined;
      }
    },
    take: (spanContext, text) => {
      try {
        clock.messages.hearReply(spanContext.spanId, text);
      } catch (error) {
        clock.events.error('taking a reply', error);
      }
    },
  };
}
