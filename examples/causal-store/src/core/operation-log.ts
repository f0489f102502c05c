/**
 * The operations that a node applied last, in the order in which it applied them, for peers that are behind.
 *
 * Guarantee: `since(v)` gives what a peer that has seen `v` lacks, causes first, or says that too much of it was dropped.
 * Bounded by number and by size; the oldest go first, whoever lacks them.
 */
import { VectorTimestamp } from 'otel-causality';
import { MAX_BATCH_CHARACTERS, MAX_LOG_CHARACTERS, MAX_LOG_OPERATIONS } from '../limits.js';
import type { Operation } from './operation.js';

export interface LogEntry {
  /** Its place in the order of this node. Never used twice, so that a disk can be sorted by it. */
  readonly index: number;
  readonly operation: Operation;
  /** The length of its JSON. */
  readonly characters: number;
}

export interface LogPlan {
  readonly adding: readonly LogEntry[];
  readonly dropped: readonly LogEntry[];
  readonly floor: VectorTimestamp;
  readonly characters: number;
}

export class OperationLog {
  private entries: LogEntry[] = [];
  private start = 0;
  private characters = 0;
  private lost: VectorTimestamp;

  /** @param lost operations that are no longer here, as a vector */
  constructor(
    lost: VectorTimestamp,
    private readonly maxOperations: number = MAX_LOG_OPERATIONS,
  ) {
    this.lost = lost;
  }

  /** What was dropped, or came in a snapshot: who has not seen all of it needs a snapshot too. */
  get floor(): VectorTimestamp {
    return this.lost;
  }

  get size(): number {
    return this.entries.length - this.start;
  }

  /** What adding these, and a snapshot of `skipped`, will change. Changes nothing yet: the disk comes first. */
  plan(adding: readonly LogEntry[], skipped = VectorTimestamp.EMPTY): LogPlan {
    const dropped: LogEntry[] = [];
    let lost = this.lost.merge(skipped);
    let size = this.size + adding.length;
    let characters = adding.reduce((sum, entry) => sum + entry.characters, this.characters);
    while (size > this.maxOperations || (characters > MAX_LOG_CHARACTERS && size > 1)) {
      const at = this.start + dropped.length;
      const oldest = (this.entries[at] ?? adding[at - this.entries.length]) as LogEntry;
      size--;
      characters -= oldest.characters;
      lost = raise(lost, oldest.operation.writer, oldest.operation.seq);
      dropped.push(oldest);
    }
    return { adding, dropped, floor: lost, characters };
  }

  /** Carries out what {@link plan} returned last. */
  install({ adding, dropped, floor, characters }: LogPlan): void {
    for (const entry of adding) this.entries.push(entry);
    this.start += dropped.length;
    this.lost = floor;
    this.characters = characters;
    if (this.start > 1_024 && this.start > this.entries.length / 2) {
      this.entries = this.entries.slice(this.start);
      this.start = 0;
    }
  }

  /**
   * The first of the operations that `seen` does not include, at most so many and about a megabyte; undefined when some
   * of them are no longer here.
   */
  since(seen: VectorTimestamp, max: number, writer?: string): Operation[] | undefined {
    const needed = writer === undefined ? this.lost : only(this.lost, writer);
    if (!seen.covers(needed)) return undefined;
    const found: Operation[] = [];
    let characters = 0;
    for (let i = this.start; i < this.entries.length && found.length < max; i++) {
      const { operation, characters: length } = this.entries[i] as LogEntry;
      if (writer !== undefined && operation.writer !== writer) continue;
      if (operation.seq <= seen.get(operation.writer)) continue;
      if (found.length > 0 && characters + length > MAX_BATCH_CHARACTERS) break;
      found.push(operation);
      characters += length;
    }
    return found;
  }
}

/** A vector with one entry at least so high. */
export function raise(vector: VectorTimestamp, writer: string, seq: number): VectorTimestamp {
  return vector.get(writer) >= seq ? vector : vector.withCounter(writer, seq);
}

function only(vector: VectorTimestamp, writer: string): VectorTimestamp {
  const seq = vector.get(writer);
  return seq === 0 ? VectorTimestamp.EMPTY : VectorTimestamp.from([[writer, seq]]);
}
