/**
 * Stamps, and the question they answer: which of two events happened before the other?
 *
 * Guarantee: `before` and `after` are proven by a path of stamped messages; `concurrent` is said only when no such
 * path exists and no message was seen that could not be stamped. Everything else is `unknown`.
 * Hazard: two stamps are comparable only inside one domain. Lamport and HLC values compare across domains, but a
 * smaller one never proves *before*.
 */
import type { KnownVector } from './known-vector.js';
import type { Halves } from './ntp64-halves.js';
import type { Ntp64 } from './ntp64.js';
import type { Relation, VectorTimestamp } from './vector-timestamp.js';

/** The answer for two events: a happens-before relation, or the admission that it cannot be known. */
export type StampRelation = Relation | 'unknown';

/** The domain of everything that a process in process scope stamps. */
export const PROCESS_DOMAIN = '-';

/**
 * What a clock domain knew at one moment. A *stamp of an event* has `node` and `tick`; a stamp that a *message*
 * carried has neither, because a message is not an event: it says what its sender had heard of.
 */
export interface CausalStamp {
  /** The last 16 hex digits of the trace id, or `-` in process scope. */
  readonly domain: string;
  /** The incarnation that stamped the event. */
  readonly node: string | undefined;
  /** The number of the event on its node, 1..2^48. */
  readonly tick: number | undefined;
  /** Lamport time, 1..2^48: smaller than that of every effect. */
  readonly lamport: number;
  /** How many events of each node the event has in its past, itself included. */
  readonly vector: VectorTimestamp;
  /** Hybrid logical time; absent in a message whose writer has no such clock. */
  readonly hlc: Ntp64 | undefined;
  /** A path into this event may be hidden: where no order is proven, it is unknown. */
  readonly incomplete: boolean;
  /** A remote hybrid time was refused on the way here: HLC order proves nothing. */
  readonly hlcUnordered: boolean;
}

/**
 * A stamp as this package makes it and works with it: a {@link CausalStamp} but for what only an application does with
 * vector and time (causal-stamp.ts). By a constructor, as whatever outlives a message or a span's
 * start is made: V8 moves object literals that have lived long before straight into the old generation, where a dead one
 * keeps all that it refers to until the next full collection (docs/performance.md).
 */
export class Stamp<
  Node extends string | undefined = string | undefined,
  Tick extends number | undefined = number | undefined,
> {
  constructor(
    readonly domain: string,
    readonly node: Node,
    readonly tick: Tick,
    readonly lamport: number,
    readonly vector: KnownVector,
    readonly hlc: Halves | undefined,
    readonly incomplete: boolean,
    readonly hlcUnordered: boolean,
  ) {}
}

/**
 * How `a` stands to `b`. For two events this is exact wherever it is not `unknown`. A message's stamp can only be
 * after events that it has heard of (or equal to itself); nothing else can be said of it.
 */
export function compareStamps(a: CausalStamp, b: CausalStamp): StampRelation {
  if (a === b) return 'equal';
  if (a.domain !== b.domain) return 'unknown';
  if (a.node !== undefined && a.node === b.node && a.tick === b.tick) return 'equal';
  const before = isHeardBy(a, b);
  const after = isHeardBy(b, a);
  if (before !== after) return before ? 'before' : 'after';
  // Both ways contradict each other, which only a forged or clashing node can bring about.
  if (before || a.incomplete || b.incomplete || a.node === undefined || b.node === undefined) return 'unknown';
  return 'concurrent';
}

function isHeardBy(event: CausalStamp, hearer: CausalStamp): boolean {
  return event.node !== undefined && event.tick !== undefined && hearer.vector.get(event.node) >= event.tick;
}
