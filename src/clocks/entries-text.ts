/**
 * The entries of a vector as the text that brought them: `<node>*<counter>~<node>*<counter>…`, up to the end of a stamp.
 *
 * A service that hears a vector, counts an event of its own and passes both on needs no columns: what it writes is the text
 * that came, with its own entry in its place. Only who compares or merges has to read the entries.
 *
 * Guarantee: the same texts and columns as from a table that was read, whatever of them is asked for, and in whatever order.
 * Hazard: nothing is checked here. Whoever makes one has held the text to the format, its nodes ascending, and has looked
 * where the own entry stands.
 */
import { MAX_COUNTER, MAX_NODE_ID_LENGTH, MAX_STAMP_BYTES } from './limits.js';
import { ASSIGN, SEPARATOR, stampCodes } from './stamp-codes.js';

const ZERO_CODE = 48;

export class EntriesText {
  /**
   * @param text the stamp
   * @param from where its entries begin
   * @param size how many there are
   * @param node our node, or undefined while it is not drawn: then nothing is known of its place
   * @param index of our entry among them; where it is not named, that of the entry before which it belongs
   * @param ownFrom where in the text that entry begins
   * @param ownTo where it ends; the same as `ownFrom` where it is not named
   * @param ownCounter what it says of us; 0 where it is not named
   */
  constructor(
    private readonly text: string,
    private readonly from: number,
    readonly size: number,
    readonly node: string | undefined,
    readonly index: number,
    private readonly ownFrom: number,
    private readonly ownTo: number,
    readonly ownCounter: number,
  ) {}

  /** All of them as they came. */
  get whole(): string {
    return this.text.slice(this.from);
  }

  /** What stands before the own counter in the text that has our entry. */
  get before(): string {
    const { text, from, ownFrom, node } = this;
    return `${text.slice(from, ownFrom)}${this.isBehindAll ? SEPARATOR : ''}${node}${ASSIGN}`;
  }

  /** What stands behind it. */
  get after(): string {
    const { text, ownFrom, ownTo } = this;
    if (ownTo > ownFrom) return text.slice(ownTo);
    return this.isBehindAll ? '' : `${SEPARATOR}${text.slice(ownFrom)}`;
  }

  /** Characters of {@link before}. */
  get lengthBefore(): number {
    return this.ownFrom - this.from + (this.isBehindAll ? 1 : 0) + (this.node as string).length + 1;
  }

  private get isBehindAll(): boolean {
    return this.ownFrom === this.text.length;
  }

  /**
   * The text in another format, in one piece.
   * @param own our counter, with which our entry is written; 0 to leave out one that is not named
   * @param assign the code of the character between node and counter
   * @param separator the code of the one between entries
   * @returns undefined in a host that has no decoder
   */
  translated(own: number, assign: number, separator: number): string | undefined {
    if (decoder === undefined) return undefined;
    const { text, from, size, index, ownFrom, ownTo } = this;
    this.look();
    if (own === 0) {
      const end = stampCodes.copy(from, text.length, written, 0, 0, size, assign, separator);
      return decoder.decode(written.subarray(0, end));
    }
    let end = stampCodes.copy(from, ownFrom, written, 0, 0, index, assign, separator);
    if (this.isBehindAll) written[end++] = separator;
    end = write(this.node as string, end);
    written[end++] = assign;
    end = write(String(own), end);
    const isNamed = ownTo > ownFrom;
    const rest = isNamed ? ownTo + 1 : ownFrom;
    if (rest < text.length) {
      written[end++] = separator;
      end = stampCodes.copy(rest, text.length, written, end, isNamed ? index + 1 : index, size, assign, separator);
    }
    return decoder.decode(written.subarray(0, end));
  }

  /**
   * The entries side by side.
   * @param own our counter, where our entry is to be among them and is not named; else 0
   */
  columns(own: number): Columns {
    const { text, size } = this;
    this.look();
    let start = this.from;
    for (let entry = 0; entry < size; entry++) {
      const nodeEnd = stampCodes.nodeEnd(entry);
      const end = stampCodes.counterEnd(entry);
      readNodes[entry] = text.slice(start, nodeEnd);
      let counter = 0;
      for (let at = nodeEnd + 1; at < end; at++) counter = counter * 10 + stampCodes.at(at) - ZERO_CODE;
      readCounters[entry] = counter;
      start = end + 1;
    }
    const nodes = readNodes.slice(0, size);
    const counters = readCounters.slice(0, size);
    if (own === 0) return { nodes, counters };
    const { index, node } = this;
    return { nodes: nodes.toSpliced(index, 0, node as string), counters: counters.toSpliced(index, 0, own) };
  }

  private look(): void {
    stampCodes.read(this.text);
    stampCodes.markAll(this.from, this.size);
  }
}

export interface Columns {
  readonly nodes: readonly string[];
  readonly counters: readonly number[];
}

/** Where entries are put until their number is known: arrays that grow keep room for more. */
const readNodes: string[] = [];
const readCounters: number[] = [];

/** A text on its way into another format: the stamp's, and our entry. */
const written = new Uint8Array(MAX_STAMP_BYTES + MAX_NODE_ID_LENGTH + String(MAX_COUNTER).length + 3);

function write(text: string, end: number): number {
  for (let at = 0; at < text.length; at++) written[end + at] = text.charCodeAt(at);
  return end + text.length;
}

interface Decoder {
  decode(bytes: Uint8Array): string;
}

const decoder = hostDecoder();

function hostDecoder(): Decoder | undefined {
  const { TextDecoder } = globalThis as unknown as { readonly TextDecoder?: new () => Decoder };
  return TextDecoder === undefined ? undefined : new TextDecoder();
}
