/**
 * Where a command's output goes.
 *
 * Guarantee: results go to `out` and everything else to `err`. Colours are used only where a terminal shows them and
 * NO_COLOR is not set. What is printed waits for a slow reader instead of filling the memory.
 */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { COLUMNS_WITHOUT_TERMINAL, type Paint, paintFor } from '../analysis/reports/paint.js';

/** What of a process's streams is used; tests hand in others. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export interface Streams {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export class Output {
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly paint: Paint;

  constructor(
    private readonly stream: OutputStream,
    env: Streams['env'],
  ) {
    this.isTerminal = stream.isTTY === true;
    this.columns = stream.columns ?? COLUMNS_WITHOUT_TERMINAL;
    this.paint = paintFor(this.isTerminal, env);
  }

  line(text = ''): void {
    this.stream.write(`${text}\n`);
  }

  /** As it is, without a line break. */
  raw(text: string): void {
    this.stream.write(text);
  }

  /** Writes many lines, no faster than they are taken. */
  async lines(lines: Iterable<string>): Promise<void> {
    for (const chunk of chunksOf(lines)) await this.write(chunk);
  }

  async json(value: unknown): Promise<void> {
    await this.write(`${JSON.stringify(value, bigintsAsText, 2)}\n`);
  }

  private async write(text: string): Promise<void> {
    if (!this.stream.write(text)) await once(this.stream, 'drain');
  }
}

/** Lines are written together up to this many characters: one write per line is slow on a pipe. */
const CHUNK_CHARACTERS = 65_536;

/** Lines with their line breaks, many at a time. */
export function* chunksOf(lines: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

/** JSON has no integers of 64 bits that every reader keeps. */
export function bigintsAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
