/**
 * Replication through NATS JetStream: the broker keeps the operations and brings them to every node.
 *
 * Guarantee: own operations are published in their order, each after it is durable here and again until the broker has
 * taken it. Where to go on after any crash, here or there, is asked of the broker, which knows the last one it holds. A
 * message is acknowledged once it is applied and durable here; what cannot be applied yet is brought again.
 * Hazard: JetStream flushes its files only now and then, so it can lose what it took when its machine loses power. The
 * nodes' own logs, and their asking each other (`PEERS`), then repair it. Its stream is bounded, too: a node that was
 * away for longer than the stream reaches back needs a peer's snapshot.
 */
import {
  AckPolicy,
  type ConsumerMessages,
  DeliverPolicy,
  DiscardPolicy,
  jetstream,
  type JetStreamClient,
  type JetStreamManager,
  jetstreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { connect, type NatsConnection, nanos } from '@nats-io/transport-node';
import { VectorTimestamp } from 'otel-causality';
import { type Operation, operationFromJson, operationToJson } from '../core/operation.js';
import { raise } from '../core/operation-log.js';
import { Refusal } from '../core/refusal.js';
import type { StoreNode } from '../core/store-node.js';
import {
  BROKER_ACKNOWLEDGE_MS,
  BROKER_CONSUMER_MS,
  BROKER_DEDUPLICATION_MS,
  BROKER_RETRY_MS,
  MAX_BROKER_STREAM_BYTES,
  MAX_BROKER_UNACKNOWLEDGED,
  MAX_UNPUBLISHED_OPERATIONS,
} from '../limits.js';

export class JetStreamReplication {
  /** The last of our operations that the broker has; undefined while it must be asked. */
  private published: number | undefined;
  /** The last that it ever confirmed; what was there at the start counts as confirmed until it was asked. */
  private confirmed: number;
  private publishing = false;
  private messages: ConsumerMessages | undefined;
  private closed = false;
  private failures = 0;

  private link: Promise<Link> | undefined;

  constructor(
    private readonly node: StoreNode,
    private readonly url: string,
    private readonly stream: string,
  ) {
    this.confirmed = node.seen.get(node.writer);
  }

  /** Begins, whether the broker is there or not: what is written meanwhile is published when it is. */
  start(): void {
    this.publishAll();
    void this.consume();
  }

  /** There are new operations of our own. */
  publishAll(): void {
    if (!this.publishing) void this.publish();
  }

  /** A reason to take no more writes: the broker is too far behind. */
  overload(): Refusal | undefined {
    if (this.unpublished <= MAX_UNPUBLISHED_OPERATIONS) return undefined;
    return new Refusal('broker-behind', `the broker has not taken the last ${this.unpublished} operations`);
  }

  health(): Readonly<Record<string, unknown>> {
    return { unpublished: this.unpublished, failures: this.failures };
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.messages?.close();
    await (await this.link?.catch(() => undefined))?.connection.close();
  }

  /** The connection, which from then on renews itself. */
  private async linked(): Promise<Link> {
    this.link ??= (async () => {
      const connection = await connect({
        servers: this.url,
        maxReconnectAttempts: -1,
        reconnectTimeWait: BROKER_RETRY_MS,
      });
      return {
        connection,
        manager: await jetstreamManager(connection, { checkAPI: false }),
        client: jetstream(connection),
      };
    })();
    try {
      return await this.link;
    } catch (error) {
      this.link = undefined;
      throw error;
    }
  }

  private get unpublished(): number {
    return Math.max(0, this.node.seen.get(this.node.writer) - this.confirmed);
  }

  private subject(): string {
    return `${this.stream}.${this.node.writer}`;
  }

  private async publish(): Promise<void> {
    this.publishing = true;
    while (!this.closed) {
      try {
        const { client, manager } = await this.linked();
        this.published ??= await this.lastPublished(manager);
        this.confirmed = this.published;
        const operations = this.unpublishedOperations(this.published);
        if (operations.length === 0) break;
        for (const operation of operations) {
          const { writer, seq } = operation;
          // One at a time: the broker's last one then says that it has all before it.
          const message = JSON.stringify(operationToJson(operation));
          await client.publish(this.subject(), message, { msgID: `${writer}:${seq}` });
          this.published = seq;
          this.confirmed = seq;
        }
      } catch {
        this.failures++;
        // It may have lost what it had not flushed.
        this.published = undefined;
        await pause(BROKER_RETRY_MS);
      }
    }
    this.publishing = false;
  }

  private unpublishedOperations(published: number): readonly Operation[] {
    const { writer } = this.node;
    const found = this.node.since(raise(VectorTimestamp.EMPTY, writer, published), writer);
    // What our log no longer holds, peers have asked for, or take in a snapshot.
    if (found.kind === 'operations') return found.operations;
    const floor = this.node.logFloor.get(writer);
    const rest = this.node.since(raise(VectorTimestamp.EMPTY, writer, floor), writer);
    return rest.kind === 'operations' ? rest.operations : [];
  }

  private async lastPublished(manager: JetStreamManager): Promise<number> {
    await this.ensureStream(manager);
    const last = await manager.streams.getMessage(this.stream, { last_by_subj: this.subject() });
    return last === null ? 0 : operationFromJson(last.json()).seq;
  }

  /** Makes the stream if it is new. */
  private async ensureStream({ streams }: JetStreamManager): Promise<void> {
    await streams.add({
      name: this.stream,
      subjects: [`${this.stream}.*`],
      max_bytes: MAX_BROKER_STREAM_BYTES,
      discard: DiscardPolicy.Old,
      duplicate_window: nanos(BROKER_DEDUPLICATION_MS),
    });
  }

  private async consume(): Promise<void> {
    while (!this.closed) {
      try {
        const { client, manager } = await this.linked();
        const name = this.node.writer;
        await this.ensureStream(manager);
        await manager.consumers.add(this.stream, {
          durable_name: name,
          ack_policy: AckPolicy.Explicit,
          deliver_policy: DeliverPolicy.All,
          ack_wait: nanos(BROKER_ACKNOWLEDGE_MS),
          max_ack_pending: MAX_BROKER_UNACKNOWLEDGED,
          inactive_threshold: nanos(BROKER_CONSUMER_MS),
        });
        // The broker may have lost what it had: look where to go on.
        this.published = undefined;
        this.publishAll();
        const consumer = await client.consumers.get(this.stream, name);
        this.messages = await consumer.consume({ abort_on_missing_resource: true, expires: BROKER_ACKNOWLEDGE_MS });
        for await (const message of this.messages) void this.take(message);
      } catch {
        this.failures++;
      }
      if (!this.closed) await pause(BROKER_RETRY_MS);
    }
  }

  private async take(message: JsMsg): Promise<void> {
    try {
      const operation = operationFromJson(message.json());
      await this.node.receive([operation]);
      // Also what was refused for good is not brought again.
      if (this.node.seen.get(operation.writer) >= operation.seq || operation.writer === this.node.writer) message.ack();
      else message.nak(BROKER_RETRY_MS);
    } catch (error) {
      // Malformed: it will not get better. Anything else is a node that stops; the broker keeps the message.
      if (!(error instanceof Refusal) || error.code !== 'bad-operation') return;
      this.node.counters.peerRefused++;
      message.term();
    }
  }
}

interface Link {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly client: JetStreamClient;
}

async function pause(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  });
}
