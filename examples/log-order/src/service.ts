/** What the three services have in common: routes over HTTP, a port that the fleet is told, an end that loses no log. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sdk } from './telemetry.js';

/** Handles `POST <path>/<checkout>`. */
export type Route = (checkout: string) => Promise<void>;

/** What a service tells the fleet that started it. */
export interface Ready {
  readonly port: number;
}

export function serve(routes: Readonly<Record<string, Route>>): void {
  const server = createServer((request, response) => {
    const [, path = '', checkout = ''] = (request.url ?? '').split('/');
    const route = routes[path];
    if (route === undefined) {
      response.writeHead(404).end();
      return;
    }
    route(checkout).then(
      () => response.end('done\n'),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(0, '127.0.0.1', () => {
    const ready: Ready = { port: (server.address() as AddressInfo).port };
    process.send?.(ready);
  });
  // The fleet hangs up when it has seen enough: what is still held is exported first.
  process.once('disconnect', () => {
    server.closeAllConnections();
    server.close();
    sdk.shutdown().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}

/** Calls a route of another service and waits until it is done. */
export async function call(address: string | undefined, path: string, checkout: string): Promise<void> {
  const response = await fetch(`${address}/${path}/${checkout}`, { method: 'POST' });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
}
