/** One real node in this process, with a peer n2 that a test plays. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningNode, startNode } from '../../src/running-node.js';

export const SECRET = 'between us';

export interface Health {
  readonly seen: Readonly<Record<string, number>>;
  readonly counters: Readonly<Record<string, number>>;
  readonly missing: readonly unknown[];
}

export class SingleNode {
  private constructor(
    private readonly directory: string,
    private readonly node: RunningNode,
  ) {}

  static async start(): Promise<SingleNode> {
    const directory = mkdtempSync(join(tmpdir(), 'causal-store-'));
    const settings = {
      name: 'n1',
      host: '127.0.0.1',
      port: 0,
      directory,
      peers: new Map([['n2', 'http://127.0.0.1:1']]),
      secret: SECRET,
      natsUrl: undefined,
      natsStream: 'unused',
      sessionWaitMs: 50,
    };
    const node = await startNode(settings, (error) => {
      throw error;
    });
    return new SingleNode(directory, node);
  }

  get port(): number {
    return this.node.port;
  }

  get base(): string {
    return `http://127.0.0.1:${this.node.port}`;
  }

  get writer(): string {
    return this.node.writer;
  }

  async health(): Promise<Health> {
    return (await (await fetch(`${this.base}/health`)).json()) as Health;
  }

  async stop(): Promise<void> {
    await this.node.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
