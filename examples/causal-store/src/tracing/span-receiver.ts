/** A receiver of OTLP in JSON on the loopback interface, which keeps what it gets for the analysis. */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RecordedSpan, readTraces } from 'otel-causality/analysis';
import { readBody } from '../http/request-body.js';

const MAX_EXPORT_BYTES = 8 * 1024 * 1024;

/** Exports kept; a demo or a test makes a few dozen. */
const MAX_EXPORTS = 10_000;

export class SpanReceiver {
  private readonly exports: string[] = [];
  private readonly server = http.createServer((request, response) => {
    void this.keep(request, response);
  });

  /** What `OTEL_EXPORTER_OTLP_ENDPOINT` is to be. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.server.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Every span received so far, of one trace if it is named. */
  async spans(traceId?: string): Promise<RecordedSpan[]> {
    const found: RecordedSpan[] = [];
    if (this.exports.length === 0) return found;
    for await (const span of readTraces(this.exports)) {
      if (traceId === undefined || span.traceId === traceId) found.push(span);
    }
    return found;
  }

  private async keep(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const text = await readBody(request, MAX_EXPORT_BYTES);
      if (this.exports.length < MAX_EXPORTS) this.exports.push(`${JSON.stringify(JSON.parse(text))}\n`);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    } catch {
      response.writeHead(400).end();
    }
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
