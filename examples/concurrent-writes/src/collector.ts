/** A trace collector on this machine: keeps each OTLP JSON export as a line of a file, as the Collector's file exporter. */
import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Bytes of one export: far above what the demo sends. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

export class Collector {
  /** Exports that could not be kept. */
  readonly refused: string[] = [];
  private readonly server: Server;

  /** @param file what an earlier run left in it is replaced */
  constructor(readonly file: string) {
    writeFileSync(file, '');
    this.server = createServer((request, response) => void this.take(request, response));
  }

  /** Starts listening on a free port of this machine and gives its address. */
  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.closeAllConnections();
    this.server.close();
    await closed;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await bodyOf(request);
      // Written anew, so that it is one line whatever it was.
      if (request.url === '/v1/traces') appendFileSync(this.file, `${JSON.stringify(JSON.parse(body))}\n`);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    } catch (error) {
      this.refused.push(String(error));
      response.writeHead(400).end();
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error(`an export of more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
