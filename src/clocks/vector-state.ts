/**
 * The vector of one clock domain as it grows: what this node has heard of each node, and its own count.
 *
 * Guarantee: entries only rise while they are held; nobody else moves our own entry; at most `maxEntries` are held,
 * and when one more comes the entry that brought news longest ago goes, never our own. An event costs constant time
 * at any number of entries, because only hearing something new makes a new table.
 * Hazard: a dropped entry makes every later "not before" unprovable. Whoever calls {@link VectorState.hear} must
 * turn a non-zero `dropped` into an incomplete domain.
 */
import { KnownVector } from './known-vector.js';
import { insertionIndex, sameNodes, VectorTable } from './vector-table.js';

/** What hearing a vector brought. */
export interface Hearing {
  /** Entries that were dropped to stay within the limit. */
  readonly dropped: number;
  /** True when the vector claimed more events of our own node than it has made. */
  readonly ownRefused: boolean;
}

const NOTHING: Hearing = Object.freeze({ dropped: 0, ownRefused: false });

export class VectorState {
  /** @internal All entries; the counter at `ownIndex` is overridden by `own`. */
  table: VectorTable = KnownVector.EMPTY.table;
  /** @internal -1 where there is none of ours. */
  ownIndex = -1;
  /** @internal Our own entry: the last event of ours that this vector includes, 0 for none. */
  own = 0;
  /** @internal How many vectors brought news: what the age of an entry is counted in. */
  hearings = 0;

  constructor(private readonly maxEntries: number) {}

  get size(): number {
    return this.table.size;
  }

  /** What is known now, as a value. */
  snapshot(): KnownVector {
    return this.size === 0 ? KnownVector.EMPTY : new KnownVector(this.table, this.ownIndex, this.own);
  }

  /** What is known now, as text. */
  text(assign: string, separator: string): string {
    return this.table.text(this.ownIndex, this.own, assign, separator);
  }

  /** Gives back what only makes the next event cheaper: none may come for long. */
  rest(): void {
    // A table of one is shared by all traces that have just begun.
    if (this.size > 1) this.table.forgetText();
  }

  /** Goes on where another one rested. */
  wake(table: VectorTable, ownIndex: number, own: number, hearings: number): void {
    this.hold(table, ownIndex);
    this.own = own;
    this.hearings = hearings;
  }

  /** Sets our own entry to the number of a new event. Returns how many entries had to go to make room for it. */
  tick(node: string, counter: number): number {
    this.own = counter;
    return this.ownIndex < 0 ? this.enter(node) : 0;
  }

  /**
   * Takes the maximum of each entry.
   * @param node our own id, or undefined while it is not drawn
   * @param ownLimit the highest event that we made: an entry of ours above it is refused
   */
  hear(heard: KnownVector, node: string | undefined, ownLimit: number): Hearing {
    const ownHeard = node === undefined ? 0 : heard.get(node);
    const ownRefused = ownHeard > ownLimit;
    let dropped = 0;
    if (node !== undefined && ownHeard > this.own && !ownRefused) dropped += this.tick(node, ownHeard);
    if (!this.adopt(heard, node, ownHeard) && !this.raise(heard, node) && this.bringsNews(heard, node)) {
      dropped += this.join(heard, node);
    }
    return dropped === 0 && !ownRefused ? NOTHING : { dropped, ownRefused };
  }

  /**
   * The first that is heard in a trace: there is nothing yet but our own entry, at the most, and that is kept apart. So the
   * table that was heard, which never changes, can be ours as it is.
   */
  private adopt(heard: KnownVector, node: string | undefined, ownHeard: number): boolean {
    // How old entries are is said in their owner's own count.
    if (heard.ownIndex >= 0 || heard.table.heardAt !== undefined || heard.size > this.maxEntries) return false;
    if (this.size === 0 && ownHeard === 0) {
      this.hold(heard.table, -1);
      return true;
    }
    if (node === undefined || ownHeard === 0 || this.size !== 1 || this.ownIndex !== 0 || heard.size === 1)
      return false;
    this.hold(heard.table, heard.table.indexOf(node));
    return true;
  }

  /** The texts of what is known and of what was heard say all, and nobody needs the columns. */
  private raise(heard: KnownVector, node: string | undefined): boolean {
    if (heard.ownIndex >= 0) return false;
    const table = this.table.raisedBy(heard.table, node, this.hearings + 1);
    if (table === undefined || table.size > this.maxEntries) return false;
    if (table === this.table) return true;
    this.hold(table, node === undefined ? -1 : table.indexOf(node));
    this.hearings++;
    return true;
  }

  private bringsNews(heard: KnownVector, node: string | undefined): boolean {
    // Another owner of the table that is ours, too, may override an entry of it that we do not.
    if (heard.table === this.table && (heard.ownIndex < 0 || heard.ownIndex === this.ownIndex)) return false;
    const ours = this.table.nodes;
    const theirs = heard.table.nodes;
    let i = 0;
    for (let j = 0; j < theirs.length; j++) {
      const name = theirs[j] as string;
      if (name === node) continue;
      // Behind the last there is undefined, which is below nothing.
      while ((ours[i] as string) < name) i++;
      if (ours[i] !== name || (this.table.counters[i] as number) < heard.counterAt(j)) return true;
    }
    return false;
  }

  private join(heard: KnownVector, node: string | undefined): number {
    const hearing = ++this.hearings;
    const { nodes: ours, counters: ourCounters, heardAt: ourHeardAt } = this.table;
    const theirs = heard.table.nodes;
    if (sameNodes(ours, theirs)) {
      // A reply, mostly, from whoever heard all that we had.
      this.table = raised(this.table, heard, node, hearing);
      return 0;
    }
    const nodes: string[] = [];
    const counters: number[] = [];
    const heardAt: number[] = [];
    let i = 0;
    let j = 0;
    while (i < ours.length || j < theirs.length) {
      const left = ours[i];
      const right = theirs[j];
      if (right !== undefined && right === node) {
        j++;
      } else if (right === undefined || (left !== undefined && left < right)) {
        nodes.push(left as string);
        counters.push(ourCounters[i] as number);
        heardAt.push(ourHeardAt?.[i] ?? 0);
        i++;
      } else if (left === undefined || left !== right) {
        nodes.push(right);
        counters.push(heard.counterAt(j++));
        heardAt.push(hearing);
      } else {
        const known = ourCounters[i] as number;
        const news = heard.counterAt(j++);
        nodes.push(left);
        counters.push(news > known ? news : known);
        heardAt.push(news > known ? hearing : (ourHeardAt?.[i] ?? 0));
        i++;
      }
    }
    return this.keep(nodes, counters, heardAt, node);
  }

  private enter(node: string): number {
    if (this.size === 0) {
      this.hold(tableOfOne(node), 0);
      return 0;
    }
    const joined = this.size < this.maxEntries ? this.table.joinedBy(node, this.own) : undefined;
    if (joined !== undefined) {
      this.hold(joined, joined.indexOf(node));
      return 0;
    }
    const { nodes, counters, heardAt } = this.table;
    const at = insertionIndex(nodes, node);
    const longer = [
      nodes.toSpliced(at, 0, node),
      counters.toSpliced(at, 0, this.own),
      heardAt?.toSpliced(at, 0, 0),
    ] as const;
    if (nodes.length >= this.maxEntries) return this.keep(...longer, node);
    this.hold(tableOf(...longer), at);
    return 0;
  }

  private keep(nodes: string[], counters: number[], heardAt: number[] | undefined, node: string | undefined): number {
    let dropped = 0;
    while (nodes.length > this.maxEntries) {
      const oldest = heardLongestAgo(nodes, heardAt, node);
      nodes.splice(oldest, 1);
      counters.splice(oldest, 1);
      heardAt?.splice(oldest, 1);
      dropped++;
    }
    const table = tableOf(ownNames(nodes), counters, heardAt);
    this.hold(table, node === undefined ? -1 : table.indexOf(node));
    return dropped;
  }

  /** Both at once: where finding the index fails half-way, the old table is there with the old one. */
  private hold(table: VectorTable, ownIndex: number): void {
    this.table = table;
    this.ownIndex = ownIndex;
  }
}

/** Copies: an array that grew keeps room for more, and a trace at rest keeps its arrays for long. */
function tableOf(nodes: readonly string[], counters: readonly number[], heardAt?: readonly number[]): VectorTable {
  return new VectorTable(nodes.slice(), counters.slice(), heardAt?.slice());
}

/** Names that keep nothing but each other: each that was heard is a part of a message, and would keep all of it. */
function ownNames(nodes: readonly string[]): string[] {
  const all = nodes.join('');
  let end = 0;
  return nodes.map((node) => all.slice(end, (end += node.length)));
}

/** A table of the same nodes with whatever is higher in a vector that names them all; `node` keeps its own count. */
function raised(table: VectorTable, heard: KnownVector, node: string | undefined, hearing: number): VectorTable {
  const { nodes } = table;
  const counters = [...table.counters];
  const heardAt = table.heardAt === undefined ? nodes.map(() => 0) : [...table.heardAt];
  for (let i = 0; i < nodes.length; i++) {
    const news = heard.counterAt(i);
    if (news <= (counters[i] as number) || nodes[i] === node) continue;
    counters[i] = news;
    heardAt[i] = hearing;
  }
  return new VectorTable(nodes, counters, heardAt);
}

let lastOfOne: VectorTable | undefined;

/**
 * The table of a vector that names its own node only. Every trace that begins in a process has it, so they share one:
 * its counter is always overridden by the vector's own.
 */
function tableOfOne(node: string): VectorTable {
  if (lastOfOne?.nodes[0] !== node) lastOfOne = new VectorTable([node], [0]);
  return lastOfOne;
}

/**
 * The same vector within `maxLength` characters of text, dropping the entries that brought news longest ago and
 * never `keep`. Returns the vector itself when it fits.
 */
export function fitVector(
  vector: KnownVector,
  keep: string | undefined,
  maxLength: number,
): { readonly vector: KnownVector; readonly dropped: number } {
  let length = vector.join('=', ',').length;
  if (length <= maxLength) return { vector, dropped: 0 };
  const nodes = [...vector.table.nodes];
  const counters = nodes.map((_, i) => vector.counterAt(i));
  const heardAt = [...(vector.table.heardAt ?? nodes.map(() => 0))];
  let dropped = 0;
  while (length > maxLength) {
    const oldest = heardLongestAgo(nodes, heardAt, keep);
    if (oldest < 0) break;
    length -= `${nodes[oldest]}=${counters[oldest]},`.length;
    for (const column of [nodes, counters, heardAt]) column.splice(oldest, 1);
    dropped++;
  }
  return { vector: new KnownVector(new VectorTable(nodes, counters, heardAt), -1, 0), dropped };
}

/** @param heardAt absent where all brought news at the same time: then the first one goes */
function heardLongestAgo(
  nodes: readonly string[],
  heardAt: readonly number[] | undefined,
  keep: string | undefined,
): number {
  let oldest = -1;
  for (let i = 0; i < nodes.length; i++) {
    if (nodes[i] === keep) continue;
    if (oldest < 0 || (heardAt !== undefined && (heardAt[i] as number) < (heardAt[oldest] as number))) oldest = i;
  }
  return oldest;
}
