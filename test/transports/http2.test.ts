/** HTTP/2, for which nobody makes spans: by hand, as docs/transports.md shows it. */
import { expect } from 'chai';
import { type Service, TransportFleet } from './fleet.js';
import { Told } from './oracle.js';

describe('HTTP/2 by hand', function () {
  this.timeout(60_000);
  const fleet = new TransportFleet();
  let caller: Service;
  let addresses: readonly string[];

  before(async () => {
    const [first, left, right] = (await Promise.all(
      ['caller', 'left', 'right'].map((name) => fleet.start(name, 'http2')),
    )) as [Service, Service, Service];
    caller = first;
    addresses = [await left.ask<string>('serve'), await right.ask<string>('serve')];
  });
  after(() => fleet.stop());

  for (const [mode, relation] of [
    ['in turn', 'before'],
    ['at once', 'concurrent'],
  ] as const) {
    it(`orders calls made ${mode}`, async () => {
      expect(await caller.ask('call', mode, addresses)).to.deep.equal(['done', 'done']);
      const trace = new Told(await fleet.take(7));
      expect(trace.answers().unknown).to.equal(0);
      expect(trace.relation(trace.span('left', 'server'), trace.span('right', 'server'))).to.equal(relation);
    });
  }
});
