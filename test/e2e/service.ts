/**
 * A service of the end-to-end test. `/work` answers at once; `/stream` sends its body in parts and works in between;
 * `/calls?client=…&mode=…&url=…&url=…` calls the others and answers with what they said.
 */
import http, { type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as working } from 'node:timers/promises';
import { trace } from '@opentelemetry/api';

process.once('disconnect', () => process.exit());

const tracer = trace.getTracer('e2e');

const server = http.createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://localhost');
  answer(url, response).catch((error: unknown) => {
    response.destroy(error instanceof Error ? error : new Error('failed'));
  });
});

async function answer(url: URL, response: ServerResponse): Promise<void> {
  switch (url.pathname) {
    case '/work':
      await working(2);
      response.end('done');
      return;
    case '/stream':
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write('do');
      tracer.startSpan('between parts').end();
      await working(2);
      response.end('ne');
      return;
    default:
      response.end(JSON.stringify(await call(url.searchParams)));
  }
}

async function call(plan: URLSearchParams): Promise<string[]> {
  const ask = plan.get('client') === 'fetch' ? askByFetch : askByHttp;
  const urls = plan.getAll('url');
  if (plan.get('mode') === 'parallel') return Promise.all(urls.map(ask));
  const answers: string[] = [];
  for (const url of urls) answers.push(await ask(url));
  return answers;
}

async function askByFetch(url: string): Promise<string> {
  return (await fetch(url)).text();
}

function askByHttp(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve(text)).on('error', reject);
    });
    request.on('error', reject);
  });
}

server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
