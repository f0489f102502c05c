/**
 * Operations of other writers on their way in: each is let through once, after everything in its vector. A
 * `CausalDeliveryBuffer` does it; this is how the store uses one.
 */
import type { VectorTimestamp } from 'otel-causality';
import { CausalDeliveryBuffer, type Gap } from 'otel-causality/delivery';
import { MAX_BUFFERED_OPERATIONS } from '../limits.js';
import type { Operation } from './operation.js';

export interface Inbox {
  /** Takes an operation and returns all that may now be applied, in order. */
  offer(operation: Operation): readonly Operation[];
  /** The next operation of our own is being made: others may soon depend on it. */
  countOwn(): void;
  /** What a snapshot brought was applied past the inbox; returns what had waited for it. */
  catchUp(seen: VectorTimestamp): readonly Operation[];
  /** What the waiting ones wait for. */
  missing(): readonly Gap[];
  readonly size: number;
  readonly counters: InboxCounters;
}

export interface InboxCounters {
  /** Old traffic that came again. A broker also sends us our own. */
  readonly duplicates: number;
  /** Under our name, or depending on operations of ours that we never made: forged, or our disk is too old. */
  readonly claimsOurId: number;
  /** No room to wait; asked for again later. */
  readonly full: number;
  readonly malformed: number;
}

interface Arrived {
  readonly sender: string;
  readonly vector: VectorTimestamp;
  readonly operation: Operation;
}

export class CausalInbox implements Inbox {
  private readonly buffer: CausalDeliveryBuffer<Arrived>;

  constructor(writer: string, seen: VectorTimestamp, maxWaiting = MAX_BUFFERED_OPERATIONS) {
    this.buffer = new CausalDeliveryBuffer<Arrived>({ node: writer, seen, maxWaiting });
  }

  get size(): number {
    return this.buffer.size;
  }

  get counters(): InboxCounters {
    const { outcomes, refused } = this.buffer.counters;
    return {
      duplicates: outcomes.duplicate,
      claimsOurId: refused['claims-our-id'],
      full: refused.full,
      malformed: refused.malformed + refused['too-many-nodes'] + refused.contradictory,
    };
  }

  offer(operation: Operation): readonly Operation[] {
    return operationsOf(
      this.buffer.receive({ sender: operation.writer, vector: operation.vector, operation }).delivered,
    );
  }

  countOwn(): void {
    this.buffer.next();
  }

  catchUp(seen: VectorTimestamp): readonly Operation[] {
    return operationsOf(this.buffer.catchUp(seen));
  }

  missing(): readonly Gap[] {
    return this.buffer.missing();
  }
}

const operationsOf = (arrived: readonly Arrived[]): Operation[] => arrived.map(({ operation }) => operation);
