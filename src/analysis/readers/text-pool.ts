/**
 * Texts that come again and again, each made once: names of fields, keys, and most values of attributes.
 *
 * Guarantee: what is handed out has the very bytes that were asked for; nothing is taken for another by its hash. Bounded: a
 * text that falls into a place that is taken takes it over.
 */

const PLACES = 8192;
const LONGEST = 64;

export class TextPool {
  private readonly texts: string[] = Array.from({ length: PLACES }, () => '');
  private readonly hashes = new Int32Array(PLACES);

  /** ASCII bytes as a text. */
  of(bytes: Buffer, from: number, to: number, hash: number): string {
    const length = to - from;
    if (length > LONGEST) return bytes.toString('latin1', from, to);
    const place = (hash ^ (hash >>> 15)) & (PLACES - 1);
    const known = this.texts[place] as string;
    if (this.hashes[place] === hash && known.length === length && isSame(known, bytes, from)) return known;
    const text = bytes.toString('latin1', from, to);
    this.texts[place] = text;
    this.hashes[place] = hash;
    return text;
  }
}

function isSame(text: string, bytes: Buffer, from: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[from + i]) return false;
  return true;
}
