/**
 * Causal broadcast (Birman, Schiper and Stephenson 1991): gives messages out in an order in which none comes before
 * anything that its sender had seen.
 *
 * Guarantee: a message is delivered when it is the next of its sender and everything else that its vector names was
 * delivered; no message is delivered twice; what is not delivered is waiting, or named by `missing()`, or was refused
 * and counted. A message from the network never makes `receive` throw. Memory is bounded by `maxWaiting` and
 * clocks/limits.ts.
 * Hazard: vectors count *broadcasts* here: a sender counts one for each message, and hears only what was delivered to
 * it. Stamps of spans count other events as well and cannot be used.
 */
import { InvalidValueError } from '../clocks/errors.js';
import {
  DEFAULT_WAITING_MESSAGES,
  HIGHEST_WAITING_MESSAGES,
  MAX_COUNTER,
  MAX_FOREIGN_VECTOR_ENTRIES,
  MAX_HELD_ENTRIES,
} from '../clocks/limits.js';
import { VectorTimestamp } from '../clocks/vector-timestamp.js';
import { isNode, NODE_EXPECTED, vectorOf } from './foreign-names.js';
import { integerOption, wordOption } from './option-checks.js';
import type { DeliveryBufferOptions } from './buffer-options.js';
import { type DeliverySnapshot, type RestoredDelivery, readSnapshot, SNAPSHOT_FORMAT } from './delivery-snapshot.js';
import { type Gap, missingOf } from './missing-messages.js';
import type { Reception, ReceptionCounters, RefusedReception } from './receptions.js';
import { type BroadcastMessage, type Stamped, stampedOf } from './stamped-message.js';
import { WaitingMessages } from './waiting-messages.js';

/** Holds messages back until everything that their senders had seen was delivered. */
export class CausalDeliveryBuffer<M extends BroadcastMessage = BroadcastMessage> {
  /** Our own id, where we have one. */
  readonly node: string | undefined;
  private readonly maxWaiting: number;
  private readonly whenFull: 'reject' | 'drop-oldest';
  private readonly onDropped: ((message: M) => void) | undefined;
  private readonly waiting = new WaitingMessages<M>();
  private readonly delivered = new Map<string, number>();
  /** Senders of what waits or was turned away, of whom nothing was delivered yet. */
  private readonly newcomers = new Set<string>();
  /** The highest number of each sender that there was no room for. */
  private readonly turnedAway = new Map<string, number>();
  private readonly outcomes = { delivered: 0, waiting: 0, duplicate: 0, refused: 0 };
  private readonly refused: Record<RefusedReception, number> = {
    malformed: 0,
    'claims-our-id': 0,
    'too-many-nodes': 0,
    contradictory: 0,
    full: 0,
  };
  private dropped = 0;

  /** Throws {@link InvalidValueError} naming the option. */
  constructor(options: DeliveryBufferOptions<M> = {}) {
    const { node, seen, onDropped } = options;
    if (node !== undefined && !isNode(node)) throw new InvalidValueError('node', node, NODE_EXPECTED);
    const known = seen === undefined ? VectorTimestamp.EMPTY : vectorOf(seen);
    if (known === undefined) {
      throw new InvalidValueError('seen', seen, `a VectorTimestamp of at most ${MAX_FOREIGN_VECTOR_ENTRIES} nodes`);
    }
    this.node = node;
    for (const [name, counter] of known) this.delivered.set(name, counter);
    this.maxWaiting = integerOption('maxWaiting', options.maxWaiting, {
      preset: DEFAULT_WAITING_MESSAGES,
      highest: HIGHEST_WAITING_MESSAGES,
    });
    this.whenFull = wordOption('whenFull', options.whenFull, ['reject', 'drop-oldest']);
    this.onDropped = onDropped;
  }

  /** How many messages of each node were delivered. */
  get seen(): VectorTimestamp {
    return VectorTimestamp.from(this.delivered);
  }

  /** Messages that wait. */
  get size(): number {
    return this.waiting.size;
  }

  /** What became of the messages so far. */
  get counters(): ReceptionCounters {
    return { outcomes: { ...this.outcomes }, refused: { ...this.refused }, dropped: this.dropped };
  }

  /**
   * Counts a message of our own, and returns the vector to broadcast it with. To ourselves it is delivered already.
   * Store a snapshot before the message leaves: after a crash its number must not be given to another.
   * Throws {@link InvalidValueError} in a buffer without `node`, and beyond 2^48 messages.
   */
  next(): VectorTimestamp {
    if (this.node === undefined) throw new InvalidValueError('node', this.node, 'the id to broadcast under');
    const tick = this.seenOf(this.node) + 1;
    if (tick > MAX_COUNTER) throw new InvalidValueError('tick', tick, 'at most 2^48 messages of a node');
    if (!this.hasRoomFor(this.node)) {
      throw new InvalidValueError('seen', this.delivered.size, `fewer than ${MAX_FOREIGN_VECTOR_ENTRIES} nodes`);
    }
    this.delivered.set(this.node, tick);
    return this.seen;
  }

  /** Takes a message from the network: what became of it, and all messages that are delivered now, in order. */
  receive(message: M): Reception<M> {
    const stamped = stampedOf(message);
    if (stamped === undefined) return this.refusal('malformed');
    const { sender, tick, vector } = stamped;
    if (tick <= this.seenOf(sender)) return this.counted('duplicate');
    const twin = this.waiting.get(sender, tick);
    if (twin !== undefined) {
      return twin.vector.compare(vector) === 'equal' ? this.counted('duplicate') : this.refusal('contradictory');
    }
    if (this.claimsOurId(vector)) return this.refusal('claims-our-id');
    if (!this.hasRoomFor(sender)) return this.refusal('too-many-nodes');
    if (this.isReady(stamped)) return this.counted('delivered', this.deliver([stamped]));
    if (!this.delivered.has(sender)) this.newcomers.add(sender);
    if (this.whenFull === 'drop-oldest') while (this.isFullFor(vector)) this.dropOldest();
    if (this.isFullFor(vector)) {
      this.turnAway(stamped);
      return this.refusal('full');
    }
    this.waiting.add(stamped, this.seenOf);
    return this.counted('waiting');
  }

  /**
   * Goes on from a peer's snapshot: what it includes counts as delivered. Returns what is delivered now, in order. For
   * one who joins late and buffers while the snapshot is on its way. Throws {@link InvalidValueError} for what is no
   * vector within the limits, or one that names more of our own messages than we have sent; then nothing has changed.
   */
  catchUp(seen: VectorTimestamp): M[] {
    const known = vectorOf(seen);
    if (known === undefined || this.claimsOurId(known)) {
      throw new InvalidValueError('seen', seen, 'a vector that names no more of ours than we have sent');
    }
    const union = known.merge(this.seen);
    const size = [...this.newcomers].reduce((sum, sender) => sum + (union.get(sender) === 0 ? 1 : 0), union.size);
    if (size > MAX_FOREIGN_VECTOR_ENTRIES) {
      throw new InvalidValueError(
        'seen',
        size,
        `at most ${MAX_FOREIGN_VECTOR_ENTRIES} nodes together with those known`,
      );
    }
    for (const [node, counter] of union) this.advance(node, counter);
    const waiting = this.waiting.clear().filter(({ sender, tick }) => tick > this.seenOf(sender));
    // What is ready sets free what waits for it; what is not is filed again.
    const ready = waiting.filter((stamped) => !this.waiting.add(stamped, this.seenOf));
    return this.deliver(ready);
  }

  /**
   * The messages that others wait for and that did not come, as ranges: ask a peer for them. Those that were turned
   * away because the buffer was full are among them. Linear in what waits.
   */
  missing(): Gap[] {
    return missingOf(this.waiting, this.turnedAway, this.seenOf);
  }

  /**
   * Gives up a sender that is gone: drops its waiting messages, and returns them. What others need of it stays missing.
   */
  dropFrom(sender: string): M[] {
    const theirs = [...this.waiting].filter((stamped) => stamped.sender === sender);
    for (const { tick } of theirs) this.waiting.remove(sender, tick);
    this.turnedAway.delete(sender);
    this.newcomers.delete(sender);
    return theirs.map(({ message }) => message);
  }

  /** Everything that this buffer knows, at this moment. Its messages are the ones that were received. */
  snapshot(): DeliverySnapshot<M> {
    return {
      format: SNAPSHOT_FORMAT,
      seen: [...this.seen],
      waiting: Array.from(this.waiting, ({ message }) => message),
      turnedAway: [...VectorTimestamp.from(this.turnedAway)],
    };
  }

  /**
   * A buffer that goes on where a snapshot was taken. Throws {@link InvalidValueError} naming the place.
   * @param messageOf makes a message of what JSON has made of it. By default its vector is read back, nothing else
   */
  static restore<M extends BroadcastMessage>(
    snapshot: unknown,
    options?: Omit<DeliveryBufferOptions<M>, 'seen'>,
    messageOf?: (value: unknown) => M,
  ): CausalDeliveryBuffer<M> {
    const { seen, waiting, turnedAway }: RestoredDelivery<M> = readSnapshot(snapshot, messageOf);
    const made = new CausalDeliveryBuffer<M>({ ...options, seen });
    waiting.forEach((message, i) => made.restoreWaiting(message, i));
    for (const [sender, tick] of turnedAway) {
      if (!made.hasRoomFor(sender)) throw new InvalidValueError('snapshot.turnedAway', sender, 'one of 1,024 nodes');
      if (made.seenOf(sender) === 0) made.newcomers.add(sender);
      if (made.seenOf(sender) < tick) made.turnedAway.set(sender, tick);
    }
    return made;
  }

  private restoreWaiting(message: M, i: number): void {
    const stamped = stampedOf(message);
    if (
      stamped === undefined ||
      this.isFullFor(stamped.vector) ||
      this.claimsOurId(stamped.vector) ||
      !this.hasRoomFor(stamped.sender) ||
      stamped.tick <= this.seenOf(stamped.sender) ||
      this.waiting.get(stamped.sender, stamped.tick) !== undefined ||
      !this.waiting.add(stamped, this.seenOf)
    ) {
      throw new InvalidValueError(`snapshot.waiting[${i}]`, message, 'a message that waits');
    }
    if (!this.delivered.has(stamped.sender)) this.newcomers.add(stamped.sender);
  }

  private isFullFor(vector: VectorTimestamp): boolean {
    return this.waiting.size >= this.maxWaiting || this.waiting.entries + vector.size > MAX_HELD_ENTRIES;
  }

  /** Nobody else broadcasts under our id, and nobody can have seen what we have not sent. */
  private claimsOurId(vector: VectorTimestamp): boolean {
    return this.node !== undefined && vector.get(this.node) > this.seenOf(this.node);
  }

  private hasRoomFor(sender: string): boolean {
    return (
      this.delivered.has(sender) ||
      this.newcomers.has(sender) ||
      this.delivered.size + this.newcomers.size < MAX_FOREIGN_VECTOR_ENTRIES
    );
  }

  private readonly seenOf = (node: string): number => this.delivered.get(node) ?? 0;

  private isReady({ sender, tick, vector }: Stamped<M>): boolean {
    if (tick !== this.seenOf(sender) + 1) return false;
    for (let i = 0; i < vector.size; i++) {
      const node = vector.table.nodes[i] as string;
      if (node !== sender && vector.counterAt(i) > this.seenOf(node)) return false;
    }
    return true;
  }

  /** Delivers messages that are ready and everything that has waited for them, to the end of the chain. */
  private deliver(ready: Stamped<M>[]): M[] {
    for (let next = 0; next < ready.length; next++) {
      const { sender, tick } = ready[next] as Stamped<M>;
      this.advance(sender, tick);
      for (const woken of this.waiting.wake(sender, tick, this.seenOf)) ready.push(woken);
    }
    return ready.map(({ message }) => message);
  }

  private advance(sender: string, tick: number): void {
    this.delivered.set(sender, tick);
    this.newcomers.delete(sender);
    if ((this.turnedAway.get(sender) ?? 0) <= tick) this.turnedAway.delete(sender);
  }

  private dropOldest(): void {
    const oldest = this.waiting.removeOldest();
    if (oldest === undefined) return;
    this.turnAway(oldest);
    this.dropped++;
    try {
      this.onDropped?.(oldest.message);
    } catch {
      // A listener that throws must not lose the message that made the room necessary.
    }
  }

  private turnAway({ sender, tick }: Stamped<M>): void {
    if ((this.turnedAway.get(sender) ?? 0) < tick) this.turnedAway.set(sender, tick);
  }

  private counted(outcome: 'delivered' | 'waiting' | 'duplicate', delivered: readonly M[] = []): Reception<M> {
    this.outcomes[outcome]++;
    return { outcome, delivered };
  }

  private refusal(reason: RefusedReception): Reception<M> {
    this.outcomes.refused++;
    this.refused[reason]++;
    return { outcome: 'refused', reason, delivered: [] };
  }
}
