/**
 * A fleet in one process: each node has its own clock, propagator and real SDK provider, and nodes exchange plain
 * carriers. No global is registered, so nodes know of each other only what a message brings.
 */
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  type SpanOptions,
  ROOT_CONTEXT,
  type Span,
  type TextMapPropagator,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  type SpanLimits,
} from '@opentelemetry/sdk-trace-base';
import { CausalClock } from '../../src/otel/causal-clock.js';
import type { CausalClockOptions } from '../../src/otel/clock-options.js';
import { CausalityPropagator, type CausalityPropagatorOptions } from '../../src/otel/propagator.js';
import { CausalitySpanProcessor } from '../../src/otel/span-processor.js';

export type Carrier = Record<string, string>;

export interface NodeOptions extends CausalClockOptions {
  readonly propagator?: Omit<CausalityPropagatorOptions, 'clock'>;
  readonly sampler?: Sampler;
  readonly spanLimits?: SpanLimits;
  /** What of the library is installed: a mistake leaves one part out. Default: both. */
  readonly parts?: 'both' | 'processor' | 'propagator';
}

export class TestNode {
  readonly clock: CausalClock;
  readonly propagator: TextMapPropagator;
  readonly exporter = new InMemorySpanExporter();
  readonly processor: CausalitySpanProcessor;
  readonly tracer: Tracer;

  constructor(
    name: string,
    { propagator = {}, sampler, spanLimits = {}, parts = 'both', ...clockOptions }: NodeOptions = {},
  ) {
    this.clock = new CausalClock({ node: name, ...clockOptions });
    this.propagator =
      parts === 'processor'
        ? new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] })
        : new CausalityPropagator({ clock: this.clock, ...propagator });
    this.processor = new CausalitySpanProcessor({ clock: this.clock });
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': name }),
      ...(sampler === undefined ? {} : { sampler }),
      spanLimits,
      spanProcessors: [...(parts === 'propagator' ? [] : [this.processor]), new SimpleSpanProcessor(this.exporter)],
    });
    this.tracer = provider.getTracer('test');
  }

  start(name: string, context: Context = ROOT_CONTEXT, options: SpanOptions = {}): { span: Span; context: Context } {
    const span = this.tracer.startSpan(name, options, context);
    return { span, context: trace.setSpan(context, span) };
  }

  /** What a request sent in this context carries. */
  inject(context: Context): Carrier {
    const carrier: Carrier = {};
    this.propagator.inject(context, carrier, defaultTextMapSetter);
    return carrier;
  }

  extract(carrier: unknown, context: Context = ROOT_CONTEXT): Context {
    return this.propagator.extract(context, carrier, defaultTextMapGetter);
  }

  /** The finished span of this name. */
  finished(name: string): ReadableSpan {
    const found = this.exporter.getFinishedSpans().find((span) => span.name === name);
    if (found === undefined) throw new Error(`no finished span ${name}`);
    return found;
  }
}
