/**
 * Messages that are concurrent with what was handled, waiting for somebody to settle them.
 *
 * Guarantee: bounded; the same message is held once; nothing leaves but by `take`.
 * Hazard: it is memory only. What waits here was not handled, so after a crash its sender must send it again.
 */
import { DEFAULT_CONFLICTS, HIGHEST_CONFLICTS } from '../clocks/limits.js';
import type { VectorTimestamp } from '../clocks/vector-timestamp.js';
import { integerOption } from './option-checks.js';

/** A message that is neither before nor after what was handled of its key. */
export interface Conflict<M> {
  /** The message, not handled. */
  readonly message: M;
  /** The handled versions that it is concurrent with. */
  readonly against: readonly VectorTimestamp[];
}

/** Conflicts in the order of their coming, bounded. */
export class ConflictQueue<M> {
  private readonly waiting = new Map<string, Conflict<M>>();
  private readonly maxConflicts: number;

  /** Throws `InvalidValueError` for a limit that is not an integer from 1 to 100,000. */
  constructor(maxConflicts?: number) {
    this.maxConflicts = integerOption('maxConflicts', maxConflicts, {
      preset: DEFAULT_CONFLICTS,
      highest: HIGHEST_CONFLICTS,
    });
  }

  /** Conflicts that wait. */
  get size(): number {
    return this.waiting.size;
  }

  /** @internal Queues a conflict by the identity of its message. False when there is no room. */
  add(identity: string, conflict: Conflict<M>): boolean {
    if (!this.waiting.has(identity) && this.waiting.size >= this.maxConflicts) return false;
    this.waiting.set(identity, conflict);
    return true;
  }

  /** The conflict that came first, taken out; undefined when none waits. */
  take(): Conflict<M> | undefined {
    const first = this.waiting.entries().next();
    if (first.done === true) return undefined;
    const [identity, conflict] = first.value;
    this.waiting.delete(identity);
    return conflict;
  }

  /** The conflicts in the order of their coming, left where they are. */
  [Symbol.iterator](): IterableIterator<Conflict<M>> {
    return this.waiting.values();
  }
}
