/**
 * A place in the bytes of a JSON text, and how to read texts, numbers and words from there.
 *
 * Guarantee: a text or number is what JSON.parse makes of it; texts that come again are the same text.
 * Hazard: whatever is wrong or unusual throws {@link UNUSUAL}, which whoever parses has to catch.
 */
import { MAX_JSON_DEPTH } from '../../../clocks/limits.js';
import { BACKSLASH, QUOTE } from './json-bytes.js';
import { TextPool } from './text-pool.js';

const MINUS = 0x2d;
/** Digits of an integer that is exact whatever they are. */
const SAFE_DIGITS = 15;

/** JSON that only JSON.parse should look at. */
export const UNUSUAL = new Error('unusual JSON');

export class JsonCursor {
  protected bytes: Buffer = Buffer.alloc(0);
  /** The same bytes, to look at four at a time. */
  protected view: DataView = new DataView(new ArrayBuffer(0));
  protected at = 0;
  private depth = 0;
  protected readonly texts = new TextPool();

  protected begin(bytes: Buffer): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
    this.depth = 0;
  }

  protected text(mayComeAgain: boolean): string {
    this.at++;
    return this.textHere(mayComeAgain);
  }

  /** The text whose quote was taken. */
  protected textHere(mayComeAgain: boolean): string {
    const { bytes, view, at: start } = this;
    const { length } = bytes;
    let hash = 0;
    let at = start;
    for (; at + 4 <= length; at += 4) {
      const word = view.getInt32(at);
      if (isSpecial(word)) break;
      hash = mixed(hash, word);
    }
    for (; at < length; at++) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) {
        this.at = at + 1;
        return mayComeAgain ? this.texts.of(bytes, view, start, at, hash) : bytes.toString('latin1', start, at);
      }
      if (byte === BACKSLASH || byte < 0x20 || byte >= 0x7f) return this.unusualText(start);
      hash = mixed(hash, byte);
    }
    throw UNUSUAL;
  }

  /** With escapes, or beyond ASCII. */
  private unusualText(start: number): string {
    const { bytes } = this;
    for (let at = start; at < bytes.length; at++) {
      if (bytes[at] === BACKSLASH) at++;
      else if (bytes[at] === QUOTE) {
        this.at = at + 1;
        return JSON.parse(bytes.toString('utf8', start - 1, at + 1)) as string;
      }
    }
    throw UNUSUAL;
  }

  protected number(): number {
    const { at: start, bytes } = this;
    const integer = this.integer();
    const next = bytes[this.at];
    // A point, an exponent, or more digits than are surely exact.
    if (integer !== undefined && next !== 0x2e && next !== 0x65 && next !== 0x45) return integer;
    let end = start;
    while (end < bytes.length && /[-+.\dEe]/.test(String.fromCharCode(bytes[end] as number))) end++;
    if (end === start) throw UNUSUAL;
    this.at = end;
    return JSON.parse(bytes.toString('latin1', start, end)) as number;
  }

  /** Decimal digits that are exact as a number; undefined for others. Leaves `at` behind what was looked at. */
  protected integer(): number | undefined {
    const { bytes } = this;
    const isNegative = bytes[this.at] === MINUS;
    if (isNegative) this.at++;
    const start = this.at;
    let value = 0;
    for (; this.at - start <= SAFE_DIGITS; this.at++) {
      const digit = (bytes[this.at] as number) - 0x30;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    const digits = this.at - start;
    if (digits === 0 || digits > SAFE_DIGITS || (bytes[start] === 0x30 && (digits > 1 || isNegative))) return undefined;
    return isNegative ? -value : value;
  }

  protected word<T>(word: string, value: T): T {
    for (let i = 0; i < word.length; i++) if (this.bytes[this.at + i] !== word.charCodeAt(i)) throw UNUSUAL;
    this.at += word.length;
    return value;
  }

  /** Goes over what is blank; the byte that follows, or -1. */
  protected blank(): number {
    const { bytes } = this;
    let byte = bytes[this.at];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++this.at];
    return byte ?? -1;
  }

  /** True where exactly these bytes come next; then they are taken. */
  protected comes({ words, rest, length }: Expected): boolean {
    const { bytes, view, at } = this;
    if (at + length > bytes.length) return false;
    let next = at;
    for (let i = 0; i < words.length; i++, next += 4) if (view.getInt32(next) !== words[i]) return false;
    for (let i = 0; i < rest.length; i++, next++) if (bytes[next] !== rest[i]) return false;
    this.at = next;
    return true;
  }

  protected take(byte: number): void {
    if (this.blank() !== byte) throw UNUSUAL;
    this.at++;
  }

  protected open(): void {
    this.at++;
    if (++this.depth > MAX_JSON_DEPTH) throw UNUSUAL;
  }

  protected close<T>(value: T): T {
    this.at++;
    this.depth--;
    return value;
  }
}

/** @internal Bytes to compare with, four at a time. */
export interface Expected {
  readonly words: readonly number[];
  readonly rest: readonly number[];
  readonly length: number;
}

/** @internal The bytes of an ASCII text to compare with. */
export function expected(ascii: string): Expected {
  const bytes = Buffer.from(ascii, 'latin1');
  const { length } = bytes;
  const words = Array.from({ length: length >> 2 }, (_, i) => bytes.readInt32BE(4 * i));
  return { words, rest: [...bytes.subarray(4 * words.length)], length };
}

/** @internal A hash with four more bytes, or the last few. */
export function mixed(hash: number, bytes: number): number {
  const product = Math.imul(hash ^ bytes, 0x9e3779b1);
  return product ^ (product >>> 13);
}

/**
 * True where one of four bytes ends a text or is not plain ASCII: a quote, a backslash, below 0x20, or 0x7f and above.
 * The first two are zero bytes after an exclusive or, found as in Warren's Hacker's Delight (6-1).
 */
function isSpecial(word: number): boolean {
  const quote = word ^ 0x22222222;
  const backslash = word ^ 0x5c5c5c5c;
  const ends = ((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash);
  return ((ends | ((word - 0x20202020) & ~word) | word | (word + 0x01010101)) & 0x80808080) !== 0;
}
