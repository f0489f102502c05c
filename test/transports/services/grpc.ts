/** gRPC: a server with all four kinds of methods, and a client for them. */
import * as grpc from '@grpc/grpc-js';
import { trace } from '@opentelemetry/api';
import { grpcReplies } from 'otel-causality/node';
import { heard, listening, replying, speaking } from '../oracle-marks.js';
import { clockOption } from '../service-clock.js';

const tracer = trace.getTracer('test');
const isReplying = process.env['REPLIES'] !== 'false';
const replies = isReplying ? grpcReplies(grpc, clockOption()) : undefined;

function method(name: string, requestStream: boolean, responseStream: boolean): grpc.MethodDefinition<string, string> {
  const write = (text: string): Buffer => Buffer.from(text);
  const read = (bytes: Buffer): string => bytes.toString();
  return {
    path: `/test.Work/${name}`,
    requestStream,
    responseStream,
    requestSerialize: write,
    requestDeserialize: read,
    responseSerialize: write,
    responseDeserialize: read,
  };
}

const definition = {
  unary: method('unary', false, false),
  fail: method('fail', false, false),
  hang: method('hang', false, false),
  upload: method('upload', true, false),
  download: method('download', false, true),
  breakOff: method('breakOff', false, true),
  chat: method('chat', true, true),
  news: method('news', false, true),
};

type Unary = grpc.handleUnaryCall<string, string>;
type Upload = grpc.handleClientStreamingCall<string, string>;
type Download = grpc.handleServerStreamingCall<string, string>;
type Chat = grpc.handleBidiStreamingCall<string, string>;

let failures = 0;
let cancelled = 0;

const handlers = {
  unary: ((call, callback) => {
    speaking();
    call.sendMetadata(sharedHead);
    tracer.startSpan('inside').end();
    callback(null, 'done');
  }) satisfies Unary,
  /** Fails as often as it was told to. */
  fail: ((_call, callback) => {
    if (failures-- > 0) callback({ code: grpc.status.UNAVAILABLE, details: 'as told' });
    else callback(null, 'done');
  }) satisfies Unary,
  hang: ((call) => {
    call.once('cancelled', () => cancelled++);
  }) satisfies Unary,
  upload: ((call, callback) => {
    let text = '';
    call.on('data', (part: string) => (text += part));
    call.once('end', () => {
      callback(null, text);
    });
  }) satisfies Upload,
  download: ((call) => {
    speaking();
    call.write('do');
    tracer.startSpan('between parts').end();
    const span = trace.getActiveSpan();
    setTimeout(() => {
      call.write('ne');
      replying(span);
      call.end();
    }, 5);
  }) satisfies Download,
  breakOff: ((call) => {
    speaking();
    call.write('do');
    setTimeout(() => call.emit('error', { code: grpc.status.ABORTED, details: 'as told' }), 5);
  }) satisfies Download,
  chat: ((call) => {
    call.once('data', speaking);
    call.on('data', (part: string) => call.write(part));
    call.once('end', () => {
      replying();
      call.end();
    });
  }) satisfies Chat,
  news: ((call) => news(call)) satisfies Download,
};

/** A stream that brings news of another service in its second message. */
const news: Download = (call) => {
  speaking();
  call.write('one');
  const span = trace.getActiveSpan();
  void callOnce(call.request, 'unary').then(() => {
    call.write('two');
    replying(span);
    return call.end();
  });
};

/** One object for all replies, as applications have it. */
const sharedHead = new grpc.Metadata();
sharedHead.set('served-by', process.env['OTEL_SERVICE_NAME'] ?? '');

export async function serve(): Promise<string> {
  const server = new grpc.Server({ interceptors: replies === undefined ? [] : [replies.server] });
  server.addService(definition, handlers);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return `127.0.0.1:${port}`;
}

/** From now on so many calls of `fail` fail. */
export function failNext(times: number): void {
  failures = times;
}

/** What the application's own head holds by now. */
export function ownHead(): string[] {
  return Object.keys(sharedHead.getMap());
}

export function cancelledCalls(): number {
  return cancelled;
}

/** Notes what comes over the wire, below our own interceptor. */
const watching: grpc.Interceptor = (options, nextCall) => {
  const span = trace.getActiveSpan();
  return new grpc.InterceptingCall(nextCall(options), {
    start: (metadata, _listener, next) => {
      next(metadata, {
        onReceiveMetadata: (head, pass) => {
          listening(span);
          pass(head);
        },
        onReceiveStatus: (status, pass) => {
          heard(span);
          pass(status);
        },
      });
    },
  });
};

const Client = grpc.makeGenericClientConstructor(definition, 'test.Work');
const clients = new Map<string, grpc.Client>();

function clientOf(address: string): Record<string, (...args: readonly unknown[]) => unknown> {
  let client = clients.get(address);
  if (client === undefined) {
    client = new Client(address, grpc.credentials.createInsecure(), {
      interceptors: replies === undefined ? [watching] : [replies.client, watching],
      'grpc.service_config': JSON.stringify({
        methodConfig: [
          {
            name: [{ service: 'test.Work', method: 'fail' }],
            retryPolicy: {
              maxAttempts: 3,
              initialBackoff: '0.01s',
              maxBackoff: '0.01s',
              backoffMultiplier: 1,
              retryableStatusCodes: ['UNAVAILABLE'],
            },
          },
        ],
      }),
    });
    clients.set(address, client);
  }
  return client as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
}

export interface Outcome {
  readonly text: string;
  readonly error: string | undefined;
  /** What the application found in the head. */
  readonly servedBy: string | undefined;
}

function callOnce(address: string, name: string): Promise<Outcome> {
  const client = clientOf(address);
  const invoke = (client[name] as (...args: readonly unknown[]) => unknown).bind(client);
  return new Promise((resolve) => {
    let text = '';
    let error: string | undefined;
    let servedBy: string | undefined;
    const answer = (failure: grpc.ServiceError | null, value?: string): void => {
      text = value ?? '';
      if (failure !== null) error = failure.details;
    };
    const listen = (call: grpc.ClientReadableStream<string> | grpc.ClientUnaryCall): void => {
      call.once('metadata', (head: grpc.Metadata) => (servedBy = head.get('served-by').join()));
      call.once('status', () => setImmediate(() => resolve({ text, error, servedBy })));
    };
    if (name === 'upload' || name === 'chat') {
      const call = (name === 'upload' ? invoke(answer) : invoke()) as grpc.ClientDuplexStream<string, string>;
      listen(call);
      call.on('error', () => {}).on('data', (part: string) => (text += part));
      call.write('do');
      tracer.startSpan('while sending').end();
      call.write('ne');
      setTimeout(() => call.end(), 5);
    } else if (name === 'download' || name === 'breakOff') {
      const call = invoke('please') as grpc.ClientReadableStream<string>;
      listen(call);
      call.on('error', (failure: Error) => (error = failure.message));
      call.once('data', () => {
        tracer.startSpan('while receiving').end();
      });
      call.on('data', (part: string) => (text += part));
    } else {
      const options = name === 'hang' ? [{ deadline: Date.now() + 50 }] : [];
      listen(invoke('please', ...options, answer) as grpc.ClientUnaryCall);
    }
  });
}

/** Calls each address, in turn or at once, in one trace. */
export function call(name: string, mode: 'in turn' | 'at once', addresses: readonly string[]): Promise<Outcome[]> {
  return tracer.startActiveSpan('root', async (span) => {
    try {
      if (mode === 'at once') return await Promise.all(addresses.map((address) => callOnce(address, name)));
      const outcomes: Outcome[] = [];
      for (const address of addresses) outcomes.push(await callOnce(address, name));
      return outcomes;
    } finally {
      span.end();
    }
  });
}

/** Opens a stream of `news` from one service about another, and calls a third at its second message. */
export function followNews(from: string, about: string, third: string): Promise<Outcome> {
  return tracer.startActiveSpan('root', async (span) => {
    const client = clientOf(from);
    const call = (client['news'] as (about: string) => grpc.ClientReadableStream<string>).call(client, about);
    call.on('error', () => {});
    const outcome = await new Promise<Outcome>((resolve) => {
      call.on('data', (part: string) => {
        if (part === 'two') callOnce(third, 'unary').then(resolve, () => {});
      });
    });
    span.end();
    return outcome;
  });
}
