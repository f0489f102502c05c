/**
 * Reads spans from anywhere: files, streams and live backends, in every format that is known.
 *
 * Guarantee: spans come as they are read, and memory is bounded by one JSON value, however long the source is. What
 * cannot be read is one problem each, with its place; the rest is read. Only {@link ReadTracesError} (nothing could be
 * read, or the source broke off) and {@link InvalidValueError} (a wrong option) are thrown.
 * Hazard: Zipkin's spans come at the end, because the two sides of a shared id may be anywhere.
 */
import { InvalidValueError } from '../../clocks/errors.js';
import { DEFAULT_VALUE_BYTES, HIGHEST_VALUE_BYTES } from '../../clocks/limits.js';
import type { RecordedLog, RecordedSpan } from '../recorded.js';
import { type BackendSource, isBackend, openBackend } from './sources/backends.js';
import { quoteBigIntegers } from './json/big-integers.js';
import { type ByteStream, openPath, plainChunks, type SourcePart } from './sources/byte-source.js';
import { DocumentReader } from './formats/document.js';
import { JsonBytesParser } from './json/json-bytes-parser.js';
import { JsonPieces, type PieceSink } from './json/json-pieces.js';
import { type ReadProblem, ReadTracesError, reasonOf } from './formats/problems.js';
import { OneByOne } from './one-by-one.js';
import { Reading } from './formats/reading.js';

/** A file's path, `-` for standard input, bytes or text in pieces, or a live backend. */
export type TraceSource = string | ByteStream | BackendSource;

export interface ReadTracesOptions {
  /** Told of every line, span or answer that could not be read. */
  readonly onProblem?: (problem: ReadProblem) => void;
  /**
   * Told of every log record of OTLP JSON, before the spans of the same line or batch come. Without it logs are passed
   * over, which is one problem of each source.
   */
  readonly onLog?: (log: RecordedLog) => void;
  /** Told the bytes read so far, and all that there are where that is known. */
  readonly onProgress?: (bytesRead: number, totalBytes: number | undefined) => void;
  /** What problems call a stream; it has no name of its own. */
  readonly name?: string;
  readonly limits?: {
    /** Most bytes of one line, one batch of spans or one Jaeger trace. 64 MiB by default, 256 at most. */
    readonly valueBytes?: number;
  };
}

export function readTraces(
  source: TraceSource,
  options: ReadTracesOptions = {},
): AsyncGenerator<RecordedSpan, void, undefined> {
  return new OneByOne(readBatches(source, options));
}

/** The spans of a line or batch at a time. */
async function* readBatches(
  source: TraceSource,
  options: ReadTracesOptions,
): AsyncGenerator<readonly RecordedSpan[], void, undefined> {
  const valueBytes = valueBytesOf(options);
  const reading = new Reading(options.name ?? 'stream', options.onProblem, options.onLog);
  for await (const part of partsOf(source, options, reading)) {
    reading.begin(part.name);
    yield* readPart(part, valueBytes, reading, options);
  }
  if (reading.spans + reading.logs === 0) throwWhereNothingWasRead(reading, isBackend(source));
}

async function* partsOf(
  source: TraceSource,
  options: ReadTracesOptions,
  reading: Reading,
): AsyncGenerator<SourcePart, void, undefined> {
  if (typeof source === 'string') yield await openPath(source);
  else if (isBackend(source)) yield* openBackend(source, (name, reason) => reading.reportOf(name, reason));
  else if (isStream(source)) yield { name: options.name ?? 'stream', totalBytes: undefined, chunks: source };
  else throw new InvalidValueError('source', source, 'a path, a stream of bytes or text, or a backend');
}

async function* readPart(
  part: SourcePart,
  valueBytes: number,
  reading: Reading,
  options: ReadTracesOptions,
): AsyncGenerator<readonly RecordedSpan[], void, undefined> {
  const documents = new Documents(reading);
  const pieces = new JsonPieces(valueBytes, documents);
  let bytesRead = 0;
  const count = (bytes: number): void => {
    bytesRead += bytes;
    options.onProgress?.(bytesRead, part.totalBytes);
  };
  try {
    for await (const chunk of plainChunks(part, count)) {
      for (const _ of pieces.push(chunk)) yield* documents.take();
    }
  } catch (error) {
    if (!(error instanceof ReadTracesError)) throw error;
    // What came before the break is worth having.
    reading.report(undefined, error.reason);
  }
  pieces.end();
  yield* documents.take();
  yield reading.finish();
}

/** Parses what was cut out and collects the spans of it. */
class Documents implements PieceSink {
  private readonly reader: DocumentReader;
  private readonly parser = new JsonBytesParser();
  private ready: (readonly RecordedSpan[])[] = [];

  constructor(private readonly reading: Reading) {
    this.reader = new DocumentReader(reading);
  }

  line(bytes: Buffer, line: number): boolean {
    let document = this.parser.parse(bytes);
    try {
      document ??= JSON.parse(bytes.toString());
    } catch {
      return false;
    }
    this.read(document, () => bytes.toString(), line);
    return true;
  }

  document(text: string, line: number): void {
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch (error) {
      return this.problem(line, `no JSON: ${reasonOf(error)}`);
    }
    return this.read(document, () => text, line);
  }

  problem(line: number, reason: string): void {
    this.reading.report(line, reason);
  }

  /** What is ready, and forgets it. */
  take(): readonly (readonly RecordedSpan[])[] {
    const { ready } = this;
    if (ready.length > 0) this.ready = [];
    return ready;
  }

  private read(document: unknown, text: () => string, line: number): void {
    this.reading.at(line);
    this.reader.read(document);
    if (this.reading.rounded) {
      this.reading.discard();
      this.reader.read(JSON.parse(quoteBigIntegers(text())));
    }
    this.ready.push(this.reading.take());
  }
}

/** A file may hold no spans; a question that finds nothing is worth a word. */
function throwWhereNothingWasRead(reading: Reading, asked: boolean): void {
  const { firstProblem, problems } = reading;
  if (firstProblem !== undefined) {
    const line = firstProblem.line === undefined ? '' : `line ${firstProblem.line}: `;
    const more = problems > 1 ? ` (and ${problems - 1} more)` : '';
    throw new ReadTracesError(firstProblem.source, `${line}${firstProblem.reason}${more}`, problems);
  }
  if (asked)
    throw new ReadTracesError(reading.source, 'no such traces: look further back with since, or ask for others');
  if (!reading.recognised) throw new ReadTracesError(reading.source, 'there is nothing in it', 0);
}

function valueBytesOf({ limits }: ReadTracesOptions): number {
  const valueBytes = limits?.valueBytes ?? DEFAULT_VALUE_BYTES;
  if (!Number.isInteger(valueBytes) || valueBytes < 1 || valueBytes > HIGHEST_VALUE_BYTES) {
    throw new InvalidValueError('limits.valueBytes', valueBytes, `1 to ${HIGHEST_VALUE_BYTES}`);
  }
  return valueBytes;
}

function isStream(source: unknown): source is ByteStream {
  return typeof source === 'object' && source !== null && (Symbol.asyncIterator in source || Symbol.iterator in source);
}
