/**
 * Programs of others that a test starts on loopback and ends by their process ids. Each has a process group of its own,
 * so that what it starts ends with it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const START_MS = 60_000;
const STOP_MS = 10_000;

/** The first of these programs that is installed; undefined where none is. */
export function installed(...names: readonly string[]): string | undefined {
  // Debian keeps servers where only root looks for them.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/lib/rabbitmq/bin'];
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A folder for one program's data. */
export class Scratch {
  readonly path = mkdtempSync(join(tmpdir(), 'otel-causality-broker-'));

  constructor() {
    process.once('exit', () => this.remove());
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What still runs when this process ends, however that comes about, ends with it. */
const running = new Set<number>();
process.once('exit', () => {
  for (const pid of running) signalGroup(pid, 'SIGKILL');
});
process.once('SIGTERM', () => process.exit(1));

/** False where the group is gone. */
function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

export class Program {
  private output = '';

  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {
    child.stdout?.on('data', (part) => this.keep(part));
    child.stderr?.on('data', (part) => this.keep(part));
  }

  static start(path: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Program {
    const child = spawn(path, args, { detached: true, env: { ...process.env, ...environment } });
    child.on('error', () => {});
    const { pid } = child;
    if (pid !== undefined) {
      running.add(pid);
      child.once('exit', () => running.delete(pid));
    }
    return new Program(path, child);
  }

  /** Waits until the program takes connections. Throws, with what it said, when it ends or takes too long. */
  async listening(port: number): Promise<void> {
    const end = Date.now() + START_MS;
    while (!(await answers(port))) {
      if (this.hasEnded) throw new Error(`${this.name} ended:\n${this.output}`);
      if (Date.now() > end) throw new Error(`${this.name} does not listen on ${port}:\n${this.output}`);
      await pause(100);
    }
  }

  /** Waits until it has ended by itself. */
  async done(): Promise<void> {
    if (!this.hasEnded) await once(this.child, 'exit', { signal: AbortSignal.timeout(START_MS) });
    if (this.child.exitCode !== 0) throw new Error(`${this.name} ended with ${this.child.exitCode}:\n${this.output}`);
  }

  async stop(): Promise<void> {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (this.hasEnded || this.child.pid === undefined) return;
      const exited = once(this.child, 'exit', { signal: AbortSignal.timeout(STOP_MS) });
      signalGroup(this.child.pid, signal);
      await exited.catch(() => {
        // It did not listen.
      });
    }
  }

  private get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private keep(part: unknown): void {
    this.output = (this.output + String(part)).slice(-4_000);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
