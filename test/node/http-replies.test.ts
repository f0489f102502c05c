import {
  createServer,
  get,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { once } from 'node:events';
import { type Context, context, SpanKind, type Span, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { expect } from 'chai';
import { type CausalStamp, compareStamps } from '../../src/clocks/stamp.js';
import { parseStamp } from '../../src/codec/wire-text.js';
import { installHttpReplies } from '../../src/node/http-replies.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { TestNode } from '../support/fleet.js';

type Handler = (request: IncomingMessage, response: ServerResponse, node: TestNode, inside: Context) => void;

/** A traced server, instrumented by hand the way the HTTP instrumentation does it. */
class TracedServer {
  readonly node: TestNode;
  readonly spans: Span[] = [];
  readonly uninstall: () => void;
  private readonly server: Server;

  constructor(name: string, handler: Handler, options: { readonly replies?: boolean } = {}) {
    this.node = new TestNode(name);
    this.uninstall = options.replies === false ? () => {} : installHttpReplies({ clock: this.node.clock });
    this.server = createServer((request, response) => {
      const received = this.node.extract(request.headers);
      const { span, context: inside } = this.node.start('handle', received, { kind: SpanKind.SERVER });
      this.spans.push(span);
      response.once('close', () => span.end());
      context.with(inside, () => handler(request, response, this.node, inside));
    });
  }

  async listen(): Promise<number> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.uninstall();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

describe('HTTP replies', () => {
  const manager = new AsyncLocalStorageContextManager();
  let gateway: TestNode;
  let uninstall: () => void;
  let servers: TracedServer[] = [];

  before(() => context.setGlobalContextManager(manager.enable()));
  after(() => context.disable());
  beforeEach(() => {
    gateway = new TestNode('gateway');
    uninstall = installHttpReplies({ clock: gateway.clock });
    servers = [];
  });
  afterEach(async () => {
    uninstall();
    for (const server of servers) await server.close();
  });

  async function serve(
    name: string,
    handler: Handler,
    options?: { replies?: boolean },
  ): Promise<[TracedServer, number]> {
    const server = new TracedServer(name, handler, options);
    servers.push(server);
    return [server, await server.listen()];
  }

  /** One client call in a trace, by node:http. */
  async function call(port: number, root: Context, options: { method?: string } = {}): Promise<Result> {
    const { span, context: inside } = gateway.start('call', root, { kind: SpanKind.CLIENT });
    const request = httpRequest({ port, host: '127.0.0.1', headers: gateway.inject(inside), ...options });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of response) body += String(chunk);
    span.end();
    return { response, body, span };
  }

  interface Result {
    readonly response: IncomingMessage;
    readonly body: string;
    readonly span: Span;
  }

  function startOf(span: Span | undefined): CausalStamp {
    const stamp = span === undefined ? undefined : getCausalStamp(span);
    if (stamp === undefined) throw new Error('not stamped');
    return stamp;
  }

  const plain: Handler = (_request, response) => response.end('ok');

  it('puts the second of two calls after the first one’s reply', async () => {
    const [first, firstPort] = await serve('first', plain);
    const [second, secondPort] = await serve('second', plain);
    const root = gateway.start('root');
    await call(firstPort, root.context);
    await call(secondPort, root.context);
    const a = startOf(first.spans[0]);
    const b = startOf(second.spans[0]);
    expect(compareStamps(a, b)).to.equal('before');
    expect(b.incomplete).to.equal(false);
  });

  it('does the same for fetch, on a connection that other requests use', async () => {
    const [first, firstPort] = await serve('first', plain);
    const [second, secondPort] = await serve('second', plain);
    const fetched = async (port: number, root: Context): Promise<void> => {
      const { span, context: inside } = gateway.start('call', root, { kind: SpanKind.CLIENT });
      const response = await fetch(`http://127.0.0.1:${port}/`, { headers: gateway.inject(inside) });
      await response.text();
      span.end();
    };
    const roots = Array.from({ length: 8 }, () => gateway.start('root'));
    await Promise.all(
      roots.map(async (root) => {
        await fetched(firstPort, root.context);
        await fetched(secondPort, root.context);
      }),
    );
    for (const root of roots) {
      const { traceId } = root.span.spanContext();
      const ofTrace = (server: TracedServer): CausalStamp =>
        startOf(server.spans.find((span) => span.spanContext().traceId === traceId));
      expect(compareStamps(ofTrace(first), ofTrace(second))).to.equal('before');
      expect(ofTrace(second).incomplete).to.equal(false);
    }
  });

  it('says unknown after a call whose server sends no reply stamp', async () => {
    const [first, firstPort] = await serve('first', plain, { replies: false });
    const [second, secondPort] = await serve('second', plain);
    const root = gateway.start('root');
    await call(firstPort, root.context);
    await call(secondPort, root.context);
    expect(compareStamps(startOf(first.spans[0]), startOf(second.spans[0]))).to.equal('unknown');
    expect(gateway.clock.counters.incomplete).to.deep.equal({ 'reply-without-stamp': 1 });
  });

  it('stamps the reply as an event of the server span', async () => {
    const [server, port] = await serve('server', plain);
    const { response } = await call(port, gateway.start('root').context);
    const reply = parseStamp(String(response.headers['causality']));
    await new Promise(setImmediate);
    expect(server.node.finished('handle').attributes).to.include({ 'causality.tick': 1, 'causality.reply.tick': 2 });
    expect(reply.vector.get(server.node.clock.node ?? '')).to.equal(2);
    expect(server.node.finished('handle').attributes).not.to.have.property('causality.incomplete');
  });

  it('knows the server span also where the application extracts from the same request once more', async () => {
    const [server, port] = await serve('server', (request, response, node, inside) => {
      node.extract(request.headers, inside);
      response.end('ok');
    });
    await call(port, gateway.start('root').context);
    await new Promise(setImmediate);
    expect(server.node.finished('handle').attributes).to.include({ 'causality.tick': 1, 'causality.reply.tick': 2 });
  });

  const thrownBy = (call: () => unknown): string => {
    try {
      call();
      return 'nothing';
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    }
  };

  const heads: Record<string, Handler> = {
    'an implicit head': plain,
    'a head by status and object': (_q, r) =>
      r.writeHead(201, { 'X-One': '1', 'Set-Cookie': ['a=1', 'b=2'] }).end('ok'),
    'a head with a reason and an object': (_q, r) => r.writeHead(200, 'Fine', { 'X-One': '1' }).end('ok'),
    'a head with a reason alone': (_q, r) => r.writeHead(200, 'Fine').end('ok'),
    'a raw list with repeated names': (_q, r) =>
      r.writeHead(200, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-One', '1']).end('ok'),
    'a list of pairs': (_q, r) =>
      r
        .writeHead(200, [
          ['X-One', '1'],
          ['X-Two', '2'],
        ] as never)
        .end('ok'),
    'setHeader, then a head': (_q, r) => {
      r.setHeader('X-Zero', '0');
      r.writeHead(200, { 'X-One': '1' }).end('ok');
    },
    'flushHeaders, then a body': (_q, r) => {
      r.flushHeaders();
      r.end('ok');
    },
    'a body in parts': (_q, r) => {
      r.write('o');
      setImmediate(() => r.end('k'));
    },
    '204 without a body': (_q, r) => r.writeHead(204).end(),
    '304 without a body': (_q, r) => r.writeHead(304, { ETag: '"x"' }).end(),
    'a head that fails and is written again': (_q, r) => {
      try {
        r.writeHead(200, { 'X-Bad': 'a\nb' });
      } catch {
        r.writeHead(500, { 'X-One': '1' }).end('no');
      }
    },
    'a status as text': (_q, r) => r.writeHead('200' as never, { 'X-One': '1' }).end('ok'),
    'a head with null for a reason': (_q, r) => r.writeHead(200, null as unknown as string, { 'X-One': '1' }).end('ok'),
    'a head with null for headers': (_q, r) => r.writeHead(200, 'Fine', null as never).end('ok'),
    'an object and nothing behind it': (_q, r) => r.writeHead(200, { 'X-One': '1' } as never, undefined).end('ok'),
    'heads that are refused': (_q, r) => {
      const refused = [[], [1000], [Symbol('200')], [200, { 'X Bad': '1' }], [200, ['X-Odd']], [200, 'a\nb']].map(
        (args) => thrownBy(() => r.writeHead(...(args as [number]))),
      );
      // Node keeps what it refused.
      Object.assign(r, { statusCode: 200, statusMessage: 'OK' });
      r.end(JSON.stringify(refused));
    },
    'a head that is written again too late, and an end after the end': (_q, r) => {
      r.write('o');
      r.write(thrownBy(() => r.writeHead(200)));
      r.on('error', () => {});
      r.end('k').end('?');
    },
    'an end within the head': (_q, r) => {
      const setHeader = r.setHeader.bind(r);
      r.setHeader('X-One', '1');
      r.setHeader = (name, value) => {
        const result = setHeader(name, value);
        if (name === 'X-Two') r.end('inside');
        return result;
      };
      thrownBy(() => r.writeHead(200, { 'X-Two': '2' }));
      if (!r.writableEnded) r.end('outside');
    },
    'early hints before the answer': (_q, r) => {
      r.writeEarlyHints({ link: '</a.css>; rel=preload' });
      r.end('ok');
    },
  };

  for (const [name, handler] of Object.entries(heads)) {
    it(`leaves the bytes of ${name} as they were, but for its own header`, async () => {
      const [, port] = await serve('stamped', handler);
      const [, barePort] = await serve('bare', handler, { replies: false });
      const { span, context: inside } = gateway.start('call', undefined, { kind: SpanKind.CLIENT });
      const headers = gateway.inject(inside);
      const stamped = await rawResponse(port, headers);
      const bare = await rawResponse(barePort, headers);
      span.end();
      expect(stamped).to.match(/\r\ncausality: 1!/);
      expect(withoutVarying(stamped)).to.equal(withoutVarying(bare));
    });
  }

  it('does not touch responses to requests without a stamp', async () => {
    let touched: boolean | undefined;
    const [, port] = await serve('server', (_request, response) => {
      touched = Object.hasOwn(response, 'writeHead') || Object.hasOwn(response, 'end');
      response.end('ok');
    });
    const [response] = (await once(get({ port, host: '127.0.0.1' }), 'response')) as [IncomingMessage];
    response.resume();
    expect(touched).to.equal(false);
    expect(response.headers).not.to.have.property('causality');
  });

  it('calls what happens between head and end of the body incomplete, and only that', async () => {
    const made: Record<string, CausalStamp> = {};
    const mark = (node: TestNode, inside: Context, name: string): void => {
      const { span } = node.start(name, inside);
      made[name] = startOf(span);
    };
    const [, port] = await serve('server', (_request, response, node, inside) => {
      mark(node, inside, 'before');
      response.write('part');
      mark(node, inside, 'between');
      setImmediate(() => {
        response.end('rest');
        mark(node, inside, 'after');
      });
    });
    const { span } = await call(port, gateway.start('root').context);
    expect(made['before']?.incomplete).to.equal(false);
    expect(made['between']?.incomplete).to.equal(true);
    expect(made['after']?.incomplete).to.equal(false);
    const later = startOf(gateway.start('later', trace.setSpan(context.active(), span)).span);
    expect(compareStamps(made['before'] as CausalStamp, later)).to.equal('before');
    expect(compareStamps(made['between'] as CausalStamp, later)).to.equal('unknown');
  });

  for (const [when, first] of [
    ['before the head', (): void => {}],
    ['in the body', (response: ServerResponse) => response.write('part')],
  ] as const) {
    it(`goes on calling the body open where its end was refused ${when}`, async () => {
      let between: CausalStamp | undefined;
      let after: CausalStamp | undefined;
      const [, port] = await serve('server', (_request, response, node, inside) => {
        first(response);
        expect(() => response.end(17)).to.throw();
        response.write('more');
        between = startOf(node.start('between', inside).span);
        response.end('rest');
        after = startOf(node.start('after', inside).span);
      });
      const { body } = await call(port, gateway.start('root').context);
      expect(body).to.match(/morerest$/);
      expect([between?.incomplete, after?.incomplete]).to.deep.equal([true, false]);
    });
  }

  const copies: Record<string, (upstream: IncomingMessage, response: ServerResponse) => void> = {
    'with setHeader': (upstream, response) => {
      for (const [name, value] of Object.entries(upstream.headers)) response.setHeader(name, value ?? '');
    },
    'with setHeader, in capitals': (upstream, response) => {
      response.setHeader('Causality', upstream.headers['causality'] ?? '');
    },
    'into an object': (upstream, response) => response.writeHead(200, upstream.headers),
    'into an object, in capitals': (upstream, response) =>
      response.writeHead(200, { Causality: upstream.headers['causality'] }),
    'into a raw list': (upstream, response) => response.writeHead(200, upstream.rawHeaders),
    'into a list of pairs': (upstream, response) =>
      response.writeHead(200, [['Causality', upstream.headers['causality']]] as never),
  };

  for (const [how, copy] of Object.entries(copies)) {
    it(`answers for itself where a proxy copies the headers of another server’s reply ${how}`, async () => {
      const [, upstreamPort] = await serve('upstream', plain);
      let afterwards: CausalStamp | undefined;
      const [, port] = await serve('proxy', (_request, response, node, inside) => {
        const outgoing = node.start('forward', inside, { kind: SpanKind.CLIENT });
        get({ port: upstreamPort, host: '127.0.0.1', headers: node.inject(outgoing.context) }, (upstream) => {
          outgoing.span.end();
          afterwards = startOf(node.start('work on the answer', inside).span);
          copy(upstream, response);
          upstream.pipe(response);
        });
      });
      const { span, response } = await call(port, gateway.start('root').context);
      const later = startOf(gateway.start('later', trace.setSpan(context.active(), span)).span);
      expect(compareStamps(afterwards as CausalStamp, later)).to.equal('before');
      expect(later.incomplete).to.equal(false);
      expect(response.rawHeaders.filter((name) => name.toLowerCase() === 'causality')).to.have.lengthOf(1);
    });
  }

  it('sends the present state when a head that could not be written is written again', async () => {
    let between: CausalStamp | undefined;
    const [, port] = await serve('server', (_request, response, node, inside) => {
      expect(() => response.writeHead(1000)).to.throw();
      between = startOf(node.start('recover', inside).span);
      response.writeHead(500).end();
    });
    const { span } = await call(port, gateway.start('root').context);
    const later = startOf(gateway.start('later', trace.setSpan(context.active(), span)).span);
    expect(compareStamps(between as CausalStamp, later)).to.equal('before');
  });

  it('survives a client that aborts a streaming answer', async () => {
    const [server, port] = await serve('server', (_request, response) => {
      response.write('part');
    });
    const { span, context: inside } = gateway.start('call', undefined, { kind: SpanKind.CLIENT });
    const request = get({ port, host: '127.0.0.1', headers: gateway.inject(inside) });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.once('error', () => {});
    response.destroy();
    span.end();
    while (server.node.exporter.getFinishedSpans().length === 0) await new Promise((done) => setTimeout(done, 5));
    expect(server.node.finished('handle').attributes).to.include({ 'causality.end.tick': 3 });
    expect(server.node.finished('handle').attributes).not.to.have.property('causality.incomplete');
  });

  describe('takes from a response', () => {
    const cases: readonly (readonly [what: string, name: string, times: number, received: number])[] = [
      ['nothing where there is no stamp', 'other', 1, 0],
      ['a stamp', 'causality', 1, 1],
      ['a stamp under a name in capitals', 'CAUSALITY', 1, 1],
      ['no stamp of two', 'causality', 2, 0],
      ['no stamp of two that are the same, however many others there are', 'Causality', 40, 0],
    ];
    for (const [what, name, times, received] of cases) {
      it(what, async () => {
        const [, port] = await serve(
          'echo',
          (request, response) => {
            const text = /causality=([^,]+)/.exec(String(request.headers['baggage']))?.[1] ?? 'none';
            response.writeHead(200, ['x-first', '1', ...Array.from({ length: times }, () => [name, text]).flat()]);
            response.end('ok');
          },
          { replies: false },
        );
        const { response } = await call(port, gateway.start('root').context);
        expect(response.rawHeaders.filter((header) => header === name)).to.have.length(times);
        const { counters } = gateway.clock;
        expect(counters.received).to.equal(received);
        expect(Object.keys(counters.refused)).to.have.length(times > 1 ? 1 : 0);
        expect(counters.incomplete['reply-without-stamp']).to.equal(received === 1 ? undefined : 1);
      });
    }
  });

  it('finds the request where the application extracts from a copy of its headers', async () => {
    const node = new TestNode('copying');
    const uninstallNode = installHttpReplies({ clock: node.clock });
    const server = createServer((request, response) => {
      const received = node.extract({ ...request.headers });
      const { span, context: inside } = node.start('handle', received, { kind: SpanKind.SERVER });
      response.once('close', () => span.end());
      context.with(inside, () => response.end('ok'));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { response } = await call((server.address() as AddressInfo).port, gateway.start('root').context);
      expect(parseStamp(String(response.headers['causality'])).vector.get(node.clock.node ?? '')).to.equal(2);
      expect(gateway.clock.counters.received).to.equal(1);
    } finally {
      uninstallNode();
      server.closeAllConnections();
      server.close();
    }
  });

  it('answers where a response lets nobody listen to its end, and says unknown', async () => {
    const [server, port] = await serve('server', (_request, response, node, inside) => {
      const { prependOnceListener } = response;
      response.prependOnceListener = function (event, listener) {
        if (event === 'close') throw new Error('nobody listens here');
        return prependOnceListener.call(this, event, listener);
      };
      response.writeHead(200);
      node.start('between', inside).span.end();
      response.end('ok');
    });
    const { body, response } = await call(port, gateway.start('root').context);
    expect(body).to.equal('ok');
    expect(response.headers['causality']).to.be.a('string');
    expect(server.node.clock.counters.errors).to.equal(1);
    expect(server.node.finished('between').attributes['causality.incomplete']).to.equal(true);
  });

  it('keeps two clocks in one process apart', async () => {
    const [server, port] = await serve('server', plain);
    const bystander = new TestNode('bystander');
    const takeBack = installHttpReplies({ clock: bystander.clock });
    const root = gateway.start('root');
    const elsewhere = bystander.start('elsewhere', root.context);
    const { response } = await call(port, root.context);
    takeBack();
    expect(String(response.headers['causality'])).to.match(/^1![0-9a-f]{16}!\d+!/);
    const later = bystander.start('later', elsewhere.context);
    expect(startOf(later.span).vector.get(server.node.clock.node ?? '')).to.equal(0);
  });

  it('is installed once, and can be taken back', async () => {
    const again = installHttpReplies({ clock: gateway.clock });
    again();
    const [, port] = await serve('server', plain);
    const root = gateway.start('root');
    await call(port, root.context);
    expect(gateway.clock.counters.received).to.equal(1);
    uninstall();
    await call(port, root.context);
    expect(gateway.clock.counters.received).to.equal(1);
  });
});

/** Everything the server sends for one GET, interim answers included. */
async function rawResponse(port: number, headers: Record<string, string>): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines.join('')}\r\n`);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

function withoutVarying(response: string): string {
  return response.replace(/\r\ncausality: [^\r]*/i, '').replace(/\r\nDate: [^\r]*/i, '');
}
