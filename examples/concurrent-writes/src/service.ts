/** What the services have in common: JSON over HTTP, a port that the fleet is told, an end that loses no span. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sdk } from './telemetry.js';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Asked {
  readonly method: string;
  /** The path's parts. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/** What a service tells the fleet that started it. */
export interface Ready {
  readonly port: number;
}

/** Bytes of one request. */
const MAX_BODY_BYTES = 64 * 1024;

export function serve(handle: (asked: Asked) => Answer | Promise<Answer>): void {
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const url = new URL(request.url ?? '/', 'http://service');
    const body = await bodyOf(request);
    const path = url.pathname.split('/').filter((part) => part !== '');
    return handle({ method: request.method ?? 'GET', path, query: url.searchParams, body });
  };
  const server = createServer((request, response) => {
    const send = ({ status, body }: Answer): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    answer(request).then(send, (error: unknown) => send({ status: 500, body: { error: String(error) } }));
  });
  server.listen(0, '127.0.0.1', () => {
    const ready: Ready = { port: (server.address() as AddressInfo).port };
    process.send?.(ready);
  });
  // The fleet hangs up when it has seen enough: what is still held is exported first.
  process.once('disconnect', () => {
    server.closeAllConnections();
    server.close();
    sdk.shutdown().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}

/** Asks another service. Conflicts (409) are answers; everything else that is not 200 is an error. */
export async function ask(method: string, address: string, body?: unknown): Promise<unknown> {
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(address, { method, ...content });
  const text = await response.text();
  if (response.status !== 200 && response.status !== 409)
    throw new Error(`${address} answered ${response.status}: ${text}`);
  return JSON.parse(text) as unknown;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request as AsyncIterable<string>) {
    text += chunk;
    if (text.length > MAX_BODY_BYTES) throw new Error(`a request of more than ${MAX_BODY_BYTES} characters`);
  }
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}
