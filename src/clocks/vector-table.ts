/**
 * The entries of a vector as two columns, which several vectors share: those of one node differ in one counter.
 *
 * Guarantee: a table never changes, and neither do its columns, so tables may share a column, too. Its text is made once
 * for each format, but for the one counter.
 */
/** Node ids in ascending code unit order, and beside them their counters. Never changed once made. */
export class VectorTable {
  // Two formats (wire and attribute) with one own entry are the rule; more would be a table used as a cache.
  private latest: VectorPieces | undefined = undefined;
  private earlier: VectorPieces | undefined = undefined;

  /**
   * @param heardAt for each entry when it last brought news, in the owner's own count; absent where nobody keeps it
   * @param size number of entries
   */
  constructor(
    protected nodeColumn: readonly string[],
    protected counterColumn: readonly number[],
    readonly heardAt?: readonly number[],
    readonly size = nodeColumn.length,
  ) {}

  get nodes(): readonly string[] {
    return this.nodeColumn;
  }

  get counters(): readonly number[] {
    return this.counterColumn;
  }

  /** These entries and one more, where that takes no columns; undefined where it does. */
  joinedBy(_node: string, _counter: number): VectorTable | undefined {
    return undefined;
  }

  /**
   * The higher of each of these entries and those that were heard, but for ours, which stays, where that takes no columns;
   * undefined where it does. This table itself, where nothing is new.
   * @param node ours
   * @param hearing what the age of news is, in the owner's own count
   */
  raisedBy(_heard: VectorTable, _node: string | undefined, _hearing: number): VectorTable | undefined {
    return undefined;
  }

  /** All entries as text, the one at `ownIndex` with another counter; -1 for none. The first of its kind is in one piece. */
  text(ownIndex: number, own: number, assign: string, separator: string): string {
    if (this.size === 0) return '';
    const pieces = this.piecesAround(ownIndex, assign, separator);
    return pieces === undefined ? this.firstText(ownIndex, own, assign, separator) : pieces.tied(own);
  }

  /** Characters of that text. */
  textLength(ownIndex: number, own: number, assign: string, separator: string): number {
    const pieces = this.piecesAround(ownIndex, assign, separator);
    return pieces === undefined
      ? this.text(ownIndex, own, assign, separator).length
      : pieces.before.length + (ownIndex < 0 ? 0 : String(own).length + pieces.after.length);
  }

  private piecesAround(at: number, assign: string, separator: string): VectorPieces | undefined {
    const { latest, earlier } = this;
    if (latest !== undefined && latest.at === at && latest.assign === assign && latest.separator === separator) {
      return latest;
    }
    if (earlier !== undefined && earlier.at === at && earlier.assign === assign && earlier.separator === separator) {
      return earlier;
    }
    return undefined;
  }

  /** A text of which no pieces are kept; it keeps them. */
  protected firstText(ownIndex: number, own: number, assign: string, separator: string): string {
    if (ownIndex < 0) return this.cut(this.entries(0, this.size, assign, separator), -1, 0, own, assign, separator);
    // Joined in the end, not added up: who reads a rope character by character, as exporters do, walks it again and again.
    const owner = `${ownIndex === 0 ? '' : separator}${this.nodes[ownIndex]}${assign}`;
    const before = this.entries(0, ownIndex, assign, separator);
    const after = this.entries(ownIndex + 1, this.size, assign, separator);
    const text = [before, owner, own, after === '' ? '' : separator, after].join('');
    return this.cut(text, ownIndex, before.length + owner.length, own, assign, separator);
  }

  /** Some entries as text, added up; empty for none. */
  private entries(from: number, to: number, assign: string, separator: string): string {
    if (from >= to) return '';
    const { nodes, counters } = this;
    let text = nodes[from] + assign + counters[from];
    for (let i = from + 1; i < to; i++) text += separator + nodes[i] + assign + counters[i];
    return text;
  }

  /**
   * Keeps what stands around the own counter of a text: another counter there then costs one concatenation. Gives the text.
   * @param at index of the own entry, -1 for none
   * @param ownFrom where its counter stands
   */
  protected cut(text: string, at: number, ownFrom: number, own: number, assign: string, separator: string): string {
    const before = at < 0 ? text : text.slice(0, ownFrom);
    const after = at < 0 ? '' : text.slice(ownFrom + String(own).length);
    this.keep(new VectorPieces(at, assign, separator, before, after));
    return text;
  }

  protected keep(pieces: VectorPieces): void {
    this.earlier = this.latest;
    this.latest = pieces;
  }

  /** Gives the cached text back to the collector; the next use makes it again. */
  forgetText(): void {
    this.latest = undefined;
    this.earlier = undefined;
  }

  /** True where the entry at an index is this node's. */
  names(index: number, node: string): boolean {
    return this.nodes[index] === node;
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

  /** How many events of this node it tells of; 0 where it has no entry. */
  counterOf(node: string): number {
    const index = this.indexOf(node);
    return index < 0 ? 0 : (this.counters[index] as number);
  }
}

/** The text around one entry, or all of it. Made by a constructor, not as a literal: see {@link Stamp}. */
export class VectorPieces {
  constructor(
    /** -1 where `before` is the whole text. */
    readonly at: number,
    readonly assign: string,
    readonly separator: string,
    readonly before: string,
    readonly after: string,
  ) {}

  /** The text with this own counter. */
  tied(own: number): string {
    return this.at < 0 ? this.before : this.before + own + this.after;
  }
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
