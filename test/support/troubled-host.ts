/**
 * An application as its users have it: OpenTelemetry's SDK and HTTP instrumentation, this library with HTTP replies, a
 * server that calls itself over loopback, and around all of that whatever a plan makes misbehave.
 *
 * It notes every exception that one of our hooks lets out, and every span that began and ended.
 */
import type * as Http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { context, diag, DiagLogLevel, propagation, type Span, type TextMapPropagator, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { emptyResource, resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider, type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { CausalityLogRecordProcessor } from '../../src/logs/log-record-processor.js';
import { installHttpReplies } from '../../src/node/http-replies.js';
import { CausalClock } from '../../src/otel/causal-clock.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { CausalityPropagator } from '../../src/otel/propagator.js';
import { CausalitySpanProcessor } from '../../src/otel/span-processor.js';
import type { HostPlan } from './troubles.js';

/** Says that a request goes out, or comes in, as a stranger's does: untraced. */
const STRANGE = 'x-stranger';

const isStrange = (headers: unknown): boolean => (headers as Record<string, unknown> | undefined)?.[STRANGE] === 'yes';

/** Patches node:http once; switched on while a host lives. */
const instrumentation = new HttpInstrumentation({
  enabled: false,
  ignoreIncomingRequestHook: ({ url = '' }) => url.startsWith('/strange'),
  ignoreOutgoingRequestHook: ({ headers }) => isStrange(headers),
});

/** One after the other, and between the rounds the one that is well. */
function inTurn<T>(odd: readonly T[], well: T): () => T {
  const all = odd.length > 1 ? [...odd, well] : odd;
  let calls = 0;
  return () => all[calls++ % all.length] ?? well;
}

export interface Answered {
  readonly status: number | undefined;
  readonly body: string;
  readonly kept: unknown;
}

export class TroubledHost {
  readonly clock: CausalClock;
  /** What our hooks let out. */
  readonly escaped: unknown[] = [];
  private readonly exporter = new InMemorySpanExporter();
  private readonly provider: BasicTracerProvider;
  private readonly logs: LoggerProvider;
  private readonly server: Http.Server;
  private readonly undo: (() => void)[] = [];
  private readonly open = new Set<unknown>();
  private readonly left = new Set<unknown>();
  private started = 0;
  private settled: (() => void) | undefined;
  private port = 0;
  private readonly http: typeof Http;

  constructor(private readonly plan: HostPlan) {
    this.takeRandomness();
    this.takeLogger();
    this.clock = this.makeClock();
    const processor = this.guardProcessor(new CausalitySpanProcessor({ clock: this.clock }) as SpanProcessor);
    this.provider = new BasicTracerProvider({
      resource: plan.hasServiceName ? resourceFromAttributes({ 'service.name': 'host' }) : emptyResource(),
      spanProcessors: [processor, this.watcher(), new SimpleSpanProcessor(this.exporter)],
    });
    const logProcessor = new CausalityLogRecordProcessor({ clock: this.clock });
    this.logs = new LoggerProvider({ processors: [this.guard(logProcessor as LogRecordProcessor)] });
    this.registerGlobals();
    this.undo.push(installHttpReplies({ clock: this.clock }));
    instrumentation.setTracerProvider(this.provider);
    instrumentation.enable();
    this.undo.push(() => instrumentation.disable());
    this.http = createRequire(import.meta.url)('node:http') as typeof Http;
    this.server = this.http.createServer((request, response) => this.handle(request, response));
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  /** Asks the application itself: a client span and a server span. */
  ask(path: string, headers: Http.OutgoingHttpHeaders = {}): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.port, path, headers, agent: false };
      const request = this.http.get(options, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          body += part;
        });
        response.on('error', reject).on('end', () => {
          resolve({ status: response.statusCode, body, kept: response.headers['x-app'] });
        });
      });
      request.on('error', reject);
    });
  }

  /** A request of somebody else, with whatever headers. */
  askAsStranger(at: number): Promise<Answered> {
    const { requests } = this.plan;
    return this.ask('/work', { ...requests[at % Math.max(requests.length, 1)], [STRANGE]: 'yes' });
  }

  /** A span of the application's own, ended by its caller, who may do so badly. */
  span(name: string): Span {
    return this.provider.getTracer('app').startSpan(name);
  }

  /** The span is not going to be ended. */
  leave(span: Span): void {
    this.left.add(span);
  }

  log(text: string): void {
    this.logs.getLogger('app').emit({ body: text });
  }

  /** Until every span has ended but those that were left. */
  async quiet(): Promise<void> {
    if (this.open.size > this.left.size) {
      await new Promise<void>((resolve) => {
        this.settled = resolve;
      });
    }
  }

  /** What was exported, and how many spans should have been. */
  exported(): { readonly spans: readonly ReadableSpan[]; readonly expected: number } {
    return { spans: this.exporter.getFinishedSpans(), expected: this.started - this.left.size };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.provider.forceFlush();
    await this.provider.shutdown();
    await this.logs.shutdown();
    for (const undo of this.undo.toReversed()) undo();
  }

  private handle(request: Http.IncomingMessage, response: Http.ServerResponse): void {
    response.setHeader('x-app', 'kept');
    const path = request.url ?? '';
    if (path.startsWith('/strange')) {
      const { replies } = this.plan;
      replies[Number(path.split('/')[2]) % Math.max(replies.length, 1)]?.(response);
      response.end('strange');
      return;
    }
    const span = this.span('work');
    context.with(trace.setSpan(context.active(), span), () => {
      this.log('working');
      getCausalStamp(span);
      if (path === '/stream') {
        response.writeHead(200, ['x-app', 'kept', 'content-type', 'text/plain']);
        response.write('do');
        span.end();
        setImmediate(() => response.end('ne'));
        return;
      }
      const finish = (): void => {
        span.end();
        response.end('done');
      };
      if (path === '/deep') this.ask('/work').then(finish, () => response.destroy());
      else finish();
    });
  }

  private makeClock(): CausalClock {
    const { clocks, trusts, limits } = this.plan;
    const now = inTurn(clocks, () => Date.now());
    const trust = inTurn(trusts, () => true);
    return new CausalClock({
      now: () => now()() as number,
      trust: () => trust()() as boolean,
      ...limits,
    });
  }

  private takeRandomness(): void {
    if (this.plan.randoms.length === 0) return;
    const real = Object.getOwnPropertyDescriptor(globalThis, 'crypto') as PropertyDescriptor;
    const { crypto } = globalThis;
    const random = inTurn(this.plan.randoms, (array) => crypto.getRandomValues(array));
    const value = { getRandomValues: (array: Uint8Array) => random()(array) };
    Object.defineProperty(globalThis, 'crypto', { configurable: true, value });
    this.undo.push(() => Object.defineProperty(globalThis, 'crypto', real));
  }

  private takeLogger(): void {
    const log = (message: unknown): void => {
      // What the SDK says by itself would throw in the SDK.
      if (String(message).includes('otel-causality')) throw new Error('no logs today');
    };
    if (this.plan.loggerThrows) {
      diag.setLogger({ error: log, warn: log, info: log, debug: log, verbose: log }, DiagLogLevel.ALL);
      this.undo.push(() => diag.disable());
    }
  }

  private registerGlobals(): void {
    const { propagators, targets, gets, sets, hasContextManager } = this.plan;
    const target = inTurn(targets, () => true);
    const ours = new CausalityPropagator({
      clock: this.clock,
      propagators: [...propagators, new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
      propagateTo: () => target()() as boolean,
    });
    const get = inTurn(gets, (carrier, key, getter) => getter.get(carrier, key));
    const set = inTurn(sets, (carrier, key, value, setter) => setter.set(carrier, key, value));
    const guarded = this.guard(ours);
    const global: TextMapPropagator = {
      inject: (from, carrier, setter) =>
        guarded.inject(from, carrier, { set: (to, key, value) => set()(to, key, value, setter) }),
      extract: (into, carrier, getter) => {
        const odd = { keys: getter.keys, get: (from: unknown, key: string) => get()(from, key, getter) as string };
        return guarded.extract(into, carrier, odd);
      },
      fields: () => guarded.fields(),
    };
    propagation.setGlobalPropagator(global);
    this.undo.push(() => propagation.disable());
    if (hasContextManager) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    this.undo.push(() => context.disable());
  }

  /** Our processor, which sees spans as the plan shows them. */
  private guardProcessor(processor: SpanProcessor): SpanProcessor {
    const { spans } = this.plan;
    const guarded = this.guard(processor);
    if (spans.length === 0) return guarded;
    const read = inTurn<HostPlan['spans'][number]>(spans, (span, key) => Reflect.get(span, key));
    const odd = <T extends object>(span: T): T => {
      const reading = read();
      return new Proxy(span, { get: (target, key) => reading(target, key) });
    };
    return {
      onStart: (span, parent) => guarded.onStart(odd(span), parent),
      onEnding: (span) => guarded.onEnding?.(odd(span)),
      onEnd: (span) => guarded.onEnd(odd(span)),
      forceFlush: () => guarded.forceFlush(),
      shutdown: () => guarded.shutdown(),
    };
  }

  /** The same object; what its methods throw is noted before it goes on. */
  private guard<T extends object>(hooks: T): T {
    return new Proxy(hooks, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          try {
            return Reflect.apply(value, target, args);
          } catch (error) {
            this.escaped.push(error);
            throw error;
          }
        };
      },
    });
  }

  private watcher(): SpanProcessor {
    return {
      onStart: (span) => {
        this.started++;
        this.open.add(span);
      },
      onEnd: (span) => {
        this.open.delete(span);
        if (this.open.size <= this.left.size) this.settled?.();
      },
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    };
  }
}
