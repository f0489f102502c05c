/** gRPC's interceptors at their edges, with the real grpc-js in one process and spans made by hand. */
import * as grpc from '@grpc/grpc-js';
import {
  type Context,
  context,
  ROOT_CONTEXT,
  SpanKind,
  type TextMapGetter,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import { expect } from 'chai';
import { parseStamp } from '../../src/codec/wire-text.js';
import { repliesOf } from '../../src/otel/clock-replies.js';
import { grpcReplies } from '../../src/node/grpc-replies.js';
import { installHttpReplies } from '../../src/node/http-replies.js';
import { type NodeOptions, TestNode } from '../support/fleet.js';

const getter: TextMapGetter<grpc.Metadata> = {
  get: (metadata, key) => metadata.get(key).map(String),
  keys: (metadata) => Object.keys(metadata.getMap()),
};

const setter: TextMapSetter<grpc.Metadata> = { set: (metadata, key, value) => metadata.set(key, value) };

const text = { serialize: (value: string) => Buffer.from(value), deserialize: (bytes: Buffer) => bytes.toString() };
const definition = {
  work: {
    path: '/test.Work/work',
    requestStream: false,
    responseStream: false,
    requestSerialize: text.serialize,
    requestDeserialize: text.deserialize,
    responseSerialize: text.serialize,
    responseDeserialize: text.deserialize,
  },
};
const Client = grpc.makeGenericClientConstructor(definition, 'test.Work');

interface Seen {
  readonly error: grpc.ServiceError | null;
  readonly head: grpc.Metadata | undefined;
  readonly trailers: grpc.Metadata;
}

describe('gRPC interceptors', () => {
  const ending: (() => void)[] = [];
  afterEach(() => ending.splice(0).forEach((end) => end()));

  /** A server that stamps what it handles, and its address. */
  async function serve(node: TestNode, trailers?: grpc.Metadata): Promise<string> {
    const server = new grpc.Server({ interceptors: [grpcReplies(grpc, { clock: node.clock }).server] });
    server.addService(definition, {
      work: (call: grpc.ServerUnaryCall<string, string>, callback: grpc.sendUnaryData<string>) => {
        const received = node.propagator.extract(ROOT_CONTEXT, call.metadata, getter);
        node.start('handle', received, { kind: SpanKind.SERVER }).span.end();
        callback(null, 'done', trailers);
      },
    });
    ending.push(() => server.forceShutdown());
    return new Promise((resolve) => {
      server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (_error, port) => {
        resolve(`127.0.0.1:${port}`);
      });
    });
  }

  async function call(
    node: TestNode | undefined,
    address: string,
    root: Context,
    by?: grpc.Interceptor,
    onHead?: () => void,
  ): Promise<Seen> {
    const interceptors = node === undefined ? [] : [by ?? grpcReplies(grpc, { clock: node.clock }).client];
    const client = new Client(address, grpc.credentials.createInsecure(), { interceptors });
    ending.push(() => client.close());
    const metadata = new grpc.Metadata();
    const started = node?.start('call', root, { kind: SpanKind.CLIENT });
    if (started !== undefined) {
      node?.propagator.inject(started.context, metadata, setter);
    }
    return new Promise((resolve) => {
      let head: grpc.Metadata | undefined;
      let error: grpc.ServiceError | null = null;
      const work = client['work'] as (...args: readonly unknown[]) => grpc.ClientUnaryCall;
      const made = work.call(client, 'please', metadata, (failure: grpc.ServiceError | null) => {
        error = failure;
        started?.span.end();
      });
      made.once('metadata', (received: grpc.Metadata) => {
        head = received;
        onHead?.();
      });
      made.once('status', ({ metadata: trailers }) => setImmediate(() => resolve({ error, head, trailers })));
    });
  }

  async function pair(server: NodeOptions = {}, trailers?: grpc.Metadata): Promise<[TestNode, TestNode, string]> {
    const node = new TestNode('server', server);
    return [new TestNode('gateway'), node, await serve(node, trailers)];
  }

  it('carry a stamp in the head and a later one in the trailers', async () => {
    const [gateway, , address] = await pair();
    const { head, trailers } = await call(gateway, address, gateway.start('root').context);
    const stamps = [head, trailers].map((metadata) => parseStamp(String(metadata?.get('causality'))));
    expect(stamps.map(({ incomplete }) => incomplete)).to.deep.equal([false, false]);
    expect(gateway.clock.counters.received).to.equal(2);
    expect(gateway.finished('call').attributes).not.to.have.property('causality.incomplete');
    expect(gateway.finished('call').attributes['causality.end.vector']).to.match(/server-\w{8}=2/);
  });

  it('doubt what happens between a head and its trailers, where the head has no stamp', async () => {
    for (const [trust, doubted] of [
      ['all', undefined],
      ['none', true],
    ] as const) {
      const [gateway, , address] = await pair({ trust });
      const root = gateway.start('root');
      await call(gateway, address, root.context, undefined, () => gateway.start('on head', root.context).span.end());
      const { attributes } = gateway.finished('on head');
      expect(attributes['causality.incomplete']).to.equal(doubted);
    }
  });

  it('answer nobody whose stamp was not accepted', async () => {
    const [gateway, , address] = await pair({ trust: 'none' });
    for (const node of [gateway, undefined]) {
      const { error, head, trailers } = await call(node, address, ROOT_CONTEXT);
      expect(error).to.equal(null);
      for (const metadata of [head, trailers]) expect(metadata?.get('causality')).to.deep.equal([]);
    }
    expect(gateway.finished('call').attributes).to.include({ 'causality.incomplete': true });
  });

  it('do not believe a server that got no stamp', async () => {
    const [, , address] = await pair();
    const shy = new TestNode('shy', { propagator: { propagateTo: () => false } });
    const ours = grpcReplies(grpc, { clock: shy.clock }).client;
    const forged: grpc.Interceptor = (options, nextCall) => {
      return ours(options, (passed: grpc.InterceptorOptions) => {
        return new grpc.InterceptingCall(nextCall(passed), {
          start: (metadata, _listener, next) => {
            next(metadata, {
              onReceiveStatus: (status, pass) => {
                const domain = String(metadata.get('traceparent')).slice(19, 35);
                status.metadata.set('causality', `1!${domain}!999!!0!forger-00000000*999`);
                pass(status);
              },
            });
          },
        });
      });
    };
    const root = shy.start('root');
    await call(shy, address, root.context, forged);
    expect(shy.clock.counters.refused['untrusted']).to.equal(1);
    expect(shy.finished('call').attributes['causality.end.lamport']).to.be.lessThan(999);
  });

  it('leave the application’s own trailers as they were, and add to a copy', async () => {
    const own = new grpc.Metadata();
    own.set('served-by', 'server');
    const [gateway, , address] = await pair({}, own);
    const { trailers } = await call(gateway, address, gateway.start('root').context);
    expect(trailers.get('served-by')).to.deep.equal(['server']);
    expect(trailers.get('causality')).to.have.length(1);
    expect(Object.keys(own.getMap())).to.deep.equal(['served-by']);
  });

  it('keep a failure of ours to themselves', async () => {
    const [gateway, server, address] = await pair();
    for (const { clock } of [gateway, server]) {
      const fail = (): never => {
        throw new Error('as told');
      };
      clock.messages.hearReply = fail;
      for (const name of ['reply', 'hearHead', 'openReply'] as const) repliesOf(clock)[name] = fail;
    }
    expect((await call(gateway, address, gateway.start('root').context)).error).to.equal(null);
    expect([gateway, server].map(({ clock }) => clock.counters.errors > 0)).to.deep.equal([true, true]);
  });

  it('work beside HTTP’s hooks, whichever comes first and whichever is taken back', () => {
    const { clock } = new TestNode('node');
    grpcReplies(grpc, { clock });
    const takeBack = installHttpReplies({ clock });
    expect(clock.messages.watchCarriers('http'), 'they are installed').to.equal(false);
    takeBack();
    expect(clock.messages.watchCarriers('grpc'), 'ours still are').to.equal(false);
  });

  it('refuse what is not grpc-js, and do nothing where the library is switched off', async () => {
    expect(() => grpcReplies({} as typeof grpc)).to.throw(/grpc.*grpc-js, 1\.10 or later/);
    expect(() => grpcReplies(undefined as unknown as typeof grpc)).to.throw(/grpc-js/);
    expect(() => grpcReplies(grpc, { clock: {} as never })).to.throw(/clock/);
    process.env['OTEL_CAUSALITY_DISABLED'] = 'true';
    try {
      const [gateway, , address] = await pair();
      expect((await call(gateway, address, ROOT_CONTEXT)).trailers.get('causality')).to.deep.equal([]);
    } finally {
      delete process.env['OTEL_CAUSALITY_DISABLED'];
    }
  });

  it('are not led astray by an active context that is another call’s', async () => {
    const [gateway, , address] = await pair();
    const stranger = gateway.start('stranger');
    await context.with(trace.setSpan(ROOT_CONTEXT, stranger.span), async () => {
      await call(gateway, address, gateway.start('root').context);
    });
    expect(gateway.finished('call').attributes['causality.end.vector']).to.match(/server-/);
  });
});
