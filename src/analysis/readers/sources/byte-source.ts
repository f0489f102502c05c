/**
 * Files, standard input and streams as chunks of bytes, unpacked where they are gzip.
 *
 * Guarantee: chunks come as they are asked for, so nothing is read that nobody waits for, and a reader that stops early
 * closes the file.
 * Hazard: reading standard input from a terminal waits for the person in front of it.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InvalidValueError } from '../../../clocks/errors.js';
import { ReadTracesError, reasonOf } from '../formats/problems.js';

/** Bytes or text, in pieces of any size. */
export type ByteStream = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/** One thing to read: a file, or one answer of a backend. */
export interface SourcePart {
  /** What problems call it. */
  readonly name: string;
  /** Its size, where it is known before it is read. */
  readonly totalBytes: number | undefined;
  /** Throws {@link ReadTracesError} where the bytes end too early. */
  readonly chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;
}

/** Bytes read from a file at once. */
const FILE_CHUNK_BYTES = 1024 * 1024;

/** Opens a file by its path, or standard input as `-`. Throws {@link ReadTracesError}. */
export async function openPath(path: string): Promise<SourcePart> {
  if (path === '-') return { name: '-', totalBytes: undefined, chunks: process.stdin };
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new ReadTracesError(path, 'is a folder: name the files in it');
    const chunks = createReadStream(path, { highWaterMark: FILE_CHUNK_BYTES });
    return { name: path, totalBytes: found.isFile() ? found.size : undefined, chunks };
  } catch (error) {
    if (error instanceof ReadTracesError) throw error;
    throw new ReadTracesError(path, fileReason(error), 0, { cause: error });
  }
}

function fileReason(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
    case 'EPERM':
      return 'it may not be read: look at its permissions';
    default:
      return `cannot be read: ${reasonOf(error)}`;
  }
}

/**
 * The chunks as buffers of plain JSON.
 *
 * @param onBytes told the bytes of each chunk as it comes, before it is unpacked
 */
export async function* plainChunks(part: SourcePart, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  const chunks = buffersOf(part, onBytes);
  try {
    const first = await chunks.next();
    if (first.done === true) return;
    const whole = prepended(first.value, chunks);
    // gzip begins with this byte, and JSON never does.
    if (first.value[0] === 0x1f) yield* unpacked(part.name, whole);
    else yield* whole;
  } finally {
    // Also where the caller stops at the first chunk, before anybody iterates.
    await chunks.return(undefined);
  }
}

async function* prepended(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

async function* unpacked(name: string, packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  // The pipeline hands errors of either end to the other; whoever iterates below hears of them.
  const output = pipeline(Readable.from(packed), createGunzip(), () => undefined);
  try {
    for await (const chunk of output) yield chunk as Buffer;
  } catch (error) {
    if (error instanceof ReadTracesError || error instanceof InvalidValueError) throw error;
    throw new ReadTracesError(name, `cannot be unpacked: ${reasonOf(error)}`, 0, { cause: error });
  }
}

async function* buffersOf(part: SourcePart, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of part.chunks) {
      const buffer = bufferOf(chunk);
      if (buffer.length === 0) continue;
      onBytes(buffer.length);
      yield buffer;
    }
  } catch (error) {
    if (error instanceof ReadTracesError || error instanceof InvalidValueError) throw error;
    throw new ReadTracesError(part.name, `breaks off: ${reasonOf(error)}`, 0, { cause: error });
  }
}

function bufferOf(chunk: Uint8Array | string): Buffer {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new InvalidValueError('chunk of the source', chunk, 'bytes or text');
}
