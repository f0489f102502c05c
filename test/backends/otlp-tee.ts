/**
 * An OTLP/HTTP address that keeps the traces that are sent to it, and hands them on, byte for byte, to a backend: what
 * the backend then says is compared with what was recorded.
 *
 * Hazard: all is handed on at once, after the last has come. A backend that stores a trace in parts, as Tempo does where
 * services send seconds apart, shows a part of it in a search.
 */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

const TRACES = '/v1/traces';

export class OtlpTee {
  private readonly server = http.createServer((request, response) => void this.keep(request, response));
  private readonly kept: { readonly type: string; readonly body: Buffer }[] = [];

  static async listen(): Promise<OtlpTee> {
    const tee = new OtlpTee();
    tee.server.listen(0, '127.0.0.1');
    await once(tee.server, 'listening');
    return tee;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The bodies as they came, which are OTLP in JSON. */
  get bodies(): readonly string[] {
    return this.kept.map(({ body }) => body.toString('utf8'));
  }

  /** Sends everything to the base address of an OTLP receiver. */
  async handOn(target: string): Promise<void> {
    for (const { type, body } of this.kept) {
      const answer = await fetch(new URL(TRACES, target), { method: 'POST', headers: { 'content-type': type }, body });
      if (!answer.ok) throw new Error(`the backend answers with ${answer.status}: ${await answer.text()}`);
      await answer.body?.cancel();
    }
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
    if (isTraces) this.kept.push({ type: request.headers['content-type'] ?? '', body: Buffer.concat(chunks) });
    response.writeHead(isTraces ? 200 : 404, { 'content-type': 'application/json' }).end('{}');
  }
}
