/**
 * An OTLP/HTTP address that keeps what is sent to it and hands it on, byte for byte, to a backend: what the backend then
 * says is compared with what was recorded.
 */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export class OtlpTee {
  /** Traces as they came, which are OTLP in JSON. Of metrics and logs, which an SDK may send too, nothing is kept. */
  readonly bodies: string[] = [];
  private readonly server: http.Server;

  private constructor(target: string | undefined) {
    this.server = http.createServer((request, response) => {
      void this.handOn(request, target).then(
        (status) => response.writeHead(status, { 'content-type': 'application/json' }).end('{}'),
        () => response.writeHead(502).end(),
      );
    });
  }

  /** Hands on to the base address of a backend's OTLP receiver; only keeps where there is none. */
  static async listen(target?: string): Promise<OtlpTee> {
    const tee = new OtlpTee(target);
    tee.server.listen(0, '127.0.0.1');
    await once(tee.server, 'listening');
    return tee;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await once(this.server.close(), 'close');
  }

  private async handOn(request: http.IncomingMessage, target: string | undefined): Promise<number> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    if (request.url !== '/v1/traces') return 404;
    const body = Buffer.concat(chunks);
    this.bodies.push(body.toString('utf8'));
    if (target === undefined) return 200;
    const headers = { 'content-type': request.headers['content-type'] ?? '' };
    const answer = await fetch(new URL(request.url, target), { method: 'POST', headers, body });
    await answer.body?.cancel();
    return answer.status;
  }
}
