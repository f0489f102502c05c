/** HTTP/1 through Node's own server, express and fastify, to clients by node:http, by fetch and by undici. */
import { expect } from 'chai';
import { type Service, TransportFleet } from './fleet.js';
import { Told } from './oracle.js';

describe('HTTP servers and clients', function () {
  this.timeout(60_000);
  const fleet = new TransportFleet();
  let caller: Service;
  const bases = new Map<string, string>();

  before(async () => {
    const [first, ...servers] = await Promise.all(
      ['caller', 'left', 'right'].map((name) => fleet.start(name, 'frameworks')),
    );
    caller = first as Service;
    for (const server of servers) {
      for (const kind of ['Node', 'Express', 'Fastify']) {
        bases.set(`${server.name} ${kind}`, await server.ask(`serve${kind}`));
      }
    }
  });
  after(() => fleet.stop());

  function addresses(kind: string, path: string): string[] {
    return ['left', 'right'].map((name) => `${bases.get(`${name} ${kind}`)}${path}`);
  }

  async function told(client: string, mode: string, urls: readonly string[], spans: number): Promise<Told> {
    await caller.ask('call', client, mode, urls);
    return new Told(await fleet.take(spans));
  }

  for (const client of ['http', 'fetch', 'undici']) {
    for (const [kind, path, spans] of [
      ['Node', '/work', 7],
      ['Express', '/json', 9],
      ['Express', '/stream', 7],
      ['Express', '/fail', 7],
      ['Fastify', '/json', 11],
      ['Fastify', '/stream', 9],
      ['Fastify', '/fail', 9],
    ] as const) {
      it(`orders calls made in turn: ${client} to ${kind} ${path}`, async () => {
        const trace = await told(client, 'in turn', addresses(kind, path), spans);
        const answers = trace.answers();
        const [left, right] = [trace.span('left', 'server'), trace.span('right', 'server')];
        expect(trace.relation(left, right)).to.equal('before');
        expect(left.reply, 'its reply').not.to.equal(undefined);
        if (path !== '/stream') expect(answers.unknown).to.equal(0);
      });
    }

    for (const [kind, spans] of [
      ['Node', 7],
      ['Express', 9],
      ['Fastify', 11],
    ] as const) {
      it(`finds calls made at once concurrent: ${client} to ${kind}`, async () => {
        const trace = await told(client, 'at once', addresses(kind, '/json'), spans);
        expect(trace.answers().unknown).to.equal(0);
        expect(trace.relation(trace.span('left', 'server'), trace.span('right', 'server'))).to.equal('concurrent');
      });
    }
  }
});
