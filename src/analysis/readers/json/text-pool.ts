/**
 * Texts that come again and again, each made once: names of fields, keys, and most values of attributes.
 *
 * Guarantee: what is handed out has the very bytes that were asked for; nothing is taken for another by its hash.
 * Bounded: a text that falls into a place that is taken takes it over.
 * Hazard: the hash must be of these bytes alone, or equal texts are made twice.
 */

const PLACES = 8192;
/** Bytes of the longest text that is kept; a multiple of 4. */
const LONGEST = 64;

export class TextPool {
  private readonly texts: string[] = Array.from({ length: PLACES }, () => '');
  private readonly hashes = new Int32Array(PLACES);
  /** The texts' bytes again, because four bytes are compared faster than one character. */
  private readonly kept = new DataView(new ArrayBuffer(PLACES * LONGEST));

  /** ASCII bytes as a text. `view` is of the same bytes. */
  of(bytes: Buffer, view: DataView, from: number, to: number, hash: number): string {
    const length = to - from;
    if (length > LONGEST) return bytes.toString('latin1', from, to);
    const place = (hash ^ (hash >>> 15)) & (PLACES - 1);
    const known = this.texts[place] as string;
    if (this.hashes[place] === hash && known.length === length && this.isSame(place, view, from, length)) return known;
    const text = bytes.toString('latin1', from, to);
    this.texts[place] = text;
    this.hashes[place] = hash;
    const at = place * LONGEST;
    for (let i = 0; i < length; i++) this.kept.setUint8(at + i, bytes[from + i] as number);
    return text;
  }

  private isSame(place: number, view: DataView, from: number, length: number): boolean {
    const { kept } = this;
    const at = place * LONGEST;
    let i = 0;
    for (; i + 4 <= length; i += 4) if (kept.getInt32(at + i) !== view.getInt32(from + i)) return false;
    for (; i < length; i++) if (kept.getUint8(at + i) !== view.getUint8(from + i)) return false;
    return true;
  }
}
