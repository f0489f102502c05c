/**
 * Three nodes: the real core, the real messages, the real anti-entropy; simulated time, disk and network. A node may be
 * killed between any two events and started again from what its disk kept.
 */
import { AntiEntropy } from '../../src/core/anti-entropy.js';
import { replyToJson } from '../../src/core/client-protocol.js';
import { CausalInbox, type Inbox } from '../../src/core/inbox.js';
import { answerPeer, type PeerCall, peerOver } from '../../src/core/peer-protocol.js';
import { Refusal } from '../../src/core/refusal.js';
import { StoreNode, type WriteRequest } from '../../src/core/store-node.js';
import type { Timers } from '../../src/core/timers.js';
import { ANTI_ENTROPY_MS } from '../../src/limits.js';
import { Platters, SimulatedDisk } from './simulated-disk.js';
import { SimulatedNetwork } from './simulated-network.js';
import type { World } from './world.js';

/** Ways in which a store can be wrong, to see them found. */
export interface Defects {
  readonly noFsync?: boolean;
  readonly inbox?: (writer: string, seen: StoreNode['seen']) => Inbox;
}

interface Running {
  readonly node: StoreNode;
  readonly disk: SimulatedDisk;
  readonly antiEntropy: AntiEntropy;
}

export class SimulatedCluster {
  readonly names = ['n1', 'n2', 'n3'];
  readonly network: SimulatedNetwork;
  kills = 0;
  private readonly platters = new Map<string, Platters>();
  private readonly running = new Map<string, Running>();
  private readonly stop = new Map<string, () => void>();
  private readonly starting = new Set<string>();
  private readonly everyNode: StoreNode[] = [];
  private writers = 0;

  constructor(
    private readonly world: World,
    private readonly defects: Defects = {},
    /** Logs and inboxes too small for what happens, so that snapshots and refusals are used. */
    private readonly tight = false,
  ) {
    this.network = new SimulatedNetwork(world);
    for (const name of this.names) this.platters.set(name, new Platters());
  }

  async start(name: string): Promise<void> {
    // It may be starting: a process that is not up yet is not started twice on one disk.
    if (this.running.has(name) || this.starting.has(name)) return;
    this.starting.add(name);
    const { world, network } = this;
    const disk = new SimulatedDisk(world, this.platters.get(name) as Platters, this.defects.noFsync);
    let alive = true;
    // Timers die with the process.
    const timers: Timers = { after: (ms, run) => world.after(ms, () => (alive ? run() : undefined)) };
    const carriers: { antiEntropy?: AntiEntropy } = {};
    const node: StoreNode = await StoreNode.open({
      disk,
      timers,
      newWriter: () => `${name}-${String(++this.writers).padStart(8, '0')}`,
      onApplied: (operations) => {
        if (operations.some(({ writer }) => writer === node.writer)) carriers.antiEntropy?.pushAll();
      },
      onWaiting: () => carriers.antiEntropy?.pullAll(),
      ...(this.tight ? { maxLogOperations: 10 } : {}),
      inbox: this.defects.inbox ?? ((writer, seen) => new CausalInbox(writer, seen, this.tight ? 3 : undefined)),
    });
    this.starting.delete(name);
    const others = this.names.filter((other) => other !== name);
    const peers = others.map((other) =>
      peerOver(other, name, async (call, body) => {
        const silence = new Promise<never>(() => undefined);
        // A dead process hears no answer, and no timeout either.
        try {
          const text = await network.call(name, other, call, JSON.stringify(body));
          return alive ? (JSON.parse(text) as unknown) : await silence;
        } catch (error) {
          if (!alive) await silence;
          throw error;
        }
      }),
    );
    const antiEntropy = new AntiEntropy(node, peers, timers, { intervalMs: ANTI_ENTROPY_MS, push: true });
    carriers.antiEntropy = antiEntropy;
    antiEntropy.start();
    const known = new Set(others);
    network.handlers.set(name, async (call, text) => {
      const body = JSON.parse(text) as Record<string, unknown>;
      if (call === 'read' || call === 'write') return answerClient(node, call, body);
      return JSON.stringify(await answerPeer(node, name, known, call as PeerCall, body));
    });
    this.everyNode.push(node);
    this.running.set(name, { node, disk, antiEntropy });
    this.stop.set(name, () => {
      alive = false;
    });
  }

  /** SIGKILL: no timer, no message and no promise of this process goes on. */
  kill(name: string): void {
    const running = this.running.get(name);
    if (running === undefined) return;
    this.kills++;
    this.stop.get(name)?.();
    running.antiEntropy.stop();
    running.disk.crash();
    this.running.delete(name);
    this.network.handlers.delete(name);
  }

  /** A new disk, with nothing on it, for a node that is down. */
  replaceDisk(name: string): void {
    this.platters.set(name, new Platters());
  }

  node(name: string): StoreNode | undefined {
    return this.running.get(name)?.node;
  }

  /** A counter of all processes there have been, those that were killed included. */
  total(counter: (node: StoreNode) => number): number {
    return this.everyNode.reduce((sum, node) => sum + counter(node), 0);
  }

  /** Whether all nodes are up and have applied the same. */
  isSettled(): boolean {
    const texts = this.names.map((name) => this.node(name)?.seen.toString());
    return texts[0] !== undefined && texts.every((text) => text === texts[0]);
  }
}

/** A client's request and its reply, as text, like an HTTP server would. Refusals are replies too. */
async function answerClient(node: StoreNode, call: string, body: Record<string, unknown>): Promise<string> {
  try {
    const request = body as unknown as WriteRequest;
    const reply = call === 'read' ? await node.read(request) : await node.write(request);
    return JSON.stringify({ status: 200, reply: replyToJson(reply) });
  } catch (error) {
    if (error instanceof Refusal) return JSON.stringify({ status: error.status, code: error.code });
    throw error;
  }
}
