/**
 * Where the entries of `a=1,b=2` stand, without a text for each of them: the analysis reads millions of these.
 *
 * Guarantee: what cannot be read is left out, which only makes the lower bound lower, and `partial` says so. Entries are in
 * strictly ascending order of their nodes, and no more than a vector may have. Linear in the text.
 * Hazard: one scanner holds one vector: the next scan overwrites it.
 */
import { MAX_ATTRIBUTE_BYTES, MAX_COUNTER, MAX_NODE_ID_LENGTH, MAX_VECTOR_ENTRIES } from '../clocks/limits.js';
import { isNodeChar } from '../clocks/node-id.js';

const EQUALS = 61;
const COMMA = 44;

export class VectorScanner {
  /** How many entries there are. */
  size = 0;
  /** True when something of the text could not be read: the entries are a lower bound only. */
  partial = false;
  /** The node of entry `i` is `text.slice(from[i], to[i])`. */
  readonly from = new Int32Array(MAX_VECTOR_ENTRIES);
  readonly to = new Int32Array(MAX_VECTOR_ENTRIES);
  readonly counters = new Float64Array(MAX_VECTOR_ENTRIES);

  scan(text: string): void {
    const end = Math.min(text.length, MAX_ATTRIBUTE_BYTES);
    this.size = 0;
    this.partial = text.length > end;
    for (let from = 0; from <= end; ) {
      let assign = from;
      while (assign < end && isNodeChar(text.charCodeAt(assign))) assign++;
      let to = assign + 1;
      let counter = 0;
      for (; to < end; to++) {
        const digit = text.charCodeAt(to) - 48;
        if (digit < 0 || digit > 9 || (digit === 0 && counter === 0) || counter > MAX_COUNTER) break;
        counter = counter * 10 + digit;
      }
      const isWhole = (to >= end || text.charCodeAt(to) === COMMA) && text.charCodeAt(assign) === EQUALS;
      if (isWhole && counter >= 1 && counter <= MAX_COUNTER && this.mayFollow(text, from, assign)) {
        this.from[this.size] = from;
        this.to[this.size] = assign;
        this.counters[this.size++] = counter;
        from = to + 1;
      } else {
        this.partial = true;
        const next = text.indexOf(',', from);
        from = next < 0 ? end + 1 : next + 1;
      }
    }
  }

  /** True for a node of a legal length that comes after the last one, where there is room for it. */
  private mayFollow(text: string, from: number, to: number): boolean {
    const { size } = this;
    const length = to - from;
    if (length < 1 || length > MAX_NODE_ID_LENGTH || size >= MAX_VECTOR_ENTRIES) return false;
    if (size === 0) return true;
    const last = this.from[size - 1] as number;
    const lastLength = (this.to[size - 1] as number) - last;
    for (let i = 0; i < length && i < lastLength; i++) {
      const difference = text.charCodeAt(from + i) - text.charCodeAt(last + i);
      if (difference !== 0) return difference > 0;
    }
    return length > lastLength;
  }
}
