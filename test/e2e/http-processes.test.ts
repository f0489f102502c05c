import { SpanKind } from '@opentelemetry/api';
import { expect } from 'chai';
import { relateSpans } from '../../src/analysis/happens-before/span-relation.js';
import { expectCausesFirst, handledBy, type ServiceSpan, stampsOf } from './reported-stamps.js';
import { ServiceFleet } from './service-fleet.js';

describe('HTTP between processes', function () {
  this.timeout(60_000);
  const fleet = new ServiceFleet();
  let caller: string;
  let left: string;
  let right: string;

  before(async () => {
    [caller, left, right] = await Promise.all([fleet.start('caller'), fleet.start('left'), fleet.start('right')]);
  });

  after(() => fleet.stop());

  /** Has the caller call left and right, and returns the spans of that trace. */
  async function trace(client: string, mode: string, path: string): Promise<ServiceSpan[]> {
    const plan = new URLSearchParams({ client, mode });
    for (const peer of [left, right]) plan.append('url', `${peer}${path}`);
    const response = await fetch(`${caller}/calls?${plan}`);
    expect(await response.json()).to.deep.equal(['done', 'done']);
    const spans = await fleet.take(path === '/stream' ? 7 : 5);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).to.equal(1);
    return spans;
  }

  for (const client of ['http', 'fetch']) {
    for (const path of ['/work', '/stream']) {
      it(`orders calls made in turn (${client}, ${path})`, async () => {
        const spans = await trace(client, 'sequential', path);
        expectCausesFirst(spans);
        expect(relateSpans(handledBy(spans, 'left'), handledBy(spans, 'right'))).to.equal('before');
        const calls = spans.filter(({ kind }) => kind === SpanKind.CLIENT).map(stampsOf);
        const [first, second] = calls.sort((a, b) => a.start.tick - b.start.tick);
        if (first === undefined || second === undefined) throw new Error('there are two calls');
        expect(relateSpans(first, second)).to.equal('before');
      });
    }

    it(`finds calls made at the same time concurrent (${client})`, async () => {
      const spans = await trace(client, 'parallel', '/work');
      expectCausesFirst(spans);
      expect(relateSpans(handledBy(spans, 'left'), handledBy(spans, 'right'))).to.equal('concurrent');
    });
  }

  it('promises nothing of what happens while a body is being sent', async () => {
    const spans = await trace('http', 'parallel', '/stream');
    expectCausesFirst(spans);
    const between = spans.filter(({ name }) => name === 'between parts').map(stampsOf);
    expect(between.map(({ start }) => start.incomplete)).to.deep.equal([true, true]);
    const [one, other] = between;
    if (one === undefined || other === undefined) throw new Error('there are two');
    expect(relateSpans(one, other)).to.equal('unknown');
  });
});
