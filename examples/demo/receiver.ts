/**
 * A small OTLP/HTTP receiver for traces in JSON: keeps each request as one line, in the form of the Collector's file
 * exporter, so that other tools can read the file too.
 */
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';

const MAX_BODY_BYTES = 4 * 1024 * 1024;

export interface ReceiverOptions {
  /** The file of lines; what an earlier run left there is replaced. */
  readonly file: string;
  /** Gets every request body that was kept. */
  readonly onKept: (body: string) => void;
}

export class Receiver {
  private readonly server = http.createServer((request, response) => void this.receive(request, response));
  private readonly lines: WriteStream;
  private problem: Error | undefined;

  constructor(private readonly options: ReceiverOptions) {
    mkdirSync(dirname(options.file), { recursive: true });
    this.lines = createWriteStream(options.file);
    this.lines.on('error', (error) => {
      this.problem = error;
    });
  }

  /** Begins to listen on a free port of the loopback interface; returns the base address for exporters. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Takes nothing more; resolves when everything is in the file. */
  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => {
      if (this.lines.closed) resolve();
      else this.lines.once('close', resolve).end();
    });
    if (this.problem !== undefined) throw this.problem;
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST' || request.url !== '/v1/traces') {
      request.resume();
      response.writeHead(404).end();
      return;
    }
    try {
      const body = await bodyOf(request);
      // Written anew, so that it is one line whatever it was.
      const line = JSON.stringify(JSON.parse(body));
      this.lines.write(`${line}\n`);
      this.options.onKept(line);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    } catch (error) {
      response.writeHead(error instanceof RangeError ? 413 : 400, { connection: 'close' }).end();
      request.destroy();
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new RangeError(`more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
