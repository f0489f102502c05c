/**
 * A service as a process has it: a tracer whose spans go through a batch processor into an exporter that only counts,
 * and a propagator; with this library or without.
 */
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type TextMapPropagator,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  AlwaysOnSampler,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { CausalClock } from '../src/otel/causal-clock.js';
import type { AttributeMode } from '../src/otel/clock-options.js';
import { CausalityPropagator } from '../src/otel/propagator.js';
import { CausalitySpanProcessor } from '../src/otel/span-processor.js';

export type Carrier = Record<string, string>;

export interface ServiceOptions {
  /** The clock to use, instead of one of its own. */
  readonly clock?: CausalClock;
  /** How much of a stamp goes onto a span; absent for a service without this library. */
  readonly stamps?: AttributeMode;
  readonly carrier?: 'baggage' | 'header';
  /** Whether the service also propagates W3C baggage. Default true. */
  readonly baggage?: boolean;
  /** What takes the spans that have ended, instead of a batch processor. */
  readonly holding?: SpanProcessor;
  /** What stands in this library's place, for a service without it: the floor of what it does. */
  readonly bare?: {
    readonly processor: SpanProcessor;
    readonly propagator?: TextMapPropagator;
    /** Attributes that the processor sets. */
    readonly attributes: number;
  };
}

/** Takes everything and keeps the last span, which the checks look at. */
class CountingExporter implements SpanExporter {
  count = 0;
  last: ReadableSpan | undefined;

  export(spans: ReadableSpan[], done: (result: { code: number }) => void): void {
    this.count += spans.length;
    this.last = spans.at(-1);
    done({ code: 0 });
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

export class Service {
  readonly exporter = new CountingExporter();
  readonly tracer: Tracer;
  readonly propagator: TextMapPropagator;
  private readonly provider: BasicTracerProvider;

  constructor({ stamps, carrier = 'baggage', baggage = true, ...options }: ServiceOptions) {
    const clock = options.clock ?? (stamps === undefined ? undefined : new CausalClock({ attributes: stamps }));
    const propagators = [new W3CTraceContextPropagator(), ...(baggage ? [new W3CBaggagePropagator()] : [])];
    const { bare } = options;
    this.propagator =
      bare?.propagator ??
      (clock === undefined
        ? propagators.length === 1
          ? (propagators[0] as TextMapPropagator)
          : new CompositePropagator({ propagators })
        : new CausalityPropagator({ clock, carrier, propagators }));
    this.provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'orders' }),
      sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
      spanProcessors: [
        ...(clock === undefined ? [] : [new CausalitySpanProcessor({ clock }) as SpanProcessor]),
        ...(bare === undefined ? [] : [bare.processor]),
        options.holding ?? new BatchSpanProcessor(this.exporter),
      ],
    });
    this.tracer = this.provider.getTracer('bench');
  }

  extract(carrier: Carrier): Context {
    return this.propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
  }

  inject(context: Context): Carrier {
    const carrier: Carrier = {};
    this.propagator.inject(context, carrier, defaultTextMapSetter);
    return carrier;
  }

  /** A server span for a request that was received. */
  serve(context: Context): Span {
    return this.tracer.startSpan('GET /orders', { kind: SpanKind.SERVER }, context);
  }

  /** The context in which the handler of that request runs. */
  receive(carrier: Carrier): Context {
    const context = this.extract(carrier);
    return trace.setSpan(context, this.serve(context));
  }

  /** Lets the batch processor export what it holds. */
  flush(): Promise<void> {
    return this.provider.forceFlush();
  }
}
