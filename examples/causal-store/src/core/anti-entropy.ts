/**
 * Replication between nodes that can call each other.
 *
 * Own operations are pushed as soon as they are durable; on top of that every node asks every other one, again and again,
 * for what it lacks. The asking alone makes the nodes converge, whatever is lost, doubled or reordered; the pushing
 * makes it quick.
 * Guarantee: at most one push and one pull per peer at a time, so a slow peer costs no memory.
 */
import { VectorTimestamp } from 'otel-causality';
import { raise } from './operation-log.js';
import type { Peer } from './peer-protocol.js';
import type { StoreNode } from './store-node.js';
import type { Timers } from './timers.js';

export interface PeerHealth {
  readonly name: string;
  readonly reachable: boolean;
  /** Operations that we have applied and that the peer had not when it last answered. */
  readonly lag: number;
  readonly failures: number;
}

export class AntiEntropy {
  private readonly links: PeerLink[];
  private cancel: (() => void) | undefined;

  constructor(
    private readonly node: StoreNode,
    peers: readonly Peer[],
    private readonly timers: Timers,
    private readonly options: { readonly intervalMs: number; readonly push: boolean },
  ) {
    this.links = peers.map((peer) => new PeerLink(node, peer));
  }

  start(): void {
    this.pullAll();
    this.cancel = this.timers.after(this.options.intervalMs, () => this.start());
  }

  stop(): void {
    this.cancel?.();
    for (const link of this.links) link.stopped = true;
  }

  /** There are new operations of our own. */
  pushAll(): void {
    if (this.options.push) for (const link of this.links) void link.push();
  }

  /** Asks everybody now: somebody waits. */
  pullAll(): void {
    for (const link of this.links) void link.pull();
  }

  health(): PeerHealth[] {
    return this.links.map((link) => link.health(this.node.seen));
  }
}

class PeerLink {
  stopped = false;
  private known = VectorTimestamp.EMPTY;
  /** Our operations that went out, heard or not. */
  private sent = 0;
  private pushing = false;
  private pulling = false;
  private reachable = false;
  private failures = 0;

  constructor(
    private readonly node: StoreNode,
    private readonly peer: Peer,
  ) {}

  async push(): Promise<void> {
    if (this.pushing) return;
    this.pushing = true;
    try {
      for (;;) {
        const { writer } = this.node;
        const found = this.node.since(raise(this.known, writer, this.sent), writer);
        // A peer that needs a snapshot will ask for one.
        if (this.stopped || found.kind === 'snapshot-needed' || found.operations.length === 0) break;
        this.sent = found.operations.at(-1)?.seq ?? this.sent;
        this.heard(await this.peer.push(found.operations));
      }
    } catch {
      this.sent = 0;
      this.failed();
    } finally {
      this.pushing = false;
    }
  }

  async pull(): Promise<void> {
    if (this.pulling) return;
    this.pulling = true;
    try {
      for (let more = true; more && !this.stopped; ) {
        const before = this.node.seen;
        const found = await this.peer.pull(before);
        this.heard(found.seen);
        if (found.kind === 'operations') await this.node.receive(found.operations);
        else await this.node.join(await this.peer.snapshot());
        // Without progress, asking again at once would not help.
        more = !before.covers(this.node.seen);
      }
    } catch {
      this.failed();
    } finally {
      this.pulling = false;
    }
  }

  health(seen: VectorTimestamp): PeerHealth {
    let lag = 0;
    for (const [writer, seq] of seen) lag += Math.max(0, seq - this.known.get(writer));
    return { name: this.peer.name, reachable: this.reachable, lag, failures: this.failures };
  }

  private heard(seen: VectorTimestamp): void {
    this.reachable = true;
    this.node.peerHasSeen(seen);
    this.known = seen;
  }

  private failed(): void {
    this.reachable = false;
    this.failures++;
  }
}
