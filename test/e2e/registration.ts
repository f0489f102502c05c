/**
 * Loaded before a service of the end-to-end test: registers everything for Node's HTTP and for fetch, and sends each
 * finished span to the starter over the channel.
 */
import { register } from 'node:module';
import type { Attributes } from '@opentelemetry/api';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { type ReadableSpan, SimpleSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { CausalClock, CausalityPropagator, CausalitySpanProcessor } from 'otel-causality';
import { installHttpReplies } from 'otel-causality/node';
import type { ReportedSpan } from './service-fleet.js';

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

class ChannelExporter implements SpanExporter {
  export(spans: ReadableSpan[], done: (result: { code: number }) => void): void {
    for (const { name, kind, attributes, parentSpanContext, spanContext } of spans.map(plain)) {
      const span: ReportedSpan = { ...spanContext, parentSpanId: parentSpanContext?.spanId, name, kind, attributes };
      process.send?.({ span });
    }
    done({ code: 0 });
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

function plain(span: ReadableSpan) {
  const { traceId, spanId } = span.spanContext();
  const { name, kind, attributes, parentSpanContext } = span;
  return { name, kind, attributes, parentSpanContext, spanContext: { traceId, spanId } };
}

const atEdge = process.env['E2E_PLACE'] === 'edge';
const clock = new CausalClock({ trust: atEdge ? 'none' : 'all' });
const inside = (attributes: Attributes): boolean => attributes['server.address'] === '127.0.0.1';
installHttpReplies({ clock });
new NodeSDK({
  textMapPropagator: new CausalityPropagator({ clock, ...(atEdge && { propagateTo: inside }) }),
  spanProcessors: [new CausalitySpanProcessor({ clock }), new SimpleSpanProcessor(new ChannelExporter())],
  instrumentations: [new HttpInstrumentation(), new UndiciInstrumentation()],
}).start();
