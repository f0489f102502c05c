/** What is asked of a deduplicator, and what it answers. */
import type { VectorTimestamp } from '../clocks/vector-timestamp.js';

/**
 * How a message names itself: by its number on its node, by a key of the application with the version of it that the
 * message makes, or by both. Any object with these properties is one; whatever else it holds is the application's.
 */
export interface IdentifiedMessage {
  /** Who sent it: 1 to 256 characters. Together with `tick`. */
  readonly node?: string | undefined;
  /** Its number on its node, 1..2^48: no two messages of a node have the same. */
  readonly tick?: number | undefined;
  /** What it is about, for example an order's id: 1 to 1,024 characters. Together with `vector`. */
  readonly key?: string | undefined;
  /** What its sender had heard of, this message included. Vectors of one key must be of one clock domain. */
  readonly vector?: VectorTimestamp | undefined;
  /**
   * True when the vector may lack something that its sender had heard, as `incomplete` of a stamp says. Such a version
   * can be `duplicate` or `stale`; whether it is `fresh` or `concurrent` nobody can know, so it is `refused` instead.
   */
  readonly incomplete?: boolean | undefined;
}

/**
 * - `fresh`: never handled, and after everything handled of its key.
 * - `duplicate`: handled.
 * - `stale`: something that came after it was handled, of the same key.
 * - `concurrent`: neither before nor after what was handled of its key: somebody must settle it.
 * - `unknown`: may have been handled; a limit has made this state forget it.
 * - `handling`: it, or another message of its key, is being handled just now.
 * - `refused`: says nothing usable of itself, or there is no room; see `reason`.
 */
export type Verdict = 'fresh' | 'duplicate' | 'stale' | 'concurrent' | 'unknown' | 'handling' | 'refused';

/** Why a message was refused. */
export type RefusedMessage =
  | 'malformed'
  | 'incomplete'
  | 'too-many-nodes'
  | 'too-many-runs'
  | 'too-many-keys'
  | 'too-many-versions'
  | 'too-many-handling'
  | 'too-many-conflicts';

/** The answer about one message. */
export interface Decision {
  /** How it stands to what was handled. */
  readonly verdict: Verdict;
  /** True when the message is to be handled now: `fresh`, or `unknown` under `at-least-once`. */
  readonly handle: boolean;
  /** Why it was refused; only then. */
  readonly reason?: RefusedMessage;
  /** The handled versions that it is concurrent with. */
  readonly against: readonly VectorTimestamp[];
}

/**
 * What happens where a limit makes the state forget.
 *
 * - `at-most-once`: runs of ticks and versions of keys are forgotten, oldest first, and what may have been handled is
 *   not handled again. Nodes and keys beyond their limit are refused.
 * - `at-least-once`: nodes and keys are forgotten as well, the least recently handled first, and what may have been
 *   handled is handled again.
 * - `refuse`: nothing is forgotten. What would need more room is refused, and the sender must send it again later.
 */
export type FullPolicy = 'at-most-once' | 'at-least-once' | 'refuse';

/** What was decided, by verdict, and what it cost. */
export interface DeduplicatorCounters {
  /** Decisions, by verdict. */
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /** Those refused, by reason. */
  readonly refused: Readonly<Record<RefusedMessage, number>>;
  /** Runs of ticks, versions of keys, whole nodes and whole keys that a limit made the state forget. */
  readonly forgotten: Readonly<Record<'runs' | 'versions' | 'nodes' | 'keys', number>>;
}
