/**
 * Requests that wait until their node has seen what their session has.
 *
 * Guarantee: a wait ends when the vector is seen, or with a refusal after a bounded time; never with less.
 */
import type { VectorTimestamp } from 'otel-causality';
import { MAX_WAITING_REQUESTS } from '../limits.js';
import { Refusal } from './refusal.js';
import type { Timers } from './timers.js';

interface Waiting {
  readonly needs: VectorTimestamp;
  readonly settle: (refusal?: Refusal) => void;
}

export class SessionWaits {
  private readonly waiting = new Set<Waiting>();

  constructor(
    private readonly timers: Timers,
    private readonly waitMs: number,
  ) {}

  get size(): number {
    return this.waiting.size;
  }

  /** Resolves once {@link release} was told of a vector that covers this one. Rejects with a {@link Refusal}. */
  async until(needs: VectorTimestamp): Promise<void> {
    if (this.waiting.size >= MAX_WAITING_REQUESTS) {
      throw new Refusal('too-many-waiting', `${MAX_WAITING_REQUESTS} requests wait for their sessions already`);
    }
    await new Promise<void>((resolve, reject) => {
      const cancel = this.timers.after(this.waitMs, () => {
        waiting.settle(
          new Refusal('behind-session', `this node has not seen ${needs.toString()} within ${this.waitMs} ms`),
        );
      });
      const waiting: Waiting = {
        needs,
        settle: (refusal) => {
          cancel();
          this.waiting.delete(waiting);
          if (refusal === undefined) resolve();
          else reject(refusal);
        },
      };
      this.waiting.add(waiting);
    });
  }

  release(seen: VectorTimestamp): void {
    for (const waiting of this.waiting) if (seen.covers(waiting.needs)) waiting.settle();
  }

  refuseAll(refusal: Refusal): void {
    for (const waiting of this.waiting) waiting.settle(refusal);
  }
}
