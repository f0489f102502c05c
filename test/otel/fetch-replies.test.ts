import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { type Context, context, diag, type Span, SpanKind } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { expect } from 'chai';
import { type CausalStamp, compareStamps } from '../../src/clocks/stamp.js';
import { installHttpReplies } from '../../src/node/http-replies.js';
import { installFetchReplies } from '../../src/otel/fetch-replies.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { diagLines } from '../support/diag-lines.js';
import { type Carrier, TestNode } from '../support/fleet.js';

type Handler = (request: IncomingMessage, response: ServerResponse, inside: Context) => void;

const plain: Handler = (_request, response) => response.end('ok');

/** A server with its own clock; its replies carry stamps unless it says otherwise. */
class Peer {
  readonly node: TestNode;
  readonly spans: Span[] = [];
  readonly received: IncomingHttpHeaders[] = [];
  origin = '';
  private readonly uninstall: () => void;
  private readonly server: Server;

  constructor(name: string, handler: Handler, replies: boolean) {
    this.node = new TestNode(name);
    this.uninstall = replies ? installHttpReplies({ clock: this.node.clock }) : () => {};
    this.server = createServer((request, response) => {
      this.received.push(request.headers);
      const { span, context: inside } = this.node.start('handle', this.node.extract(request.headers), {
        kind: SpanKind.SERVER,
      });
      this.spans.push(span);
      response.once('close', () => span.end());
      context.with(inside, () => handler(request, response, inside));
    });
  }

  async listen(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.origin = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  async close(): Promise<void> {
    this.uninstall();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

describe('replies to fetch', () => {
  const manager = new AsyncLocalStorageContextManager();
  const nativeFetch = globalThis.fetch;
  let page: TestNode;
  let uninstall: () => void;
  let peers: Peer[] = [];

  before(() => context.setGlobalContextManager(manager.enable()));
  after(() => context.disable());
  beforeEach(() => {
    page = new TestNode('page');
    uninstall = installFetchReplies({ clock: page.clock });
    peers = [];
  });
  afterEach(async () => {
    uninstall();
    globalThis.fetch = nativeFetch;
    for (const peer of peers) await peer.close();
  });

  async function serve(name: string, handler: Handler = plain, replies = true): Promise<Peer> {
    const peer = new Peer(name, handler, replies);
    peers.push(peer);
    return peer.listen();
  }

  /** A client span and the call that is made for it; the span is still open. */
  async function call(
    root: Context,
    ask: (headers: Carrier) => Promise<Response>,
  ): Promise<{ readonly response: Response; readonly span: Span }> {
    const { span, context: inside } = page.start('call', root, { kind: SpanKind.CLIENT });
    return { response: await ask(page.inject(inside)), span };
  }

  function startOf(span: Span | undefined): CausalStamp {
    const stamp = span === undefined ? undefined : getCausalStamp(span);
    if (stamp === undefined) throw new Error('not stamped');
    return stamp;
  }

  it('leave what goes on meanwhile complete, but for calls that pass by', async () => {
    const peer = await serve('peer');
    const root = page.start('root');
    const duringOf = async (ask: (headers: Carrier) => Promise<unknown>): Promise<boolean> => {
      const { context: inside } = page.start('call', root.context, { kind: SpanKind.CLIENT });
      const answered = ask(page.inject(inside));
      const during = startOf(page.start('during', root.context).span).incomplete;
      await answered;
      return during;
    };
    expect(await duringOf((headers) => fetch(peer.origin, { headers }))).to.equal(false);
    expect(await duringOf(() => nativeFetch(peer.origin)), 'as XMLHttpRequest does').to.equal(true);
  });

  const shapes: readonly (readonly [name: string, ask: (url: string, headers: Carrier) => Promise<Response>])[] = [
    ['an object', (url, headers) => fetch(url, { headers })],
    ['Headers', (url, headers) => fetch(new URL(url), { headers: new Headers(headers) })],
    ['a list of pairs, in capitals', (url, headers) => fetch(url, { headers: capitals(headers) })],
    ['a Request', (url, headers) => fetch(new Request(url, { headers }))],
    ['a Request and an init', (url, headers) => fetch(new Request(url, { headers }), { redirect: 'follow' })],
  ];
  for (const [name, ask] of shapes) {
    it(`puts the second of two calls after the first one’s reply: headers in ${name}`, async () => {
      const first = await serve('first');
      const second = await serve('second');
      const root = page.start('root');
      const calls = [];
      for (const { origin } of [first, second]) calls.push(await call(root.context, (headers) => ask(origin, headers)));
      const [a, b] = [startOf(first.spans[0]), startOf(second.spans[0])];
      expect(compareStamps(a, b)).to.equal('before');
      expect(b.incomplete).to.equal(false);
      for (const { span } of calls) span.end();
      root.span.end();
      expect(page.finished('root').attributes['causality.incomplete']).to.equal(undefined);
      expect(page.clock.counters.incomplete).to.deep.equal({});
    });
  }

  it('has heard the head before the application has, while the body is still under way', async () => {
    let finish = (): void => {};
    const slow = await serve('slow', (_request, response) => {
      response.write('half');
      finish = () => response.end();
    });
    const root = page.start('root');
    await call(root.context, (headers) => fetch(slow.origin, { headers }));
    const next = page.start('next', root.context);
    expect(compareStamps(startOf(slow.spans[0]), startOf(next.span))).to.equal('before');
    finish();
  });

  it('leaves calls made at the same time concurrent', async () => {
    const [left, right] = [await serve('left'), await serve('right')];
    const root = page.start('root');
    await Promise.all([left, right].map(({ origin }) => call(root.context, (headers) => fetch(origin, { headers }))));
    expect(compareStamps(startOf(left.spans[0]), startOf(right.spans[0]))).to.equal('concurrent');
  });

  it('says unknown after a reply without a stamp, from the moment it came', async () => {
    const silent = await serve('silent', plain, false);
    const second = await serve('second');
    const root = page.start('root');
    for (const { origin } of [silent, second]) await call(root.context, (headers) => fetch(origin, { headers }));
    expect(compareStamps(startOf(silent.spans[0]), startOf(second.spans[0]))).to.equal('unknown');
    expect(page.clock.counters.incomplete).to.deep.equal({ 'reply-without-stamp': 1 });
  });

  it('takes what the last server of a redirected call says, and does not vouch for the others', async () => {
    const last = await serve('last');
    const first = await serve('first', (_request, response) =>
      response.writeHead(302, { location: last.origin }).end(),
    );
    const root = page.start('root');
    const { response } = await call(root.context, (headers) => fetch(first.origin, { headers }));
    expect(response.redirected).to.equal(true);
    const next = startOf(page.start('next', root.context).span);
    expect(compareStamps(startOf(last.spans[0]), next)).to.equal('before');
    expect(compareStamps(startOf(first.spans[0]), next)).to.equal('unknown');
  });

  describe('a reply that is not to be believed', () => {
    /** The stamp of a trace of somebody else's, as he would send it. */
    async function strangersReply(header: (asked: IncomingHttpHeaders) => string): Promise<Peer> {
      return serve(
        'stranger',
        (request, response) => response.setHeader('causality', header(request.headers)).end(),
        false,
      );
    }

    it('of another trace spoils neither that one nor any other, and the asking one is incomplete', async () => {
      const innocent = page.start('innocent');
      const domain = innocent.span.spanContext().traceId.slice(-16);
      const forger = await strangersReply(() => `1!${domain}!99!!0!forged-00000000*7`);
      const root = page.start('root');
      await call(root.context, (headers) => fetch(forger.origin, { headers }));
      const untouched = startOf(page.start('more', innocent.context).span);
      expect(untouched.vector.get('forged-00000000')).to.equal(0);
      expect(untouched.incomplete).to.equal(false);
      expect(startOf(page.start('more', root.context).span).incomplete).to.equal(true);
      expect(page.clock.counters.refused).to.deep.equal({ 'other-domain': 1 });
    });

    it('cannot move our own counter', async () => {
      const root = page.start('root');
      const domain = root.span.spanContext().traceId.slice(-16);
      const forger = await strangersReply(() => `1!${domain}!99!!0!${page.clock.node}*1000`);
      await call(root.context, (headers) => fetch(forger.origin, { headers }));
      expect(startOf(page.start('more', root.context).span).tick).to.equal(3);
      expect(page.clock.counters.ownEntryRefused).to.equal(1);
    });

    it('comes from a target that was given no stamp', async () => {
      uninstall();
      page = new TestNode('page', { propagator: { propagateTo: () => false } });
      uninstall = installFetchReplies({ clock: page.clock });
      const root = page.start('root');
      const domain = root.span.spanContext().traceId.slice(-16);
      const forger = await strangersReply(() => `1!${domain}!99!!0!forged-00000000*7`);
      await call(root.context, (headers) => fetch(forger.origin, { headers }));
      expect(forger.received[0]?.['baggage']).to.equal(undefined);
      expect(startOf(page.start('more', root.context).span).vector.get('forged-00000000')).to.equal(0);
      expect(page.clock.counters.refused).to.deep.equal({ untrusted: 1 });
    });

    it('answers nothing that anybody awaits, or says nothing', async () => {
      const forger = await strangersReply(() => 'garbage');
      const root = page.start('root');
      await fetch(forger.origin, { headers: { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` } });
      expect(startOf(page.start('more', root.context).span).incomplete).to.equal(false);
      await call(root.context, (headers) => fetch(forger.origin, { headers }));
      expect(startOf(page.start('more', root.context).span).incomplete).to.equal(true);
      expect(page.clock.counters.refused).to.deep.equal({ malformed: 1 });
    });
  });

  describe('as a guest in somebody else’s fetch', () => {
    /** What the page's fetch is, while a call is made through the hook; the host's is put back afterwards. */
    async function over(host: unknown, act: () => Promise<void>): Promise<void> {
      uninstall();
      globalThis.fetch = host as typeof fetch;
      uninstall = installFetchReplies({ clock: page.clock });
      try {
        await act();
      } finally {
        uninstall();
        globalThis.fetch = nativeFetch;
      }
    }

    it('leaves calls without a trace context alone, promise and arguments', async () => {
      const promise = Promise.resolve(new Response('ok'));
      const seen: unknown[][] = [];
      const host = function (this: unknown, ...args: unknown[]): Promise<Response> {
        seen.push([this, ...args]);
        return promise;
      };
      await over(host, async () => {
        const init = { method: 'PUT' };
        expect(fetch('https://host.example/', init)).to.equal(promise);
        expect(Reflect.apply(fetch, globalThis, ['https://host.example/'])).to.equal(promise);
        expect(fetch(undefined as unknown as string, null as unknown as RequestInit)).to.equal(promise);
        expect(seen[0]).to.deep.equal([undefined, 'https://host.example/', init]);
        expect(seen[1]?.[0]).to.equal(globalThis);
        await promise;
      });
    });

    it('finds the sender in headers of every shape, whatever else is in them, and disturbs nothing where there is none', async () => {
      const response = new Response('ok', { headers: { causality: 'none of ours' } });
      const taken: string[] = [];
      const { hearReply } = page.clock.messages;
      page.clock.messages.hearReply = (spanId) => void taken.push(spanId);
      const parent = (id: number): string => `00-${'1'.repeat(32)}-${String(id).repeat(16)}-01`;
      const lines: string[] = [];
      try {
        await over(
          () => Promise.resolve(response),
          async () => {
            for (const headers of [
              { accept: 'x', TraceParent: parent(1) },
              [
                ['accept', 'x'],
                ['TraceParent', parent(2)],
              ],
              new Map([['traceparent', parent(3)]]),
              ['traceparent', ['traceparent', parent(4)]],
              { get: 'a header of this name', traceparent: parent(5) },
              [null, ['accept', parent(6)]],
              { traceparent: 7 },
              { traceparent: [parent(8)] },
              { traceparent: 'none' },
              { traceparent: '' },
              'traceparent',
              null,
              7,
            ]) {
              await fetch('https://host.example/', { headers } as RequestInit);
              await fetch({ headers } as unknown as Request);
            }
            for (const odd of [undefined, null, 'text', 7, {}]) await fetch(odd as string, odd as RequestInit);
            lines.push(
              ...diagLines(() => {
                const hostile = {
                  get headers(): never {
                    throw new Error('on purpose');
                  },
                };
                void fetch('https://host.example/', hostile);
              }),
            );
          },
        );
      } finally {
        page.clock.messages.hearReply = hearReply;
      }
      expect(taken).to.deep.equal([1, 1, 2, 2, 3, 3, 4, 4, 5, 5].map((id) => String(id).repeat(16)));
      expect(page.clock.counters.errors).to.equal(1);
      expect(lines).to.deep.equal([
        'error otel-causality: reading the headers of a fetch failed, the application was not disturbed: on purpose',
      ]);
    });

    it('passes the response, or the failure, on as it is', async () => {
      const response = new Response('body');
      const failure = new TypeError('no network');
      const headers = { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` };
      await over(
        (url: string) => (url === 'good' ? Promise.resolve(response) : Promise.reject(failure)),
        async () => {
          expect(await fetch('good', { headers })).to.equal(response);
          expect(response.bodyUsed).to.equal(false);
          expect(await fetch('bad', { headers }).catch((error: unknown) => error)).to.equal(failure);
        },
      );
    });

    it('keeps to itself what it cannot read', async () => {
      const hostile = {
        get headers(): Headers {
          throw new Error('no headers today');
        },
      };
      const headers = { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` };
      const lines: string[] = [];
      const error = (line: string): unknown => lines.push(line);
      diag.setLogger({ error, warn: error, info: error, debug: error, verbose: error });
      try {
        await over(
          () => Promise.resolve(hostile),
          async () => {
            expect(await fetch('one', { headers })).to.equal(hostile);
            expect(await fetch('two', hostile)).to.equal(hostile);
          },
        );
      } finally {
        diag.disable();
      }
      expect(page.clock.counters.errors).to.equal(2);
      expect(lines[0]).to.include('hearing a reply failed, the application was not disturbed: no headers today');
    });

    it('passes on what a stand-in for fetch gives instead of a promise', () => {
      uninstall();
      for (const odd of [undefined, null, 17, { status: 200 }]) {
        globalThis.fetch = () => odd as never;
        const own = new TestNode('own');
        const takeBack = installFetchReplies({ clock: own.clock });
        try {
          const headers = own.inject(own.start('call', undefined, { kind: SpanKind.CLIENT }).context);
          expect(globalThis.fetch('http://127.0.0.1/', { headers })).to.equal(odd);
        } finally {
          takeBack();
          globalThis.fetch = nativeFetch;
        }
      }
    });

    it('goes when it is told to, also from under another wrapper', async () => {
      const stranger = await serve('stranger');
      const beneath = globalThis.fetch;
      globalThis.fetch = (...args) => beneath(...args);
      uninstall();
      expect(globalThis.fetch).not.to.equal(nativeFetch);
      const root = page.start('root');
      const { span } = await call(root.context, (headers) => fetch(stranger.origin, { headers }));
      const next = startOf(page.start('next', root.context).span);
      expect(compareStamps(startOf(stranger.spans[0]), next)).not.to.equal('before');
      span.end();
      uninstall();
    });

    it('is one for a clock, however often it is installed, and puts back what it found', () => {
      const ours = globalThis.fetch;
      expect(ours).not.to.equal(nativeFetch);
      installFetchReplies({ clock: page.clock })();
      expect(globalThis.fetch).to.equal(ours);
      uninstall();
      const uninstallOther = installFetchReplies({ clock: page.clock });
      uninstall();
      expect(page.clock.messages.watchCarriers('fetch'), 'the other one listens still').to.equal(false);
      uninstallOther();
      uninstall();
      expect(globalThis.fetch).to.equal(nativeFetch);
    });

    it('takes an answer without headers for a reply without a stamp, from then on', async () => {
      await over(
        () => Promise.resolve({ status: 200 }),
        async () => {
          const root = page.start('root');
          await call(root.context, (headers) => globalThis.fetch('stand-in', { headers }));
          expect(startOf(page.start('next', root.context).span).incomplete).to.equal(true);
        },
      );
      expect(page.clock.counters).to.deep.include({ errors: 0, incomplete: { 'reply-without-stamp': 1 } });
    });

    it('says that it came too late, that there is no fetch, or that it may not touch it', () => {
      uninstall();
      const instrumented = Object.assign(() => nativeFetch(''), { __wrapped: true });
      const said = (host: unknown, writable: boolean): string[] =>
        diagLines(() => {
          Object.defineProperty(globalThis, 'fetch', { value: host, writable, configurable: true });
          try {
            installFetchReplies({ clock: page.clock })();
            expect(globalThis.fetch).to.equal(host);
          } finally {
            Object.defineProperty(globalThis, 'fetch', { value: nativeFetch, writable: true, configurable: true });
          }
        });
      expect(said(instrumented, true).join()).to.contain('call installFetchReplies before');
      expect(said(undefined, true).join()).to.contain('no fetch here');
      expect(said(nativeFetch, false).join()).to.contain('replacing fetch failed');
      expect(page.clock.messages.watchCarriers('fetch'), 'it does not listen, either').to.equal(true);
      page.clock.messages.stopWatchingCarriers('fetch');
      expect(said(nativeFetch, true)).to.deep.equal([]);
    });

    it('refuses a clock that is none, and does nothing where everything is switched off', () => {
      uninstall();
      expect(() => installFetchReplies({ clock: {} as never })).to.throw('clock');
      process.env['OTEL_CAUSALITY_DISABLED'] = 'true';
      try {
        installFetchReplies({ clock: page.clock })();
        installFetchReplies({ clock: page.clock });
        expect(globalThis.fetch).to.equal(nativeFetch);
      } finally {
        delete process.env['OTEL_CAUSALITY_DISABLED'];
      }
    });
  });
});

function capitals(headers: Carrier): [string, string][] {
  return Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]);
}
