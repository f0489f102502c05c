/** Kafka through kafkajs and its OpenTelemetry instrumentation. */
import { trace } from '@opentelemetry/api';
import { Kafka, logLevel, Partitioners } from 'kafkajs';

const tracer = trace.getTracer('test');

function kafkaAt(port: number): Kafka {
  return new Kafka({ clientId: 'test', brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING });
}

export async function makeTopic(port: number, topic: string): Promise<void> {
  const admin = kafkaAt(port).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  await admin.disconnect();
}

/** Sends the texts in one trace that has done something before: one by one, or in one batch. */
export async function send(port: number, topic: string, texts: readonly string[], inOneBatch: boolean): Promise<void> {
  const producer = kafkaAt(port).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await tracer.startActiveSpan('root', async (span) => {
    for (let i = 0; i < 20; i++) tracer.startSpan('before').end();
    const messages = texts.map((value) => ({ value }));
    if (inOneBatch) await producer.send({ topic, messages });
    else for (const message of messages) await producer.send({ topic, messages: [message] });
    tracer.startSpan('after').end();
    span.end();
  });
  await producer.disconnect();
}

/** Handles so many messages of a topic, each by itself or in batches, and answers how many batches these were. */
export async function consume(port: number, topic: string, mode: 'message' | 'batch', count: number): Promise<number> {
  const consumer = kafkaAt(port).consumer({ groupId: `${topic}-${mode}`, maxWaitTimeInMs: 200 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let seen = 0;
  let batches = 0;
  await new Promise<void>((resolve, reject) => {
    const see = (messages: number): void => {
      seen += messages;
      batches++;
      tracer.startSpan('handling').end();
      if (seen >= count) resolve();
    };
    const handlers =
      mode === 'message'
        ? { eachMessage: () => Promise.resolve(see(1)) }
        : {
            eachBatch: ({ batch }: { readonly batch: { readonly messages: readonly unknown[] } }) =>
              Promise.resolve(see(batch.messages.length)),
          };
    consumer.run(handlers).catch(reject);
  });
  await consumer.disconnect();
  return batches;
}
