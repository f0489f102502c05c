/** A queue on loopback that speaks as much of SQS's JSON protocol as sending and receiving take. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Entry {
  readonly Id?: string;
  readonly MessageBody: string;
  readonly MessageAttributes?: Readonly<Record<string, unknown>>;
}

interface Order extends Entry {
  readonly QueueUrl: string;
  readonly Entries?: readonly Entry[];
}

export class SqsEndpoint {
  private readonly queues = new Map<string, object[]>();
  private made = 0;
  private readonly server = createServer((request, response) => {
    void this.answer(request).then((result) => response.end(JSON.stringify(result)));
  });

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: IncomingMessage): Promise<object> {
    const order = JSON.parse(await text(request)) as Order;
    const queue = this.queues.get(order.QueueUrl) ?? [];
    this.queues.set(order.QueueUrl, queue);
    switch (request.headers['x-amz-target']) {
      case 'AmazonSQS.SendMessage':
        return this.put(queue, order);
      case 'AmazonSQS.SendMessageBatch':
        return { Successful: order.Entries?.map((entry) => this.put(queue, entry)), Failed: [] };
      case 'AmazonSQS.ReceiveMessage':
        return { Messages: queue.splice(0) };
      default:
        throw new Error(`SQS cannot ${request.headers['x-amz-target']?.toString()} here`);
    }
  }

  private put(queue: object[], { Id, MessageBody, MessageAttributes }: Entry): object {
    const MessageId = String(++this.made);
    const digest = createHash('md5').update(MessageBody).digest('hex');
    queue.push({ MessageId, ReceiptHandle: MessageId, Body: MessageBody, MD5OfBody: digest, MessageAttributes });
    return { Id, MessageId, MD5OfMessageBody: digest };
  }
}
