/**
 * Services in processes of their own, for the tests of transports: real OpenTelemetry instrumentations, real network,
 * and every finished span exported over OTLP to a collector here. A test tells a service what to do by name.
 */
import type { ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RecordedSpan } from '../../src/analysis/recorded.js';
import { readDocument } from '../../src/analysis/readers/formats/document.js';
import { ServiceProcesses } from '../support/service-processes.js';

/** How a service takes part: with this library, as a plain W3C service, or with trace context alone. */
export type Membership = 'ours' | 'baggage' | 'trace';

export interface ServiceOptions {
  readonly membership?: Membership;
  /** Further environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

type Answer = { readonly id: number } & ({ readonly result: unknown } | { readonly error: string });

const PATIENCE_MS = 30_000;

export class Service {
  private asked = 0;

  constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {}

  /** Has the service run one of its actions. */
  async ask<T>(action: string, ...args: readonly unknown[]): Promise<T> {
    const id = ++this.asked;
    const answered = new Promise<Answer>((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(patience);
        this.child.off('message', hear).off('exit', died);
      };
      const hear = (message: Answer): void => {
        if (message.id !== id) return;
        stop();
        resolve(message);
      };
      const died = (): void => {
        stop();
        reject(new Error(`${this.name} ended before it had answered ${action}`));
      };
      const patience = setTimeout(() => {
        stop();
        reject(new Error(`${this.name} did not answer ${action}`));
      }, PATIENCE_MS);
      this.child.on('message', hear).on('exit', died);
    });
    this.child.send({ id, action, args });
    const answer = await answered;
    if ('error' in answer) throw new Error(`${this.name}, ${action}: ${answer.error}`);
    return answer.result as T;
  }
}

export class TransportFleet {
  private readonly processes = new ServiceProcesses();
  private readonly spans: RecordedSpan[] = [];
  private readonly arrivals = new EventEmitter();
  private readonly collector = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      this.spans.push(...readDocument(JSON.parse(body)));
      response.setHeader('content-type', 'application/json').end('{}');
      this.arrivals.emit('spans');
    });
  });

  /** @param module the compiled service, beside this file: its exported functions are its actions */
  async start(name: string, module: string, options: ServiceOptions = {}): Promise<Service> {
    if (!this.collector.listening) {
      this.collector.listen(0, '127.0.0.1');
      await once(this.collector, 'listening');
    }
    const { port } = this.collector.address() as AddressInfo;
    const { child } = await this.processes.start({
      main: new URL('service.js', import.meta.url),
      preload: new URL('registration.js', import.meta.url),
      args: [`./services/${module}.js`],
      environment: {
        OTEL_SERVICE_NAME: name,
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
        MODULE: module,
        MEMBERSHIP: options.membership ?? 'ours',
        ...options.environment,
      },
    });
    return new Service(name, child);
  }

  /** The spans since the last call, once there are so many. */
  async take(count: number): Promise<RecordedSpan[]> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    try {
      while (this.spans.length < count) await once(this.arrivals, 'spans', { signal });
    } catch {
      const names = this.spans.map(({ service, name, kind }) => `${service} ${kind} ${name}`);
      throw new Error(`only ${names.length} of ${count} spans came:\n${names.join('\n')}`);
    }
    return this.spans.splice(0);
  }

  async stop(): Promise<void> {
    await this.processes.stop();
    this.collector.closeAllConnections();
    this.collector.close();
  }
}
