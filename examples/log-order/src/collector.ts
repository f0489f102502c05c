/** A log aggregator on this machine: takes OTLP over HTTP in JSON and keeps the records as lines. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type LogLine, type OtlpLogs, readLines } from './log-line.js';

/** Bytes of one export: far above what the demo sends. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

export class Collector {
  readonly lines: LogLine[] = [];
  /** Exports that could not be read. */
  readonly refused: string[] = [];
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => void this.take(request, response));
  }

  /** Starts listening on a free port of this machine and gives its address. */
  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await bodyOf(request);
      if (request.url === '/v1/logs') this.lines.push(...readLines(JSON.parse(body) as OtlpLogs));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    } catch (error) {
      this.refused.push(String(error));
      response.writeHead(400).end();
    }
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    const closed = once(this.server, 'close');
    this.server.close();
    await closed;
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
