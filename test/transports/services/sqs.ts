/** SQS through the AWS SDK and its OpenTelemetry instrumentation. */
import { ReceiveMessageCommand, SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { trace } from '@opentelemetry/api';

const tracer = trace.getTracer('test');

function clientAt(endpoint: string): SQSClient {
  return new SQSClient({
    endpoint,
    region: 'test',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
}

/** Sends the first text by itself and the others in one batch, in a trace that has done something before. */
export async function send(endpoint: string, queue: string, [first, ...others]: readonly string[]): Promise<void> {
  const client = clientAt(endpoint);
  await tracer.startActiveSpan('root', async (span) => {
    for (let i = 0; i < 20; i++) tracer.startSpan('before').end();
    const QueueUrl = `${endpoint}/0/${queue}`;
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: first }));
    const Entries = others.map((MessageBody, i) => ({ Id: String(i), MessageBody }));
    await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    span.end();
  });
}

export async function receive(endpoint: string, queue: string): Promise<number> {
  const { Messages = [] } = await clientAt(endpoint).send(
    new ReceiveMessageCommand({ QueueUrl: `${endpoint}/0/${queue}`, MaxNumberOfMessages: 10 }),
  );
  return Messages.length;
}
