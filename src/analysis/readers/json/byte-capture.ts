/**
 * Bytes that are being cut out of a stream of chunks.
 *
 * Guarantee: no more than the limit is ever kept; beyond it the bytes are counted and forgotten.
 * Hazard: `keep` must be called before a chunk is let go of, or its part is lost.
 */
export class ByteCapture {
  private parts: Buffer[] = [];
  private kept = 0;
  /** Where the present part begins in the present chunk; −1 while nothing is captured. */
  private from = -1;

  constructor(readonly maxBytes: number) {}

  /** True once there was more than the limit allows. */
  get isOver(): boolean {
    return this.kept > this.maxBytes;
  }

  /** Bytes captured so far. */
  get size(): number {
    return this.kept;
  }

  /** Captures from here on. */
  start(at: number): void {
    this.from = at;
  }

  /** Captures up to here, and no further. */
  stop(chunk: Buffer, before: number): void {
    this.add(chunk, before);
    this.from = -1;
  }

  /** The chunk is at its end: its bytes are copied, because whoever made it may use it again. */
  keep(chunk: Buffer): void {
    if (this.from < 0) return;
    this.add(Buffer.from(chunk.subarray(this.from)), chunk.length - this.from, 0);
    this.from = 0;
  }

  /** Hands over the text, and starts from nothing. */
  take(): string {
    return this.takeBytes().toString();
  }

  /** Hands over the bytes, which belong to whoever made the chunk, and starts from nothing. */
  takeBytes(): Buffer {
    const [first] = this.parts;
    const bytes = this.parts.length === 1 && first !== undefined ? first : Buffer.concat(this.parts);
    this.clear();
    return bytes;
  }

  clear(): void {
    this.parts = [];
    this.kept = 0;
    this.from = -1;
  }

  private add(chunk: Buffer, before: number, from = this.from): void {
    if (from < 0 || before <= from) return;
    this.kept += before - from;
    if (this.isOver) this.parts = [];
    else this.parts.push(chunk.subarray(from, before));
  }
}
