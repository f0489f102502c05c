import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  trace,
} from '@opentelemetry/api';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  type Span as SdkSpan,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { CausalClock } from '../../../src/otel/causal-clock.js';
import { CausalityPropagator } from '../../../src/otel/propagator.js';
import { CausalitySpanProcessor } from '../../../src/otel/span-processor.js';
import { parseStamp } from '../../../src/codec/wire-text.js';
import { messageSeeds } from '../seeds.js';
import { must, type Target } from './target.js';

const CARRIERS = ['baggage', 'header'] as const;

/** Small, so that what strangers send also meets the limits. */
const MAX_DOMAINS = 64;

function serviceWith(carrier: (typeof CARRIERS)[number]) {
  const clock = new CausalClock({ node: 'fuzz', maxDomains: MAX_DOMAINS });
  const provider = new BasicTracerProvider({
    sampler: new AlwaysOnSampler(),
    spanProcessors: [new CausalitySpanProcessor({ clock }) as SpanProcessor],
  });
  return {
    carrier,
    clock,
    propagator: new CausalityPropagator({ clock, carrier }),
    tracer: provider.getTracer('fuzz'),
  };
}

const services = CARRIERS.map(serviceWith);

/**
 * A whole message: hostile `traceparent`, `tracestate`, `baggage` and header go in, a line each; a span starts, calls on
 * and ends. Nothing throws, nothing of ours is left in what the application sees, and what is sent is a stamp.
 */
export const message: Target = {
  name: 'message',
  seeds: messageSeeds(),
  words: [
    'causality=',
    'causality',
    ',',
    ';',
    '\n',
    '%2C',
    '%21',
    '1!8448eb211c80319c!3!!0!a*1',
    'b7ad6b7169203331',
    '00-',
    '-01',
  ],
  run(input) {
    const [traceparent = '', tracestate = '', baggage = '', header = ''] = input.toString('latin1').split('\n');
    for (const { carrier, clock, propagator, tracer } of services) {
      const headers = { traceparent, tracestate, baggage, causality: header };
      const received = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
      must(propagation.getBaggage(received)?.getEntry('causality') === undefined, 'our member is taken out of baggage');
      const span = tracer.startSpan('serve', { kind: SpanKind.SERVER }, received) as SdkSpan;
      must(Number.isInteger(span.attributes['causality.tick']), 'the start is stamped');
      const sent: Record<string, string> = {};
      propagator.inject(trace.setSpan(received, span), sent, defaultTextMapSetter);
      const text =
        carrier === 'header' ? sent['causality'] : /(?:^|,)causality=([^,;]*)/.exec(sent['baggage'] ?? '')?.[1];
      must(text !== undefined && parseStamp(text).vector.size > 0, 'what is sent is a stamp');
      must(sent['tracestate']?.includes(`causality=${span.spanContext().spanId}`) === true, 'and its sender is marked');
      span.end();
      must(
        Number(span.attributes['causality.end.tick']) > Number(span.attributes['causality.tick']),
        'the end is later',
      );
      must(clock.domains.counters.errors === 0, 'nothing had to be caught');
    }
  },
};
