/** OpenTelemetry in the page, with this library. What `docs/edges.md` tells a page to do. */
import { type Attributes, context, propagation, ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { FetchInstrumentation } from '@opentelemetry/instrumentation-fetch';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, WebTracerProvider } from '@opentelemetry/sdk-trace-web';
import { CausalityPropagator, CausalitySpanProcessor, installFetchReplies } from 'otel-causality';
import type { OrderMessage } from '../src/message';
import { addresses } from './addresses';

// First: it must stand under the instrumentation.
installFetchReplies();

const provider = new WebTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'page' }),
  spanProcessors: [
    new CausalitySpanProcessor(),
    new BatchSpanProcessor(new OTLPTraceExporter({ url: `${addresses.collector}/v1/traces` }), {
      scheduledDelayMillis: 200,
    }),
  ],
});
provider.register({ propagator: new CausalityPropagator() });
registerInstrumentations({
  instrumentations: [
    new FetchInstrumentation({
      propagateTraceHeaderCorsUrls: [addresses.stock, addresses.orders].map((base) => new RegExp(`^${base}/`)),
      ignoreUrls: [new RegExp(`^${addresses.collector}/`)],
    }),
  ],
});

const tracer = trace.getTracer('page');

/** Does something in a span of its own. The span is handed in, because `await` loses the active context in a browser. */
export async function inSpan<T>(name: string, act: (span: Span) => Promise<T>): Promise<T> {
  const span = tracer.startSpan(name, {}, ROOT_CONTEXT);
  try {
    return await act(span);
  } finally {
    span.end();
  }
}

/** A call for a span: JSON there, JSON back. Throws for an answer that is no success. */
export async function post(span: Span, url: string, body: unknown): Promise<unknown> {
  const response = await context.with(trace.setSpan(ROOT_CONTEXT, span), () =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  );
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json() as Promise<unknown>;
}

/** Handles a message of the stream, in a consumer's span that goes on with the message's own trace. */
export function consume(message: OrderMessage, name: string, attributes: Attributes, act: () => void): void {
  const received = propagation.extract(ROOT_CONTEXT, message.trace);
  const span = tracer.startSpan(name, { kind: SpanKind.CONSUMER, attributes }, received);
  try {
    act();
  } finally {
    span.end();
  }
}

/** Sends what has not been exported yet. */
export function flush(): Promise<void> {
  return provider.forceFlush();
}
