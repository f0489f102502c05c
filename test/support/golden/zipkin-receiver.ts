/** Takes what Zipkin's exporter posts, as Zipkin's collector does, and keeps each list. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export class ZipkinReceiver {
  /** The bodies, each a list of spans. */
  readonly bodies: string[] = [];
  private readonly server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => (body += text));
    request.on('end', () => {
      this.bodies.push(body);
      response.writeHead(202).end();
    });
  });

  /** Begins to listen; returns the address for exporters. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/api/v2/spans`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
