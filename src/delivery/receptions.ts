/** What became of a message that a delivery buffer received. */

/**
 * - `malformed`: no sender, or no vector within the limits that names the sender.
 * - `claims-our-id`: names more messages of ours than we have sent. It is forged, or two processes share one id.
 * - `too-many-nodes`: of a sender beyond the 1,024 that are known.
 * - `full`: it would have to wait, and as many wait already. `missing` names it.
 */
export type RefusedReception = 'malformed' | 'claims-our-id' | 'too-many-nodes' | 'full';

/** The fate of one message, and what it set free. */
export interface Reception<M> {
  readonly outcome: 'delivered' | 'waiting' | 'duplicate' | 'refused';
  /** Why it was refused; only then. */
  readonly reason?: RefusedReception;
  /** The message itself, when it is delivered, and all that waited for it, in causal order. */
  readonly delivered: readonly M[];
}

export interface ReceptionCounters {
  /** Messages received, by outcome: one that waited and was delivered later counts as `waiting`. */
  readonly outcomes: Readonly<Record<Reception<unknown>['outcome'], number>>;
  readonly refused: Readonly<Record<RefusedReception, number>>;
  /** Waiting messages that were dropped to make room. */
  readonly dropped: number;
}
