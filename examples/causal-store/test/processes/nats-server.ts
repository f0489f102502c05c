/** Debian's nats-server with JetStream on files, as a process of ours that can be killed and started again. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { pause } from './campaign.js';

const PROGRAM = process.env['NATS_SERVER'] ?? 'nats-server';

export const hasNatsServer = (): boolean => spawnSync(PROGRAM, ['--version']).status === 0;

export class NatsServer {
  private process: ChildProcess | undefined;
  private port = 0;

  constructor(private readonly directory: string) {}

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Starts it, always at the port of its first start. */
  async start(): Promise<void> {
    if (this.port === 0) this.port = await freePort();
    const address = ['-a', '127.0.0.1', '-p', String(this.port)];
    const child = spawn(PROGRAM, ['-js', '-sd', this.directory, ...address], { stdio: 'ignore' });
    this.process = child;
    for (const end = Date.now() + 10_000; !(await listens(this.port)); await pause(50)) {
      if (Date.now() > end || child.exitCode !== null) throw new Error('nats-server does not listen');
    }
  }

  /** Everything that it kept is gone. Only while it is not running. */
  forget(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.kill(signal);
    });
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  return port;
}

async function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
