/**
 * Three nodes on this machine, each a process with a data directory of its own, and a link that can be harmed between
 * every two of them. A node can be killed and started again; it comes back at the same address.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LinkFaults, LinkProxy, SOUND } from './link-proxy.js';

export interface LocalClusterOptions {
  /** Where the data directories are made. */
  readonly directory: string;
  /** Where the first node listens, the next ones above it; 0 lets the system choose for each. */
  readonly firstPort?: number;
  /** More for every node's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** False leaves the nodes without addresses of each other: only a broker connects them. */
  readonly peers?: boolean;
  readonly random?: () => number;
  /** What the nodes print; by default nothing of it is shown, but for what they print as errors. */
  readonly showOutput?: boolean;
}

interface Member {
  readonly name: string;
  process: ChildProcess | undefined;
  port: number | undefined;
  writer: string;
}

const START_TIMEOUT_MS = 30_000;

export class LocalCluster {
  readonly names = ['n1', 'n2', 'n3'] as const;
  private readonly members = new Map<string, Member>();
  private readonly links = new Map<string, LinkProxy>();
  private readonly linkPorts = new Map<string, number>();

  constructor(private readonly options: LocalClusterOptions) {
    const { firstPort = 0 } = options;
    this.names.forEach((name, i) => {
      const port = firstPort === 0 ? undefined : firstPort + i;
      this.members.set(name, { name, process: undefined, port, writer: '' });
    });
  }

  async start(): Promise<void> {
    for (const from of this.names) {
      for (const to of this.names) {
        if (from === to) continue;
        const target = (): number | undefined => {
          const { process, port } = this.member(to);
          return process === undefined ? undefined : port;
        };
        const link = new LinkProxy(target, this.options.random ?? Math.random);
        this.links.set(`${from} ${to}`, link);
        this.linkPorts.set(`${from} ${to}`, await link.listen());
      }
    }
    await Promise.all(this.names.map(async (name) => this.startNode(name)));
  }

  /** Where a node's clients find it. */
  url(name: string): string {
    return `http://127.0.0.1:${this.member(name).port ?? 0}`;
  }

  isUp(name: string): boolean {
    return this.member(name).process !== undefined;
  }

  /** Who writes from a node's data directory. */
  writer(name: string): string {
    return this.member(name).writer;
  }

  async startNode(name: string): Promise<void> {
    const member = this.member(name);
    const directory = join(this.options.directory, name);
    mkdirSync(directory, { recursive: true });
    const others = this.options.peers === false ? [] : this.names.filter((other) => other !== name);
    const env = {
      ...process.env,
      ...this.options.env,
      NODE_NAME: name,
      OTEL_SERVICE_NAME: name,
      HOST: '127.0.0.1',
      PORT: String(member.port ?? 0),
      DATA_DIR: directory,
      PEERS: others.map((other) => `${other}=http://127.0.0.1:${this.linkPorts.get(`${name} ${other}`)}`).join(','),
    };
    const traced = 'OTEL_EXPORTER_OTLP_ENDPOINT' in env;
    const child = fork(fileURLToPath(new URL('../main.js', import.meta.url)), {
      env,
      execArgv: traced ? ['--import', new URL('../tracing/register.js', import.meta.url).href] : [],
      stdio: ['ignore', this.options.showOutput === true ? 'inherit' : 'ignore', 'inherit', 'ipc'],
    });
    member.process = child;
    child.once('exit', () => {
      if (member.process === child) member.process = undefined;
    });
    const ready = await started(name, child);
    member.port = ready.port;
    member.writer = ready.writer;
  }

  /** SIGKILL: the process gets no chance to finish anything. Resolves when it is gone. */
  async kill(name: string): Promise<void> {
    await end(this.member(name), 'SIGKILL');
  }

  /** Harms every link from and to a node, or every link. */
  harm(faults: LinkFaults, name?: string): void {
    for (const [ends, link] of this.links) {
      if (name === undefined || ends.split(' ').includes(name)) link.faults = faults;
    }
  }

  heal(): void {
    this.harm(SOUND);
  }

  /** What the links have done, all together. */
  linkCounts(): Record<string, number> {
    const sum: Record<string, number> = {};
    for (const { counts } of this.links.values()) {
      for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
    }
    return sum;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.members.values()].map(async (member) => end(member, 'SIGTERM')));
    for (const link of this.links.values()) link.close();
  }

  private member(name: string): Member {
    const member = this.members.get(name);
    if (member === undefined) throw new Error(`there is no node ${name}`);
    return member;
  }
}

async function started(name: string, child: ChildProcess): Promise<{ readonly port: number; readonly writer: string }> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${name} did not start in time`)), START_TIMEOUT_MS);
    child.once('message', (message) => {
      clearTimeout(timer);
      resolve(message as { port: number; writer: string });
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`${name} ended (${signal ?? code}) before it listened`));
    });
  });
}

async function end(member: Member, signal: NodeJS.Signals): Promise<void> {
  const { process: child } = member;
  if (child === undefined) return;
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}
