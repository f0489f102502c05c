/**
 * An immutable vector timestamp: for each node, how many of its events have been heard of.
 *
 * Guarantee: an absent node counts 0, and 0 is never stored, so two equal histories are equal vectors. Comparison is
 * the component-wise one of Fidge (1988) and Mattern (1989). All operations are linear in the entries; a local
 * tick ({@link VectorTimestamp.withCounter} on the vector's own node) is constant, because the table of the others is shared.
 * Hazard: `table` and the two own fields are the representation. They are public only so that several copies of the
 * package in one process understand each other; never write to them.
 */
import { InvalidValueError } from './errors.js';
import { counterAt, counterOf, covers, KnownVector } from './known-vector.js';
import { insertionIndex, sameNodes, VectorTable } from './vector-table.js';

/** How two events or two vectors stand to each other in Lamport's happens-before. */
export type Relation = 'before' | 'after' | 'equal' | 'concurrent';

export class VectorTimestamp {
  static readonly EMPTY = new VectorTimestamp(KnownVector.EMPTY.table, -1, 0);

  /** @internal All entries; the counter at `ownIndex` is overridden by `own`. */
  readonly table: VectorTable;
  /** @internal Index of the entry that moves most often, or -1. */
  readonly ownIndex: number;
  /** @internal Its counter. */
  readonly own: number;

  /** @internal use {@link VectorTimestamp.from} */
  constructor(table: VectorTable, ownIndex: number, own: number) {
    this.table = table;
    this.ownIndex = ownIndex;
    this.own = own;
  }

  /**
   * From entries in any order. Throws {@link InvalidValueError} for a node that is not a non-empty string, a counter
   * that is not an integer in 1..2^53-1, or a node named twice. (The wire is stricter, see `formatStamp`.)
   */
  static from(entries: Iterable<readonly [node: string, counter: number]>): VectorTimestamp {
    const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    sorted.forEach(([node, counter], i) => {
      if (typeof node !== 'string' || node === '')
        throw new InvalidValueError('vector node', node, 'a non-empty string');
      if (!Number.isSafeInteger(counter) || counter < 1) {
        throw new InvalidValueError(`vector[${node}]`, counter, 'an integer from 1 to 2^53-1');
      }
      if (i > 0 && sorted[i - 1]?.[0] === node) throw new InvalidValueError('vector', node, 'each node once');
    });
    return fromSorted(
      sorted.map(([node]) => node),
      sorted.map(([, counter]) => counter),
    );
  }

  /** Number of entries. */
  get size(): number {
    return this.table.size;
  }

  /** How many events of this node have been heard of; 0 when it is not named. */
  get(node: string): number {
    return counterOf(this, node);
  }

  /** @internal */
  counterAt(index: number): number {
    return counterAt(this, index);
  }

  /** The entries in ascending order of the node id. */
  *entries(): Generator<[node: string, counter: number], void, undefined> {
    for (let i = 0; i < this.size; i++) yield [this.table.nodes[i] as string, this.counterAt(i)];
  }

  [Symbol.iterator](): Generator<[node: string, counter: number], void, undefined> {
    return this.entries();
  }

  /** The same vector with one counter set. Constant time when it is the entry this vector moves most. */
  withCounter(node: string, counter: number): VectorTimestamp {
    if (this.ownIndex >= 0 && this.table.names(this.ownIndex, node)) {
      return new VectorTimestamp(this.table, this.ownIndex, counter);
    }
    const index = this.table.indexOf(node);
    if (index >= 0) return new VectorTimestamp(this.settled(), index, counter);
    const nodes = [...this.table.nodes];
    const counters = this.counters();
    const at = insertionIndex(nodes, node);
    nodes.splice(at, 0, node);
    counters.splice(at, 0, counter);
    return new VectorTimestamp(new VectorTable(nodes, counters), at, counter);
  }

  /** The component-wise maximum: the least history that includes both. */
  merge(other: VectorTimestamp): VectorTimestamp {
    if (sameNodes(this.table.nodes, other.table.nodes)) return this.mergeOfSame(other);
    if (this.covers(other)) return this;
    if (other.covers(this)) return other;
    const nodes: string[] = [];
    const counters: number[] = [];
    const a = this.table.nodes;
    const b = other.table.nodes;
    let i = 0;
    let j = 0;
    while (i < a.length || j < b.length) {
      const left = a[i];
      const right = b[j];
      if (right === undefined || (left !== undefined && left < right)) {
        nodes.push(left as string);
        counters.push(this.counterAt(i++));
      } else if (left === undefined || left > right) {
        nodes.push(right);
        counters.push(other.counterAt(j++));
      } else {
        nodes.push(left);
        counters.push(Math.max(this.counterAt(i++), other.counterAt(j++)));
      }
    }
    return fromSorted(nodes, counters);
  }

  /** {@link merge} where both name the same nodes, whose column they can share. */
  private mergeOfSame(other: VectorTimestamp): VectorTimestamp {
    // Plain columns, which are scanned faster than each counter is asked for; ours is a copy and becomes the maximum.
    const counters = this.counters();
    const theirs = other.ownIndex < 0 ? other.table.counters : other.counters();
    if (coversAll(counters, theirs)) return this;
    if (coversAll(theirs, counters)) return other;
    for (let i = 0; i < counters.length; i++) {
      const theirCounter = theirs[i] as number;
      if (theirCounter > (counters[i] as number)) counters[i] = theirCounter;
    }
    return new VectorTimestamp(new VectorTable(this.table.nodes, counters), -1, 0);
  }

  /** True when every entry of `other` is at most ours. */
  covers(other: VectorTimestamp): boolean {
    return covers(this, other);
  }

  /** How this history stands to the other one. */
  compare(other: VectorTimestamp): Relation {
    const above = this.covers(other);
    const below = other.covers(this);
    if (above) return below ? 'equal' : 'after';
    return below ? 'before' : 'concurrent';
  }

  /** `a=1,b=2`, sorted by node id; empty for the empty vector. */
  toString(): string {
    return this.join('=', ',');
  }

  /** @internal Length of {@link toString}, which is not made for it. */
  get textLength(): number {
    return this.table.textLength(this.ownIndex, this.own, '=', ',');
  }

  toJSON(): Record<string, number> {
    // A node may be called __proto__: an object without a prototype keeps it an ordinary key.
    const record = Object.create(null) as Record<string, number>;
    for (const [node, counter] of this) record[node] = counter;
    return record;
  }

  /** The entries as text in another format; the text of all entries but the own one is cached. */
  join(assign: string, separator: string): string {
    return this.table.text(this.ownIndex, this.own, assign, separator);
  }

  private counters(): number[] {
    const counters = this.table.counters.slice();
    if (this.ownIndex >= 0) counters[this.ownIndex] = this.own;
    return counters;
  }

  private settled(): VectorTable {
    return this.ownIndex < 0 ? this.table : new VectorTable(this.table.nodes, this.counters());
  }
}

function coversAll(ours: readonly number[], theirs: readonly number[]): boolean {
  for (let i = 0; i < ours.length; i++) if ((ours[i] as number) < (theirs[i] as number)) return false;
  return true;
}

/** @internal A vector from columns that are already valid and ascending. */
export function fromSorted(nodes: readonly string[], counters: readonly number[]): VectorTimestamp {
  return nodes.length === 0 ? VectorTimestamp.EMPTY : new VectorTimestamp(new VectorTable(nodes, counters), -1, 0);
}
