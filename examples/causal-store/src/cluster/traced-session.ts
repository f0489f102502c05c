/**
 * A client's session that is part of a trace: each request is a client span, and what the replies say of causal order is
 * heard. This process must have registered OpenTelemetry, see {@link registerClient}.
 */
import { context, propagation, type Span, SpanKind, trace, type Tracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { CausalityPropagator, CausalitySpanProcessor } from 'otel-causality';
import { installHttpReplies } from 'otel-causality/node';
import { askStore, type StoreAnswer } from './store-client.js';

/** Registers OpenTelemetry with causal order for a program that only calls. Returns how to send what is recorded. */
export function registerClient(endpoint: string, service: string): () => Promise<void> {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: [
      new CausalitySpanProcessor(),
      new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint}/v1/traces` })),
    ],
  });
  installHttpReplies();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new CausalityPropagator());
  trace.setGlobalTracerProvider(provider);
  return async () => provider.forceFlush();
}

export class TracedSession {
  token = '';
  private readonly contexts = new Map<string, string>();
  private readonly tracer: Tracer = trace.getTracer('causal-store-client');

  constructor(
    readonly name: string,
    private readonly urlOf: (node: string) => string,
  ) {}

  async get(node: string, key: string): Promise<StoreAnswer> {
    return this.ask('GET', node, key, undefined);
  }

  /** Replaces what this session has seen of the key. */
  async put(node: string, key: string, value: string): Promise<StoreAnswer> {
    return this.ask('PUT', node, key, value);
  }

  async delete(node: string, key: string): Promise<StoreAnswer> {
    return this.ask('DELETE', node, key, null);
  }

  private async ask(method: string, node: string, key: string, value: string | null | undefined): Promise<StoreAnswer> {
    const span: Span = this.tracer.startSpan(`${this.name}: ${method} ${key} at ${node}`, { kind: SpanKind.CLIENT });
    const headers: Record<string, string> = {};
    return context.with(trace.setSpan(context.active(), span), async () => {
      propagation.inject(context.active(), headers);
      try {
        const answer = await askStore(this.urlOf(node), {
          key,
          value,
          session: this.token,
          context: value === undefined ? undefined : this.contexts.get(key),
          headers,
        });
        if (answer.reply !== undefined) {
          this.token = answer.reply.session;
          this.contexts.set(key, answer.reply.context);
        }
        span.setAttribute('http.response.status_code', answer.status);
        return answer;
      } finally {
        span.end();
      }
    });
  }
}
