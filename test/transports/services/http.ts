/** HTTP/1 by Node's own server and clients. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { trace } from '@opentelemetry/api';
import { request } from 'undici';

const tracer = trace.getTracer('test');

let received: http.IncomingHttpHeaders = {};

/** What came with the last request, as it came. */
export function lastHeader(name: string): string {
  return String(received[name] ?? '');
}

/** Node's own server. `/relay?url=…` forwards to another, `/work` answers. */
export async function serveNode(): Promise<string> {
  const server = http.createServer((request, response) => {
    received = request.headers;
    void relay(request.url ?? '', response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function relay(path: string, response: http.ServerResponse): Promise<void> {
  const url = new URL(path, 'http://localhost').searchParams.get('url');
  if (url === null) tracer.startSpan('inside').end();
  response.end(url === null ? 'done' : await getByHttp(url));
}

const agent = new http.Agent({ keepAlive: true });

function getByHttp(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = http.get(url, { agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve(text)).on('error', reject);
    });
    sent.on('error', reject);
  });
}

const CLIENTS = {
  http: getByHttp,
  fetch: async (url: string) => (await fetch(url)).text(),
  undici: async (url: string) => (await request(url)).body.text(),
};

/** Calls each address in a trace of its own, in turn or at once, and answers with the replies. */
export function call(
  client: keyof typeof CLIENTS,
  mode: 'in turn' | 'at once',
  urls: readonly string[],
): Promise<unknown> {
  return tracer.startActiveSpan('root', async (span) => {
    try {
      if (mode === 'at once') return await Promise.all(urls.map((url) => CLIENTS[client](url)));
      const texts: string[] = [];
      for (const url of urls) texts.push(await CLIENTS[client](url));
      return texts;
    } finally {
      span.end();
    }
  });
}
