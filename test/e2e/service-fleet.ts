/** Services in processes of their own, and the spans that they report. */
import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Attributes, SpanKind } from '@opentelemetry/api';

export interface ReportedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
}

const PATIENCE_MS = 20_000;

export class ServiceFleet {
  private readonly children: ChildProcess[] = [];
  private readonly spans: (ReportedSpan & { readonly service: string })[] = [];
  private readonly arrivals = new EventEmitter();

  /** Starts a service; returns its base address. One at the edge trusts nobody and tells only 127.0.0.1. */
  async start(service: string, place: 'inside' | 'edge' = 'inside'): Promise<string> {
    const child = fork(fileURLToPath(new URL('service.js', import.meta.url)), [], {
      execArgv: ['--import', new URL('registration.js', import.meta.url).href],
      env: { ...process.env, OTEL_SERVICE_NAME: service, E2E_PLACE: place },
    });
    this.children.push(child);
    child.on('message', (message: { readonly span?: ReportedSpan }) => {
      if (message.span === undefined) return;
      this.spans.push({ ...message.span, service });
      this.arrivals.emit('span');
    });
    const [{ port }] = (await once(child, 'message', { signal: AbortSignal.timeout(PATIENCE_MS) })) as [
      { readonly port: number },
    ];
    return `http://127.0.0.1:${port}`;
  }

  /** The spans since the last call, once there are so many. */
  async take(count: number): Promise<(ReportedSpan & { readonly service: string })[]> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    while (this.spans.length < count) await once(this.arrivals, 'span', { signal });
    return this.spans.splice(0);
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      }),
    );
  }
}
