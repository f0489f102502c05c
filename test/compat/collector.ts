/** Where the services of a test export to: OTLP over HTTP, as JSON. */
import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RecordedSpan } from '../../src/analysis/recorded.js';
import { readDocument } from '../../src/analysis/readers/formats/document.js';

const PATIENCE_MS = 20_000;

export class Collector {
  private spans: RecordedSpan[] = [];
  private readonly arrivals = new EventEmitter();
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.once('end', () => {
        if (request.url?.endsWith('/v1/traces') === true) this.spans.push(...readDocument(JSON.parse(body)));
        response.setHeader('content-type', 'application/json').end('{}');
        this.arrivals.emit('spans');
      });
    });
  }

  async start(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  /** The environment of a process that exports here, and in no other way, and only when it is told to flush. */
  environment(service: string): Record<string, string> {
    return {
      OTEL_SERVICE_NAME: service,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '600000',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_NODE_RESOURCE_DETECTORS: 'env',
      OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,undici',
    };
  }

  /** The spans since the last call, once there are so many. */
  async take(count: number): Promise<RecordedSpan[]> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    while (this.spans.length < count) await once(this.arrivals, 'spans', { signal });
    const taken = this.spans;
    this.spans = [];
    return taken;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
