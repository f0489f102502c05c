/**
 * The event that has just happened to a span, seen through its domain: all that a stamp of it would say, and no stamp
 * made. Ends are many, and of most of them two numbers are written and nothing is kept.
 *
 * Hazard: it is true until the next thing happens in the domain. Whoever wants to keep it takes a stamp
 * ({@link Domain.tick}) instead.
 */
import type { KnownVector } from '../clocks/known-vector.js';
import type { Halves } from '../clocks/ntp64-halves.js';
import type { WrittenEvent } from '../codec/span-attributes.js';
import type { Domain } from './domain.js';
import type { SpanRecord } from './records.js';

export class LatestEvent implements WrittenEvent {
  constructor(
    readonly record: SpanRecord,
    readonly domain: Domain,
  ) {}

  get node(): string | undefined {
    return this.record.start.node;
  }

  get tick(): number {
    return this.domain.counter;
  }

  get lamport(): number {
    return this.domain.lamport;
  }

  get vector(): KnownVector {
    return this.domain.heard;
  }

  get hlc(): Halves {
    return this.domain.hybridTime;
  }

  get incomplete(): boolean {
    return this.domain.isIncompleteNow;
  }

  get hlcUnordered(): boolean {
    return this.domain.unordered;
  }
}
