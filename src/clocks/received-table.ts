/**
 * A vector as the text that brought it: `<node>*<counter>~<node>*<counter>…`, up to the end of a stamp.
 *
 * A service that hears a vector, counts an event of its own and passes both on needs no columns: what it writes is the text
 * that came, with its own entry in its place. Only who compares or merges has to read the entries.
 *
 * Guarantee: the same answers as from a table of columns, whatever is asked for, and in whatever order.
 * Hazard: nothing is checked here. Whoever makes one has held the text to the format, its nodes ascending, and has looked
 * where the own entry stands.
 */
import { agesOfHeard } from './heard-ages.js';
import { MAX_COUNTER, MAX_NODE_ID_LENGTH, MAX_STAMP_BYTES } from './limits.js';
import { ASSIGN, SEPARATOR, stampCodes } from './stamp-codes.js';
import { hostDecoder } from './text-bytes.js';
import { VectorPieces, VectorTable } from './vector-table.js';

const ZERO_CODE = 48;
/** Codes below are ASCII. */
const END_OF_ASCII = 128;

/** Stand for columns that nobody has asked for. */
const UNREAD_NODES: readonly string[] = [];
const UNREAD_COUNTERS: readonly number[] = [];

const decoder = hostDecoder();

export class ReceivedTable extends VectorTable {
  /**
   * @param stamp the text
   * @param from where its entries begin
   * @param size how many entries there are, our own included where it has a counter
   * @param node our node, or undefined while it is not drawn: then nothing is known of its place
   * @param ownIndex of our entry among them; where it has no counter, that of the entry before which it belongs
   * @param ownFrom where in the text that entry begins
   * @param ownTo where it ends; the same as `ownFrom` where the text does not name it
   * @param ownCounter our counter; 0 where we have no entry
   */
  constructor(
    readonly stamp: string,
    readonly from: number,
    size: number,
    readonly node: string | undefined,
    readonly ownIndex: number,
    readonly ownFrom: number,
    readonly ownTo: number,
    readonly ownCounter: number,
    heardAt?: readonly number[],
  ) {
    super(UNREAD_NODES, UNREAD_COUNTERS, heardAt, size);
  }

  override get nodes(): readonly string[] {
    if (this.isUnread) this.read();
    return this.nodeColumn;
  }

  override get counters(): readonly number[] {
    if (this.isUnread) this.read();
    return this.counterColumn;
  }

  override joinedBy(node: string, counter: number): VectorTable | undefined {
    // How old entries are is said of each.
    if (!this.knows(node) || this.ownCounter > 0 || this.heardAt !== undefined) return undefined;
    const { stamp, from, size, ownIndex, ownFrom, ownTo } = this;
    return new ReceivedTable(stamp, from, size + 1, node, ownIndex, ownFrom, ownTo, counter);
  }

  /**
   * Mostly a reply, from somebody who has heard all that we had told him: then the text that he sent is the text of both.
   */
  override raisedBy(heard: VectorTable, node: string | undefined, hearing: number): VectorTable | undefined {
    if (!(heard instanceof ReceivedTable) || heard.isJoined) return undefined;
    if (node !== this.node || node !== heard.node || (this.ownCounter === 0 && heard.ownCounter > 0)) return undefined;
    // Who names fewer than we know of does not know them all: most replies of services that know nothing of each other.
    if (heard.size - (heard.ownCounter > 0 ? 1 : 0) < this.size - (this.ownCounter > 0 ? 1 : 0)) return undefined;
    const ages = agesOfHeard(this, heard, hearing);
    if (ages === undefined) return undefined;
    if (!ages.includes(hearing)) return this;
    const { stamp, from, size, ownIndex, ownFrom, ownTo, ownCounter } = heard;
    const joins = this.ownCounter > 0 && ownCounter === 0;
    if (joins) ages.splice(ownIndex, 0, 0);
    const counter = joins ? this.ownCounter : ownCounter;
    return new ReceivedTable(stamp, from, joins ? size + 1 : size, node, ownIndex, ownFrom, ownTo, counter, ages);
  }

  override names(index: number, node: string): boolean {
    return this.knows(node) ? this.ownCounter > 0 && index === this.ownIndex : super.names(index, node);
  }

  override indexOf(node: string): number {
    if (!this.knows(node)) return super.indexOf(node);
    return this.ownCounter > 0 ? this.ownIndex : -1;
  }

  override counterOf(node: string): number {
    return this.knows(node) ? this.ownCounter : super.counterOf(node);
  }

  protected override firstText(ownIndex: number, own: number, assign: string, separator: string): string {
    // Nobody else's counter is to be another, and our entry is neither to be left out nor to be put in.
    const isAsked = ownIndex < 0 ? !this.isJoined : own > 0 && this.ownCounter > 0 && ownIndex === this.ownIndex;
    const text = isAsked ? this.textOfStamp(ownIndex, own, assign, separator) : undefined;
    return text ?? super.firstText(ownIndex, own, assign, separator);
  }

  private get isUnread(): boolean {
    return this.nodeColumn === UNREAD_NODES;
  }

  /** True where it can tell of this node without being read. */
  private knows(node: string): boolean {
    return node === this.node;
  }

  /** True where our entry stands behind all those of the text. */
  private get isLast(): boolean {
    return this.ownFrom === this.stamp.length;
  }

  /** True where we have an entry that the text does not name. */
  get isJoined(): boolean {
    return this.ownCounter > 0 && this.ownTo === this.ownFrom;
  }

  /** Undefined where it takes columns. */
  private textOfStamp(ownIndex: number, own: number, assign: string, separator: string): string | undefined {
    if (assign === ASSIGN && separator === SEPARATOR) {
      const [before, after] = ownIndex < 0 ? [this.stamp.slice(this.from), ''] : [this.before, this.after];
      const pieces = new VectorPieces(ownIndex, assign, separator, before, after);
      this.keep(pieces);
      return pieces.tied(own);
    }
    const [assignCode, separatorCode] = [codeOf(assign), codeOf(separator)];
    if (decoder === undefined || assignCode < 0 || separatorCode < 0) return undefined;
    const end = this.translate(ownIndex < 0 ? 0 : own, assignCode, separatorCode);
    const text = decoder.decode(translation.subarray(0, end));
    return this.cut(text, ownIndex, ownIndex < 0 ? 0 : this.lengthBefore, own, assign, separator);
  }

  /** What stands before the own counter. */
  private get before(): string {
    const { stamp, from, ownFrom, node } = this;
    return `${stamp.slice(from, ownFrom)}${this.isLast ? SEPARATOR : ''}${node}${ASSIGN}`;
  }

  private get lengthBefore(): number {
    return this.ownFrom - this.from + (this.isLast ? 1 : 0) + (this.node as string).length + 1;
  }

  /** What stands behind it. */
  private get after(): string {
    const { stamp, ownFrom, ownTo } = this;
    if (ownTo > ownFrom) return stamp.slice(ownTo);
    return this.isLast ? '' : `${SEPARATOR}${stamp.slice(ownFrom)}`;
  }

  /**
   * Writes the entries in another format.
   * @param own our counter; 0 to leave all as they came
   * @returns how long they are
   */
  private translate(own: number, assign: number, separator: number): number {
    const { stamp, from, ownIndex, ownFrom, ownTo } = this;
    const entries = this.look();
    if (own === 0) return stampCodes.copy(from, stamp.length, translation, 0, 0, entries, assign, separator);
    let end = stampCodes.copy(from, ownFrom, translation, 0, 0, ownIndex, assign, separator);
    if (this.isLast) translation[end++] = separator;
    end = write(this.node as string, end);
    translation[end++] = assign;
    end = write(String(own), end);
    const isNamed = ownTo > ownFrom;
    const rest = isNamed ? ownTo + 1 : ownFrom;
    if (rest >= stamp.length) return end;
    translation[end++] = separator;
    const first = isNamed ? ownIndex + 1 : ownIndex;
    return stampCodes.copy(rest, stamp.length, translation, end, first, entries, assign, separator);
  }

  private read(): void {
    const entries = this.look();
    const { stamp } = this;
    let start = this.from;
    for (let entry = 0; entry < entries; entry++) {
      const nodeEnd = stampCodes.nodeEnd(entry);
      const end = stampCodes.counterEnd(entry);
      readNodes[entry] = stamp.slice(start, nodeEnd);
      let counter = 0;
      for (let at = nodeEnd + 1; at < end; at++) counter = counter * 10 + stampCodes.at(at) - ZERO_CODE;
      readCounters[entry] = counter;
      start = end + 1;
    }
    const nodes = readNodes.slice(0, entries);
    const counters = readCounters.slice(0, entries);
    const { isJoined, ownIndex } = this;
    const allNodes = isJoined ? nodes.toSpliced(ownIndex, 0, this.node as string) : nodes;
    // Both at once: where making them fails half-way, none is there.
    this.counterColumn = isJoined ? counters.toSpliced(ownIndex, 0, this.ownCounter) : counters;
    this.nodeColumn = allNodes;
  }

  /** Makes sure that it is this stamp whose codes and marks are looked at. Returns how many entries the text has. */
  look(): number {
    const entries = this.isJoined ? this.size - 1 : this.size;
    stampCodes.read(this.stamp);
    stampCodes.markAll(this.from, entries);
    return entries;
  }
}

/** Where entries are put until their number is known: arrays that grow keep room for more. */
const readNodes: string[] = [];
const readCounters: number[] = [];

/** A text on its way into another format: the stamp's, and our entry. */
const translation = new Uint8Array(MAX_STAMP_BYTES + MAX_NODE_ID_LENGTH + String(MAX_COUNTER).length + 3);

function write(text: string, end: number): number {
  for (let at = 0; at < text.length; at++) translation[end + at] = text.charCodeAt(at);
  return end + text.length;
}

/** The code of the one ASCII character that a text is, or -1. */
function codeOf(mark: string): number {
  const code = mark.length === 1 ? mark.charCodeAt(0) : END_OF_ASCII;
  return code < END_OF_ASCII ? code : -1;
}
