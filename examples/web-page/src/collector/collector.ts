/**
 * A small OTLP/HTTP collector for traces in JSON, which also takes what a page of another origin exports, and answers
 * `GET /traces/<id>` with the spans in causal order.
 *
 * Guarantee: bounded; the oldest traces go first.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { readTraces, type RecordedSpan } from 'otel-causality/analysis';
import type { CausalRows } from '../trace-table.js';
import { causalRows } from './causal-rows.js';

const MAX_BODY_BYTES = 4 * 1024 * 1024;
const MAX_TRACES = 200;

export class Collector {
  private readonly server = http.createServer((request, response) => void this.answer(request, response));
  private readonly traces = new Map<string, RecordedSpan[]>();

  /** Begins to listen; returns the base address for exporters. */
  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** The ids of the traces that have come, in the order of their first spans. */
  get traceIds(): string[] {
    return [...this.traces.keys()];
  }

  spansOf(traceId: string): readonly RecordedSpan[] {
    return this.traces.get(traceId) ?? [];
  }

  rowsOf(traceId: string): CausalRows {
    return causalRows(this.spansOf(traceId));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', 'content-type');
    const path = request.url ?? '/';
    try {
      if (request.method === 'OPTIONS') {
        response.writeHead(204).end();
      } else if (request.method === 'POST' && path === '/v1/traces') {
        await this.keep(await bodyOf(request));
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      } else if (request.method === 'GET' && path.startsWith('/traces/')) {
        const rows = this.rowsOf(path.slice('/traces/'.length));
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(rows));
      } else {
        response.writeHead(404).end();
      }
    } catch (error) {
      console.error(`collector: ${String(error)}`);
      if (!response.headersSent) response.writeHead(400, { connection: 'close' }).end();
    }
  }

  private async keep(body: Buffer): Promise<void> {
    for await (const span of readTraces(Readable.from([body]))) {
      const spans = this.traces.get(span.traceId);
      if (spans === undefined) this.traces.set(span.traceId, [span]);
      else spans.push(span);
    }
    for (const oldest of this.traces.keys()) {
      if (this.traces.size <= MAX_TRACES) break;
      this.traces.delete(oldest);
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new RangeError(`more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
