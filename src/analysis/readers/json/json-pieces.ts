/**
 * A stream of bytes as documents to parse: lines, values one after another, or one value that is cut into pieces.
 *
 * The first value decides. Where it stands alone on the first line, the rest is JSON lines: each line is a document, a
 * broken one costs nothing but itself, and nothing has to be looked at twice. Anything else is framed, byte by byte.
 *
 * Guarantee: memory is bounded by the limit of one value, whatever the stream holds.
 * Hazard: a line that is no JSON value may still hold several, or the whole elements of a broken one: the receiver of a
 * line says whether it could use it, and if not the line is framed.
 */
import { UNCOUNTED_LINE_BYTES } from '../../../clocks/limits.js';
import { ByteCapture } from './byte-capture.js';
import type { FrameSink } from './frame-sink.js';
import { isBlank, NEWLINE } from './json-bytes.js';
import { JsonFramer } from './json-framer.js';

export interface PieceSink extends FrameSink {
  /** A line that should be one document. False where it is none. The bytes are only lent. */
  line(bytes: Buffer, line: number): boolean;
}

/** Bytes taken at once of a chunk that is larger: what is cut out of them waits for its reader. */
const STRIDE_BYTES = 1024 * 1024;

export class JsonPieces {
  private readonly framer: JsonFramer;
  private readonly rest: ByteCapture;
  /** Before the end of the first value, between it and the next byte that says what follows, and after that. */
  private phase: 'first' | 'undecided' | 'lines' | 'values' = 'first';
  private lineNumber = 1;

  constructor(
    private readonly maxBytes: number,
    private readonly sink: PieceSink,
  ) {
    this.framer = new JsonFramer(maxBytes, sink);
    this.rest = new ByteCapture(maxBytes);
  }

  /** Reads a chunk; the caller uses up what the sink was given after each step. */
  *push(chunk: Buffer): Generator<void, void, undefined> {
    for (let start = 0; start < chunk.length; start += STRIDE_BYTES) {
      this.step(chunk.subarray(start, start + STRIDE_BYTES));
      yield;
    }
  }

  end(): void {
    if (this.phase === 'lines') this.lastLine();
    else this.framer.end();
  }

  private step(chunk: Buffer): void {
    let i = 0;
    if (this.phase === 'first') {
      i = this.framer.push(chunk, 0, true);
      if (i < chunk.length || this.framer.hasEndedValue) this.phase = 'undecided';
    }
    if (this.phase === 'undecided') i = this.decide(chunk, i);
    if (this.phase === 'values') this.framer.push(chunk, i);
    else if (this.phase === 'lines') this.lines(chunk, i);
  }

  private decide(chunk: Buffer, from: number): number {
    const oneLine = this.framer.line === this.framer.valueLine;
    for (let i = from; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (byte !== NEWLINE && isBlank(byte)) continue;
      if (byte !== NEWLINE || !oneLine) {
        this.phase = 'values';
        return i;
      }
      this.phase = 'lines';
      this.lineNumber = this.framer.line + 1;
      return i + 1;
    }
    return chunk.length;
  }

  private lines(chunk: Buffer, from: number): void {
    let start = from;
    for (let end = chunk.indexOf(NEWLINE, start); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.rest.start(start);
      this.rest.stop(chunk, end);
      this.lastLine();
      this.lineNumber += 1;
      start = end + 1;
    }
    this.rest.start(start);
    this.rest.keep(chunk);
  }

  /** The captured line is whole. */
  private lastLine(): void {
    const { rest, lineNumber } = this;
    if (rest.isOver) {
      this.sink.problem(lineNumber, `a line of more than ${this.maxBytes} bytes: raise limits.valueBytes`);
      return rest.clear();
    }
    const { size } = rest;
    if (size === 0) return rest.clear();
    const bytes = rest.takeBytes();
    // The parser must not be handed a line whose depth nobody knows, unless it is too short to matter.
    if (size <= UNCOUNTED_LINE_BYTES && this.sink.line(bytes, lineNumber)) return undefined;
    const framer = new JsonFramer(this.maxBytes, this.sink, lineNumber);
    framer.push(bytes);
    framer.end();
    return undefined;
  }
}
