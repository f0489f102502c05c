/**
 * The character codes of the stamp that was read last, and where its entries end: for whoever reads stamps, and for whoever
 * writes their entries on. Mostly it is the same stamp, so what the one has found the other need not look for.
 *
 * Guarantee: the marks are those of the text that was read.
 * Hazard: as with {@link TextCodes}, everybody reads before he looks.
 */
import { MAX_STAMP_BYTES, MAX_VECTOR_ENTRIES } from './limits.js';
import { TextCodes } from './text-codes.js';

/** Between node and counter, and between entries. No node id has them. */
export const ASSIGN = '*';
export const SEPARATOR = '~';
export const ASSIGN_CODE = 42;
export const SEPARATOR_CODE = 126;

class StampCodes extends TextCodes {
  private readonly nodeEnds = new Uint16Array(MAX_VECTOR_ENTRIES);
  private readonly counterEnds = new Uint16Array(MAX_VECTOR_ENTRIES);
  /** How many entries are marked. */
  private entries = 0;

  override read(text: string): boolean {
    const isOther = super.read(text);
    if (isOther) this.entries = 0;
    return isOther;
  }

  /** Says where the node of an entry ends, and where its counter does. All of them are marked in a row. */
  mark(entry: number, nodeEnd: number, counterEnd: number): void {
    this.nodeEnds[entry] = nodeEnd;
    this.counterEnds[entry] = counterEnd;
    this.entries = entry + 1;
  }

  /**
   * Marks the entries of a stamp, where that has not been done. Nothing is checked.
   * @param from where they begin; they go to the end
   * @param size how many there are
   */
  markAll(from: number, size: number): void {
    if (this.entries === size) return;
    let at = from;
    for (let entry = 0; entry < size; entry++) {
      while (at < MAX_STAMP_BYTES && this.at(at) !== ASSIGN_CODE) at++;
      const nodeEnd = at;
      while (at < MAX_STAMP_BYTES && this.at(at) !== SEPARATOR_CODE && this.at(at) !== 0) at++;
      this.mark(entry, nodeEnd, at++);
    }
  }

  /** Where the node of an entry ends. */
  nodeEnd(entry: number): number {
    return this.nodeEnds[entry] as number;
  }

  /** Where its counter ends. */
  counterEnd(entry: number): number {
    return this.counterEnds[entry] as number;
  }

  /**
   * Copies entries in another format.
   * @param from where the first one begins
   * @param to where the last one ends, or the one behind it begins
   * @param end where in `target` they belong
   * @param first the first entry
   * @param last the one behind the last
   * @returns where they end in `target`
   */
  copy(
    from: number,
    to: number,
    target: Uint8Array,
    end: number,
    first: number,
    last: number,
    assign: number,
    separator: number,
  ): number {
    if (to > from) target.set(this.codes.subarray(from, to), end);
    const shift = end - from;
    for (let entry = first; entry < last; entry++) {
      target[(this.nodeEnds[entry] as number) + shift] = assign;
      // Behind the last one nothing stands that this could spoil.
      target[(this.counterEnds[entry] as number) + shift] = separator;
    }
    return to + shift;
  }
}

export const stampCodes = new StampCodes(MAX_STAMP_BYTES);
