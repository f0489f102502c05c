/**
 * Causal broadcast (Birman, Schiper and Stephenson 1991): gives messages out in an order in which none comes before
 * anything that its sender had seen.
 *
 * Guarantee: a message is delivered when it is the next of its sender and everything else that its vector names was
 * delivered; no message is delivered twice; what is not delivered is waiting, or named by `missing()`, or was refused and
 * counted. A message from the network never makes `receive` throw. Memory is bounded by `maxWaiting` messages.
 * Hazard: vectors count *broadcasts* here: a sender counts one for each message, and hears only what was delivered to
 * it. Stamps of spans count other events as well and cannot be used.
 */
import { InvalidValueError } from '../clocks/errors.js';
import {
  DEFAULT_WAITING_MESSAGES,
  HIGHEST_WAITING_MESSAGES,
  MAX_COUNTER,
  MAX_DELIVERY_NODES,
} from '../clocks/limits.js';
import { VectorTimestamp } from '../clocks/vector-timestamp.js';
import { integerOption, isNode, NODE_EXPECTED, vectorOf, wordOption } from './checks.js';
import { type DeliverySnapshot, type RestoredDelivery, readSnapshot, SNAPSHOT_FORMAT } from './delivery-snapshot.js';
import { type Gap, missingOf } from './missing.js';
import type { Reception, ReceptionCounters, RefusedReception } from './receptions.js';
import { type Stamped, WaitingMessages } from './waiting-messages.js';

/** A broadcast message: any object with these two. */
export interface BroadcastMessage {
  /** Who broadcast it: 1 to 256 characters. */
  readonly sender: string;
  /** What the sender had delivered; its own entry is the number of this message. */
  readonly vector: VectorTimestamp;
}

export interface DeliveryBufferOptions<M> {
  /** Our own id, under which {@link CausalDeliveryBuffer.next} counts. Without it the buffer only listens. */
  readonly node?: string;
  /** Where to begin: the `seen` of a peer's snapshot, for one who joins late. Default: nothing was delivered. */
  readonly seen?: VectorTimestamp;
  /** Messages that wait at most, 1 to 1,000,000. Default: 10,000. */
  readonly maxWaiting?: number;
  /**
   * What happens to a message that has to wait when as many wait already. `reject` (the default) refuses it;
   * `drop-oldest` makes room by dropping the one that has waited longest. Either way `missing` names the message.
   */
  readonly whenFull?: 'reject' | 'drop-oldest';
  /** Told of every message that `drop-oldest` drops. */
  readonly onDropped?: (message: M) => void;
}

export class CausalDeliveryBuffer<M extends BroadcastMessage = BroadcastMessage> {
  readonly node: string | undefined;
  private readonly maxWaiting: number;
  private readonly whenFull: 'reject' | 'drop-oldest';
  private readonly onDropped: ((message: M) => void) | undefined;
  private readonly waiting = new WaitingMessages<M>();
  private readonly delivered = new Map<string, number>();
  /** The highest number of each sender that there was no room for. */
  private readonly turnedAway = new Map<string, number>();
  private readonly outcomes = { delivered: 0, waiting: 0, duplicate: 0, refused: 0 };
  private readonly refused: Record<RefusedReception, number> = {
    malformed: 0,
    'claims-our-id': 0,
    'too-many-nodes': 0,
    full: 0,
  };
  private dropped = 0;

  /** Throws {@link InvalidValueError} naming the option. */
  constructor(options: DeliveryBufferOptions<M> = {}) {
    const { node, seen, onDropped } = options;
    if (node !== undefined && !isNode(node)) throw new InvalidValueError('node', node, NODE_EXPECTED);
    const known = seen === undefined ? VectorTimestamp.EMPTY : vectorOf(seen);
    if (known === undefined || known.size > MAX_DELIVERY_NODES) {
      throw new InvalidValueError('seen', seen, `a VectorTimestamp of at most ${MAX_DELIVERY_NODES} nodes`);
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
    if (tick === 1 && this.delivered.size >= MAX_DELIVERY_NODES) {
      throw new InvalidValueError('seen', this.delivered.size, `fewer than ${MAX_DELIVERY_NODES} nodes`);
    }
    this.delivered.set(this.node, tick);
    return this.seen;
  }

  /** Takes a message from the network: what became of it, and all messages that are delivered now, in order. */
  receive(message: M): Reception<M> {
    const stamped = this.stampedOf(message);
    if (typeof stamped === 'string') return this.refusal(stamped);
    const { sender, tick, vector } = stamped;
    if (tick <= this.seenOf(sender) || this.waiting.get(sender, tick) !== undefined) return this.counted('duplicate');
    // Nobody else broadcasts under our id, and nobody can have seen what we have not sent.
    if (this.node !== undefined && vector.get(this.node) > this.seenOf(this.node)) return this.refusal('claims-our-id');
    const known = this.delivered.has(sender);
    if (!known && this.delivered.size >= MAX_DELIVERY_NODES) return this.refusal('too-many-nodes');
    if (this.isReady(stamped)) return this.counted('delivered', this.deliver(stamped));
    if (this.waiting.size >= this.maxWaiting) {
      if (this.whenFull === 'reject') {
        this.turnAway(stamped);
        return this.refusal('full');
      }
      this.dropOldest();
    }
    this.waiting.add(stamped, this.seenOf);
    return this.counted('waiting');
  }

  /**
   * The messages that others wait for and that did not come, as ranges: ask a peer for them. Those that were turned
   * away because the buffer was full are among them. Linear in what waits.
   */
  missing(): Gap[] {
    return missingOf(this.waiting, this.turnedAway, this.seenOf);
  }

  /** Gives up a sender that is gone: drops its waiting messages, and returns them. What others need of it stays missing. */
  dropFrom(sender: string): M[] {
    const theirs = [...this.waiting].filter((stamped) => stamped.sender === sender);
    for (const { tick } of theirs) this.waiting.remove(sender, tick);
    this.turnedAway.delete(sender);
    return theirs.map(({ message }) => message);
  }

  /** Everything that this buffer knows, at this moment. Its messages are the ones that were received. */
  snapshot(): DeliverySnapshot<M> {
    return {
      format: SNAPSHOT_FORMAT,
      seen: [...this.delivered],
      waiting: Array.from(this.waiting, ({ message }) => message),
      turnedAway: [...this.turnedAway],
    };
  }

  /**
   * A buffer that goes on where a snapshot was taken. Throws {@link InvalidValueError} naming the place.
   * @param messageOf makes a message of what JSON has made of it: its vector must be a VectorTimestamp again
   */
  static restore<M extends BroadcastMessage>(
    snapshot: unknown,
    options?: Omit<DeliveryBufferOptions<M>, 'seen'>,
    messageOf?: (value: unknown) => M,
  ): CausalDeliveryBuffer<M> {
    const { seen, waiting, turnedAway }: RestoredDelivery<M> = readSnapshot(snapshot, messageOf);
    const made = new CausalDeliveryBuffer<M>({ ...options, seen });
    waiting.forEach((message, i) => made.restoreWaiting(message, i));
    for (const [node, tick] of turnedAway) made.turnedAway.set(node, tick);
    return made;
  }

  private restoreWaiting(message: M, i: number): void {
    const stamped = this.stampedOf(message);
    if (
      typeof stamped === 'string' ||
      this.waiting.size >= this.maxWaiting ||
      !this.waiting.add(stamped, this.seenOf)
    ) {
      throw new InvalidValueError(`snapshot.waiting[${i}]`, message, 'a message that waits');
    }
  }

  private readonly seenOf = (node: string): number => this.delivered.get(node) ?? 0;

  private stampedOf(message: M): Stamped<M> | RefusedReception {
    try {
      const { sender } = message;
      const vector = vectorOf(message.vector);
      const tick = vector !== undefined && isNode(sender) ? vector.get(sender) : 0;
      return vector === undefined || tick === 0 ? 'malformed' : { message, sender, tick, vector };
    } catch {
      return 'malformed';
    }
  }

  private isReady({ sender, tick, vector }: Stamped<M>): boolean {
    if (tick !== this.seenOf(sender) + 1) return false;
    for (const [node, counter] of vector) if (node !== sender && counter > this.seenOf(node)) return false;
    return true;
  }

  /** Delivers a message and everything that has waited for it, to the end of the chain. */
  private deliver(first: Stamped<M>): M[] {
    const ready = [first];
    const out: M[] = [];
    for (let next = 0; next < ready.length; next++) {
      const { message, sender, tick } = ready[next] as Stamped<M>;
      this.delivered.set(sender, tick);
      if ((this.turnedAway.get(sender) ?? 0) <= tick) this.turnedAway.delete(sender);
      out.push(message);
      for (const woken of this.waiting.wake(sender, tick, this.seenOf)) ready.push(woken);
    }
    return out;
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
    const known = this.turnedAway.get(sender);
    if (known === undefined && this.turnedAway.size >= MAX_DELIVERY_NODES) return;
    if (known === undefined || known < tick) this.turnedAway.set(sender, tick);
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
