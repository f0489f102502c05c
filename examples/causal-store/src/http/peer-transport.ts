/** Calls to a peer over HTTP. They are no part of anybody's trace: an operation carries its own. */
import http, { type IncomingMessage } from 'node:http';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { PeerTransport } from '../core/peer-protocol.js';
import { MAX_PEER_BODY_BYTES, MAX_SNAPSHOT_BYTES, PEER_TIMEOUT_MS } from '../limits.js';
import { readBody } from './request-body.js';

const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });

/** @param base `http://host:port` @param secret what peers show each other, if they do */
export function httpTransport(base: string, secret: string | undefined): PeerTransport {
  return async (call, body) => {
    return context.with(suppressTracing(context.active()), async () => {
      const text = await post(new URL(`/replication/${call}`, base), JSON.stringify(body), secret, call === 'snapshot');
      return JSON.parse(text) as unknown;
    });
  };
}

async function post(url: URL, body: string, secret: string | undefined, isLarge: boolean): Promise<string> {
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
  };
  // Also the end of an answer that trickles in.
  const signal = AbortSignal.timeout(isLarge ? 10 * PEER_TIMEOUT_MS : PEER_TIMEOUT_MS);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    http.request(url, { method: 'POST', headers, signal, agent }, resolve).on('error', reject).end(body);
  });
  const text = await readBody(response, isLarge ? MAX_SNAPSHOT_BYTES : MAX_PEER_BODY_BYTES);
  if (response.statusCode === 200) return text;
  throw new Error(`${url.href} answered ${response.statusCode}: ${text.slice(0, 200)}`);
}
