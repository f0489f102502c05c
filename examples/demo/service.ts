/**
 * An HTTP service of the demo: routes on a free port of the loopback interface. It tells its starter the port, hears
 * from it where the others are, and when asked to stop finishes what it has begun.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FromService, ToService } from './fleet.js';
import { post } from './post.js';

export interface Answer {
  readonly status: number;
  /** Work that goes on after the answer: nobody waits for it. */
  readonly afterwards?: () => Promise<void>;
}

/** Handlers by method and path, `POST /orders`. */
export type Routes = Readonly<Record<string, () => Promise<Answer>>>;

let tellPeers: (ports: Readonly<Record<string, number>>) => void;
const peers = new Promise<Readonly<Record<string, number>>>((resolve) => {
  tellPeers = resolve;
});
const work = new Set<Promise<void>>();

export function serve(routes: Routes): void {
  const server = http.createServer((request, response) => void answer(routes, request, response));
  server.listen(0, '127.0.0.1', () => {
    const ready: FromService = { port: (server.address() as AddressInfo).port };
    process.send?.(ready);
  });
  process.on('message', (message: ToService) => {
    if (message.kind === 'peers') tellPeers(message.ports);
    else void stop(server);
  });
}

async function answer(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  request.resume();
  const handle = routes[`${request.method} ${request.url}`];
  if (handle === undefined) {
    response.writeHead(404).end();
    return;
  }
  try {
    const { status, afterwards } = await handle();
    response.writeHead(status).end();
    if (afterwards !== undefined) track(afterwards());
  } catch (error) {
    response.writeHead(500).end(error instanceof Error ? error.message : String(error));
  }
}

function track(job: Promise<void>): void {
  const tracked = job
    .catch((error: unknown) => console.error('work after an answer failed:', error))
    .finally(() => void work.delete(tracked));
  work.add(tracked);
}

/** Calls another service and waits for its whole answer. Throws unless it is a success. */
export async function call(peer: string, path: string): Promise<void> {
  const port = (await peers)[peer];
  if (port === undefined) throw new Error(`there is no service ${peer}`);
  await post(port, path);
}

async function stop(server: http.Server): Promise<void> {
  while (work.size > 0) await Promise.all(work);
  server.close();
  server.closeIdleConnections();
  // From here on the channel to the starter alone does not keep this process alive.
  process.channel?.unref();
}
