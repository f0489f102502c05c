/** The bytes that hold JSON together, and how to find the end of a string among them. */

export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
export const NEWLINE = 0x0a;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
export const OPEN_LIST = 0x5b;
export const CLOSE_LIST = 0x5d;
export const COLON = 0x3a;

/** Blanks, line breaks, and what some writers put between values: the record separator and a byte order mark. */
const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0d, 0x0a, 0x1e, 0xef, 0xbb, 0xbf]);

export function isBlank(byte: number): boolean {
  return BLANKS.has(byte);
}

/** Where the string ends; −1 where the chunk or the line ends first. Most bytes of a trace pass through here. */
export function closingQuote(chunk: Buffer, start: number): number {
  for (let i = start; i < chunk.length; i++) {
    const byte = chunk[i];
    if (byte === QUOTE) return i;
    if (byte === BACKSLASH) i += 1;
    else if (byte === NEWLINE) return -1;
  }
  return -1;
}
