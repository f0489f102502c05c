/** Runs the command in this process, and keeps what it prints. */
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { runProgram } from '../../src/cli/program.js';
import { repositoryRoot } from './repository.js';

export interface CliOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface TerminalLike {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
}

class Kept extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** One trace of the demo: payments is 80 ms ahead, orders 120 ms behind. */
export const CHECKOUT = join(repositoryRoot, 'test/cli/fixtures/checkout.jsonl');

export async function runCli(args: readonly string[], terminal: TerminalLike = {}): Promise<CliOutcome> {
  const { env = {}, ...shape } = terminal;
  const stdout = Object.assign(new Kept({ decodeStrings: true }), shape);
  const stderr = Object.assign(new Kept({ decodeStrings: true }), shape);
  const code = await runProgram(args, { stdout, stderr, env });
  return { code, out: stdout.text, err: stderr.text };
}
