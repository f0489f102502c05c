/** One real node: the core with LevelDB, HTTP, and what carries operations between nodes. */
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import { JetStreamReplication } from './broker/jetstream.js';
import { AntiEntropy } from './core/anti-entropy.js';
import { peerOver } from './core/peer-protocol.js';
import { StoreNode } from './core/store-node.js';
import { realTimers } from './core/timers.js';
import { LevelDisk } from './disk/level-disk.js';
import { httpTransport } from './http/peer-transport.js';
import { createStoreServer } from './http/store-server.js';
import { ANTI_ENTROPY_BEHIND_BROKER_MS, ANTI_ENTROPY_MS } from './limits.js';
import type { Settings } from './settings.js';
import { StoreTracing } from './tracing/store-tracing.js';

export interface RunningNode {
  readonly port: number;
  readonly writer: string;
  stop(): Promise<void>;
}

/** Starts a node. @param onFailure told of what a node cannot survive: end the process and start it again. */
export async function startNode(settings: Settings, onFailure: (error: unknown) => void): Promise<RunningNode> {
  const { name, natsUrl, secret, sessionWaitMs } = settings;
  const tracing = new StoreTracing(name);
  // Made after the node, which tells them of what it applies.
  const carriers: { antiEntropy?: AntiEntropy; broker?: JetStreamReplication } = {};
  const node: StoreNode = await StoreNode.open({
    disk: await LevelDisk.open(settings.directory),
    timers: realTimers,
    newWriter: () => `${name}-${randomBytes(4).toString('hex')}`,
    sessionWaitMs,
    onApplied: (operations) => {
      if (operations.some(({ writer }) => writer === node.writer)) {
        carriers.antiEntropy?.pushAll();
        carriers.broker?.publishAll();
      }
      try {
        tracing.applied(operations, node.writer);
      } catch (error) {
        // What is traced never depends on who traces it.
        console.error('tracing failed:', error);
      }
    },
    onFailure,
    onWaiting: () => carriers.antiEntropy?.pullAll(),
    overload: () => carriers.broker?.overload(),
  });
  const peers = [...settings.peers].map(([peer, url]) => peerOver(peer, name, httpTransport(url, secret)));
  const antiEntropy = new AntiEntropy(node, peers, realTimers, {
    intervalMs: natsUrl === undefined ? ANTI_ENTROPY_MS : ANTI_ENTROPY_BEHIND_BROKER_MS,
    push: natsUrl === undefined,
  });
  carriers.antiEntropy = antiEntropy;
  const server = createStoreServer({
    node,
    self: name,
    peers: new Set(settings.peers.keys()),
    secret,
    tracing,
    health: () => {
      const { broker } = carriers;
      return { peers: antiEntropy.health(), ...(broker === undefined ? {} : { broker: broker.health() }) };
    },
    onFailure,
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, resolve);
  });
  antiEntropy.start();
  if (natsUrl !== undefined) {
    carriers.broker = new JetStreamReplication(node, natsUrl, settings.natsStream);
    carriers.broker.start();
  }
  return {
    port: (server.address() as AddressInfo).port,
    writer: node.writer,
    async stop() {
      antiEntropy.stop();
      await carriers.broker?.close();
      server.close();
      server.closeAllConnections();
      await node.close();
    },
  };
}
