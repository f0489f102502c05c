/**
 * The entries of a vector as two columns, which several vectors share: those of one node differ in one counter.
 *
 * Guarantee: a table never changes, and neither do its columns, so tables may share a column, too. Its text is made once
 * for each format, but for the one counter. A table that came as a text is read when somebody asks for its columns.
 */
import type { EntriesText } from './entries-text.js';
import { ASSIGN, SEPARATOR } from './stamp-codes.js';

/** Stand for columns that nobody has asked for. */
const UNREAD_NODES: readonly string[] = [];
const UNREAD_COUNTERS: readonly number[] = [];

/** Codes below are ASCII. */
const END_OF_ASCII = 128;

/** Node ids in ascending code unit order, and beside them their counters. Never changed once made. */
export class VectorTable {
  /** Number of entries. */
  readonly size: number;
  // Two formats (wire and attribute) with one own entry are the rule; more would be a table used as a cache.
  private latest: VectorPieces | undefined = undefined;
  private earlier: VectorPieces | undefined = undefined;

  /**
   * @param heardAt for each entry when it last brought news, in the owner's own count; absent where nobody keeps it
   * @param source the text that it came as, in the place of columns
   * @param joined the counter of our own entry, where that is to be in its place among those of the text; 0 for none
   */
  constructor(
    private readNodes: readonly string[],
    private readCounters: readonly number[],
    readonly heardAt?: readonly number[],
    private readonly source?: EntriesText,
    private readonly joined = 0,
  ) {
    this.size = source === undefined ? readNodes.length : source.size + (joined === 0 ? 0 : 1);
  }

  /** A table whose entries are read when they are needed. */
  static ofText(source: EntriesText): VectorTable {
    return new VectorTable(UNREAD_NODES, UNREAD_COUNTERS, undefined, source);
  }

  get nodes(): readonly string[] {
    if (this.readNodes === UNREAD_NODES) this.read();
    return this.readNodes;
  }

  get counters(): readonly number[] {
    if (this.readNodes === UNREAD_NODES) this.read();
    return this.readCounters;
  }

  private read(): void {
    const { nodes, counters } = (this.source as EntriesText).columns(this.joined);
    this.readCounters = counters;
    this.readNodes = nodes;
  }

  /** The source of a table that nobody has read, where that tells of this node whether and where it has an entry. */
  private unreadSource(node: string): EntriesText | undefined {
    return this.readNodes === UNREAD_NODES && this.source?.node === node ? this.source : undefined;
  }

  /**
   * The same entries and our own, which it does not name, as long as nobody has read them; undefined where they have to be
   * read.
   */
  joinedBy(node: string, counter: number): VectorTable | undefined {
    const source = this.joined === 0 ? this.unreadSource(node) : undefined;
    if (source === undefined || source.ownCounter > 0) return undefined;
    return new VectorTable(UNREAD_NODES, UNREAD_COUNTERS, undefined, source, counter);
  }

  /** All entries as text, the one at `ownIndex` with another counter; -1 for none. The first of its kind is in one piece. */
  text(ownIndex: number, own: number, assign: string, separator: string): string {
    if (this.size === 0) return '';
    const pieces = this.madeAround(ownIndex, assign, separator);
    return pieces === undefined ? this.firstText(ownIndex, own, assign, separator) : tied(pieces, own);
  }

  /** Characters of that text. */
  textLength(ownIndex: number, own: number, assign: string, separator: string): number {
    const pieces = this.madeAround(ownIndex, assign, separator);
    if (pieces === undefined) return this.text(ownIndex, own, assign, separator).length;
    return pieces.before.length + (ownIndex < 0 ? 0 : String(own).length + pieces.after.length);
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

  private firstText(ownIndex: number, own: number, assign: string, separator: string): string {
    const { source } = this;
    // The text that came has our entry, or a place for it, and nobody else's counter is to be another.
    if (source !== undefined && (ownIndex < 0 ? this.joined === 0 : own > 0 && ownIndex === this.ownIndexOf(source))) {
      const text = this.textOfSource(source, ownIndex, own, assign, separator);
      if (text !== undefined) return text;
    }
    return this.textOfColumns(ownIndex, own, assign, separator);
  }

  private textOfSource(
    source: EntriesText,
    ownIndex: number,
    own: number,
    assign: string,
    separator: string,
  ): string | undefined {
    if (assign === ASSIGN && separator === SEPARATOR) {
      const pieces =
        ownIndex < 0
          ? new VectorPieces(ownIndex, assign, separator, source.whole, '')
          : new VectorPieces(ownIndex, assign, separator, source.before, source.after);
      this.keep(pieces);
      return tied(pieces, own);
    }
    const [assignCode, separatorCode] = [codeOf(assign), codeOf(separator)];
    if (assignCode < 0 || separatorCode < 0) return undefined;
    const text = source.translated(ownIndex < 0 ? 0 : own, assignCode, separatorCode);
    if (text !== undefined) this.cut(text, ownIndex, own, assign, separator, ownIndex < 0 ? 0 : source.lengthBefore);
    return text;
  }

  private textOfColumns(ownIndex: number, own: number, assign: string, separator: string): string {
    if (ownIndex < 0) {
      const text = this.entries(0, this.size, assign, separator);
      this.cut(text, ownIndex, own, assign, separator, 0);
      return text;
    }
    // Joined in the end, not added up: who reads a rope character by character, as exporters do, walks it again and again.
    const owner = `${ownIndex === 0 ? '' : separator}${this.nodes[ownIndex]}${assign}`;
    const before = this.entries(0, ownIndex, assign, separator);
    const after = this.entries(ownIndex + 1, this.size, assign, separator);
    const text = [before, owner, own, after === '' ? '' : separator, after].join('');
    this.cut(text, ownIndex, own, assign, separator, before.length + owner.length);
    return text;
  }

  /** Some entries as text, added up; empty for none. */
  private entries(from: number, to: number, assign: string, separator: string): string {
    if (from >= to) return '';
    const { nodes, counters } = this;
    let text = nodes[from] + assign + counters[from];
    for (let i = from + 1; i < to; i++) text += separator + nodes[i] + assign + counters[i];
    return text;
  }

  /** Keeps what stands around the own counter of a text: another counter there then costs one concatenation. */
  private cut(text: string, at: number, own: number, assign: string, separator: string, lengthBefore: number): void {
    this.keep(
      at < 0
        ? new VectorPieces(at, assign, separator, text, '')
        : new VectorPieces(
            at,
            assign,
            separator,
            text.slice(0, lengthBefore),
            text.slice(lengthBefore + String(own).length),
          ),
    );
  }

  private keep(pieces: VectorPieces): void {
    this.earlier = this.latest;
    this.latest = pieces;
  }

  /** Gives the cached text back to the collector; the next use makes it again. */
  forgetText(): void {
    this.latest = undefined;
    this.earlier = undefined;
  }

  private ownIndexOf(source: EntriesText): number {
    return this.joined > 0 || source.ownCounter > 0 ? source.index : -1;
  }

  /** True where an entry is this node's. */
  names(index: number, node: string): boolean {
    const source = this.unreadSource(node);
    return source === undefined ? this.nodes[index] === node : index >= 0 && index === this.ownIndexOf(source);
  }

  /** Index of a node, or -1. */
  indexOf(node: string): number {
    const source = this.unreadSource(node);
    if (source !== undefined) return this.ownIndexOf(source);
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
    const source = this.unreadSource(node);
    if (source !== undefined) return this.joined > 0 ? this.joined : source.ownCounter;
    const index = this.indexOf(node);
    return index < 0 ? 0 : (this.counters[index] as number);
  }
}

/** The text around one entry, or all of it. Made by a constructor, not as a literal: see {@link Stamp}. */
class VectorPieces {
  constructor(
    /** -1 where `before` is the whole text. */
    readonly at: number,
    readonly assign: string,
    readonly separator: string,
    readonly before: string,
    readonly after: string,
  ) {}
}

function tied({ at, before, after }: VectorPieces, own: number): string {
  return at < 0 ? before : before + own + after;
}

/** The code of the one ASCII character that a text is, or -1. */
function codeOf(mark: string): number {
  const code = mark.length === 1 ? mark.charCodeAt(0) : END_OF_ASCII;
  return code < END_OF_ASCII ? code : -1;
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
