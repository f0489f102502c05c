/** A real HTTP server that answers from a table and remembers what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A document, or a function that answers by itself. */
export type Answer = object | ((request: IncomingMessage, response: ServerResponse) => void);

export interface Asked {
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
}

export interface Serving {
  readonly address: string;
  readonly asked: Asked[];
}

/**
 * Serves while the body runs. An answer is a document, or a function that does it by itself; without one it is 404.
 */
export async function serving(
  answers: Readonly<Record<string, Answer>>,
  body: (serving: Serving) => Promise<void>,
): Promise<void> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    asked.push({ path: url.pathname, parameters: Object.fromEntries(url.searchParams), headers: request.headers });
    const answer = answers[url.pathname];
    if (typeof answer === 'function')
      (answer as (request: IncomingMessage, response: ServerResponse) => void)(request, response);
    else if (answer === undefined) response.writeHead(404).end('404 page not found\n');
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  try {
    const { port } = server.address() as AddressInfo;
    await body({ address: `http://127.0.0.1:${port}`, asked });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }
}

/** Answers with a status and a text. */
export function saying(status: number, text: string, type = 'application/json'): Answer {
  return (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': type }).end(text);
  };
}
