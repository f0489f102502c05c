/**
 * Notices a JSON value that broke off, by the line that comes after it.
 *
 * Guarantee: each byte is looked at once more at most, and only where lines end: blank lines cost nothing twice.
 * Hazard: a value that was cut right behind a comma, a colon or an opening bracket looks as if it went on.
 */

import { COLON, COMMA, isBlank, OPEN_LIST, OPEN_OBJECT } from './json-bytes.js';

export class LineWatch {
  /** The last byte before `scannedTo` of the present chunk that was not blank. */
  private lastByte = 0;
  private scannedTo = 0;
  /** True where a chunk ended with a line, so that the next one begins with a new line. */
  private waits = false;

  /** A chunk begins. True where its first byte shows that the value before broke off. */
  begin(chunk: Buffer, from: number): boolean {
    this.scannedTo = from;
    const waited = this.waits && from === 0;
    this.waits = false;
    return waited && this.cannotFollow(chunk[0]);
  }

  /** A line ends at this byte, inside a value. True where the next line shows that the value broke off. */
  endLine(chunk: Buffer, at: number): boolean {
    this.scan(chunk, at);
    this.waits = at + 1 === chunk.length;
    return !this.waits && this.cannotFollow(chunk[at + 1]);
  }

  /** The chunk is at its end. */
  end(chunk: Buffer): void {
    this.scan(chunk, chunk.length);
  }

  forget(): void {
    this.waits = false;
  }

  /** An object at the very start of a line, where JSON allows none. */
  private cannotFollow(byte: number | undefined): boolean {
    if (byte !== OPEN_OBJECT) return false;
    return this.lastByte !== COMMA && this.lastByte !== COLON && this.lastByte !== OPEN_LIST;
  }

  private scan(chunk: Buffer, end: number): void {
    for (let i = end - 1; i >= this.scannedTo; i--) {
      const byte = chunk[i] as number;
      if (isBlank(byte)) continue;
      this.lastByte = byte;
      break;
    }
    this.scannedTo = end;
  }
}
