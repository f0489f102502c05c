/**
 * What lies between two nodes on one machine: forwards HTTP requests, and can be told to cut, delay, lose or double them.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LinkFaults {
  readonly cut: boolean;
  /** The longest delay of a request or its answer. */
  readonly delayMs: number;
  /** Shares of requests and of answers that are lost, and of requests that arrive twice. */
  readonly lost: number;
  readonly doubled: number;
}

export const SOUND: LinkFaults = { cut: false, delayMs: 0, lost: 0, doubled: 0 };

export class LinkProxy {
  faults: LinkFaults = SOUND;
  readonly counts = { forwarded: 0, lost: 0, doubled: 0, cut: 0 };
  private readonly server: http.Server;

  /**
   * @param target the port behind it at this moment; undefined while nobody listens there
   * @param random from 0 to below 1
   */
  constructor(
    private readonly target: () => number | undefined,
    private readonly random: () => number,
  ) {
    this.server = http.createServer((request, response) => {
      this.carry(request, response).catch(() => response.destroy());
    });
  }

  /** Its own port on the loopback interface. */
  async listen(): Promise<number> {
    await new Promise<void>((resolve) => {
      this.server.listen(0, '127.0.0.1', resolve);
    });
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async carry(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    await this.delay();
    if (this.isLost()) {
      response.destroy();
      return;
    }
    if (this.random() < this.faults.doubled) {
      this.counts.doubled++;
      // The twin arrives whenever it does; its answer goes nowhere.
      void this.delay().then(async () => this.forward(request, body).catch(() => undefined));
    }
    const { status, text } = await this.forward(request, body);
    await this.delay();
    if (this.isLost()) response.destroy();
    else response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  }

  private isLost(): boolean {
    if (this.faults.cut) this.counts.cut++;
    else if (this.random() < this.faults.lost) this.counts.lost++;
    else return false;
    return true;
  }

  private async delay(): Promise<void> {
    const { delayMs } = this.faults;
    if (delayMs === 0) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, this.random() * delayMs);
    });
  }

  private async forward(
    { method, url, headers }: IncomingMessage,
    body: Buffer,
  ): Promise<{ status: number; text: string }> {
    const port = this.target();
    if (port === undefined) throw new Error('nobody listens there');
    this.counts.forwarded++;
    return new Promise((resolve, reject) => {
      const onward = http.request({ host: '127.0.0.1', port, method, path: url, headers, agent: false }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          text += chunk;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 502, text }));
        answer.on('error', reject);
      });
      onward.on('error', reject);
      onward.end(body);
    });
  }
}
