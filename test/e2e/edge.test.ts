/** A service that strangers call, the fleet behind it, and a third party that it calls: real processes, real HTTP. */
import { once } from 'node:events';
import { createServer, get, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { relateSpans } from '../../src/analysis/happens-before/span-relation.js';
import { expectCausesFirst, handledBy } from './reported-stamps.js';
import { ServiceFleet } from './service-fleet.js';

const SPAN_ID = '00f067aa0ba902b7';
const MARK = `causality=${SPAN_ID}`;

type Headers = Record<string, string>;

/** What strangers send beside a `traceparent`, given a stamp that they forged for its trace. */
const STRANGERS: Readonly<Record<string, (forged: string) => Headers>> = {
  'a stamp in the baggage and its mark': (forged) => ({
    tracestate: MARK,
    baggage: `tenant=blue,causality=${forged}`,
  }),
  'a stamp in the baggage, unmarked': (forged) => ({ baggage: `causality=${forged}` }),
  'a stamp in the header and in the baggage': (forged) => ({
    tracestate: MARK,
    baggage: `causality=${forged}`,
    causality: forged,
  }),
  'a mark alone': () => ({ tracestate: MARK }),
  nothing: () => ({}),
};

let traces = 0;

/** The headers of a request in a trace of its own. */
function strangers(what: string): Headers {
  const traceId = `4bf92f3577b34da6${(++traces).toString(16).padStart(16, '0')}`;
  const forged = `1!${traceId.slice(-16)}!99!!0!forged-00000000*7`;
  return { traceparent: `00-${traceId}-${SPAN_ID}-01`, ...STRANGERS[what]?.(forged) };
}

describe('an edge service', function () {
  this.timeout(60_000);
  const fleet = new ServiceFleet();
  const received: IncomingHttpHeaders[] = [];
  let third: Server;
  let thirdParty: string;
  let edge: string;
  let left: string;
  let right: string;

  before(async () => {
    // It tries to have its say, too.
    third = createServer((request, response) => {
      received.push(request.headers);
      const domain = parentOf(request.headers).traceId.slice(-16);
      response.writeHead(200, { causality: `1!${domain}!999!!0!forged-11111111*9` }).end('done');
    });
    third.listen(0, 'localhost');
    await once(third, 'listening');
    thirdParty = `http://localhost:${(third.address() as AddressInfo).port}`;
    [edge, left, right] = await Promise.all([fleet.start('edge', 'edge'), fleet.start('left'), fleet.start('right')]);
  });

  after(async () => {
    await fleet.stop();
    third.closeAllConnections();
    third.close();
  });

  beforeEach(() => received.splice(0));

  /** A request of a client without this library, and all that it sees of the answer. */
  async function ask(url: string, headers: Headers): Promise<IncomingHttpHeaders> {
    return new Promise((resolve, reject) => {
      get(url, { headers, agent: false }, (response) => {
        response.resume().once('end', () => resolve(response.headers));
      }).once('error', reject);
    });
  }

  function plan(mode: string, targets: readonly string[], client = 'http'): string {
    const query = new URLSearchParams({ client, mode });
    for (const target of targets) query.append('url', target);
    return `${edge}/calls?${query}`;
  }

  it('has something to hide: a service inside answers a stamp with a stamp', async () => {
    const headers = await ask(`${left}/work`, strangers('a stamp in the baggage and its mark'));
    expect(headers['causality']).to.match(/^1![0-9a-f]{16}!/);
    await fleet.take(1);
  });

  for (const what of Object.keys(STRANGERS)) {
    for (const client of ['http', 'fetch']) {
      it(`tells a stranger nothing who sends ${what}, nor a third party, and keeps order inside (${client})`, async () => {
        const headers = strangers(what);
        const answer = await ask(plan('sequential', [`${left}/work`, thirdParty, `${right}/work`], client), headers);
        expectNoStamp(answer);

        expect(received).to.have.length(1);
        const [seen = {}] = received;
        expectNoStamp({ ...seen, tracestate: undefined });
        const { traceId, spanId } = parentOf(seen);
        expect(traceId).to.equal(parentOf(headers).traceId);
        // The mark says no more than the traceparent does.
        expect(seen['tracestate']).to.equal(`causality=${spanId}`);
        expect(seen['baggage']).to.equal(headers['baggage']?.startsWith('tenant') === true ? 'tenant=blue' : undefined);

        const spans = await fleet.take(6);
        expectCausesFirst(spans);
        const [first, second] = [handledBy(spans, 'left'), handledBy(spans, 'right')];
        expect(relateSpans(first, second)).to.equal('before');
        for (const { attributes } of spans) expect(JSON.stringify(attributes)).not.to.contain('forged');
        expect(second.start.lamport).to.be.lessThan(99);
      });
    }

    const answer = what === 'nothing' ? 'concurrent' : 'unknown';
    it(`says ${answer} of work done side by side for a stranger who sends ${what}`, async () => {
      expectNoStamp(await ask(plan('parallel', [`${left}/work`, `${right}/work`]), strangers(what)));
      const spans = await fleet.take(5);
      expectCausesFirst(spans);
      expect(relateSpans(handledBy(spans, 'left'), handledBy(spans, 'right'))).to.equal(answer);
    });
  }

  it('gives no stamp away with a body in parts either', async () => {
    expectNoStamp(await ask(`${edge}/stream`, strangers('a stamp in the baggage and its mark')));
    await fleet.take(2);
  });
});

function expectNoStamp(headers: IncomingHttpHeaders): void {
  expect(headers['causality']).to.equal(undefined);
  for (const value of Object.values(headers)) {
    expect(String(value)).not.to.match(/![0-9a-f-]+!\d+!/);
    expect(String(value)).not.to.match(/causality|forged|(?:edge|left|right)-[a-z0-9]{8}/);
  }
}

function parentOf(headers: IncomingHttpHeaders): { readonly traceId: string; readonly spanId: string } {
  const [, traceId = '', spanId = ''] = String(headers['traceparent']).split('-');
  return { traceId, spanId };
}
