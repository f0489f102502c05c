/** SQS: the real client and its instrumentation, whose receiving span gets its links when the messages have come. */
import { expect } from 'chai';
import { type Service, TransportFleet } from './fleet.js';
import { expectHeardThroughLinks, LATE_CONSUMER, PRODUCER } from './link-only.js';
import { Told } from './oracle.js';
import { SqsEndpoint } from './sqs-endpoint.js';

describe('SQS', function () {
  this.timeout(60_000);
  const fleet = new TransportFleet();
  const queues = new SqsEndpoint();
  let endpoint: string;
  let shop: Service;
  let billing: Service;

  before(async () => {
    endpoint = await queues.start();
    // It says much about versions of Node otherwise.
    const quiet = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
    [shop, billing] = await Promise.all([
      fleet.start('shop', 'sqs', { environment: { ...PRODUCER.environment, ...quiet } }),
      fleet.start('billing', 'sqs', { environment: { ...LATE_CONSUMER.environment, ...quiet } }),
    ]);
  });
  after(async () => {
    await fleet.stop();
    queues.stop();
  });

  it('hears the times of every producer of what was received, at the end of the call', async () => {
    await shop.ask('send', endpoint, 'orders', ['one', 'two', 'three']);
    expect(await billing.ask('receive', endpoint, 'orders')).to.equal(3);
    const told = new Told(await fleet.take(1 + 20 + 2 + 1), 'end');
    const receiving = told.graph.spans.find(({ recorded }) => recorded.service === 'billing');
    if (receiving === undefined) throw new Error('nothing was received');
    expect(expectHeardThroughLinks(told, receiving, 'end')).to.have.length(3);
  });
});
