/**
 * The one writer of a node: takes what waits, makes it durable together, then visible, and begins again.
 *
 * Guarantee: commits never overlap, and a local write gets its number inside one, so numbers have no gaps and none is
 * used before the one below it is durable.
 * Hazard: after a failed commit nobody knows what the disk holds. The loop then stops for good: the process must end and
 * start again from the disk.
 */
import type { VectorTimestamp } from 'otel-causality';
import { MAX_COMMIT_OPERATIONS, MAX_QUEUED_WRITES } from '../limits.js';
import type { Disk } from './disk.js';
import type { Inbox } from './inbox.js';
import type { KeyState } from './key-state.js';
import type { Operation } from './operation.js';
import { Refusal } from './refusal.js';
import { checkRoom } from './request-checks.js';
import type { StoreState } from './store-state.js';

export type LocalWrite = Pick<Operation, 'key' | 'value' | 'context' | 'request' | 'carrier'>;

interface QueuedWrite {
  readonly write: LocalWrite;
  readonly done: (operation: Operation) => void;
  readonly failed: (error: unknown) => void;
}

interface QueuedJoin {
  readonly seen: VectorTimestamp;
  readonly keys: readonly (readonly [string, KeyState])[];
}

export class CommitLoop {
  private readonly writes: QueuedWrite[] = [];
  private readonly delivered: Operation[] = [];
  private readonly joins: QueuedJoin[] = [];
  private running: Promise<void> = Promise.resolve();
  private active = false;
  private failure: Error | undefined;

  constructor(
    private readonly state: StoreState,
    private readonly inbox: Inbox,
    private readonly disk: Disk,
    private readonly onCommitted: (operations: readonly Operation[]) => void,
    private readonly onContradiction: () => void,
    private readonly onFailure: (error: Error) => void,
  ) {}

  /** Resolves with the operation once it is durable. */
  async write(write: LocalWrite): Promise<Operation> {
    if (this.writes.length >= MAX_QUEUED_WRITES) {
      throw new Refusal('too-many-writes', `${MAX_QUEUED_WRITES} writes wait for the disk already`);
    }
    this.check();
    return new Promise<Operation>((done, failed) => {
      this.writes.push({ write, done, failed });
      this.run();
    });
  }

  /** Operations of others, in the order in which they are to be applied. */
  deliver(operations: readonly Operation[]): void {
    for (const operation of operations) this.delivered.push(operation);
    if (operations.length > 0) this.run();
  }

  async join(seen: VectorTimestamp, keys: readonly (readonly [string, KeyState])[]): Promise<void> {
    this.joins.push({ seen, keys });
    this.run();
    await this.idle();
  }

  /** Resolves when everything handed in so far is durable. Rejects when it may never be. */
  async idle(): Promise<void> {
    await this.running;
    this.check();
  }

  async stop(): Promise<void> {
    await this.running;
    this.failure ??= new Refusal('stopped', 'this node has stopped');
  }

  private check(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  private fail(error: unknown, unheard: readonly Pick<QueuedWrite, 'failed'>[]): void {
    const failure = error instanceof Error ? error : new Error(String(error));
    this.failure = failure;
    for (const { failed } of [...unheard, ...this.writes.splice(0)]) failed(failure);
    this.onFailure(failure);
  }

  private run(): void {
    if (this.active) return;
    this.active = true;
    // Whatever goes wrong unforeseen is met like a failing disk: what a restart finds there is whole.
    this.running = this.commitAll().catch((error: unknown) => this.fail(error, []));
  }

  private async commitAll(): Promise<void> {
    // What arrives in the same turn of the event loop shares a commit.
    await Promise.resolve();
    while (this.failure === undefined && this.writes.length + this.delivered.length + this.joins.length > 0) {
      await this.commitOnce();
    }
    // In the same turn as the look at the queues: what comes after it starts the loop again.
    this.active = false;
  }

  private async commitOnce(): Promise<void> {
    const change = this.state.change();
    const applied: Operation[] = [];
    const joins = this.joins.splice(0);
    for (const { seen, keys } of joins) {
      try {
        change.merge(seen, keys);
      } catch {
        this.onContradiction();
      }
    }
    for (const operation of this.delivered.splice(0, MAX_COMMIT_OPERATIONS)) {
      // A snapshot may have brought it already.
      if (operation.seq <= change.seen.get(operation.writer)) continue;
      if (!change.apply(operation)) this.onContradiction();
      applied.push(operation);
    }
    const made: {
      readonly operation: Operation;
      readonly done: QueuedWrite['done'];
      readonly failed: QueuedWrite['failed'];
    }[] = [];
    for (const { write, done, failed } of this.writes.splice(0, MAX_COMMIT_OPERATIONS)) {
      try {
        // Here and not before: those ahead of it in the queue have taken their room.
        checkRoom(change, write);
      } catch (error) {
        failed(error);
        continue;
      }
      const seq = change.seen.get(this.state.writer) + 1;
      this.inbox.countOwn();
      const vector = change.seen.withCounter(this.state.writer, seq);
      const operation: Operation = { ...write, writer: this.state.writer, seq, vector };
      change.apply(operation);
      applied.push(operation);
      made.push({ operation, done, failed });
    }
    let install: () => void;
    try {
      install = await change.commit(this.disk);
    } catch (error) {
      this.fail(error, made);
      return;
    }
    // Visible and told of in one turn: nobody reads a value whose arrival has not been recorded.
    install();
    // What came in a snapshot came past the inbox; what had waited for it is applied next.
    if (joins.length > 0) this.deliver(this.inbox.catchUp(this.state.seen));
    this.onCommitted(applied);
    for (const { operation, done } of made) done(operation);
  }
}
