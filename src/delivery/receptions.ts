/** What became of a message that a delivery buffer received. */

/**
 * - `malformed`: no sender, or no vector within the limits that names the sender.
 * - `claims-our-id`: names more messages of ours than we have sent. It is forged, or two processes share one id.
 * - `too-many-nodes`: of a sender beyond the 1,024 that are known.
 * - `contradictory`: another message of its sender with its number, but another vector, waits already.
 * - `full`: it would have to wait, and as many messages, or entries of their vectors, wait already. `missing` names it.
 */
export type RefusedReception = 'malformed' | 'claims-our-id' | 'too-many-nodes' | 'contradictory' | 'full';

/** The fate of one message, and what it set free. */
export interface Reception<M> {
  /** What became of the message itself. */
  readonly outcome: 'delivered' | 'waiting' | 'duplicate' | 'refused';
  /** Why it was refused; only then. */
  readonly reason?: RefusedReception;
  /** The message itself, when it is delivered, and all that waited for it, in causal order. */
  readonly delivered: readonly M[];
}

/** What became of all messages so far. */
export interface ReceptionCounters {
  /** Messages received, by outcome: one that waited and was delivered later counts as `waiting`. */
  readonly outcomes: Readonly<Record<Reception<unknown>['outcome'], number>>;
  /** Those refused, by reason. */
  readonly refused: Readonly<Record<RefusedReception, number>>;
  /** Waiting messages that were dropped to make room. */
  readonly dropped: number;
}
