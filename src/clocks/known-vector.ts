/**
 * What a clock domain, a stamp or a message knows of each node: the representation that vectors have, and what it takes to
 * hear of one, to compare it with another and to write it. The application is given a {@link VectorTimestamp} of the same
 * parts, with all that can be done with vectors, which a page that only stamps need not load.
 *
 * Guarantee: an absent node counts 0, and 0 is never stored. Immutable.
 */
import { VectorTable } from './vector-table.js';

/** All of a vector. */
export interface VectorParts {
  /** All entries; the counter at `ownIndex` is overridden by `own`. */
  readonly table: VectorTable;
  /** Index of the entry that moves most often, or -1. */
  readonly ownIndex: number;
  /** Its counter. */
  readonly own: number;
}

export class KnownVector implements VectorParts {
  static readonly EMPTY = new KnownVector(new VectorTable([], []), -1, 0);

  constructor(
    readonly table: VectorTable,
    readonly ownIndex: number,
    readonly own: number,
  ) {}

  get size(): number {
    return this.table.size;
  }

  /** How many events of this node have been heard of; 0 when it is not named. */
  get(node: string): number {
    return counterOf(this, node);
  }

  counterAt(index: number): number {
    return counterAt(this, index);
  }

  /** True when every entry of `other` is at most ours. */
  covers(other: VectorParts): boolean {
    return covers(this, other);
  }

  /** `a=1,b=2`, sorted by node id; empty for the empty vector. */
  toString(): string {
    return this.join('=', ',');
  }

  /** Length of {@link toString}, which is not made for it. */
  get textLength(): number {
    return this.table.textLength(this.ownIndex, this.own, '=', ',');
  }

  /** The entries as text in another format; the text of all entries but the own one is cached. */
  join(assign: string, separator: string): string {
    return this.table.text(this.ownIndex, this.own, assign, separator);
  }
}

/** How many events of a node a vector tells of; 0 when it is not named. */
export function counterOf(vector: VectorParts, node: string): number {
  const { table, ownIndex, own } = vector;
  // The own entry is asked for most, and mostly by the very text that the table has.
  if (ownIndex < 0) return table.counterOf(node);
  if (table.names(ownIndex, node)) return own;
  const index = table.indexOf(node);
  return index < 0 ? 0 : counterAt(vector, index);
}

/** The counter of an entry. */
export function counterAt({ table, ownIndex, own }: VectorParts, index: number): number {
  return index === ownIndex ? own : (table.counters[index] as number);
}

/** True when every entry of the second is at most that of the first. */
export function covers(above: VectorParts, below: VectorParts): boolean {
  if (below.table === above.table) {
    if (below.ownIndex === above.ownIndex) return above.own >= below.own;
  } else if (below.table.size > above.table.size) {
    return false;
  }
  const a = above.table.nodes;
  const b = below.table.nodes;
  let i = 0;
  for (let j = 0; j < b.length; j++) {
    const node = b[j] as string;
    while (i < a.length && a[i] !== node) {
      if ((a[i] as string) > node) return false;
      i++;
    }
    if (i === a.length || counterAt(above, i) < counterAt(below, j)) return false;
    i++;
  }
  return true;
}
