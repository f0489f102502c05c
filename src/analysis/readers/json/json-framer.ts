/**
 * Cuts a stream of JSON into documents that are small enough to parse, without parsing it.
 *
 * A file of traces is one value whose spans hang in one long list near its top: `{"resourceSpans":[…]}`,
 * `{"data":[…]}`, `{"result":{"resourceSpans":[…]}}` or a bare list. Each element of that list becomes a document of
 * its own, inside the keys that led to it, so whoever reads documents need not know that one was cut. What was around
 * the list comes last. Values may follow one another, with or without anything in between.
 *
 * Guarantee: linear in the bytes, and never more memory than one element may have. An element that is too large or too
 * deep is one problem and is passed over. Where the chunks are cut makes no difference.
 * Hazard: only brackets and strings are looked at; whether a document is JSON is for `JSON.parse` to say. A value that
 * breaks off is noticed at a raw line break inside a text, at a line that begins an object where none may be, or at the
 * end.
 */
import { ByteCapture } from './byte-capture.js';
import { type FrameSink, handOver } from './frame-sink.js';
import {
  BACKSLASH,
  CLOSE_LIST,
  CLOSE_OBJECT,
  closingQuote,
  COMMA,
  isBlank,
  NEWLINE,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
} from './json-bytes.js';
import { LineWatch } from './line-watch.js';
import { LONGEST_KEY, openedAt } from './long-lists.js';

export class JsonFramer {
  /** The line being read, from 1, and the one where the present or last value begins. */
  line: number;
  valueLine: number;
  /** Between two values, around a list, between two of its elements, in one, or after something that broke off. */
  private place: 'outside' | 'shell' | 'list' | 'element' | 'lost' = 'outside';
  private hasBegun = false;
  private atLineStart = false;
  private depth = 0;
  /** Deepest level of what is being captured, and of what is around the list while one of its elements is. */
  private deepest = 0;
  private shellDeepest = 0;
  private inString = false;
  private escaped = false;
  private readonly lines = new LineWatch();
  /** Keys of the open envelopes, and the last text of the shell, which may be a key. */
  private path: string[] = [];
  private key = '';
  /** Keys that lead to the open list, and the depth of its brackets. */
  private listPath: readonly string[] = [];
  private listDepth = 0;
  private elementLine = 1;
  private readonly shell: ByteCapture;
  private readonly element: ByteCapture;

  constructor(
    maxBytes: number,
    private readonly sink: FrameSink,
    firstLine = 1,
  ) {
    this.line = firstLine;
    this.valueLine = firstLine;
    this.shell = new ByteCapture(maxBytes);
    this.element = new ByteCapture(maxBytes);
  }

  /** True between two values, when there was one. */
  get hasEndedValue(): boolean {
    return this.place === 'outside' && this.hasBegun;
  }

  /** Reads from the offset on, to the end of the chunk or only of the next value. Returns where it stopped. */
  push(chunk: Buffer, from = 0, untilValueEnds = false): number {
    if (this.lines.begin(chunk, from)) this.breakOff('outside');
    let i = from;
    while (i < chunk.length) {
      const wasOutside = this.place === 'outside';
      if (this.inString) i = this.string(chunk, i);
      else if (wasOutside) i = this.outside(chunk, i);
      else if (this.place === 'lost') i = this.lost(chunk, i);
      else if (this.place === 'list') i = this.list(chunk, i);
      else i = this.inside(chunk, i);
      if (untilValueEnds && !wasOutside && this.place === 'outside') return i;
    }
    this.shell.keep(chunk);
    this.element.keep(chunk);
    this.lines.end(chunk);
    return i;
  }

  /** The stream is at its end. */
  end(): void {
    if (this.place === 'outside' || this.place === 'lost') return;
    this.sink.problem(this.line, `the end comes in the middle of a value that begins in line ${this.valueLine}`);
    this.reset('outside');
  }

  private outside(chunk: Buffer, i: number): number {
    const byte = chunk[i] as number;
    if (byte === NEWLINE) this.line += 1;
    if (isBlank(byte) || byte === COMMA) return i + 1;
    this.valueLine = this.line;
    if (byte !== OPEN_OBJECT && byte !== OPEN_LIST) {
      this.sink.problem(this.line, 'neither a JSON object nor a list begins here');
      this.reset('lost');
      return i;
    }
    this.hasBegun = true;
    this.depth = 1;
    this.deepest = 1;
    this.place = 'shell';
    this.shell.start(i);
    if (byte === OPEN_LIST) this.openList(chunk, i, []);
    return i + 1;
  }

  /** Passes over lines until one begins like a value. */
  private lost(chunk: Buffer, i: number): number {
    if (this.atLineStart && (chunk[i] === OPEN_OBJECT || chunk[i] === OPEN_LIST)) {
      this.reset('outside');
      return i;
    }
    const newline = chunk.indexOf(NEWLINE, i);
    this.atLineStart = newline >= 0;
    if (newline < 0) return chunk.length;
    this.line += 1;
    return newline + 1;
  }

  /** Between two elements of the list. */
  private list(chunk: Buffer, i: number): number {
    const byte = chunk[i] as number;
    if (byte === NEWLINE) this.endLine(chunk, i);
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      this.place = 'shell';
      this.shell.start(i);
      return i;
    } else if (!isBlank(byte) && byte !== COMMA) {
      this.place = 'element';
      this.elementLine = this.line;
      this.deepest = this.depth;
      this.element.start(i);
      return i;
    }
    return i + 1;
  }

  /** In an element or the shell, up to the next string or to where the place changes. */
  private inside(chunk: Buffer, start: number): number {
    for (let i = start; i < chunk.length; i++) {
      switch (chunk[i] as number) {
        case QUOTE: {
          // Nearly every string ends in its chunk, and outside the shell nobody asks what it says.
          const end = this.place === 'shell' ? -1 : closingQuote(chunk, i + 1);
          if (end < 0) {
            this.inString = true;
            this.key = '';
            return i + 1;
          }
          i = end;
          break;
        }
        case OPEN_OBJECT:
        case OPEN_LIST:
          this.depth += 1;
          if (this.depth > this.deepest) this.deepest = this.depth;
          if (this.place === 'shell' && this.depth === this.path.length + 2) {
            this.openKey(chunk, i);
            return i + 1;
          }
          break;
        case CLOSE_OBJECT:
        case CLOSE_LIST:
          if (this.place === 'shell') {
            if (this.depth === this.path.length + 1) this.path.pop();
            this.depth -= 1;
            if (this.depth === 0) this.endValue(chunk, i + 1);
            return i + 1;
          }
          // What closes here is the list: an element without brackets was the last one.
          if (this.depth === this.listDepth) {
            this.endElement(chunk, i);
            return i;
          }
          this.depth -= 1;
          if (this.depth === this.listDepth) {
            this.endElement(chunk, i + 1);
            return i + 1;
          }
          break;
        case COMMA:
          if (this.place === 'element' && this.depth === this.listDepth) {
            this.endElement(chunk, i);
            return i + 1;
          }
          break;
        case NEWLINE:
          this.endLine(chunk, i);
          return i + 1;
      }
    }
    return chunk.length;
  }

  /** In a string of the shell, or in one that the chunk does not hold to its end. */
  private string(chunk: Buffer, start: number): number {
    let i = start;
    if (this.escaped) i += 1;
    this.escaped = false;
    for (; i < chunk.length; i++) {
      const byte = chunk[i];
      if (byte === QUOTE || byte === NEWLINE) break;
      if (byte === BACKSLASH) {
        i += 1;
        this.escaped = i === chunk.length;
      }
    }
    const end = Math.min(i, chunk.length);
    if (this.place === 'shell' && this.key.length <= LONGEST_KEY) {
      this.key += chunk.toString('latin1', start, Math.min(end, start + LONGEST_KEY + 1));
    }
    if (end === chunk.length) return end;
    if (chunk[end] === NEWLINE) {
      // JSON has no line breaks inside texts.
      this.breakOff('lost');
      return end;
    }
    this.inString = false;
    return end + 1;
  }

  private openKey(chunk: Buffer, i: number): void {
    const opened = openedAt(this.path, this.key);
    if (opened === 'list' && chunk[i] === OPEN_LIST) this.openList(chunk, i, [...this.path, this.key]);
    else if (opened === 'envelope' && chunk[i] === OPEN_OBJECT) this.path.push(this.key);
  }

  private openList(chunk: Buffer, i: number, path: readonly string[]): void {
    this.shell.stop(chunk, i + 1);
    this.listPath = path;
    this.listDepth = this.depth;
    this.shellDeepest = this.deepest;
    this.place = 'list';
  }

  private endElement(chunk: Buffer, before: number): void {
    this.element.stop(chunk, before);
    this.place = 'list';
    handOver(this.element, this.deepest, this.elementLine, this.listPath, this.sink);
    this.deepest = this.shellDeepest;
  }

  private endValue(chunk: Buffer, before: number): void {
    this.shell.stop(chunk, before);
    handOver(this.shell, this.deepest, this.valueLine, undefined, this.sink);
    this.reset('outside');
  }

  private endLine(chunk: Buffer, i: number): void {
    this.line += 1;
    if (this.lines.endLine(chunk, i)) this.breakOff('outside');
  }

  private breakOff(place: 'outside' | 'lost'): void {
    this.sink.problem(this.valueLine, 'a value begins here and breaks off');
    this.reset(place);
  }

  private reset(place: 'outside' | 'lost'): void {
    this.place = place;
    this.atLineStart = false;
    this.lines.forget();
    this.inString = false;
    this.escaped = false;
    this.path = [];
    this.shell.clear();
    this.element.clear();
  }
}
