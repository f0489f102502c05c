/** Services in processes of their own, and the spans that they report. */
import { EventEmitter, once } from 'node:events';
import type { Attributes, SpanKind } from '@opentelemetry/api';
import { ServiceProcesses } from '../support/service-processes.js';

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
  private readonly processes = new ServiceProcesses();
  private readonly spans: (ReportedSpan & { readonly service: string })[] = [];
  private readonly arrivals = new EventEmitter();

  /** Starts a service; returns its base address. One at the edge trusts nobody and tells only 127.0.0.1. */
  async start(service: string, place: 'inside' | 'edge' = 'inside'): Promise<string> {
    const { first } = await this.processes.start<{ readonly port: number }>(
      {
        main: new URL('service.js', import.meta.url),
        preload: new URL('registration.js', import.meta.url),
        environment: { OTEL_SERVICE_NAME: service, E2E_PLACE: place },
      },
      (message) => {
        const { span } = message as { readonly span?: ReportedSpan };
        if (span === undefined) return;
        this.spans.push({ ...span, service });
        this.arrivals.emit('span');
      },
    );
    return `http://127.0.0.1:${first.port}`;
  }

  /** The spans since the last call, once there are so many. */
  async take(count: number): Promise<(ReportedSpan & { readonly service: string })[]> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    while (this.spans.length < count) await once(this.arrivals, 'span', { signal });
    return this.spans.splice(0);
  }

  stop(): Promise<void> {
    return this.processes.stop();
  }
}
