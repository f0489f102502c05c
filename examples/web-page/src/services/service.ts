/** A small HTTP service for a page of another origin: CORS, JSON, an answer for everything. */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CORS } from './cors.js';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Answers a request; undefined where it has taken the response over. */
export type Route = (url: URL, request: IncomingMessage, response: ServerResponse) => Promise<Answer | undefined>;

const MAX_BODY_BYTES = 16_384;

/** Listens on a port of the loopback interface and tells the starter which one. */
export function serve(routes: Readonly<Record<string, Route>>): void {
  const server = http.createServer((request, response) => {
    response.setHeader('access-control-allow-origin', process.env['PAGE_ORIGIN'] ?? 'null');
    response.setHeader('vary', 'origin');
    for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value);
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    const url = new URL(request.url ?? '/', 'http://localhost');
    const route = routes[`${request.method} ${url.pathname}`];
    answer(route, url, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else send(response, { status: error instanceof SyntaxError ? 400 : 500, body: { error: String(error) } });
    });
  });
  server.listen(Number(process.env['SERVICE_PORT'] ?? 0), '127.0.0.1', () => {
    process.send?.({ port: (server.address() as AddressInfo).port });
  });
}

async function answer(
  route: Route | undefined,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (route === undefined) {
    send(response, { status: 404, body: { error: `nothing at ${url.pathname}` } });
    return;
  }
  const answered = await route(url, request, response);
  if (answered !== undefined) send(response, answered);
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** The body as JSON. Throws a `SyntaxError` for anything else, and for too much of it. */
export async function jsonBody(request: IncomingMessage): Promise<unknown> {
  let text = '';
  request.setEncoding('utf8');
  for await (const part of request as AsyncIterable<string>) {
    text += part;
    if (text.length > MAX_BODY_BYTES) throw new SyntaxError(`more than ${MAX_BODY_BYTES} bytes`);
  }
  return JSON.parse(text) as unknown;
}

/** The text in a field of a JSON object, if there is one of 1 to 80 characters. */
export function textIn(body: unknown, field: string): string | undefined {
  const value = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[field] : undefined;
  return typeof value === 'string' && value !== '' && value.length <= 80 ? value : undefined;
}
