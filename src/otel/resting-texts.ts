/**
 * Texts that are kept for minutes and mostly for nothing, as bytes in a few arrays: as strings the collector would copy each
 * of them twice.
 *
 * Guarantee: a text comes back as it was. Cells take no more than half as much again as the texts that were held at once, and
 * nothing once all of a size are gone.
 * Hazard: only ASCII is taken. A cell is another text's once it was given back.
 */
import { MAX_STAMP_BYTES } from '../clocks/limits.js';
import { hostDecoder, hostEncoder } from '../clocks/text-bytes.js';

/** In place of a cell. */
export const NO_CELL = -1;

/** The smallest cells have 96 bytes and 128, the next 192 and 256, and so on. */
const [SMALLER, SMALL] = [96, 128];
/** Cells that come into being at once. */
const PAGE_CELLS = 32;

const [encoder, decoder] = [hostEncoder(), hostDecoder()];

export class RestingTexts {
  private readonly sizes = Array.from({ length: sizeOf(MAX_STAMP_BYTES) + 1 }, (_, size) => {
    return new TextCells((size % 2 === 0 ? SMALLER : SMALL) << (size >> 1));
  });

  /**
   * Puts a text of at most {@link MAX_STAMP_BYTES} characters away; {@link NO_CELL} where the host cannot, or the text is
   * not ASCII.
   */
  put(text: string): number {
    if (encoder === undefined || decoder === undefined) return NO_CELL;
    return (this.sizes[sizeOf(text.length)] as TextCells).put(text);
  }

  read(cell: number, length: number): string {
    return (this.sizes[sizeOf(length)] as TextCells).read(cell, length);
  }

  /** Another text may have the cell. */
  giveBack(cell: number, length: number): void {
    (this.sizes[sizeOf(length)] as TextCells).giveBack(cell);
  }
}

/** Which of the sizes of cells a text takes. */
function sizeOf(length: number): number {
  const doublings = 32 - Math.clz32(Math.trunc((length - 1) / SMALL));
  return 2 * doublings + (length > SMALLER << doublings ? 1 : 0);
}

/** Cells of one size. */
class TextCells {
  private pages: Uint8Array[] = [];
  /** Cells that have held something. */
  private used = 0;
  /** Those of them that were given back. */
  private readonly free: number[] = [];

  constructor(private readonly size: number) {}

  put(text: string): number {
    const cell = this.free.pop() ?? this.add();
    const done = encoder?.encodeInto(text, this.bytesOf(cell, this.size));
    // All of it, and each character a byte.
    if (done?.read === text.length && done.written === text.length) return cell;
    this.giveBack(cell);
    return NO_CELL;
  }

  read(cell: number, length: number): string {
    return decoder?.decode(this.bytesOf(cell, length)) ?? '';
  }

  giveBack(cell: number): void {
    if (this.free.push(cell) < this.used) return;
    this.pages = [];
    this.free.length = 0;
    this.used = 0;
  }

  private bytesOf(cell: number, length: number): Uint8Array {
    const from = (cell % PAGE_CELLS) * this.size;
    return (this.pages[Math.trunc(cell / PAGE_CELLS)] as Uint8Array).subarray(from, from + length);
  }

  private add(): number {
    if (this.used === this.pages.length * PAGE_CELLS) this.pages.push(new Uint8Array(PAGE_CELLS * this.size));
    return this.used++;
  }
}
