import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { CausalGraph, type CausalSpan, type RecordedSpan, relateSpans } from 'otel-causality/analysis';
import type { OrderPage } from '../src/order-page.js';
import { CORS } from '../src/services/cors.js';
import { Scene } from './scene.js';

/** Spans of an order's trace: place order, two calls, two servers, put aside, publish, and one for each component. */
const SPANS_OF_SERVICES = 7;
const COMPONENTS = 3;

describe('the trace that the page begins', () => {
  const scene = Scene.install();

  /** The spans of a trace, when all have been exported. */
  async function collected(traceId: string, count: number): Promise<readonly RecordedSpan[]> {
    const patience = AbortSignal.timeout(20_000);
    for (;;) {
      const spans = scene.fleet.collector.spansOf(traceId);
      if (spans.length >= count) return spans;
      patience.throwIfAborted();
      await delay(50);
    }
  }

  function named(graph: CausalGraph, service: string, name: string, nodeIndex = 0): CausalSpan {
    const found = graph.spans.filter(({ recorded }) => {
      const path = String(recorded.attributes['url.path'] ?? recorded.attributes['http.target'] ?? '');
      return recorded.service === service && `${recorded.name} ${path}`.trim() === name;
    });
    const span = found[nodeIndex];
    if (span === undefined) throw new Error(`no span ${service} ${name} among ${graph.spanCount}`);
    return span;
  }

  /** Every cause is proven to be before its effect, by stamps, and nothing is hidden. */
  function expectProven(spans: readonly RecordedSpan[]): CausalGraph {
    const graph = CausalGraph.of(spans);
    const children = graph.spans.filter(({ parent }) => parent !== undefined);
    expect(children).to.have.length(spans.length - 1);
    for (const { parent, start } of children) {
      expect(graph.relation((parent as CausalSpan).start, start)).to.equal('before');
      expect((parent as CausalSpan).start.lamport).to.be.lessThan(start.lamport);
    }
    for (const { stamps, recorded } of graph.spans) {
      expect(stamps, recorded.name).not.to.equal(undefined);
      expect(recorded.attributes['causality.incomplete'], recorded.name).to.equal(undefined);
    }
    return graph;
  }

  async function ordered(tab: OrderPage, components = COMPONENTS): Promise<readonly RecordedSpan[]> {
    return collected(await tab.placeOrder(), SPANS_OF_SERVICES + components);
  }

  for (const minutes of [0, -7, 7]) {
    it(`is continued by both services and comes back to the page, its clock ${minutes} minutes off`, async () => {
      const tab = await scene.tab(undefined, minutes);
      const spans = await ordered(tab);
      expect([...new Set(spans.map(({ service }) => service))].sort()).to.deep.equal(['orders', 'page', 'stock']);
      const graph = expectProven(spans);
      // By the first call's reply; nothing else leads from the one service to the other.
      const reserved = named(graph, 'stock', 'POST /reservations');
      const placed = named(graph, 'orders', 'POST /orders');
      expect(graph.spanRelation(reserved, placed)).to.equal('before');
      const { inverted, edges, complete } = scene.fleet.collector.rowsOf(spans[0]?.traceId ?? '');
      expect({ edges, complete }).to.deep.equal({ edges: spans.length - 1, complete: true });
      if (minutes === 0) return;
      // Requests look wrong to a clock that is ahead, messages back to one that is behind.
      expect(inverted).to.equal(minutes > 0 ? 2 : COMPONENTS);
      const [worst] = spans
        .map(({ attributes }) => Number(attributes['causality.clock_behind_us'] ?? 0))
        .sort((a, b) => b - a);
      expect(worst).to.be.within(6.9 * 60e6, 7 * 60e6);
    });
  }

  it('reaches the components of a second tab, whose clock is another one', async () => {
    const profile = await scene.profile();
    const first = await scene.tab(profile, -7);
    await scene.tab(profile, 3);
    const spans = await ordered(first, 2 * COMPONENTS);
    const graph = expectProven(spans);
    expect(
      new Set(graph.spans.filter(({ recorded }) => recorded.service === 'page').map(({ node }) => node.id)).size,
    ).to.equal(2);
    // Two tabs that hear of one order tell each other nothing.
    const [one, other] = [named(graph, 'page', 'show in Kitchen', 0), named(graph, 'page', 'show in Kitchen', 1)];
    expect(graph.spanRelation(one, other)).to.equal('concurrent');
  });

  it('has one span for each component that shows the message, however often it comes', async () => {
    const tab = await scene.tab();
    const traceId = await tab.placeOrder();
    await scene.fleet.disturb('replay');
    await tab.received(4);
    // A span that a refresh finds open is lost: the fetch instrumentation ends its spans 300 ms after the body.
    await collected(traceId, SPANS_OF_SERVICES + COMPONENTS);
    await tab.refresh();
    await tab.received(2);
    // A later order's spans are exported after anything that the refreshed page made of the first one.
    await ordered(tab);
    const shown = scene.fleet.collector.spansOf(traceId).filter(({ name }) => name.startsWith('show in'));
    expect(shown.map(({ name }) => name).sort()).to.deep.equal([
      'show in Counter',
      'show in Kitchen',
      'show in Pick-up',
    ]);
    for (const { attributes } of shown) expect(attributes['causality.verdict']).to.equal('fresh');
  });

  it('says unknown where the server does not expose the header of its replies', async () => {
    const profile = await scene.profile();
    await profile.route('**/reservations', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      const response = await route.fetch();
      const { 'access-control-expose-headers': _, ...headers } = response.headers();
      return route.fulfill({ response, headers });
    });
    const tab = await scene.tab(profile);
    const spans = await ordered(tab);
    const graph = CausalGraph.of(spans);
    const reserved = named(graph, 'stock', 'POST /reservations').stamps;
    const placed = named(graph, 'orders', 'POST /orders').stamps;
    if (reserved === undefined || placed === undefined) throw new Error('not stamped');
    expect(relateSpans(reserved, placed)).to.equal('unknown');
    expect(scene.fleet.collector.rowsOf(spans[0]?.traceId ?? '').complete).to.equal(false);
  });

  it('is believed from our own page alone: a stranger’s stamp is neither read nor answered', async () => {
    const { orders, origin, collector } = scene.fleet;
    const traceId = '4bf92f3577b34da67b1d62f2c9e04a15';
    const place = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${orders}/orders`, {
        method: 'POST',
        headers: {
          traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
          tracestate: 'causality=00f067aa0ba902b7',
          baggage: 'causality=1!7b1d62f2c9e04a15!99!!0!forged-00000000*7',
          ...headers,
        },
        body: JSON.stringify({ item: 'tea' }),
      });
    expect((await place({})).headers.get('causality')).to.equal(null);
    expect((await place({ origin: 'https://elsewhere.example' })).headers.get('causality')).to.equal(null);
    await collected(traceId, 4);
    for (const { attributes } of collector.spansOf(traceId)) {
      expect(String(attributes['causality.vector'])).not.to.contain('forged');
      expect(attributes['causality.incomplete']).to.equal(true);
    }
    // Who forges the page's origin spoils the trace of his own request.
    expect((await place({ origin })).headers.get('causality')).to.match(/^1!7b1d62f2c9e04a15!/);
  });

  it('needs the CORS headers that the README names, and both services send them', async () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    for (const [name, value] of Object.entries(CORS))
      expect(readme.toLowerCase()).to.contain(`${name}: ${value}`.toLowerCase());
    const { orders, origin } = scene.fleet;
    const asked = await fetch(`${orders}/orders`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'traceparent' },
    });
    expect(asked.status).to.equal(204);
    for (const [name, value] of [['access-control-allow-origin', origin], ...Object.entries(CORS)]) {
      expect(asked.headers.get(name as string), name).to.equal(value);
    }
  });
});
