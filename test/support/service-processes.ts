/**
 * Services in Node processes of their own, each with something loaded before it, as a user registers telemetry.
 *
 * Guarantee: a process that says nothing in time fails the test that started it, and none outlives `stop`.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PATIENCE_MS = 30_000;

export interface ServiceProgram {
  /** The compiled module that it runs. */
  readonly main: URL;
  /** What is loaded before it. */
  readonly preload: URL;
  readonly args?: readonly string[];
  /** Beside that of the tests. */
  readonly environment: Readonly<Record<string, string>>;
}

export class ServiceProcesses {
  private readonly children: ChildProcess[] = [];

  /**
   * Starts a service, and returns its process and the first message that it sent.
   * @param heard told of every message, the first one too
   */
  async start<T>(
    { main, preload, args = [], environment }: ServiceProgram,
    heard?: (message: unknown) => void,
  ): Promise<{ readonly child: ChildProcess; readonly first: T }> {
    const child = fork(fileURLToPath(main), args, {
      execArgv: ['--import', preload.href],
      env: { ...process.env, ...environment },
    });
    this.children.push(child);
    if (heard !== undefined) child.on('message', heard);
    const [first] = (await once(child, 'message', { signal: AbortSignal.timeout(PATIENCE_MS) })) as [T];
    return { child, first };
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      }),
    );
  }
}
