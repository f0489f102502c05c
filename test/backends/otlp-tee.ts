/**
 * An OTLP/HTTP address that keeps the traces that are sent to it, and hands them on to a backend: what the backend then
 * says is compared with what was recorded.
 *
 * Hazard: all is handed on in one request, after the last has come. A backend that stores a trace in parts, as Tempo does
 * where its services send apart, shows one of the parts in a search.
 */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

const TRACES = '/v1/traces';

export class OtlpTee {
  private readonly server = http.createServer((request, response) => void this.keep(request, response));
  /** The bodies as they came, which are OTLP in JSON. */
  readonly bodies: string[] = [];

  static async listen(): Promise<OtlpTee> {
    const tee = new OtlpTee();
    tee.server.listen(0, '127.0.0.1');
    await once(tee.server, 'listening');
    return tee;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Sends everything to the base address of an OTLP receiver. */
  async handOn(target: string): Promise<void> {
    const resourceSpans = this.bodies.flatMap(
      (body) => (JSON.parse(body) as { resourceSpans: object[] }).resourceSpans,
    );
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ resourceSpans });
    const answer = await fetch(new URL(TRACES, target), { method: 'POST', headers, body });
    if (!answer.ok) throw new Error(`the backend answers with ${answer.status}: ${await answer.text()}`);
    await answer.body?.cancel();
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await once(this.server.close(), 'close');
  }

  private async keep(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    // An SDK may send metrics and logs as well.
    const isTraces = request.url === TRACES;
    if (isTraces) this.bodies.push(Buffer.concat(chunks).toString('utf8'));
    response.writeHead(isTraces ? 200 : 404, { 'content-type': 'application/json' }).end('{}');
  }
}
