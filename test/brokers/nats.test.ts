/** NATS through a real server, with the carrier that docs/transports.md shows. */
import { expect } from 'chai';
import { type Service, TransportFleet } from '../transports/fleet.js';
import { Told } from '../transports/oracle.js';
import { type Broker, startNats } from './servers.js';

describe('NATS', function () {
  this.timeout(120_000);
  const fleet = new TransportFleet();
  let broker: Broker;
  let caller: Service;
  let left: Service;
  let right: Service;

  before(async function () {
    const started = await startNats();
    if (typeof started === 'string') {
      console.log(`    skipped: ${started}`);
      this.skip();
    }
    broker = started;
    [caller, left, right] = (await Promise.all(
      ['caller', 'left', 'right'].map((name) => fleet.start(name, 'nats')),
    )) as [Service, Service, Service];
  });
  after(async () => {
    await fleet.stop();
    await broker?.stop();
  });

  it('orders a message before its handling, and finds two consumers of it concurrent', async () => {
    for (const consumer of [left, right]) await consumer.ask('consume', broker.port, 'news');
    await caller.ask('publish', broker.port, 'news');
    const told = new Told(await fleet.take(5));
    expect(told.answers().unknown).to.equal(0);
    const [one, other] = [told.span('left', 'consumer'), told.span('right', 'consumer')];
    expect(told.graph.relation(told.span('caller', 'producer').start, one.start)).to.equal('before');
    expect(told.relation(one, other)).to.equal('concurrent');
    expect(told.relation(told.span('caller', 'internal', 'after'), one)).to.equal('concurrent');
  });

  for (const [mode, relation] of [
    ['in turn', 'before'],
    ['at once', 'concurrent'],
  ] as const) {
    it(`orders requests made ${mode}, by their replies`, async () => {
      const subjects = [`left ${mode}`, `right ${mode}`].map((subject) => subject.replaceAll(' ', '.'));
      await left.ask('serve', broker.port, subjects[0]);
      await right.ask('serve', broker.port, subjects[1]);
      expect(await caller.ask('call', broker.port, mode, subjects)).to.deep.equal(['done', 'done']);
      const told = new Told(await fleet.take(5));
      expect(told.answers().unknown).to.equal(0);
      expect(told.relation(told.span('left', 'server'), told.span('right', 'server'))).to.equal(relation);
    });
  }
});
