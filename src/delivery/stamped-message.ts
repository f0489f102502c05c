/** A broadcast message, and its names once they are checked. */
import type { VectorTimestamp } from '../clocks/vector-timestamp.js';
import { isNode, vectorOf } from './foreign-names.js';

/** A broadcast message: any object with these two. */
export interface BroadcastMessage {
  /** Who broadcast it: 1 to 256 characters. */
  readonly sender: string;
  /** What the sender had delivered; its own entry is the number of this message. */
  readonly vector: VectorTimestamp;
}

/** A message with its checked names. */
export interface Stamped<M> {
  readonly message: M;
  readonly sender: string;
  /** The message's number on its sender. */
  readonly tick: number;
  readonly vector: VectorTimestamp;
}

/** The names of a message; undefined when it is malformed. Never throws. */
export function stampedOf<M extends BroadcastMessage>(message: M): Stamped<M> | undefined {
  try {
    const { sender } = message;
    const vector = vectorOf(message.vector);
    if (vector === undefined || !isNode(sender)) return undefined;
    const tick = vector.get(sender);
    return tick === 0 ? undefined : { message, sender, tick, vector };
  } catch {
    return undefined;
  }
}
