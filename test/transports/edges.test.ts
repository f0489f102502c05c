/** The documents' edge service and page, run as they stand there, between strangers and services of ours. */
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { MEMBER } from '../../src/otel/arrival.js';
import { CausalityPropagator } from '../../src/otel/propagator.js';
import { repositoryRoot } from '../support/repository.js';
import { type Service, TransportFleet } from './fleet.js';
import { Told } from './oracle.js';

const TRACE_ID = '4bf92f3577b34da67b1d62f2c9e04a15';
const SPAN_ID = '00f067aa0ba902b7';
/** What a stranger sends who would like to have a say. */
const FORGED = {
  traceparent: `00-${TRACE_ID}-${SPAN_ID}-01`,
  baggage: `causality=1!${TRACE_ID.slice(16)}!99999!!0!forger-00000000*99999`,
};

/** A file that a document shows, where it finds this package by its name. */
function shown(name: string, document = 'README.md'): string {
  const readme = readFileSync(join(repositoryRoot, document), 'utf8');
  const code = new RegExp(`<!-- file: ${name} -->\\s*\`\`\`js\\n([^\`]*)\`\`\``).exec(readme)?.[1];
  if (code === undefined) throw new Error(`${document} has no ${name}`);
  const folder = join(repositoryRoot, 'build', 'readme');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, code);
  return pathToFileURL(path).href;
}

async function getAsStranger(url: string): Promise<http.IncomingMessage> {
  const request = http.get(url, { headers: FORGED });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.resume();
  await once(response, 'end');
  return response;
}

describe('edges', function () {
  this.timeout(60_000);
  const fleet = new TransportFleet();
  let edge: string;
  let inner: Service;
  let innerAddress: string;
  let page: Service;

  before(async () => {
    const [first, second, third] = (await Promise.all([
      fleet.start('edge', 'http', { environment: { EDGE: shown('edge.mjs') } }),
      fleet.start('inner', 'http'),
      fleet.start('page', 'page', { environment: { PAGE: shown('page.mjs', 'docs/edges.md') } }),
    ])) as [Service, Service, Service];
    [inner, page] = [second, third];
    edge = await first.ask<string>('serveNode');
    innerAddress = await inner.ask<string>('serveNode');
  });
  after(() => fleet.stop());

  const through = (target: string): string => `${edge}/relay?${new URLSearchParams({ url: `${target}/work` })}`;

  it('show a stranger no stamp and believe none of theirs, while order goes on inside', async () => {
    const response = await getAsStranger(through(innerAddress));
    expect(response.statusCode).to.equal(200);
    expect(response.headers).not.to.have.property(MEMBER);
    const told = new Told(await fleet.take(4));
    told.answers();
    const [outer, call, handled] = [
      told.span('edge', 'server'),
      told.span('edge', 'client'),
      told.span('inner', 'server'),
    ];
    for (const { stamps } of [outer, handled]) {
      expect(stamps?.start.lamport).to.be.lessThan(99);
      expect(stamps?.start.vector.get('forger-00000000')).to.equal(0);
    }
    expect(told.graph.relation(call.start, handled.start)).to.equal('before');
    expect(handled.reply, 'a reply to the edge').not.to.equal(undefined);
    expect(await inner.ask('lastHeader', 'baggage')).to.match(/^causality=1!/);
  });

  it('send no stamp to others, only the mark that says that there is one', async () => {
    // The same service by a name that is not on the list.
    await getAsStranger(through(innerAddress.replace('127.0.0.1', 'localhost')));
    const told = new Told(await fleet.take(4));
    told.answers();
    expect(await inner.ask('lastHeader', 'baggage')).to.equal('');
    const { spanId } = told.span('edge', 'client').recorded;
    expect(await inner.ask('lastHeader', 'tracestate')).to.equal(`causality=${spanId}`);
    expect(told.span('inner', 'server').stamps?.start.incomplete).to.equal(true);
  });

  it('let a page of ours take part, replies included', async () => {
    await page.ask('get', [`${innerAddress}/work`]);
    const told = new Told(await fleet.take(4));
    const [call, handled] = [told.span('page', 'client'), told.span('inner', 'server')];
    expect(call.stamps?.end?.incomplete).to.equal(false);
    expect(told.relation(call, handled)).to.equal('contains');
  });

  it('name to browsers every header that is sent, and the one that comes back', async () => {
    const { allowPage } = (await import(shown('cors.mjs'))) as {
      allowPage(response: { setHeader(name: string, value: string): void }, origin: string): void;
    };
    const headers = new Map<string, string>();
    allowPage({ setHeader: (name, value) => headers.set(name, value) }, 'https://shop.example');
    const allowed = headers.get('Access-Control-Allow-Headers')?.split(', ');
    expect(allowed).to.have.members(new CausalityPropagator().fields());
    expect(headers.get('Access-Control-Expose-Headers')).to.equal(MEMBER);
    expect(headers.get('Access-Control-Allow-Origin')).to.equal('https://shop.example');
  });
});
