/**
 * One node of the store, without network, clock or disk of its own.
 *
 * Guarantees, for whoever talks to it:
 * - What it acknowledged is durable, and nobody (client or peer) is shown anything that is not.
 * - An operation becomes visible after everything in its vector, at every node.
 * - A request that names a session sees all that the session has seen, or is refused; it is never shown less.
 * - A write replaces exactly the versions that its context names. Nothing else ever disappears.
 */
import type { VectorTimestamp } from 'otel-causality';
import { MAX_BATCH_OPERATIONS, MAX_WRITERS, SESSION_WAIT_MS } from '../limits.js';
import { CommitLoop } from './commit-loop.js';
import { type Counters, newCounters } from './counters.js';
import type { Disk } from './disk.js';
import { CausalInbox, type Inbox, type InboxCounters } from './inbox.js';
import { EMPTY_KEY, type KeyState, keyStateFromJson } from './key-state.js';
import type { Operation } from './operation.js';
import { raise } from './operation-log.js';
import { Refusal } from './refusal.js';
import { checkKey, checkRequestId, checkValue } from './request-checks.js';
import { SessionWaits } from './session-waits.js';
import { type Snapshot, StoreState } from './store-state.js';
import type { Timers } from './timers.js';
import { parseContext, parsePlainVector, parseSession } from './tokens.js';

export interface StoreNodeOptions {
  readonly disk: Disk;
  readonly timers: Timers;
  /** A name that no data directory has had: `<name>-<8 of a-z0-9>`. Called when the disk is empty. */
  readonly newWriter: () => string;
  readonly sessionWaitMs?: number;
  /** Operations kept for peers that are behind; by default as many as the limit says. */
  readonly maxLogOperations?: number;
  /** Holds operations of others back until their causes are here. */
  readonly inbox?: (writer: string, seen: VectorTimestamp) => Inbox;
  /** Told of everything that became durable, with the operations in the order in which they were applied. */
  readonly onApplied?: (operations: readonly Operation[]) => void;
  /** A request waits for operations that peers may have. */
  readonly onWaiting?: () => void;
  /** The disk failed, and with it the node: nothing more is taken. */
  readonly onFailure?: (error: Error) => void;
  /** A reason to refuse clients' writes for now. */
  readonly overload?: () => Refusal | undefined;
}

export interface ReadRequest {
  readonly key: string;
  readonly session?: string | undefined;
}

export interface WriteRequest extends ReadRequest {
  /** Null deletes. */
  readonly value: string | null;
  readonly context?: string | undefined;
  readonly request: string;
  readonly carrier?: Operation['carrier'];
}

export interface Reply {
  readonly key: string;
  readonly state: KeyState;
  /** What the session has seen now. */
  readonly session: VectorTimestamp;
  /** The operation that a write made. */
  readonly written?: Operation;
}

export type Since =
  | { readonly kind: 'operations'; readonly operations: readonly Operation[]; readonly seen: VectorTimestamp }
  | { readonly kind: 'snapshot-needed'; readonly seen: VectorTimestamp };

export class StoreNode {
  readonly counters: Counters = newCounters();
  /** A peer has more of our operations than we: our disk is an older copy, and would use numbers again. */
  private identityLost = false;
  private readonly waits: SessionWaits;
  private readonly commits: CommitLoop;

  private constructor(
    private readonly state: StoreState,
    private readonly inbox: Inbox,
    private readonly options: StoreNodeOptions,
  ) {
    this.waits = new SessionWaits(options.timers, options.sessionWaitMs ?? SESSION_WAIT_MS);
    this.commits = new CommitLoop(
      state,
      inbox,
      options.disk,
      (operations) => {
        this.waits.release(state.seen);
        options.onApplied?.(operations);
      },
      () => {
        this.counters.contradictions++;
      },
      (error) => options.onFailure?.(error),
    );
  }

  /** A node as its disk left it. */
  static async open(options: StoreNodeOptions): Promise<StoreNode> {
    const state = await StoreState.load(options.disk, options.newWriter, options.maxLogOperations);
    const inbox = (options.inbox ?? ((writer, seen) => new CausalInbox(writer, seen)))(state.writer, state.seen);
    return new StoreNode(state, inbox, options);
  }

  /** Who writes from this node's data directory. */
  get writer(): string {
    return this.state.writer;
  }

  /** All that this node has applied. */
  get seen(): VectorTimestamp {
    return this.state.seen;
  }

  /** What the inbox did not let through. */
  get refusals(): InboxCounters {
    return this.inbox.counters;
  }

  /** What is no longer in the log. */
  get logFloor(): VectorTimestamp {
    return this.state.log.floor;
  }

  /** Rejects with a {@link Refusal} when the node has not seen in time what the session has. */
  async read({ key, session: token }: ReadRequest): Promise<Reply> {
    checkKey(key);
    const session = parseSession(token);
    this.checkClaims(session, 'bad-session');
    await this.untilSeen(session);
    const state = this.state.keys.get(key) ?? EMPTY_KEY;
    return { key, state, session: session.merge(state.past) };
  }

  /**
   * Resolves when the write is durable here. A {@link Refusal} did nothing; after any other error the write may or may
   * not have happened, and the node is no longer to be used.
   */
  async write({ key, value, session: token, context: seenOfKey, request, carrier = {} }: WriteRequest): Promise<Reply> {
    checkKey(key);
    checkValue(value);
    checkRequestId(request);
    const session = parseSession(token);
    const context = parseContext(key, seenOfKey);
    if (this.identityLost) {
      throw new Refusal('identity-lost', `peers hold operations of ${this.writer} that this data directory has lost`);
    }
    const overload = this.options.overload?.();
    if (overload !== undefined) throw overload;
    this.checkClaims(context, 'bad-context');
    this.checkClaims(session, 'bad-session');
    await this.untilSeen(session.merge(context));
    const written = await this.commits.write({ key, value, context, request, carrier });
    const state = this.state.keys.get(key) ?? EMPTY_KEY;
    return { key, state, session: session.merge(state.past), written };
  }

  /**
   * Takes operations from a peer or a broker, in any order and any number of times. Resolves when those of them that
   * could be applied are durable; the others wait in the inbox, in memory, until their causes come.
   */
  async receive(operations: readonly Operation[]): Promise<void> {
    for (const operation of operations) {
      if (this.isNewBeyondLimit(operation.writer)) this.counters.tooManyWriters++;
      else this.commits.deliver(this.inbox.offer(operation));
    }
    await this.commits.idle();
  }

  /** Tells the node what a peer has applied. If some of it is ours and unknown to us, we take no more writes. */
  peerHasSeen(seen: VectorTimestamp): void {
    if (seen.get(this.writer) <= this.state.ownSeq) return;
    this.counters.identityClashes++;
    this.identityLost = true;
  }

  /** What somebody who has seen so much lacks; only of one writer, if that is asked. */
  since(seen: VectorTimestamp, writer?: string): Since {
    const operations = this.state.log.since(seen, MAX_BATCH_OPERATIONS, writer);
    if (operations === undefined) return { kind: 'snapshot-needed', seen: this.seen };
    return { kind: 'operations', operations, seen: this.seen };
  }

  snapshot(): Snapshot {
    return this.state.snapshot();
  }

  /** Joins a peer's whole state with our own. Throws a {@link Refusal} when it is malformed or claims our writes. */
  async join(snapshot: Snapshot): Promise<void> {
    let seen: VectorTimestamp;
    let keys: (readonly [string, KeyState])[];
    try {
      seen = parsePlainVector(snapshot.seen);
      keys = snapshot.keys.map(([key, state]) => [key, keyStateFromJson(state)] as const);
    } catch (error) {
      throw new Refusal('bad-operation', `malformed snapshot: ${String(error)}`);
    }
    if (raise(seen.merge(this.seen), this.writer, 1).size > MAX_WRITERS) {
      this.counters.tooManyWriters++;
      throw new Refusal('bad-operation', `the snapshot brings more than ${MAX_WRITERS} writers`);
    }
    if (seen.get(this.writer) > this.state.ownSeq) {
      this.counters.claimsOurIdInSnapshot++;
      throw new Refusal('bad-operation', `the snapshot claims writes of ${this.writer} that it never made`);
    }
    await this.commits.join(seen, keys);
    this.counters.snapshots++;
  }

  health(): Readonly<Record<string, unknown>> {
    const { state, inbox, counters } = this;
    return {
      writer: this.writer,
      takesWrites: !this.identityLost,
      seen: state.seen.toJSON(),
      keys: state.keys.size,
      characters: state.characters,
      log: { operations: state.log.size, from: state.log.floor.toJSON() },
      waiting: { requests: this.waits.size, operations: inbox.size },
      missing: inbox.missing(),
      counters: { ...counters, ...inbox.counters },
    };
  }

  /** Refuses what waits and closes the disk. What was acknowledged stays. */
  async close(): Promise<void> {
    this.waits.refuseAll(new Refusal('stopped', 'this node is stopping'));
    await this.commits.stop();
    await this.options.disk.close();
  }

  /** Only we write under our name: nobody can have seen what we never made. */
  private checkClaims(needs: VectorTimestamp, code: 'bad-session' | 'bad-context'): void {
    const claimed = needs.get(this.writer);
    if (claimed > this.state.ownSeq)
      throw new Refusal(code, `it names ${this.writer}=${claimed}, which was never written`);
  }

  /** Waits until all of it was applied here. */
  private async untilSeen(needs: VectorTimestamp): Promise<void> {
    if (this.seen.covers(needs)) return;
    this.counters.sessionWaits++;
    this.options.onWaiting?.();
    await this.waits.until(needs);
  }

  private isNewBeyondLimit(writer: string): boolean {
    return this.seen.get(writer) === 0 && raise(this.seen, this.writer, 1).size >= MAX_WRITERS;
  }
}
