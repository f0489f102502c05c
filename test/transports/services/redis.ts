/** Redis streams by hand, as docs/transports.md shows it: the carrier's entries are fields of the stream's entry. */
import { context, type Link, propagation, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { Redis } from 'ioredis';

const tracer = trace.getTracer('test');

let connection: Redis | undefined;

function connected(port: number): Redis {
  connection ??= new Redis(port, '127.0.0.1');
  return connection;
}

export async function publish(port: number, stream: string, texts: readonly string[]): Promise<void> {
  const redis = connected(port);
  await tracer.startActiveSpan('root', async (root) => {
    for (let i = 0; i < 20; i++) tracer.startSpan('before').end();
    for (const text of texts) {
      await tracer.startActiveSpan('send', { kind: SpanKind.PRODUCER }, async (span) => {
        const carrier: Record<string, string> = {};
        propagation.inject(context.active(), carrier);
        await redis.xadd(stream, '*', ...Object.entries({ text, ...carrier }).flat());
        span.end();
      });
    }
    tracer.startSpan('after').end();
    root.end();
  });
}

/** The fields of an entry, which Redis gives as a list of names and values. */
function carrierOf(fields: readonly string[]): Record<string, string> {
  return Object.fromEntries(fields.flatMap((name, i) => (i % 2 === 0 ? [[name, fields[i + 1] ?? '']] : [])));
}

/** Handles what is in a stream: each entry in the trace that sent it, or all in one span that links to them. */
export async function consume(port: number, stream: string, mode: 'each' | 'batch'): Promise<number> {
  const redis = connected(port);
  const [found] = (await redis.xread('COUNT', 100, 'STREAMS', stream, '0')) ?? [];
  const entries = found?.[1] ?? [];
  const received = entries.map(([, fields]) => propagation.extract(ROOT_CONTEXT, carrierOf(fields)));
  if (mode === 'each') {
    for (const one of received) tracer.startSpan('process', { kind: SpanKind.CONSUMER }, one).end();
  } else {
    const links = received.flatMap((one): Link[] => {
      const sender = trace.getSpanContext(one);
      return sender === undefined ? [] : [{ context: sender }];
    });
    tracer.startSpan('process batch', { kind: SpanKind.CONSUMER, links }, ROOT_CONTEXT).end();
  }
  return entries.length;
}
