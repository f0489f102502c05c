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
  /** Starts again behind a snapshot; returns what had waited for it. */
  restart(seen: VectorTimestamp): readonly Operation[];
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
  private buffer: CausalDeliveryBuffer<Arrived>;
  private earlier: InboxCounters = { duplicates: 0, claimsOurId: 0, full: 0, malformed: 0 };

  constructor(
    private readonly writer: string,
    seen: VectorTimestamp,
    private readonly maxWaiting = MAX_BUFFERED_OPERATIONS,
  ) {
    this.buffer = new CausalDeliveryBuffer<Arrived>({ node: writer, seen, maxWaiting });
  }

  get size(): number {
    return this.buffer.size;
  }

  get counters(): InboxCounters {
    const { duplicates, claimsOurId, full, malformed } = countersOf(this.buffer);
    return {
      duplicates: this.earlier.duplicates + duplicates,
      claimsOurId: this.earlier.claimsOurId + claimsOurId,
      full: this.earlier.full + full,
      malformed: this.earlier.malformed + malformed,
    };
  }

  offer(operation: Operation): readonly Operation[] {
    const { delivered } = this.buffer.receive({ sender: operation.writer, vector: operation.vector, operation });
    return delivered.map((arrived) => arrived.operation);
  }

  countOwn(): void {
    this.buffer.next();
  }

  restart(seen: VectorTimestamp): readonly Operation[] {
    const { waiting } = this.buffer.snapshot();
    const before = this.counters;
    const known = this.buffer.seen.merge(seen);
    this.buffer = new CausalDeliveryBuffer<Arrived>({ node: this.writer, seen: known, maxWaiting: this.maxWaiting });
    const delivered = waiting.flatMap(({ operation }) => this.offer(operation));
    // They were counted when they came; what came with the snapshot as well is no old traffic.
    const { duplicates, claimsOurId, full, malformed } = countersOf(this.buffer);
    this.earlier = {
      duplicates: before.duplicates - duplicates,
      claimsOurId: before.claimsOurId - claimsOurId,
      full: before.full - full,
      malformed: before.malformed - malformed,
    };
    return delivered;
  }

  missing(): readonly Gap[] {
    return this.buffer.missing();
  }
}

function countersOf({ counters: { outcomes, refused } }: CausalDeliveryBuffer<Arrived>): InboxCounters {
  return {
    duplicates: outcomes.duplicate,
    claimsOurId: refused['claims-our-id'],
    full: refused.full,
    malformed: refused.malformed + refused['too-many-nodes'],
  };
}
