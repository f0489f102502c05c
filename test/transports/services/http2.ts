/** HTTP/2 by hand: nothing makes spans for node:http2, so the application does, and passes headers on itself. */
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { manualReplies } from 'otel-causality/node';
import { heard, replying } from '../oracle-marks.js';
import { clockOption } from '../service-clock.js';

const tracer = trace.getTracer('test');
const replies = manualReplies(clockOption());

export async function serve(): Promise<string> {
  const server = http2.createServer((request, response) => {
    const received = propagation.extract(context.active(), request.headers);
    tracer.startActiveSpan('serve', { kind: SpanKind.SERVER }, received, (span) => {
      tracer.startSpan('inside').end();
      replying();
      const stamp = replies.give(request.headers);
      if (stamp !== undefined) response.setHeader('causality', stamp);
      response.end('done');
      span.end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function get(url: string): Promise<string> {
  return tracer.startActiveSpan('get', { kind: SpanKind.CLIENT }, async (span) => {
    const session = http2.connect(url);
    try {
      const headers: http2.OutgoingHttpHeaders = { ':path': '/' };
      propagation.inject(context.active(), headers);
      const stream = session.request(headers);
      stream.once('response', (head) => {
        heard(span);
        const stamp = head['causality'];
        replies.take(span.spanContext(), typeof stamp === 'string' ? stamp : undefined);
      });
      let text = '';
      for await (const part of stream.setEncoding('utf8')) text += String(part);
      return text;
    } finally {
      span.end();
      session.close();
    }
  });
}

/** Calls each address in one trace. */
export function call(mode: 'in turn' | 'at once', urls: readonly string[]): Promise<string[]> {
  return tracer.startActiveSpan('root', async (span) => {
    try {
      if (mode === 'at once') return await Promise.all(urls.map(get));
      const texts: string[] = [];
      for (const url of urls) texts.push(await get(url));
      return texts;
    } finally {
      span.end();
    }
  });
}
