/**
 * Fleets in which not everybody has this library: a real plain OpenTelemetry service between two of ours, a relay that
 * percent-encodes baggage, and a proxy that makes spans. Every pair of events is held against what happened.
 */
import { expect } from 'chai';
import type { CausalSpan } from '../../src/analysis/graph/graph-model.js';
import { type Membership, type Service, type ServiceOptions, TransportFleet } from './fleet.js';
import { Told } from './oracle.js';

describe('mixed fleets', function () {
  this.timeout(60_000);
  const fleet = new TransportFleet();
  const services = new Map<string, Service>();
  const addresses = new Map<string, string>();

  before(async () => {
    const transparent: ServiceOptions = { environment: { CLOCK: JSON.stringify({ plainHops: 'transparent' }) } };
    const plain = (membership: Membership, relay: string): ServiceOptions => ({
      membership,
      environment: { RELAY: relay },
    });
    const fleetOf: Readonly<Record<string, ServiceOptions>> = {
      gateway: {},
      orders: {},
      stock: {},
      bold: transparent,
      forwards: plain('baggage', 'service'),
      encodes: plain('baggage', 'encoding'),
      drops: plain('trace', 'service'),
    };
    await Promise.all(
      Object.entries(fleetOf).map(async ([name, options]) => {
        const service = await fleet.start(name, 'http', options);
        services.set(name, service);
        addresses.set(name, await service.ask<string>('serveNode'));
      }),
    );
  });
  after(() => fleet.stop());

  /** An address that passes a request on along these services. */
  function path(...[first, ...rest]: readonly string[]): string {
    const base = `${addresses.get(first as string)}/${rest.length === 0 ? 'work' : 'relay'}`;
    return rest.length === 0 ? base : `${base}?${new URLSearchParams({ url: path(...rest) })}`;
  }

  /** One trace of the gateway's, in which it calls along each path. */
  async function trace(mode: 'in turn' | 'at once', paths: readonly (readonly string[])[]): Promise<Told> {
    await services.get('gateway')?.ask(
      'call',
      'http',
      mode,
      paths.map((one) => path(...one)),
    );
    // A root; for each hop a client and a server; inside the last one another.
    return new Told(await fleet.take(1 + paths.reduce((sum, one) => sum + 2 * one.length + 1, 0)));
  }

  /** All answers between the events of two spans. */
  function relations(told: Told, x: CausalSpan, y: CausalSpan): Set<string> {
    const answers = told.graph.eventsOf(x).flatMap((a) => told.graph.eventsOf(y).map((b) => told.graph.relation(a, b)));
    return new Set(answers);
  }

  const incompleteAt = (span: CausalSpan): boolean | undefined => span.stamps?.start.incomplete;

  for (const relay of ['forwards', 'encodes']) {
    it(`keeps the order through a plain service that forwards baggage, and knows what is missing (${relay})`, async () => {
      const told = await trace('in turn', [[relay, 'orders'], ['stock']]);
      told.answers();
      const [orders, stock] = [told.span('orders', 'server'), told.span('stock', 'server')];
      const [first] = told.all('gateway', 'client');
      expect(orders.stamps?.start.vector.get(first?.node.id as string), 'what the gateway had done').to.be.greaterThan(
        0,
      );
      expect(told.graph.relation((first as CausalSpan).start, orders.start)).to.equal('before');
      expect(incompleteAt(orders)).to.equal(true);
      const baggage = await services.get('orders')?.ask<string>('lastHeader', 'baggage');
      expect(baggage).to.match(relay === 'encodes' ? /causality=1%21[0-9a-f]{16}%21/ : /causality=1![0-9a-f]{16}!/);
      // The plain service's reply carried nothing, so what the gateway does next may have heard of it.
      expect(incompleteAt(stock)).to.equal(true);
      expect(relations(told, orders, stock)).not.to.include('concurrent');
    });

    it(`never calls what a plain service may have joined concurrent (${relay})`, async () => {
      const told = await trace('at once', [
        [relay, 'orders'],
        [relay, 'stock'],
      ]);
      told.answers();
      expect(relations(told, told.span('orders', 'server'), told.span('stock', 'server'))).to.deep.equal(
        new Set(['unknown']),
      );
    });
  }

  it('says nothing through a plain service that forwards no baggage, least of all concurrent', async () => {
    const told = await trace('at once', [
      ['drops', 'orders'],
      ['drops', 'stock'],
    ]);
    told.answers();
    const [orders, stock] = [told.span('orders', 'server'), told.span('stock', 'server')];
    for (const span of [orders, stock]) {
      expect(incompleteAt(span)).to.equal(true);
      expect(span.stamps?.start.vector.size, 'nobody’s events but its own').to.equal(1);
    }
    expect(relations(told, orders, stock)).to.deep.equal(new Set(['unknown']));
  });

  it('takes a proxy that makes spans for a wire where plain hops are transparent', async () => {
    const told = await trace('in turn', [['forwards', 'bold']]);
    told.answers();
    const bold = told.span('bold', 'server');
    expect(incompleteAt(bold)).to.equal(false);
    expect(bold.stamps?.start.vector.size).to.equal(2);
  });

  it('answers everything where all of them are ours', async () => {
    const told = await trace('in turn', [['orders', 'stock'], ['bold']]);
    told.answers();
    for (const { stamps, recorded } of told.graph.spans) {
      expect([stamps?.start.incomplete, stamps?.end?.incomplete], recorded.name).to.deep.equal([false, false]);
    }
    expect(told.relation(told.span('orders', 'server'), told.span('bold', 'server'))).to.equal('before');
  });
});
