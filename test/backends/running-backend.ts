/**
 * A backend that runs: started on free ports of the loopback interface with its files in a folder of its own, waited for
 * until it answers, and ended by its process.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const START_PATIENCE_MS = 60_000;
const STOP_PATIENCE_MS = 3_000;
const ASK_EVERY_MS = 100;
const KEPT_OUTPUT_LENGTH = 4_000;

export interface BackendLaunch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Answers with a status below 400 once it is ready. */
  readonly readyUrl: string;
}

/** What still runs when this process ends, also because somebody ended it, ends with it. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
process.once('SIGTERM', () => process.exit(1));

export class RunningBackend {
  private output = '';
  private failure: Error | undefined;

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output = (this.output + text).slice(-KEPT_OUTPUT_LENGTH);
      });
    }
    child.once('error', (error) => {
      this.failure = error;
    });
  }

  /** Starts what `plan` says, which gets a folder that is gone afterwards. */
  static async start(plan: (folder: string) => BackendLaunch): Promise<RunningBackend> {
    const folder = mkdtempSync(join(tmpdir(), 'otel-causality-backend-'));
    const { command, args, env, readyUrl } = plan(folder);
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    const backend = new RunningBackend(child, folder);
    try {
      await backend.untilReady(readyUrl);
    } catch (error) {
      await backend.stop();
      throw error;
    }
    return backend;
  }

  async stop(): Promise<void> {
    if (!this.isOver()) {
      const exited = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      const slow = setTimeout(() => this.child.kill('SIGKILL'), STOP_PATIENCE_MS);
      await exited;
      clearTimeout(slow);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private isOver(): boolean {
    return this.child.pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private async untilReady(url: string): Promise<void> {
    await eventually(`${url} to answer`, START_PATIENCE_MS, async () => {
      if (this.isOver()) throw new Error(`the backend ended: ${this.failure?.message ?? ''}\n${this.output}`);
      const answer = await fetch(url, { signal: AbortSignal.timeout(START_PATIENCE_MS) }).catch(() => undefined);
      await answer?.body?.cancel();
      return answer?.ok === true ? true : undefined;
    });
  }
}

/** Asks until there is an answer. Errors end the wait at once. */
export async function eventually<T>(what: string, patienceMs: number, ask: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`waited ${patienceMs / 1_000} s for ${what}`);
    await wait(ASK_EVERY_MS);
  }
}
