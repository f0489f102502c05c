/** A client's process and a server's, started once and driven from here. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Account, Answer, Library, Order, Side } from './protocol.js';

/** What was measured while the client kept the server busy. */
export interface Slice {
  readonly requests: number;
  readonly millis: number;
  /** Processor time of each process, in microseconds. */
  readonly clientMicros: number;
  readonly serverMicros: number;
  /** How long both stood still for the collector, in microseconds. */
  readonly collectorMicros: number;
}

class Process {
  private readonly child: ChildProcess;
  private waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  constructor(side: Side, library: Library) {
    const program = fileURLToPath(new URL('process.js', import.meta.url));
    this.child = fork(program, [side, library]);
    this.child.on('message', (answer) => this.waiting?.resolve(answer as Answer));
    this.child.on('exit', (code) => this.waiting?.reject(new Error(`a ${side} ended with ${code}`)));
  }

  /** One order at a time: the next answer is its own. */
  next<K extends Answer['kind']>(kind: K, order?: Order): Promise<Extract<Answer, { kind: K }>> {
    return new Promise<Extract<Answer, { kind: K }>>((resolve, reject) => {
      this.waiting = {
        resolve: (answer) => {
          if (answer.kind === kind) resolve(answer as Extract<Answer, { kind: K }>);
          else reject(new Error(`${answer.kind} where ${kind} was awaited`));
        },
        reject,
      };
      if (order !== undefined) this.child.send(order);
    });
  }

  stop(): void {
    this.child.removeAllListeners('exit');
    this.child.kill();
  }
}

export class Pair {
  private requests = 0;

  private constructor(
    private readonly client: Process,
    private readonly server: Process,
    private readonly port: number,
  ) {}

  static async start(library: Library): Promise<Pair> {
    const server = new Process('server', library);
    const { port } = await server.next('listening');
    return new Pair(new Process('client', library), server, port);
  }

  async run(millis: number): Promise<Slice> {
    const before = await this.usage();
    const asked = await this.client.next('ask', { kind: 'ask', port: this.port, millis });
    const after = await this.usage();
    this.requests += asked.requests;
    return {
      requests: asked.requests,
      millis: asked.millis,
      clientMicros: after.client - before.client,
      serverMicros: after.server - before.server,
      collectorMicros: after.collector - before.collector,
    };
  }

  /** What became of all requests so far. */
  async account(): Promise<{ readonly requests: number; readonly client: Account; readonly server: Account }> {
    const client = await this.client.next('account', { kind: 'account' });
    const server = await this.server.next('account', { kind: 'account' });
    return { requests: this.requests, client: client.account, server: server.account };
  }

  stop(): void {
    this.client.stop();
    this.server.stop();
  }

  private async usage(): Promise<{ readonly client: number; readonly server: number; readonly collector: number }> {
    const client = await this.client.next('usage', { kind: 'usage' });
    const server = await this.server.next('usage', { kind: 'usage' });
    const collector = client.collectorMicros + server.collectorMicros;
    return { client: client.micros, server: server.micros, collector };
  }
}
