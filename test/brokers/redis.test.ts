/** Redis streams through a real server, with the carrier that docs/transports.md shows. */
import { expect } from 'chai';
import { type Service, TransportFleet } from '../transports/fleet.js';
import { Told } from '../transports/oracle.js';
import { expectHeardThroughLinks, LATE_CONSUMER, PRODUCER } from './link-only.js';
import { type Broker, startRedis } from './servers.js';

describe('Redis streams', function () {
  this.timeout(120_000);
  const fleet = new TransportFleet();
  let broker: Broker;
  let shop: Service;
  let billing: Service;

  before(async function () {
    const started = await startRedis();
    if (typeof started === 'string') {
      console.log(`    skipped: ${started}`);
      this.skip();
    }
    broker = started;
    [shop, billing] = await Promise.all([
      fleet.start('shop', 'redis', PRODUCER),
      fleet.start('billing', 'redis', LATE_CONSUMER),
    ]);
  });
  after(async () => {
    await fleet.stop();
    await broker?.stop();
  });

  it('orders an entry before its handling', async () => {
    await shop.ask('publish', broker.port, 'single', ['one', 'two']);
    expect(await billing.ask('consume', broker.port, 'single', 'each')).to.equal(2);
    const told = new Told(await fleet.take(24 + 2));
    expect(told.answers().unknown).to.equal(0);
    for (const consumer of told.all('billing', 'consumer')) {
      expect(told.graph.relation((consumer.parent as typeof consumer).start, consumer.start)).to.equal('before');
      expect(told.relation(told.span('shop', 'internal', 'after'), consumer)).to.equal('concurrent');
    }
  });

  it('hears the times of every producer of a batch through links', async () => {
    await shop.ask('publish', broker.port, 'batched', ['one']);
    await shop.ask('publish', broker.port, 'batched', ['two', 'three']);
    expect(await billing.ask('consume', broker.port, 'batched', 'batch')).to.equal(3);
    const told = new Told(await fleet.take(23 + 24 + 1));
    expect(expectHeardThroughLinks(told, told.span('billing', 'consumer'))).to.have.length(3);
  });
});
