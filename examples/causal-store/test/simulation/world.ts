/**
 * Simulated time: a queue of things to happen, and the randomness that decides when. The same seed gives the same world,
 * to the last microtask, because nothing in it waits for anything real.
 */
import type { Timers } from '../../src/core/timers.js';

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class World implements Timers {
  now = 0;
  private order = 0;
  private readonly queue: Event[] = [];
  private state: number;

  constructor(readonly seed: number) {
    this.state = seed >>> 0;
  }

  /** From 0 to below 1: mulberry32. */
  random(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  between(low: number, high: number): number {
    return low + this.random() * (high - low);
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.random() * from.length)] as T;
  }

  after(ms: number, run: () => void): () => void {
    let cancelled = false;
    this.push({ at: this.now + ms, order: this.order++, run: () => (cancelled ? undefined : run()) });
    return () => {
      cancelled = true;
    };
  }

  async sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.after(ms, resolve);
    });
  }

  /** Lets everything happen until this time, or until `done` says so between two events. */
  async run(until: number, done: () => boolean = () => false): Promise<void> {
    for (;;) {
      // All promises that can go on without the world do so before its next event.
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
      if (done()) return;
      const next = this.queue[0];
      if (next === undefined || next.at > until) break;
      this.pop();
      this.now = next.at;
      next.run();
    }
    this.now = until;
  }

  private push(event: Event): void {
    const { queue } = this;
    let at = queue.length;
    queue.push(event);
    while (at > 0) {
      const above = (at - 1) >>> 1;
      if (!isBefore(event, queue[above] as Event)) break;
      queue[at] = queue[above] as Event;
      at = above;
    }
    queue[at] = event;
  }

  private pop(): void {
    const { queue } = this;
    const last = queue.pop() as Event;
    if (queue.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= queue.length) break;
      if (below + 1 < queue.length && isBefore(queue[below + 1] as Event, queue[below] as Event)) below++;
      if (!isBefore(queue[below] as Event, last)) break;
      queue[at] = queue[below] as Event;
      at = below;
    }
    queue[at] = last;
  }
}

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
