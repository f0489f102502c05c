/**
 * The vector clock of one node (Fidge 1988, Mattern 1989), in the form of the Rust SDK like-a-clockwork.
 *
 * Guarantee: of two snapshots, the first is `before` the second exactly when its event is in the other's causal past.
 * An operation that throws changes nothing.
 * Hazard: here a send ticks and a receive ticks, as that SDK has it. The clock that stamps spans has its own rules.
 * Hazard: a node id must be used by one clock in its whole life. A restarted process needs a new one.
 */
import { InvalidValueError } from './errors.js';
import { checkVectorNodeId, FOREIGN_COUNTER_RANGE } from './foreign-values.js';
import { MAX_FOREIGN_COUNTER, MAX_FOREIGN_VECTOR_ENTRIES } from './limits.js';
import { insertionIndex } from './vector-table.js';
import { type Relation, VectorTimestamp } from './vector-timestamp.js';

/** The vector clock of one node. Starts at nothing; its first event is number 1. */
export class VectorClock {
  private now: VectorTimestamp = VectorTimestamp.EMPTY;
  private readonly peers: readonly string[];

  /**
   * @param nodeId who counts here: 1 to 256 characters without `=` and `,`
   * @param peers the nodes known from the start; {@link toString} names them from 0 on, nothing else depends on them
   * Throws {@link InvalidValueError} for an illegal id, a peer named twice, or our own id among the peers.
   */
  constructor(
    /** Who counts here. */
    readonly nodeId: string,
    peers: Iterable<string> = [],
  ) {
    checkVectorNodeId('nodeId', nodeId);
    const known = [...peers];
    for (const peer of known) checkVectorNodeId('peers', peer);
    if (known.includes(nodeId)) throw new InvalidValueError('peers', nodeId, 'nodes other than our own');
    if (new Set(known).size < known.length) throw new InvalidValueError('peers', known, 'each node once');
    if (known.length >= MAX_FOREIGN_VECTOR_ENTRIES) {
      throw new InvalidValueError('peers', known, `at most ${MAX_FOREIGN_VECTOR_ENTRIES - 1} nodes`);
    }
    this.peers = known;
  }

  /** A local event. Returns its number, from 1. Throws {@link InvalidValueError} beyond 2^53-1. */
  tick(): number {
    this.now = this.counted(this.now);
    return this.get(this.nodeId);
  }

  /** The event of sending: ticks, and returns the timestamp for the message. */
  send(): VectorTimestamp {
    this.tick();
    return this.now;
  }

  /**
   * The event of receiving: takes the maximum of each entry, then ticks. Throws {@link InvalidValueError} when the
   * clock would hear of more than 1,024 nodes or count beyond 2^53-1.
   */
  receive(timestamp: VectorTimestamp): void {
    this.now = this.counted(this.merged(timestamp));
  }

  /** Takes the maximum of each entry and does not tick. Throws as {@link receive} does. */
  merge(other: VectorClock | VectorTimestamp): void {
    this.now = this.merged(historyOf(other));
  }

  /** What is known now, as a value that later events do not change. */
  snapshot(): VectorTimestamp {
    return this.now;
  }

  /** How many events of this node are known; 0 when none is. */
  get(nodeId: string): number {
    return this.now.get(nodeId);
  }

  /** How this clock's history stands to the other's. */
  relation(other: VectorClock | VectorTimestamp): Relation {
    return this.now.compare(historyOf(other));
  }

  /**
   * `a=1,b=0`, sorted, as like-a-clockwork prints this clock: our own entry and the peers are there from 0 on. A
   * snapshot prints the same without the zeros, which mean nothing.
   */
  toString(): string {
    const nodes = this.now.table.nodes.slice();
    for (const known of [this.nodeId, ...this.peers]) {
      if (this.get(known) === 0) nodes.splice(insertionIndex(nodes, known), 0, known);
    }
    return nodes.map((node) => `${node}=${this.get(node)}`).join(',');
  }

  private counted(history: VectorTimestamp): VectorTimestamp {
    const own = history.get(this.nodeId);
    if (own >= MAX_FOREIGN_COUNTER) throw new InvalidValueError('vector', own, FOREIGN_COUNTER_RANGE);
    return history.withCounter(this.nodeId, own + 1);
  }

  private merged(timestamp: VectorTimestamp): VectorTimestamp {
    const merged = this.now.merge(timestamp);
    const others = merged.get(this.nodeId) === 0 ? merged.size : merged.size - 1;
    if (others >= MAX_FOREIGN_VECTOR_ENTRIES) {
      throw new InvalidValueError('vector', others + 1, `at most ${MAX_FOREIGN_VECTOR_ENTRIES} nodes in all`);
    }
    return merged;
  }
}

function historyOf(other: VectorClock | VectorTimestamp): VectorTimestamp {
  return other instanceof VectorClock ? other.snapshot() : other;
}
