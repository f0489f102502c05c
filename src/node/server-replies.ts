/**
 * Replies of Node's HTTP/1 servers: the stamp goes into the head of each answer to a request whose stamp was accepted.
 *
 * Guarantee: a response that is none of our business is not touched at all; of the others only `writeHead` and `end`
 * are wrapped, on the one object, and they behave as before. Implicit heads, `flushHeaders`, header objects and raw
 * header lists pass as the application gave them, with one header more. 1xx answers are not replies.
 * Hazard: what happens between a head and the end of its body may travel in the body, unstamped. Those events are
 * incomplete until the application calls `end`, or the connection closes.
 */
import { type Context, context } from '@opentelemetry/api';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { CausalClock } from '../otel/causal-clock.js';
import { repliesOf } from '../otel/clock-replies.js';
import type { Reply } from '../otel/replies.js';
import { MEMBER } from '../otel/arrival.js';
import { parentSpanIn } from './outgoing-parent.js';

/** What Node publishes on `http.server.request.start`. */
export interface ServerRequestStart {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

type HeadArguments = [statusCode: number, reasonOrHeaders?: unknown, headers?: unknown];

/** The two methods that are wrapped, as plain functions: what is called is whatever another library left there. */
interface Wrapped {
  writeHead: (this: ServerResponse, ...args: HeadArguments) => ServerResponse;
  end: (this: ServerResponse, ...args: unknown[]) => ServerResponse;
}

/** Makes a response carry a reply, where its request may have carried a stamp. */
export function watchResponse(clock: CausalClock, { request, response }: ServerRequestStart): void {
  if (!mayCarryStamp(request)) return;
  const wrapped = response as unknown as Wrapped;
  const watched = new WatchedResponse(clock, request, wrapped);
  wrapped.writeHead = function (this: ServerResponse, ...args: HeadArguments): ServerResponse {
    return watched.writeHead(this, args);
  };
  wrapped.end = function (this: ServerResponse, ...args: unknown[]): ServerResponse {
    return watched.end(this, args);
  };
}

/** Made by a constructor, not as a literal: see {@link Stamp}. */
class WatchedResponse {
  private readonly originalWriteHead: Wrapped['writeHead'];
  private readonly originalEnd: Wrapped['end'];
  private ending = false;
  private bodyEnded: (() => void) | undefined = undefined;

  constructor(
    private readonly clock: CausalClock,
    private readonly request: IncomingMessage,
    { writeHead, end }: Wrapped,
  ) {
    this.originalWriteHead = writeHead;
    this.originalEnd = end;
  }

  writeHead(response: ServerResponse, args: HeadArguments): ServerResponse {
    let reply: Reply | undefined;
    let stamped = args;
    try {
      reply = this.replyOf(response, args[0]);
      if (reply !== undefined) stamped = withHeader(response, args, reply.text);
    } catch (error) {
      reply = undefined;
      this.clock.events.error('stamping a reply', error);
    }
    const result = this.originalWriteHead.apply(response, stamped);
    if (reply !== undefined && !this.ending) this.openBody(response, reply);
    return result;
  }

  end(response: ServerResponse, args: unknown[]): ServerResponse {
    this.ending = true;
    try {
      return this.originalEnd.apply(response, args);
    } finally {
      // An end that was refused, for a chunk of the wrong type say, is none: the application may go on with the body.
      this.ending = response.writableEnded;
      if (this.ending) this.bodyEnded?.();
    }
  }

  /** The reply of a head that is about to be written; undefined where it is none, or may carry none. */
  private replyOf(response: ServerResponse, status: number): Reply | undefined {
    if (response.headersSent || status < 200) return undefined;
    const { headers } = this.request;
    // Nearly always the headers themselves were extracted from, and nobody need look further.
    const replies = repliesOf(this.clock);
    return replies.reply(headers) ?? replies.reply(headers, activeAt(headers));
  }

  /** The head has left, with its stamp, and the body is still to come. */
  private openBody(response: ServerResponse, reply: Reply): void {
    try {
      this.bodyEnded?.();
      this.bodyEnded = reply.openBody();
      // Before the listeners of the instrumentation, which ends the server span on the same event.
      response.prependOnceListener('close', this.bodyEnded);
    } catch (error) {
      this.clock.events.error('watching the body of a reply', error);
    }
  }
}

/** Most requests carry no stamp; theirs cost one look at a header that the instrumentation reads anyway. */
function mayCarryStamp({ headers }: IncomingMessage): boolean {
  const { baggage } = headers;
  return headers[MEMBER] !== undefined || (typeof baggage === 'string' && baggage.includes(MEMBER));
}

/** The request that is being handled, for an application that extracted from a copy of its headers. */
function activeAt(headers: IncomingHttpHeaders): {
  readonly context: Context;
  readonly parentSpanId: string | undefined;
} {
  return { context: context.active(), parentSpanId: parentSpanIn(headers['traceparent']) };
}

/**
 * One header more, in the way in which the application gives its own: `setHeader` before a raw list would make Node
 * fold repeated headers of that list into one. One that is there already is replaced, whoever set it: a proxy that
 * copied it from another server's reply, or we, for a head that could not be written.
 */
function withHeader(response: ServerResponse, args: HeadArguments, text: string): HeadArguments {
  const [status, reason, headers] = args;
  if (isPresent(headers)) return [status, reason, oneMore(headers, text)];
  if (isPresent(reason) && typeof reason !== 'string') return [status, oneMore(reason, text)];
  response.setHeader(MEMBER, text);
  return args;
}

/** A proxy may have copied the header of another server's reply, which knows nothing of ours: it is replaced. */
function oneMore(headers: unknown, text: string): unknown {
  if (Array.isArray(headers)) {
    const list = headers as readonly unknown[];
    if (Array.isArray(list[0])) return [...list.filter((pair) => !isOurs((pair as unknown[])[0])), [MEMBER, text]];
    return [...list.filter((_, at) => !isOurs(list[at - (at % 2)])), MEMBER, text];
  }
  if (typeof headers !== 'object') return headers;
  const copy: OutgoingHttpHeaders = { ...(headers as OutgoingHttpHeaders) };
  for (const name of Object.keys(copy)) if (isOurs(name)) delete copy[name];
  copy[MEMBER] = text;
  return copy;
}

function isOurs(name: unknown): boolean {
  return typeof name === 'string' && name.length === MEMBER.length && name.toLowerCase() === MEMBER;
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}
