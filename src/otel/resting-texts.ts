/**
 * Texts that are kept for minutes and mostly for nothing, as bytes in a few arrays: as strings the collector would copy each
 * of them twice.
 *
 * Guarantee: a text comes back as it was. What is held is no more than twice what was held at once, and nothing where that
 * has all gone.
 * Hazard: only ASCII is taken. A cell is another text's once it was given back.
 */
import { MAX_STAMP_BYTES } from '../clocks/limits.js';
import { hostDecoder, hostEncoder } from '../clocks/text-bytes.js';

/** In place of a cell. */
export const NO_CELL = -1;

/** Characters that the smallest cells have room for; others have twice as many each. */
const SMALLEST_CELL = 128;
const FIRST_CELLS = 8;

const [encoder, decoder] = [hostEncoder(), hostDecoder()];

export class RestingTexts {
  private readonly sizes = Array.from({ length: sizeOf(MAX_STAMP_BYTES) + 1 }, (_, size) => {
    return new TextCells(SMALLEST_CELL << size);
  });

  /** Puts a text of at most {@link MAX_STAMP_BYTES} characters away; {@link NO_CELL} where the host cannot, or the text is not ASCII. */
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
  return 32 - Math.clz32(Math.trunc((length - 1) / SMALLEST_CELL));
}

/** Cells of one size. */
class TextCells {
  private bytes = new Uint8Array(0);
  /** Cells that have held something. */
  private used = 0;
  /** Those of them that were given back. */
  private readonly free: number[] = [];

  constructor(private readonly size: number) {}

  put(text: string): number {
    const cell = this.free.pop() ?? this.add();
    const from = cell * this.size;
    const done = encoder?.encodeInto(text, this.bytes.subarray(from, from + this.size));
    // All of it, and each character a byte.
    if (done?.read === text.length && done.written === text.length) return cell;
    this.free.push(cell);
    return NO_CELL;
  }

  read(cell: number, length: number): string {
    const from = cell * this.size;
    return decoder?.decode(this.bytes.subarray(from, from + length)) ?? '';
  }

  giveBack(cell: number): void {
    if (this.free.push(cell) < this.used) return;
    this.bytes = new Uint8Array(0);
    this.free.length = 0;
    this.used = 0;
  }

  private add(): number {
    const { bytes, size } = this;
    if (this.used * size === bytes.length) {
      const longer = new Uint8Array(Math.max(2 * bytes.length, FIRST_CELLS * size));
      longer.set(bytes);
      this.bytes = longer;
    }
    return this.used++;
  }
}
