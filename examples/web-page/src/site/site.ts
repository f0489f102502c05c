/** The page's own origin: a static server that tells the page where its services are. */
import { createReadStream, readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Addresses } from '../addresses.js';

const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/main.js': ['../../page/main.js', 'text/javascript'],
  '/main.js.map': ['../../page/main.js.map', 'application/json'],
  '/style.css': ['../../../page/style.css', 'text/css'],
};

export class Site {
  private addresses: Addresses | undefined;
  private readonly server = http.createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const found = FILES[pathname];
    response.setHeader('cache-control', 'no-store');
    if (found !== undefined) {
      const [file, type] = found;
      response.writeHead(200, { 'content-type': `${type}; charset=utf-8` });
      createReadStream(new URL(file, import.meta.url)).pipe(response);
    } else if (pathname === '/' && this.addresses !== undefined) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(this.page(this.addresses));
    } else {
      response.writeHead(404).end();
    }
  });

  /** Begins to listen; returns the page's origin, which the services must be told before they can be known here. */
  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From here on the page can be had. */
  open(addresses: Addresses): void {
    this.addresses = addresses;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private page(addresses: Addresses): string {
    const html = readFileSync(new URL('../../../page/index.html', import.meta.url), 'utf8');
    return html.replaceAll(/\{\{(stock|orders|collector)\}\}/g, (_, name: keyof Addresses) => addresses[name]);
  }
}
