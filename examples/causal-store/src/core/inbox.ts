/**
 * Operations of other writers on their way in: each is let through once, after everything in its vector.
 */
import type { VectorTimestamp } from 'otel-causality';
import { MAX_BUFFERED_OPERATIONS } from '../limits.js';
import type { Operation } from './operation.js';
import { raise } from './operation-log.js';

/** Operations of one writer that are waited for, both ends included. */
export interface Gap {
  readonly writer: string;
  readonly from: number;
  readonly to: number;
}

export interface Inbox {
  /** Takes an operation and returns all that may now be applied, in order. */
  offer(operation: Operation): readonly Operation[];
  /** Our own operation was made: others may depend on it. */
  noteOwn(writer: string, seq: number): readonly Operation[];
  /** Starts again behind a snapshot. */
  restart(seen: VectorTimestamp): readonly Operation[];
  missing(): readonly Gap[];
  readonly size: number;
  readonly duplicates: number;
  readonly overflowed: number;
}

export class WaitingRoom implements Inbox {
  duplicates = 0;
  overflowed = 0;
  private readonly waiting = new Map<string, Operation>();

  constructor(private seen: VectorTimestamp) {}

  get size(): number {
    return this.waiting.size;
  }

  offer(operation: Operation): readonly Operation[] {
    const id = `${operation.writer}:${operation.seq}`;
    if (operation.seq <= this.seen.get(operation.writer) || this.waiting.has(id)) {
      this.duplicates++;
      return [];
    }
    if (this.waiting.size >= MAX_BUFFERED_OPERATIONS && !this.ready(operation)) {
      this.overflowed++;
      return [];
    }
    this.waiting.set(id, operation);
    return this.drain();
  }

  noteOwn(writer: string, seq: number): readonly Operation[] {
    this.seen = raise(this.seen, writer, seq);
    return this.drain();
  }

  restart(seen: VectorTimestamp): readonly Operation[] {
    this.seen = this.seen.merge(seen);
    for (const [id, { writer, seq }] of this.waiting) if (seq <= this.seen.get(writer)) this.waiting.delete(id);
    return this.drain();
  }

  missing(): readonly Gap[] {
    const needed = [...this.waiting.values()].reduce(
      (vector, { vector: own, writer, seq }) => vector.merge(seq > 1 ? own.withCounter(writer, seq - 1) : own),
      this.seen,
    );
    const gaps: Gap[] = [];
    for (const [writer, to] of needed) {
      if (to > this.seen.get(writer)) gaps.push({ writer, from: this.seen.get(writer) + 1, to });
    }
    return gaps;
  }

  private ready({ writer, seq, vector }: Operation): boolean {
    if (seq !== this.seen.get(writer) + 1) return false;
    for (const [other, counter] of vector) if (other !== writer && counter > this.seen.get(other)) return false;
    return true;
  }

  private drain(): Operation[] {
    const delivered: Operation[] = [];
    for (let again = true; again; ) {
      again = false;
      for (const [id, operation] of this.waiting) {
        if (!this.ready(operation)) continue;
        this.waiting.delete(id);
        this.seen = raise(this.seen, operation.writer, operation.seq);
        delivered.push(operation);
        again = true;
      }
    }
    return delivered;
  }
}
