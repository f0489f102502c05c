/**
 * What is known of a log record: the state of its domain when it was written. A log is no event of its own, so that a
 * trace whose logs are not at hand has no holes.
 *
 * Guarantee: {@link compareLogStamps} is exact where it is not `unknown`, for two logs and for a log and an event.
 * Hazard: a message that leaves after a log and before the node's next event tells the same of that node as one that
 * left before the log. Who has heard exactly that much may have heard of the log: that is `unknown`, never concurrent.
 */
import { type CausalStamp, compareStamps, type Stamp, type StampRelation } from './stamp.js';
import type { VectorTimestamp } from './vector-timestamp.js';

/** What one log record knew. Immutable. */
export interface LogStamp {
  /** The last 16 hex digits of the trace id, or `-` in process scope. */
  readonly domain: string;
  /** The incarnation that wrote the log. */
  readonly node: string;
  /** The node's last event before the log, 0 where it had made none: `causality.tick`. */
  readonly afterTick: number;
  /** The number of the log on its node, over all domains, 1 or more: `causality.log.seq`. */
  readonly seq: number;
  /** Lamport time, 1..2^48: greater than that of every cause on another node, smaller than that of every effect there. */
  readonly lamport: number;
  /**
   * How many events of each node had been heard of. The own entry is `afterTick`, or less where the domain was dropped
   * in between and has made no event since: it is what a message would have told.
   */
  readonly vector: VectorTimestamp;
  /** Hybrid logical time, where it is written (`full`). */
  readonly hlc: CausalStamp['hlc'];
  /** A path into this log may be hidden: where no order is proven, it is unknown. */
  readonly incomplete: boolean;
  /** A remote hybrid time was refused on the way here: HLC order proves nothing. */
  readonly hlcUnordered: boolean;
}

/** A log's stamp as it is made and written: {@link Stamp} says what it lacks, which the application gets from what is read back. */
export type KnownLogStamp = Omit<LogStamp, 'vector' | 'hlc'> & Pick<Stamp, 'vector' | 'hlc'>;

/** How `a` stands to `b`, each a log or an event. For two events this is `compareStamps`. */
export function compareLogStamps(a: LogStamp | CausalStamp, b: LogStamp | CausalStamp): StampRelation {
  if (!isLog(a) && !isLog(b)) return compareStamps(a, b);
  if (a === b) return 'equal';
  if (a.domain !== b.domain || a.node === undefined || b.node === undefined) return 'unknown';
  if (a.node === b.node) return compareOnNode(a, b);
  const before = reaches(a, b);
  const after = reaches(b, a);
  if ((before === 'proven') !== (after === 'proven')) return before === 'proven' ? 'before' : 'after';
  // Both ways contradict each other, which only a forged or clashing node can bring about.
  if (before !== 'refuted' || after !== 'refuted' || a.incomplete || b.incomplete) return 'unknown';
  return 'concurrent';
}

function isLog(stamp: LogStamp | CausalStamp): stamp is LogStamp {
  return 'seq' in stamp;
}

/** One node does one thing after the other. Logs are numbered over all of its domains, and stand behind an event's tick. */
function compareOnNode(a: LogStamp | CausalStamp, b: LogStamp | CausalStamp): StampRelation {
  const byTick = tickOf(a) - tickOf(b);
  if (!isLog(a) || !isLog(b)) return byTick < 0 || (byTick === 0 && isLog(b)) ? 'before' : 'after';
  const bySeq = a.seq - b.seq;
  if (bySeq === 0) return byTick === 0 ? 'equal' : 'unknown';
  // A later log stands behind an earlier tick only where two processes have one name.
  if (bySeq < 0 ? byTick > 0 : byTick < 0) return 'unknown';
  return bySeq < 0 ? 'before' : 'after';
}

function tickOf(stamp: LogStamp | CausalStamp): number {
  return isLog(stamp) ? stamp.afterTick : (stamp.tick ?? 0);
}

/** Whether something of one node happened before something of another, as far as the latter's vector tells. */
function reaches(cause: LogStamp | CausalStamp, effect: LogStamp | CausalStamp): 'proven' | 'refuted' | 'open' {
  const heard = effect.vector.get(cause.node as string);
  if (!isLog(cause)) return cause.tick !== undefined && heard >= cause.tick ? 'proven' : 'refuted';
  if (heard > cause.afterTick) return 'proven';
  return heard >= cause.vector.get(cause.node) ? 'open' : 'refuted';
}
