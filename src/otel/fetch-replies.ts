/**
 * Replies to `fetch` where there are no diagnostics channels: browsers, workers, other runtimes.
 *
 * Guarantee: a reply is merged when its head has arrived, before the application, or an instrumentation around this
 * one, sees the response. A call that carries no `traceparent` is passed on as it is, and its promise is untouched; of
 * the others neither request nor response is read, but for their headers. No hook throws into the application.
 * Hazard: it sees the requests that pass through it, so it must stand under the instrumentation that writes the
 * headers: installed first. Installed too late it hears nothing, and the page's traces are incomplete from each request
 * that passes it by.
 */
import { parseTraceParent } from '@opentelemetry/core';
import { MEMBER } from './arrival.js';
import type { CausalClock } from './causal-clock.js';
import { isDisabled } from './clock-options.js';
import { say } from './counters.js';
import { clockOption } from './span-processor.js';

/** Everything is optional. */
export interface FetchRepliesOptions {
  /** Default: the process-wide clock. */
  readonly clock?: CausalClock;
}

/** What is read of a `Response`. */
interface Answer {
  readonly redirected?: boolean;
  readonly headers?: { get(name: string): string | null };
}

type Fetch = (input?: unknown, init?: unknown) => Promise<Answer>;

/**
 * Lets a browser, or a worker, hear the stamps in replies to `globalThis.fetch`: the second of two calls made one after
 * the other is then after the first's reply. Call it once, *before* the fetch instrumentation is registered. Servers of
 * another origin must send `Access-Control-Expose-Headers: causality`, or their replies count as missing. In Node,
 * `installHttpReplies` does this and more.
 *
 * Returns a function that takes it back. Throws {@link InvalidValueError} for a `clock` that is none.
 */
export function installFetchReplies(options: FetchRepliesOptions = {}): () => void {
  const nothing = (): void => {};
  if (isDisabled()) return nothing;
  const clock = clockOption(options.clock);
  const host = globalThis as { fetch?: Fetch };
  const original = host.fetch;
  if (typeof original !== 'function') {
    say('there is no fetch here whose replies could be heard');
    return nothing;
  }
  // How OpenTelemetry's instrumentations mark what they have replaced.
  if ('__wrapped' in original) {
    say(
      'fetch is instrumented already, so replies to it will not be heard; call installFetchReplies before the instrumentation is registered',
    );
  }
  if (!clock.messages.watchCarriers('fetch')) return nothing;

  let installed = true;
  const listening: Fetch = new Proxy(original, {
    apply(fetch, self, call: [input?: unknown, init?: unknown]): Promise<Answer> {
      const sender = installed ? senderOf(clock, call) : undefined;
      const answer = Reflect.apply(fetch, self, call);
      // An application's own stand-in for fetch may give anything.
      if (sender === undefined || typeof (answer as Partial<typeof answer> | undefined)?.then !== 'function')
        return answer;
      return answer.then((response) => {
        hear(clock, sender, response);
        return response;
      });
    },
  });
  try {
    host.fetch = listening;
  } catch (error) {
    clock.events.error('replacing fetch', error);
    clock.messages.stopWatchingCarriers('fetch');
    return nothing;
  }
  return () => {
    if (!installed) return;
    installed = false;
    clock.messages.stopWatchingCarriers('fetch');
    // Where somebody has wrapped it since, it stays underneath and passes everything on.
    if (host.fetch === listening) host.fetch = original;
  };
}

/** The id of the span that a call was made for, as its own `traceparent` names it; its reply will be heard. */
function senderOf(clock: CausalClock, [input, init]: readonly [input?: unknown, init?: unknown]): string | undefined {
  try {
    const headers = headersOf(init) ?? headersOf(input);
    const parent = headers === undefined ? undefined : headerIn(headers, 'traceparent');
    const spanId = typeof parent === 'string' ? parseTraceParent(parent)?.spanId : undefined;
    if (spanId !== undefined) clock.messages.announce(spanId);
    return spanId;
  } catch (error) {
    clock.events.error('reading the headers of a fetch', error);
    return undefined;
  }
}

function headersOf(holder: unknown): object | undefined {
  if (typeof holder !== 'object' || holder === null) return undefined;
  const { headers } = holder as { readonly headers?: unknown };
  return typeof headers === 'object' && headers !== null ? headers : undefined;
}

/** In a `Headers`, a list of pairs, or an object. Anything else is not looked at: reading it might use it up. */
function headerIn(headers: object, name: string): unknown {
  if ('get' in headers && typeof headers.get === 'function') return (headers as Map<string, unknown>).get(name);
  const pairs = Array.isArray(headers) ? (headers as readonly unknown[]) : Object.entries(headers);
  for (const pair of pairs) {
    if (Array.isArray(pair) && String(pair[0]).toLowerCase() === name) return pair[1];
  }
  return undefined;
}

/**
 * A redirected call had several replies, of which the last one alone can be seen. What the first server did before its
 * own may be told by none of them.
 */
function hear(clock: CausalClock, spanId: string, response: Answer): void {
  try {
    const { headers, redirected } = response;
    clock.messages.hearReply(spanId, headers?.get(MEMBER) ?? undefined, redirected === true);
  } catch (error) {
    clock.events.error('hearing a reply', error);
  }
}
