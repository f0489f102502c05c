/**
 * HTTP replies, by Node's own diagnostics channels: no instrumentation is configured and nothing is patched that is
 * not a single response.
 *
 * Guarantee: installed once for a clock, however often and by however many copies of this package; no subscriber
 * throws (Node would turn that into an uncaught exception).
 */
import { type ChannelListener, subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { CausalClock } from '../otel/causal-clock.js';
import { isDisabled } from '../otel/clock-options.js';
import { clockOption } from '../otel/span-processor.js';
import { type ClientResponse, hearClientResponse, hearUndiciResponse, type UndiciResponse } from './client-replies.js';
import { type ServerRequestStart, watchResponse } from './server-replies.js';

/** Everything is optional. */
export interface HttpRepliesOptions {
  /** Default: the process-wide clock. */
  readonly clock?: CausalClock;
}

/**
 * Lets HTTP replies carry stamps, so that the second of two calls made one after the other is after the first's reply
 * (without it the two servers' events are unknown to each other). Covers `node:http` and `node:https` servers and
 * clients, undici and `fetch`. Call it once, at start-up, in any order with the SDK's own start.
 *
 * Returns a function that takes it back. Throws {@link InvalidValueError} for a `clock` that is none.
 */
export function installHttpReplies(options: HttpRepliesOptions = {}): () => void {
  if (isDisabled()) return () => {};
  const clock = clockOption(options.clock);
  if (!clock.messages.watchCarriers()) return () => {};
  const guarded =
    <T>(act: (clock: CausalClock, message: T) => void): ChannelListener =>
    (message) => {
      try {
        act(clock, message as T);
      } catch (error) {
        clock.events.error('an HTTP reply hook', error);
      }
    };
  const listeners: readonly (readonly [channel: string, listener: ChannelListener])[] = [
    ['http.server.request.start', guarded<ServerRequestStart>(watchResponse)],
    ['http.client.response.finish', guarded<ClientResponse>(hearClientResponse)],
    ['undici:request:headers', guarded<UndiciResponse>(hearUndiciResponse)],
  ];
  for (const [channel, listener] of listeners) subscribe(channel, listener);
  let installed = true;
  return () => {
    if (!installed) return;
    installed = false;
    for (const [channel, listener] of listeners) unsubscribe(channel, listener);
    clock.messages.stopWatchingCarriers();
  };
}
