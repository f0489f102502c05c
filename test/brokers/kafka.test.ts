/** Kafka through a real broker. */
import { expect } from 'chai';
import { type Service, TransportFleet } from '../transports/fleet.js';
import { Told } from '../transports/oracle.js';
import { startKafka } from './kafka-server.js';
import { expectHeardThroughLinks, LATE_CONSUMER, PRODUCER } from './link-only.js';
import type { Broker } from './servers.js';

describe('Kafka', function () {
  this.timeout(120_000);
  const fleet = new TransportFleet();
  let broker: Broker;
  let shop: Service;
  let billing: Service;
  let linking: Service;

  before(async function () {
    const started = await startKafka();
    if (typeof started === 'string') {
      console.log(`    skipped: ${started}`);
      this.skip();
    }
    broker = started;
    [shop, billing, linking] = await Promise.all([
      fleet.start('shop', 'kafka', PRODUCER),
      fleet.start('billing', 'kafka'),
      fleet.start('linking', 'kafka', LATE_CONSUMER),
    ]);
  });
  after(async () => {
    await fleet.stop();
    await broker?.stop();
  });

  const sent = (messages: number): number => 22 + messages;

  it('orders a message before its handling (eachMessage)', async () => {
    await shop.ask('makeTopic', broker.port, 'single');
    await shop.ask('send', broker.port, 'single', ['one', 'two'], false);
    await billing.ask('consume', broker.port, 'single', 'message', 2);
    const told = new Told(await fleet.take(sent(2) + 4));
    expect(told.answers().unknown).to.equal(0);
    const consumers = told.all('billing', 'consumer');
    expect(consumers).to.have.length(2);
    for (const consumer of consumers) {
      expect(told.graph.relation((consumer.parent as typeof consumer).start, consumer.start)).to.equal('before');
      expect(told.relation(told.span('shop', 'internal', 'after'), consumer)).to.equal('concurrent');
    }
  });

  it('hears the times of every producer of a batch through links (eachBatch)', async () => {
    await shop.ask('makeTopic', broker.port, 'batched');
    await shop.ask('send', broker.port, 'batched', ['one', 'two', 'three'], true);
    const batches = await linking.ask<number>('consume', broker.port, 'batched', 'batch', 3);
    const told = new Told(await fleet.take(sent(3) + 3 + 2 * batches));
    const consumers = told.all('linking', 'consumer');
    expect(consumers).to.have.length(3);
    // The spans of a batch are one trace of their own: the first of them holds the times of one producer, and so on.
    for (const consumer of consumers) expect(expectHeardThroughLinks(told, consumer)).to.have.length(1);
  });
});
