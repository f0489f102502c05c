import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { CHECKOUT, runCli } from '../support/run-cli.js';

const SPANS = (JSON.parse(readFileSync(CHECKOUT, 'utf8').trim()) as { resourceSpans: object[] }).resourceSpans;

describe('a live backend', () => {
  let server: Server;
  let url: string;
  const asked: IncomingMessage[] = [];

  before(async () => {
    server = createServer((request, response) => {
      asked.push(request);
      const found = request.url?.includes('nobody') === true ? [] : SPANS;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ result: { resourceSpans: found } }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it('is asked what the options say, and told what a header says', async () => {
    const options = ['--service', 'gateway', '--since', '2h', '--limit', '7', '--header', 'Authorization: Bearer t:1'];
    const { code, out, err } = await runCli(['check', '--jaeger', url, ...options]);
    expect([code, err]).to.deep.equal([1, '']);
    expect(out).to.include('18 spans of 1 trace');
    const request = asked.at(-1) as IncomingMessage;
    expect(request.url)
      .to.include('/api/v3/traces?')
      .and.to.include('gateway')
      .and.to.include('num_traces=7')
      .and.to.include('searchDepth=7');
    expect(request.headers.authorization).to.equal('Bearer t:1');
  });

  it('that has nothing is no fault of the command, but ends with 2 and says what to look at', async () => {
    const { code, err } = await runCli(['order', '--jaeger', url, '--service', 'nobody']);
    expect(code).to.equal(2);
    expect(err).to.include('no such traces').and.to.include('nothing could be read');
  });

  it('that cannot be reached is told by its address', async () => {
    const { code, err } = await runCli(['order', '--zipkin', 'http://127.0.0.1:9']);
    expect(code).to.equal(2);
    expect(err).to.match(/^http:\/\/127\.0\.0\.1:9\/api\/v2\/traces.*(cannot be reached|bad port)/);
  });
});
