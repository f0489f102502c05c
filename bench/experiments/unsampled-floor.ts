/**
 * What an unsampled request takes of whoever carries stamps: both headers are looked at, which is the floor; and the trace is
 * remembered for which a request left without a stamp, because its reply may tell what nobody stamped, by the means of the
 * language: what else remembers has that to beat.
 */
import {
  type Context,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { UNSTAMPED_TRACES_PER_GENERATION } from '../../src/clocks/limits.js';
import type { ServiceOptions } from '../service.js';

/** Looks whether one of the two headers has a member of ours; none has, here. */
class Looking implements TextMapPropagator {
  private readonly wrapped = new CompositePropagator({
    propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
  });

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const extracted = this.wrapped.extract(context, carrier, getter);
    const found = isOurs(getter.get(carrier, 'tracestate')) || isOurs(getter.get(carrier, 'baggage'));
    if (found) throw new Error('an unsampled request has no stamp here');
    return extracted;
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    this.wrapped.inject(context, carrier, setter);
    const spanContext = trace.getSpanContext(context);
    if (spanContext === undefined || !this.mayLeave(spanContext)) throw new Error('each trace sends one request here');
  }

  protected mayLeave({ traceId }: SpanContext): boolean {
    return traceId !== '';
  }

  fields(): string[] {
    return this.wrapped.fields();
  }
}

/** Also remembers the last traces, in two generations, by the means of the language. */
class Remembering extends Looking {
  private younger = new Set<string>();
  private older = new Set<string>();

  protected override mayLeave({ traceId }: SpanContext): boolean {
    if (this.younger.has(traceId) || this.older.has(traceId)) return false;
    if (this.younger.size === UNSTAMPED_TRACES_PER_GENERATION) {
      this.older = this.younger;
      this.younger = new Set();
    }
    this.younger.add(traceId);
    return true;
  }
}

function isOurs(header: unknown): boolean {
  return typeof header === 'string' && header.includes('causality=');
}

const NOTHING: SpanProcessor = {
  onStart: () => {},
  onEnd: () => {},
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

export const LOOKING: ServiceOptions = { bare: { processor: NOTHING, propagator: new Looking(), attributes: 0 } };
export const REMEMBERING: ServiceOptions = {
  bare: { processor: NOTHING, propagator: new Remembering(), attributes: 0 },
};
