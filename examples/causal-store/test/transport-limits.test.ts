/** What bounds connections to a node, and what a node takes from a peer's answer. */
import http from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { StoreNode } from '../src/core/store-node.js';
import { realTimers } from '../src/core/timers.js';
import type { PeerCall } from '../src/core/peer-protocol.js';
import { httpTransport } from '../src/http/peer-transport.js';
import { createStoreServer } from '../src/http/store-server.js';
import {
  HEADERS_TIMEOUT_MS,
  MAX_CONNECTIONS,
  MAX_PEER_BODY_BYTES,
  MAX_QUEUED_WRITES,
  MAX_SNAPSHOT_BYTES,
  MAX_WAITING_REQUESTS,
  REQUEST_TIMEOUT_MS,
  SESSION_WAIT_MS,
} from '../src/limits.js';
import { StoreTracing } from '../src/tracing/store-tracing.js';
import { Platters } from './simulation/simulated-disk.js';

/** Says of its answer only how long it is, and breaks off: a body within the limit is begun, one above it is refused. */
async function answered(call: PeerCall, length: number): Promise<string> {
  const server = http.createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-length': length });
    response.write('{', () => {
      response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await httpTransport(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, undefined)(call, {});
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

describe('between machines', () => {
  for (const [call, limit] of [
    ['pull', MAX_PEER_BODY_BYTES],
    ['push', MAX_PEER_BODY_BYTES],
    ['snapshot', MAX_SNAPSHOT_BYTES],
  ] as const) {
    it(`a peer's answer to ${call} is at most ${limit} bytes`, async () => {
      expect(await answered(call, limit)).to.match(/broke off/);
      expect(await answered(call, limit + 1)).to.equal(`a body is at most ${limit} bytes here`);
    });
  }

  it('a server bounds its connections and slow clients, but nobody who waits as long as they may', async () => {
    const platters = new Platters();
    const node = await StoreNode.open({
      disk: {
        load: async () => Promise.resolve([]),
        commit: async (writes) => Promise.resolve(platters.write(writes)),
        close: async () => Promise.resolve(),
      },
      timers: realTimers,
      newWriter: () => 'n1-aaaaaaaa',
    });
    const server = createStoreServer({
      node,
      self: 'n1',
      peers: new Set(),
      secret: undefined,
      tracing: new StoreTracing('n1'),
      health: () => ({}),
      onFailure: () => undefined,
    });
    expect(server.maxConnections).to.equal(MAX_CONNECTIONS);
    expect(MAX_CONNECTIONS).to.be.greaterThan(MAX_WAITING_REQUESTS + MAX_QUEUED_WRITES);
    expect(server.headersTimeout).to.equal(HEADERS_TIMEOUT_MS);
    expect(server.requestTimeout).to.equal(REQUEST_TIMEOUT_MS);
    expect(SESSION_WAIT_MS).to.be.lessThan(HEADERS_TIMEOUT_MS).and.lessThan(REQUEST_TIMEOUT_MS);
    await node.close();
  });
});
