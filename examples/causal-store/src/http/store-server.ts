/**
 * The HTTP face of a node: `/kv/<key>` for clients, `/replication/…` for peers, `/health` for everybody.
 *
 * Guarantee: every answer is JSON. One with `error` and a status below 500, or 503 or 507, promises that nothing was done.
 */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { replyToJson } from '../core/client-protocol.js';
import { answerPeer, type PeerCall } from '../core/peer-protocol.js';
import { Refusal } from '../core/refusal.js';
import type { Reply, StoreNode } from '../core/store-node.js';
import {
  HEADERS_TIMEOUT_MS,
  MAX_CONNECTIONS,
  MAX_PEER_BODY_BYTES,
  MAX_VALUE_BYTES,
  REQUEST_TIMEOUT_MS,
} from '../limits.js';
import type { StoreTracing } from '../tracing/store-tracing.js';
import { readBody } from './request-body.js';

export interface StoreServerOptions {
  readonly node: StoreNode;
  /** Our name among the peers. */
  readonly self: string;
  readonly peers: ReadonlySet<string>;
  /** What peers must show. Without it everybody who can reach the port is believed to be one. */
  readonly secret: string | undefined;
  readonly tracing: StoreTracing;
  /** More for the health page: replication and its lag. */
  readonly health: () => Readonly<Record<string, unknown>>;
  /** Something that is no refusal: the node is no longer to be used. */
  readonly onFailure: (error: unknown) => void;
}

export function createStoreServer(options: StoreServerOptions): http.Server {
  const server = http.createServer((request, response) => {
    void answer(options, request, response);
  });
  // Bounds for slow clients; a request waits for its session for less.
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

async function answer(options: StoreServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { node } = options;
  const path = request.url?.split('?', 1)[0] ?? '/';
  const isPeer = path.startsWith('/replication/');
  try {
    if (isPeer) send(response, 200, await answerReplication(options, request, path.slice('/replication/'.length)));
    else if (path.startsWith('/kv/'))
      sendReply(response, await answerClient(options, request, path.slice('/kv/'.length)));
    else if (path === '/health' && request.method === 'GET') {
      send(response, 200, { name: options.self, ...node.health(), ...options.health() });
    } else throw new Refusal('bad-request', `no ${request.method} ${path} here: /kv/<key>, /health`);
  } catch (error) {
    if (error instanceof Refusal) {
      if (isPeer) node.counters.peerRefused++;
      else node.counters.clientRefused++;
      refuse(response, error);
    } else {
      send(response, 500, { error: 'failed', message: 'this node failed; whether the request had an effect is open' });
      options.onFailure(error);
    }
  }
}

async function answerClient(
  { node, tracing }: StoreServerOptions,
  message: IncomingMessage,
  path: string,
): Promise<Reply> {
  const key = decodeKey(path);
  const session = header(message, 'x-store-session');
  const { method } = message;
  if (method === 'GET') return tracing.read(key, async () => node.read({ key, session }));
  if (method !== 'PUT' && method !== 'DELETE') throw new Refusal('bad-request', `no ${method} here: GET, PUT, DELETE`);
  const value = method === 'PUT' ? await readBody(message, MAX_VALUE_BYTES) : null;
  const context = header(message, 'x-store-context');
  const request = header(message, 'x-request-id') ?? randomUUID();
  return tracing.write(key, async (carrier) => {
    return node.write({ key, value, session, context, request, carrier });
  });
}

async function answerReplication(
  options: StoreServerOptions,
  message: IncomingMessage,
  call: string,
): Promise<unknown> {
  const { node, self, peers, secret } = options;
  if (message.method !== 'POST' || !CALLS.has(call))
    throw new Refusal('bad-request', `no ${message.method} ${call} here`);
  if (secret !== undefined && !isSame(header(message, 'authorization') ?? '', `Bearer ${secret}`)) {
    throw new Refusal('unknown-peer', 'a peer shows the secret');
  }
  let body: unknown;
  try {
    body = JSON.parse(await readBody(message, MAX_PEER_BODY_BYTES));
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal('bad-request', 'not JSON');
  }
  return answerPeer(node, self, peers, call as PeerCall, body);
}

const CALLS: ReadonlySet<string> = new Set<PeerCall>(['push', 'pull', 'snapshot']);

function sendReply(response: ServerResponse, reply: Reply): void {
  const json = replyToJson(reply);
  if (json.session !== '') response.setHeader('x-store-session', json.session);
  if (json.context !== '') response.setHeader('x-store-context', json.context);
  // A deletion that was asked for is a success; a key that holds nothing is not there.
  send(response, json.siblings.length === 0 && reply.written === undefined ? 404 : 200, json);
}

function refuse(response: ServerResponse, { code, message, status, retryable }: Refusal): void {
  if (retryable) response.setHeader('retry-after', '1');
  // What was not read of the body is not waited for.
  response.setHeader('connection', 'close');
  send(response, status, { error: code, message, retryable });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

/** A header's text. One that came twice arrives joined by a comma, and is malformed as such. */
function header({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

function decodeKey(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new Refusal('bad-key', 'a key is percent-encoded UTF-8');
  }
}

/** In a time that says nothing about either. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
