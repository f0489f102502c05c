/** NATS by hand, as docs/transports.md shows it: its headers carry the trace, and a reply's headers the stamp. */
import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { connect, headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { manualReplies } from 'otel-causality/node';
import { heard, replying } from '../oracle-marks.js';
import { clockOption } from '../service-clock.js';

const tracer = trace.getTracer('test');
const replies = manualReplies(clockOption());

const natsSetter = { set: (carrier: MsgHdrs, key: string, value: string) => carrier.set(key, value) };
const natsGetter = {
  get: (carrier: MsgHdrs, key: string) => (carrier.has(key) ? carrier.get(key) : undefined),
  keys: (carrier: MsgHdrs) => carrier.keys(),
};

let connection: NatsConnection | undefined;

async function connected(port: number): Promise<NatsConnection> {
  connection ??= await connect({ servers: `127.0.0.1:${port}` });
  return connection;
}

export async function publish(port: number, subject: string): Promise<void> {
  const nats = await connected(port);
  tracer.startActiveSpan('root', (root) => {
    tracer.startActiveSpan('send', { kind: SpanKind.PRODUCER }, (span) => {
      const carrier = headers();
      propagation.inject(context.active(), carrier, natsSetter);
      nats.publish(subject, 'hello', { headers: carrier });
      span.end();
    });
    tracer.startSpan('after').end();
    root.end();
  });
  await nats.flush();
}

export async function consume(port: number, subject: string): Promise<void> {
  const nats = await connected(port);
  nats.subscribe(subject, {
    callback: (_error, message) => {
      const received = propagation.extract(context.active(), message.headers ?? headers(), natsGetter);
      tracer.startActiveSpan('process', { kind: SpanKind.CONSUMER }, received, (span) => span.end());
    },
  });
  await nats.flush();
}

/** Answers requests. */
export async function serve(port: number, subject: string): Promise<void> {
  const nats = await connected(port);
  nats.subscribe(subject, {
    callback: (_error, message) => {
      const carrier = message.headers ?? headers();
      const received = propagation.extract(context.active(), carrier, natsGetter);
      tracer.startActiveSpan('serve', { kind: SpanKind.SERVER }, received, (span) => {
        replying();
        const answer = headers();
        const stamp = replies.give(carrier);
        if (stamp !== undefined) answer.set('causality', stamp);
        message.respond('done', { headers: answer });
        span.end();
      });
    },
  });
  await nats.flush();
}

async function ask(nats: NatsConnection, subject: string): Promise<string> {
  return tracer.startActiveSpan('ask', { kind: SpanKind.CLIENT }, async (span) => {
    try {
      const carrier = headers();
      propagation.inject(context.active(), carrier, natsSetter);
      const answer = await nats.request(subject, '', { headers: carrier, timeout: 5_000 });
      heard(span);
      replies.take(span.spanContext(), natsGetter.get(answer.headers ?? headers(), 'causality'));
      return answer.string();
    } finally {
      span.end();
    }
  });
}

/** Requests to each subject, in one trace. */
export async function call(port: number, mode: 'in turn' | 'at once', subjects: readonly string[]): Promise<string[]> {
  const nats = await connected(port);
  return tracer.startActiveSpan('root', async (span) => {
    try {
      if (mode === 'at once') return await Promise.all(subjects.map((subject) => ask(nats, subject)));
      const texts: string[] = [];
      for (const subject of subjects) texts.push(await ask(nats, subject));
      return texts;
    } finally {
      span.end();
    }
  });
}
