/** AMQP through a real RabbitMQ. */
import * as amqp from 'amqplib';
import { expect } from 'chai';
import { type Service, TransportFleet } from '../transports/fleet.js';
import { Told } from '../transports/oracle.js';
import { expectHeardThroughLinks, LATE_CONSUMER, PRODUCER } from './link-only.js';
import { type Broker, startRabbit } from './servers.js';

describe('AMQP through RabbitMQ', function () {
  this.timeout(120_000);
  const fleet = new TransportFleet();
  let broker: Broker;
  let connection: amqp.ChannelModel;
  let channel: amqp.ConfirmChannel;
  let shop: Service;
  let billing: Service;
  let shipping: Service;
  let linking: Service;

  before(async function () {
    const started = await startRabbit();
    if (typeof started === 'string') {
      console.log(`    skipped: ${started}`);
      this.skip();
    }
    broker = started;
    connection = await amqp.connect(`amqp://guest:guest@127.0.0.1:${broker.port}`);
    channel = await connection.createConfirmChannel();
    const linkOnly = { environment: { ...LATE_CONSUMER.environment, LINKS: 'true' } };
    [shop, billing, shipping, linking] = await Promise.all([
      fleet.start('shop', 'amqp', PRODUCER),
      fleet.start('billing', 'amqp'),
      fleet.start('shipping', 'amqp'),
      fleet.start('linking', 'amqp', linkOnly),
    ]);
  });
  after(async () => {
    await fleet.stop();
    await connection?.close();
    await broker?.stop();
  });

  async function queueFor(name: string, exchange?: string): Promise<string> {
    const { queue } = await channel.assertQueue(name, { autoDelete: true });
    if (exchange !== undefined) await channel.bindQueue(queue, exchange, '');
    return queue;
  }

  /** A trace of the shop's: its root, what it did before and after, and a span for each message. */
  const published = (messages: number): number => 22 + messages;

  it('orders a message before its handling, and leaves what the sender does next concurrent', async () => {
    const queue = await queueFor('single');
    await billing.ask('consume', broker.port, queue, 1);
    await shop.ask('publish', broker.port, '', queue, ['one']);
    const told = new Told(await fleet.take(published(1) + 2));
    expect(told.answers().unknown).to.equal(0);
    const [producer, consumer] = [told.span('shop', 'producer'), told.span('billing', 'consumer')];
    expect(told.graph.relation(producer.start, consumer.start)).to.equal('before');
    expect(told.relation(told.span('shop', 'internal', 'after'), consumer)).to.equal('concurrent');
  });

  it('keeps the order of many messages under way at once, some of them delivered twice', async () => {
    const queue = await queueFor('many');
    await billing.ask('consume', broker.port, queue, 10);
    await shop.ask('publish', broker.port, '', queue, ['one', 'twice a', 'two', 'twice b']);
    const told = new Told(await fleet.take(published(4) + 12));
    expect(await billing.ask('takeHandled')).to.have.length(4 + 2 + 1);
    const answers = told.answers();
    expect(answers.unknown).to.equal(0);
    expect(told.all('billing', 'consumer')).to.have.length(6);
    for (const consumer of told.all('billing', 'consumer')) {
      const parent = consumer.parent as typeof consumer;
      expect(told.graph.relation(parent.start, consumer.start)).to.equal('before');
    }
  });

  it('finds two consumers of one message concurrent', async () => {
    await channel.assertExchange('news', 'fanout', { autoDelete: true });
    await billing.ask('consume', broker.port, await queueFor('news-billing', 'news'), 1);
    await shipping.ask('consume', broker.port, await queueFor('news-shipping', 'news'), 1);
    await shop.ask('publish', broker.port, 'news', '', ['one']);
    const told = new Told(await fleet.take(published(1) + 4));
    expect(told.answers().unknown).to.equal(0);
    const consumers = [told.span('billing', 'consumer'), told.span('shipping', 'consumer')] as const;
    expect(told.relation(...consumers)).to.equal('concurrent');
  });

  it('bears a copy of a message, headers and all, as a shovel makes it', async () => {
    const [from, to] = [await queueFor('from'), await queueFor('to')];
    await shipping.ask('consume', broker.port, to, 1);
    await channel.consume(from, (message) => {
      if (message === null) return;
      for (let i = 0; i < 2; i++) channel.sendToQueue(to, message.content, message.properties);
      channel.ack(message);
    });
    await shop.ask('publish', broker.port, '', from, ['one']);
    const told = new Told(await fleet.take(published(1) + 4));
    expect(told.answers().unknown).to.equal(0);
    const [first, second] = told.all('shipping', 'consumer');
    expect(told.relation(first as never, second as never)).to.be.oneOf(['before', 'after']);
  });

  it('hears the times of a producer through a link alone', async () => {
    const queue = await queueFor('linked');
    await linking.ask('consume', broker.port, queue, 1);
    await shop.ask('publish', broker.port, '', queue, ['one', 'two']);
    const told = new Told(await fleet.take(published(2) + 4));
    const consumers = told.all('linking', 'consumer');
    expect(consumers).to.have.length(2);
    for (const consumer of consumers) expect(expectHeardThroughLinks(told, consumer)).to.have.length(1);
  });
});
