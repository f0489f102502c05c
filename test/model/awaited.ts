/**
 * The replies that a process awaits, as the oracle keeps them.
 *
 * Guarantee: no more than a process may await. What is given up for room was awaited longest; its trace is incomplete from
 * then on, but for a producer's message, which is complete without a reply. Whatever comes for it later is missed.
 */
import { SpanKind } from '@opentelemetry/api';
import type { Lane } from './lane.js';
import type { EventSet } from './order-graph.js';
import type { SpanFacts } from './scene.js';

/** Requests of one span that await their replies. */
export interface AwaitedFacts {
  requests: number;
  /** Where the sender's knowledge is, and what the library held there. */
  readonly lane: Lane;
  readonly holder: number | undefined;
  /** The span that sent the first of them, where the library has stamped it and will say whether it misses a reply. */
  readonly owner: SpanFacts | undefined;
  /** Those of them that the library sent for spans that it has not stamped, or whose end it has seen. */
  blind: number;
  /** Those of them of which nobody has said that he hears their reply. */
  unannounced: number;
  /** The sender's own events before the first of them: a reply to it knows them. */
  readonly own: EventSet;
  /** All of its targets got a stamp. */
  stamped: boolean;
}

export class AwaitedReplies {
  /** The one awaited longest first. */
  private readonly bySpan = new Map<string, AwaitedFacts>();
  private readonly givenUp = new Set<string>();

  /** @param capacity spans whose replies may be awaited at once */
  constructor(private readonly capacity: number) {}

  of(spanId: string): AwaitedFacts | undefined {
    return this.bySpan.get(spanId);
  }

  /** Some reply was given up: one that comes for nobody may be that. */
  get hasGivenUp(): boolean {
    return this.givenUp.size > 0;
  }

  /** True where the replies to this span's requests were given up. */
  isGivenUp(spanId: string): boolean {
    return this.givenUp.has(spanId);
  }

  /** A request leaves. */
  add(spanId: string, request: Omit<AwaitedFacts, 'requests' | 'blind' | 'unannounced'>, isAnnounced: boolean): void {
    let awaited = this.bySpan.get(spanId);
    if (awaited === undefined) {
      if (this.bySpan.size >= this.capacity) this.giveUpOldest();
      awaited = { ...request, requests: 0, blind: 0, unannounced: 0 };
      this.bySpan.set(spanId, awaited);
    }
    awaited.requests++;
    awaited.stamped &&= request.stamped;
    if (!isAnnounced) {
      awaited.unannounced++;
      request.lane.unannounced++;
    }
    if (request.owner !== undefined) return;
    awaited.blind++;
    request.lane.blind++;
  }

  /** Somebody will hear the reply to one of a span's requests. */
  announce(spanId: string): void {
    const awaited = this.bySpan.get(spanId);
    if (awaited !== undefined && awaited.unannounced > 0) settle(awaited, awaited.unannounced - 1);
  }

  /** A reply comes. Undefined where none is awaited. While the sender lives, there may be more to the same headers. */
  take(spanId: string): AwaitedFacts | undefined {
    const awaited = this.bySpan.get(spanId);
    if (awaited === undefined || awaited.requests === 0) return awaited;
    if (--awaited.requests > 0) return awaited;
    if (awaited.lane.holder === awaited.holder) awaited.lane.blind -= awaited.blind;
    awaited.blind = 0;
    settle(awaited, 0);
    if (awaited.owner?.live !== true) this.bySpan.delete(spanId);
    return awaited;
  }

  /**
   * A span ends.
   * @returns true where it misses a reply
   */
  close(spanId: string, isClient: boolean): boolean {
    const awaited = this.bySpan.get(spanId);
    if (awaited === undefined) return false;
    const isMissed = isClient && awaited.requests > 0;
    if (!isMissed && awaited.requests > 0) return false;
    settle(awaited, 0);
    this.bySpan.delete(spanId);
    return isMissed;
  }

  private giveUpOldest(): void {
    for (const [spanId, awaited] of this.bySpan) {
      const { lane, holder, owner } = awaited;
      settle(awaited, 0);
      this.bySpan.delete(spanId);
      this.givenUp.add(spanId);
      if (owner?.kind !== SpanKind.PRODUCER && lane.holder === holder) lane.rules.add('too many replies awaited');
      lane.happened.note('a reply was given up for room');
      return;
    }
  }
}

/** Of so many requests the reply may still pass everybody by. */
function settle(awaited: AwaitedFacts, unannounced: number): void {
  const { lane, holder } = awaited;
  if (lane.holder === holder) lane.unannounced -= awaited.unannounced - unannounced;
  awaited.unannounced = unannounced;
}
