/**
 * The entries of a vector as two columns, which several vectors share: those of one node differ in one counter.
 *
 * Guarantee: a table never changes, and neither do its columns, so tables may share a column, too. Its text is made twice
 * at the most for each format, but for the one counter: tables whose text is wanted once only are many.
 */
/** Node ids in ascending code unit order, and beside them their counters. Never changed once made. */
export class VectorTable {
  // Two formats (wire and attribute) with one own entry are the rule; more would be a table used as a cache.
  private latest: VectorPieces | undefined;
  private earlier: VectorPieces | undefined;
  /** Whether a text to use, and one to keep, was asked for: pieces are made for the second one only. */
  private wasUsed = false;
  private wasKept = false;

  /** @param heardAt for each entry when it last brought news, in the owner's own count; absent where nobody keeps it */
  constructor(
    readonly nodes: readonly string[],
    readonly counters: readonly number[],
    readonly heardAt?: readonly number[],
  ) {}

  /** The text around entry `at`, so that another counter there costs one concatenation. Cached by format. */
  private around(at: number, assign: string, separator: string): VectorPieces {
    return this.madeAround(at, assign, separator) ?? this.makeAround(at, assign, separator);
  }

  private madeAround(at: number, assign: string, separator: string): VectorPieces | undefined {
    const { latest, earlier } = this;
    if (latest !== undefined && latest.at === at && latest.assign === assign && latest.separator === separator) {
      return latest;
    }
    if (earlier !== undefined && earlier.at === at && earlier.assign === assign && earlier.separator === separator) {
      return earlier;
    }
    return undefined;
  }

  private makeAround(at: number, assign: string, separator: string): VectorPieces {
    const { nodes } = this;
    const own = nodes[at] as string;
    // Joined in the end, not added up: a rope of all these would be walked again by whoever reads a text that it is part of.
    const before =
      at === 0 ? [own, assign].join('') : [this.entries(0, at, assign, separator), separator, own, assign].join('');
    const after =
      at === nodes.length - 1 ? '' : [separator, this.entries(at + 1, nodes.length, assign, separator)].join('');
    const made = new VectorPieces(at, assign, separator, before, after);
    this.earlier = this.latest;
    this.latest = made;
    return made;
  }

  /** Some entries as text, added up. */
  private entries(from: number, to: number, assign: string, separator: string): string {
    const { nodes, counters } = this;
    let text = nodes[from] + assign + counters[from];
    for (let i = from + 1; i < to; i++) text += separator + nodes[i] + assign + counters[i];
    return text;
  }

  /** All entries as text, the one at `ownIndex` with another counter; -1 for none. */
  text(ownIndex: number, own: number, assign: string, separator: string): string {
    if (this.nodes.length === 0) return '';
    const at = ownIndex >= 0 ? ownIndex : 0;
    const made = this.madeAround(at, assign, separator);
    if (made === undefined && !this.wasUsed) {
      this.wasUsed = true;
      return (this.nodes[0] as string) + this.behindFirst(ownIndex, own, assign, separator);
    }
    return this.tied(made ?? this.makeAround(at, assign, separator), ownIndex, own);
  }

  private tied({ before, after }: VectorPieces, ownIndex: number, own: number): string {
    return before + (ownIndex >= 0 ? own : this.counters[0]) + after;
  }

  /**
   * The same text for somebody who keeps it and reads it character by character, as exporters do: the first of its kind is
   * in one piece, which costs a copy and saves its reader several times that. Later ones are tied together from the same
   * pieces, or each event would cost the more, in time and in memory, the more entries there are.
   */
  keptText(ownIndex: number, own: number, assign: string, separator: string): string {
    if (this.nodes.length === 0) return '';
    if (this.wasKept) return this.tied(this.around(Math.max(ownIndex, 0), assign, separator), ownIndex, own);
    this.wasKept = true;
    // (V8 gives a rope back as it is where it is the only text that is joined.)
    return [this.nodes[0], this.behindFirst(ownIndex, own, assign, separator)].join('');
  }

  /** All of the text that comes after the first node, added up. */
  private behindFirst(ownIndex: number, own: number, assign: string, separator: string): string {
    const { nodes, counters } = this;
    let text = assign + (ownIndex === 0 ? own : counters[0]);
    for (let i = 1; i < nodes.length; i++) {
      text += separator + nodes[i] + assign + (ownIndex === i ? own : counters[i]);
    }
    return text;
  }

  /** Characters of that text without making it. */
  textLength(ownIndex: number, own: number, assign: string, separator: string): number {
    if (this.nodes.length === 0) return 0;
    const at = ownIndex >= 0 ? ownIndex : 0;
    const { before, after } = this.around(at, assign, separator);
    return before.length + String(ownIndex >= 0 ? own : this.counters[0]).length + after.length;
  }

  /** Gives the cached text back to the collector; the next use makes it again. */
  forgetText(): void {
    this.wasUsed = false;
    this.wasKept = false;
    this.latest = undefined;
    this.earlier = undefined;
  }

  /** Index of a node, or -1. */
  indexOf(node: string): number {
    const { nodes } = this;
    let low = 0;
    let high = nodes.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = nodes[middle] as string;
      if (found === node) return middle;
      if (found < node) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}

/** The text around one entry. Made by a constructor, not as a literal: see {@link Stamp}. */
class VectorPieces {
  constructor(
    readonly at: number,
    readonly assign: string,
    readonly separator: string,
    readonly before: string,
    readonly after: string,
  ) {}
}

/** True when two columns name the same nodes. */
export function sameNodes(a: readonly string[], b: readonly string[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Where a node that is not in the ascending list belongs. */
export function insertionIndex(nodes: readonly string[], node: string): number {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((nodes[middle] as string) < node) low = middle + 1;
    else high = middle;
  }
  return low;
}
