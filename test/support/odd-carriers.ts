/** Getters, setters and propagators as applications have them, and as they should not have them. */
import {
  type Context,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
  TraceFlags,
} from '@opentelemetry/api';

/** Records what is set, in order; throws at the keys it is told to refuse. */
export class RecordingSetter implements TextMapSetter {
  readonly sets: (readonly [key: string, value: unknown])[] = [];

  constructor(private readonly refuses: (key: string) => boolean = () => false) {}

  set(carrier: unknown, key: string, value: string): void {
    if (this.refuses(key)) throw new Error(`no ${key} here`);
    this.sets.push([key, value]);
    (carrier as Record<string, unknown>)[key] = value;
  }
}

/** Gives what it is told to, whatever the type; throws at the keys it is told to. */
export function oddGetter(throwsAt: (key: string) => boolean = () => false): TextMapGetter {
  return {
    keys: (carrier) => Object.keys(carrier as object),
    get(carrier, key) {
      if (throwsAt(key)) throw new Error(`no ${key} here`);
      return (carrier as Record<string, string>)[key];
    },
  };
}

/** Multi-header B3, as small as it can be: another format for the trace context, with names in another case. */
export class LittleB3 implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const spanContext = trace.getSpanContext(context);
    if (spanContext === undefined) return;
    setter.set(carrier, 'X-B3-TraceId', spanContext.traceId);
    setter.set(carrier, 'X-B3-SpanId', spanContext.spanId);
    setter.set(carrier, 'X-B3-Sampled', (spanContext.traceFlags & TraceFlags.SAMPLED) === 0 ? '0' : '1');
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const [traceId, spanId, sampled] = ['X-B3-TraceId', 'X-B3-SpanId', 'X-B3-Sampled'].map((key) =>
      getter.get(carrier, key),
    );
    if (typeof traceId !== 'string' || typeof spanId !== 'string') return context;
    const traceFlags = sampled === '1' ? TraceFlags.SAMPLED : TraceFlags.NONE;
    return trace.setSpanContext(context, { traceId, spanId, traceFlags, isRemote: true });
  }

  fields(): string[] {
    return ['X-B3-TraceId', 'X-B3-SpanId', 'X-B3-Sampled'];
  }
}

/** A propagator of which every method throws. */
export const throwingPropagator: TextMapPropagator = {
  inject: () => {
    throw new Error('inject of a broken propagator');
  },
  extract: () => {
    throw new Error('extract of a broken propagator');
  },
  fields: () => {
    throw new Error('fields of a broken propagator');
  },
};
