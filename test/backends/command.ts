/** Commands of other toolchains, run to their end. */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
}

/** What a command wrote to stdout. Throws with the end of what it said where it fails. */
export async function outputOf(
  command: string,
  args: readonly string[],
  { cwd, env = process.env, timeoutMs }: CommandOptions,
): Promise<string> {
  try {
    const { stdout } = await run(command, args, {
      env,
      ...(cwd === undefined ? {} : { cwd }),
      timeout: timeoutMs,
      maxBuffer: MOST_OUTPUT_BYTES,
    });
    return stdout;
  } catch (error) {
    const { stderr = '', stdout = '', message } = error as { stderr?: string; stdout?: string; message: string };
    throw new Error(`${command} ${args.join(' ')} failed: ${(stderr || stdout || message).slice(-2_000)}`, {
      cause: error,
    });
  }
}

/** Whether a command can be run here at all. */
export function isInstalled(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
