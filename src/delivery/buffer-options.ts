/** What can be chosen of a delivery buffer. */
import type { VectorTimestamp } from '../clocks/vector-timestamp.js';

/** All optional. */
export interface DeliveryBufferOptions<M> {
  /** Our own id, under which `next` counts. Without it the buffer only listens. */
  readonly node?: string;
  /** Where to begin: the `seen` of a peer's snapshot, for one who joins late. Default: nothing was delivered. */
  readonly seen?: VectorTimestamp;
  /** Messages that wait at most, 1 to 1,000,000. Default: 10,000. */
  readonly maxWaiting?: number;
  /**
   * What happens to a message that has to wait when as many wait already. `reject` (the default) refuses it;
   * `drop-oldest` makes room by dropping the one that has waited longest. Either way `missing` names the message.
   */
  readonly whenFull?: 'reject' | 'drop-oldest';
  /** Told of every message that `drop-oldest` drops. */
  readonly onDropped?: (message: M) => void;
}
