/**
 * Replies to Node's HTTP clients: `node:http` and `node:https`, undici and the built-in `fetch`.
 *
 * Guarantee: a reply is merged when its head has arrived, before the application sees the response. A response without
 * a stamp makes the trace incomplete from that moment. Responses to requests that carry no trace context cost a look.
 * Hazard: upgraded connections have no reply; the client span's end then says that one is missing.
 */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { MEMBER } from '../otel/arrival.js';
import type { CausalClock } from '../otel/causal-clock.js';
import { headerIn, parentSpanIn } from './outgoing-parent.js';

/** What Node publishes on `http.client.response.finish`, when a response's head has been parsed. */
export interface ClientResponse {
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
}

/** What undici publishes on `undici:request:headers`; interim answers come here too. */
export interface UndiciResponse {
  readonly request: { readonly headers?: unknown };
  readonly response: { readonly statusCode?: number; readonly headers?: unknown };
}

export function hearClientResponse(clock: CausalClock, { request, response }: ClientResponse): void {
  const spanId = parentSpanIn(request.getHeader('traceparent'));
  if (spanId !== undefined) hear(clock, spanId, stampIn(response));
}

export function hearUndiciResponse(clock: CausalClock, { request, response }: UndiciResponse): void {
  if ((response.statusCode ?? 0) < 200) return;
  const spanId = parentSpanIn(headerIn(request.headers, 'traceparent'));
  if (spanId !== undefined) hear(clock, spanId, headerIn(response.headers, MEMBER));
}

/**
 * Our header of a response. Node makes an object of all the headers for whoever first asks for one, and many
 * applications never do: the list that they came in is looked through instead. Several of ours are for that object to
 * join, as HTTP says.
 */
function stampIn(response: IncomingMessage): unknown {
  const { rawHeaders } = response;
  let found: string | undefined;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length !== MEMBER.length || name.toLowerCase() !== MEMBER) continue;
    if (found !== undefined) return response.headers[MEMBER];
    found = rawHeaders[at + 1];
  }
  return found;
}

function hear(clock: CausalClock, spanId: string, value: unknown): void {
  const text = Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
  clock.messages.hearReply(spanId, typeof text === 'string' ? text : undefined);
}
