/** RabbitMQ through amqplib and its OpenTelemetry instrumentation, which carries headers both ways. */
import * as amqp from 'amqplib';
import { trace } from '@opentelemetry/api';

const tracer = trace.getTracer('test');

let connection: amqp.ChannelModel | undefined;

async function channelOf(port: number): Promise<amqp.ConfirmChannel> {
  connection ??= await amqp.connect(`amqp://guest:guest@127.0.0.1:${port}`);
  return connection.createConfirmChannel();
}

/** Publishes each text, one after the other, in one trace that has done something before. */
export async function publish(port: number, exchange: string, key: string, texts: readonly string[]): Promise<void> {
  const channel = await channelOf(port);
  await tracer.startActiveSpan('root', async (span) => {
    for (let i = 0; i < 20; i++) tracer.startSpan('before').end();
    for (const text of texts) {
      await new Promise<void>((resolve, reject) => {
        channel.publish(exchange, key, Buffer.from(text), {}, (error) => {
          if (error === null || error === undefined) resolve();
          else reject(error as Error);
        });
      });
    }
    tracer.startSpan('after').end();
    span.end();
  });
  await channel.close();
}

const handled: string[] = [];

/** Handles what comes to a queue from now on, and refuses each message once that says so. */
export async function consume(port: number, queue: string, prefetch: number): Promise<void> {
  const channel = await channelOf(port);
  await channel.prefetch(prefetch);
  await channel.consume(queue, (message) => {
    if (message === null) return;
    tracer.startSpan('handling').end();
    const text = message.content.toString();
    handled.push(text);
    if (text.startsWith('twice') && !message.fields.redelivered) channel.nack(message, false, true);
    else channel.ack(message);
  });
}

/** What was handled since the last call. */
export function takeHandled(): string[] {
  return handled.splice(0);
}
