/**
 * Where a command's output goes.
 *
 * Guarantee: results go to `out` and everything else to `err`. Colours are used only where a terminal shows them and
 * NO_COLOR is not set. What is printed waits for a slow reader instead of filling the memory.
 */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { type Paint, paintAnsi, paintNothing } from '../analysis/reports/paint.js';

/** What of a process's streams is used; tests hand in others. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export interface Streams {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const COLUMNS_WITHOUT_TERMINAL = 100;
/** Lines are written together up to this many characters: one write per line is slow on a pipe. */
const CHUNK_CHARACTERS = 65_536;

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
    // By its convention any value of NO_COLOR that is not empty counts.
    const isPlain = !this.isTerminal || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
    this.paint = isPlain ? paintNothing : paintAnsi;
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
    let chunk = '';
    for (const line of lines) {
      chunk += `${line}\n`;
      if (chunk.length < CHUNK_CHARACTERS) continue;
      await this.write(chunk);
      chunk = '';
    }
    if (chunk !== '') await this.write(chunk);
  }

  async json(value: unknown): Promise<void> {
    await this.write(`${JSON.stringify(value, bigintsAsText, 2)}\n`);
  }

  private async write(text: string): Promise<void> {
    if (!this.stream.write(text)) await once(this.stream, 'drain');
  }
}

/** JSON has no integers of 64 bits that every reader keeps. */
export function bigintsAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
