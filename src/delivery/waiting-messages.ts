/**
 * Messages that came before something they depend on, each filed under the first dependency that is not met.
 *
 * Guarantee: a delivery looks only at the messages that waited for exactly it, and a message moves to a later
 * dependency at most once for each entry of its vector, so the cost of a delivery does not grow with what waits. Nor
 * does that of taking a message out, however many wait for the same.
 */
import type { Stamped } from './stamped-message.js';

interface Waiting<M> extends Stamped<M> {
  /** Entries of the vector that are known to be met, from the front. Never goes back: what is delivered stays so. */
  met: number;
  /** What it is filed under. */
  node: string;
  counter: number;
}

/** How many messages of each node have been delivered. */
export type SeenOf = (node: string) => number;

export class WaitingMessages<M> {
  /** In the order of their coming, by tick and sender. */
  private readonly all = new Map<string, Waiting<M>>();
  /** Entries of all vectors. */
  private held = 0;
  /** By node and number of the dependency. */
  private readonly filed = new Map<string, Map<number, Set<Waiting<M>>>>();

  get size(): number {
    return this.all.size;
  }

  /** Entries of the vectors of all messages. */
  get entries(): number {
    return this.held;
  }

  get(sender: string, tick: number): Stamped<M> | undefined {
    return this.all.get(nameOf(sender, tick));
  }

  /** In the order of their coming. */
  [Symbol.iterator](): IterableIterator<Stamped<M>> {
    return this.all.values();
  }

  /** Files a message. False when nothing is left to wait for: then it is to be delivered. */
  add(stamped: Stamped<M>, seen: SeenOf): boolean {
    const waiting: Waiting<M> = { ...stamped, met: 0, node: '', counter: 0 };
    if (!this.file(waiting, seen)) return false;
    this.all.set(nameOf(stamped.sender, stamped.tick), waiting);
    this.held += stamped.vector.size;
    return true;
  }

  /** Takes out the messages that waited for this delivery and now wait for nothing. The others are filed anew. */
  wake(node: string, counter: number, seen: SeenOf): Stamped<M>[] {
    const counters = this.filed.get(node);
    const woken = [...(counters?.get(counter) ?? [])];
    counters?.delete(counter);
    if (counters?.size === 0) this.filed.delete(node);
    const ready = woken.filter((waiting) => !this.file(waiting, seen));
    for (const { sender, tick, vector } of ready) {
      this.all.delete(nameOf(sender, tick));
      this.held -= vector.size;
    }
    return ready;
  }

  /** Takes out one message. */
  remove(sender: string, tick: number): Stamped<M> | undefined {
    const name = nameOf(sender, tick);
    const waiting = this.all.get(name);
    if (waiting === undefined) return undefined;
    this.all.delete(name);
    this.held -= waiting.vector.size;
    const counters = this.filed.get(waiting.node);
    const others = counters?.get(waiting.counter);
    others?.delete(waiting);
    if (others?.size === 0) counters?.delete(waiting.counter);
    if (counters?.size === 0) this.filed.delete(waiting.node);
    return waiting;
  }

  /** Takes out everything, in the order of its coming. */
  clear(): Stamped<M>[] {
    const all = [...this.all.values()];
    this.all.clear();
    this.held = 0;
    this.filed.clear();
    return all;
  }

  /** Takes out the message that came first. */
  removeOldest(): Stamped<M> | undefined {
    const oldest = this.all.values().next();
    return oldest.done === true ? undefined : this.remove(oldest.value.sender, oldest.value.tick);
  }

  /** Files a message under its first dependency that is not met. False when there is none. */
  private file(waiting: Waiting<M>, seen: SeenOf): boolean {
    const { vector, sender, tick } = waiting;
    for (; waiting.met < vector.size; waiting.met++) {
      const node = vector.table.nodes[waiting.met] as string;
      const needed = node === sender ? tick - 1 : vector.counterAt(waiting.met);
      if (seen(node) >= needed) continue;
      waiting.node = node;
      waiting.counter = needed;
      const counters = this.filed.get(node) ?? new Map<number, Set<Waiting<M>>>();
      this.filed.set(node, counters);
      const others = counters.get(needed);
      if (others === undefined) counters.set(needed, new Set([waiting]));
      else others.add(waiting);
      return true;
    }
    return false;
  }
}

/** A tick has digits only, so no two messages share a name. */
function nameOf(sender: string, tick: number): string {
  return `${tick} ${sender}`;
}
