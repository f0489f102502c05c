/**
 * The four processes, seen from their parent: started, killed, paused, steered, and at last asked to stop.
 *
 * Guarantee: of every incarnation it is known how it ended. One that ends without having been told to has crashed.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Incarnation, Order, Ready } from './processes.js';
import type { Steering } from './service/steered-clock.js';
import { SLOTS, type SlotName } from './slots.js';

const PATIENCE_MS = 30_000;
/** What is kept of the last words of a process. */
const MAX_WORDS = 4_000;

interface Running {
  readonly id: string;
  readonly slot: SlotName;
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  readonly port: number;
  intent: 'none' | 'kill' | 'stop';
  readonly words: () => string;
}

export class Fleet {
  /** Those that have ended, in that order. */
  readonly ended: Incarnation[] = [];
  /** What crashed processes said last. */
  readonly lastWords: string[] = [];
  private readonly running = new Map<SlotName, Running>();
  private readonly starts = new Map<SlotName, number>();

  constructor(
    private readonly folder: string,
    private readonly sampleMs: number,
  ) {}

  async start(): Promise<void> {
    await Promise.all(SLOTS.map((slot) => this.startOne(slot)));
  }

  /** Where a slot's process listens; undefined while there is none. */
  portOf(slot: SlotName): number | undefined {
    return this.running.get(slot)?.port;
  }

  async startOne(slot: SlotName): Promise<void> {
    const number = (this.starts.get(slot) ?? 0) + 1;
    this.starts.set(slot, number);
    const id = `${slot}.${number}`;
    const child = fork(fileURLToPath(new URL('service/service.js', import.meta.url)), [], {
      execArgv: [
        '--expose-gc',
        '--enable-source-maps',
        '--import',
        new URL('service/registration.js', import.meta.url).href,
      ],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: {
        ...process.env,
        SOAK_FOLDER: this.folder,
        SOAK_INCARNATION: id,
        SOAK_SLOT: slot,
        SOAK_SAMPLE_MS: String(this.sampleMs),
      },
    });
    const exited = once(child, 'exit');
    let words = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-MAX_WORDS)));
    const first = once(child, 'message', { signal: AbortSignal.timeout(PATIENCE_MS) });
    const [message] = (await Promise.race([first, exited])) as [Ready | number | null];
    if (typeof message !== 'object' || message === null) throw new Error(`${id} did not start: ${words}`);
    const running: Running = { id, slot, child, exited, port: message.port, intent: 'none', words: () => words };
    this.running.set(slot, running);
    child.once('exit', (code) => this.hasEnded(running, code));
    this.tell({ do: 'ports', ports: Object.fromEntries(SLOTS.map((one) => [one, this.portOf(one)])) });
  }

  /** kill -9, at whatever it is doing. */
  async kill(slot: SlotName): Promise<void> {
    const running = this.running.get(slot);
    if (running === undefined) return;
    running.intent = 'kill';
    running.child.kill('SIGKILL');
    await running.exited;
  }

  /** At once, and without waiting. */
  killAll(): void {
    for (const { child } of this.running.values()) child.kill('SIGKILL');
  }

  pause(slot: SlotName): void {
    this.running.get(slot)?.child.kill('SIGSTOP');
  }

  resume(slot: SlotName): void {
    this.running.get(slot)?.child.kill('SIGCONT');
  }

  steer(slot: SlotName, steering: Steering): void {
    this.tell({ do: 'steer', steering }, slot);
  }

  async stop(): Promise<void> {
    await Promise.all(
      [...this.running.values()].map(async (running) => {
        running.intent = 'stop';
        running.child.send({ do: 'stop' } satisfies Order);
        const patience = setTimeout(() => {
          this.lastWords.push(`${running.id} did not stop when it was asked to`);
          running.child.kill('SIGKILL');
        }, PATIENCE_MS);
        await running.exited;
        clearTimeout(patience);
      }),
    );
  }

  private tell(order: Order, slot?: SlotName): void {
    for (const running of this.running.values()) {
      // A process that has just died takes no orders.
      if (slot === undefined || running.slot === slot) running.child.send(order, () => {});
    }
  }

  private hasEnded({ id, slot, child, intent, words }: Running, code: number | null): void {
    if (this.running.get(slot)?.child === child) this.running.delete(slot);
    const killed = intent === 'kill' && child.signalCode === 'SIGKILL';
    const stopped = intent === 'stop' && code === 0;
    this.ended.push({ id, slot, ended: killed ? 'killed' : stopped ? 'stopped' : 'crashed' });
    if (!killed && !stopped) this.lastWords.push(`${id} ended with ${code ?? String(child.signalCode)}: ${words()}`);
  }
}
