/**
 * What cannot be had for less: the least that could be called the same work, without any of this library. A target
 * below its floor is missed by whatever does the work.
 */
import {
  type Context,
  createContextKey,
  type Span,
  type SpanContext,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import { createPhysicalClock } from '../../src/clocks/physical-clock.js';
import { attachedValues } from '../../src/otel/attached-values.js';
import { type Experiment, expect, type Operation, type Round } from '../measure.js';
import { someNodes } from '../messages.js';
import { extract } from './extract.js';
import { inject } from './inject.js';
import { childSpans } from './spans.js';

const TEXT = createContextKey('floor');
const NODE = 'orders-x7k2p1ab';

/** Sets as many attributes as a stamp has, of values as new as a stamp's, and reads the clock twice. */
class BareProcessor implements SpanProcessor {
  private readonly physical = createPhysicalClock();
  private readonly before: string;
  private readonly after: string;
  private tick = 0;
  private read = 0;

  constructor(
    private readonly withVector: boolean,
    entries = 10,
  ) {
    const others = someNodes(entries, 3).map((node, i) => `${node}=${100 + i}`);
    this.before = `${others.slice(0, entries >> 1).join(',')},${NODE}=`;
    this.after = `,${others.slice((entries >> 1) + 1).join(',')}`;
  }

  onStart(span: Span): void {
    this.read += this.physical();
    const tick = ++this.tick;
    span.setAttribute('causality.node', NODE);
    if (this.withVector) span.setAttribute('causality.vector', this.before + tick + this.after);
    span.setAttribute('causality.lamport', tick + 1000);
    span.setAttribute('causality.tick', tick);
  }

  onEnding(span: Span): void {
    this.read += this.physical();
    const tick = ++this.tick;
    span.setAttribute('causality.end.lamport', tick + 1000);
    span.setAttribute('causality.end.tick', tick);
  }

  onEnd(): void {
    // Holds nothing.
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * Also remembers of each start what its end, its children and links to it have to find: whose trace it is, and two
 * numbers. They are found by the span's context, as every processor has to find what it knows of a span.
 */
class RememberingProcessor extends BareProcessor {
  private readonly starts = attachedValues<SpanContext, { readonly traceId: string; tick: number; ended: boolean }>();
  private found = 0;

  override onStart(span: Span): void {
    super.onStart(span);
    const spanContext = span.spanContext();
    this.starts.set(spanContext, { traceId: spanContext.traceId, tick: ++this.found, ended: false });
  }

  override onEnding(span: Span): void {
    super.onEnding(span);
    const start = this.starts.get(span.spanContext());
    if (start !== undefined) start.ended = true;
  }
}

function bareSpans(withVector: boolean, Processor = BareProcessor): Operation {
  return childSpans({ bare: { processor: new Processor(withVector), attributes: withVector ? 6 : 5 } }, 10);
}

export function spanFloors(): Experiment {
  const against = 'the same without the library';
  const row = (what: string, name: string, atMost: number) => ({
    what,
    against,
    ratio: (nanos: Round) => (nanos[name] as number) / (nanos['none'] as number),
    atMost,
  });
  return {
    title: 'Floor of spans: the attributes of a stamp, set by a processor that does nothing else',
    operations: {
      none: childSpans({}, 10),
      six: bareSpans(true),
      'six, remembered': bareSpans(true, RememberingProcessor),
      five: bareSpans(false),
      'five, remembered': bareSpans(false, RememberingProcessor),
    },
    rows: [
      row('span start + end, six attributes of fresh values, two reads of the clock', 'six', 1.45),
      row('six attributes, and three values remembered for the span', 'six, remembered', 1.45),
      row('the same without the vector (lean): five attributes', 'five', 1.35),
      row('five attributes, and three values remembered for the span', 'five, remembered', 1.35),
    ],
  };
}

/** Beside W3C's two more headers: one made of what is cached and a counter, one that names the span. */
class BarePropagator extends W3CTraceContextPropagator {
  private count = 0;

  constructor(private readonly vector: string) {
    super();
  }

  override inject(...[context, carrier, setter]: Parameters<TextMapPropagator['inject']>): void {
    super.inject(context, carrier, setter);
    const span = trace.getSpanContext(context);
    if (span === undefined) return;
    setter.set(carrier, 'tracestate', `causality=${span.spanId}`);
    setter.set(
      carrier,
      'causality',
      `1!7b1d62f2c9e04a15!${++this.count}!6a1f0c3b2e4d5f60!0!${this.vector}${this.count}`,
    );
  }

  /** Looks at each character of the stamp once, keeps the text in the context, and reads nothing of it. */
  override extract(...[context, carrier, getter]: Parameters<TextMapPropagator['extract']>): Context {
    const extracted = super.extract(context, carrier, getter);
    const text = getter.get(carrier, 'causality');
    if (typeof text !== 'string') return extracted;
    for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 126) return extracted;
    return extracted.setValue(TEXT, text);
  }
}

const MAX_TRACES = 10_000;

/** The first start of a trace: four attributes, the vector as it came, and one entry of a map for the trace. */
class BareStarts extends BareProcessor {
  private readonly traces = new Map<string, { readonly text: unknown; readonly at: number }>();
  /** Ids in the order they came: a map that is asked for its oldest key walks over all that were deleted. */
  private readonly ids: string[] = [];
  private next = 0;

  onFirst(span: Span, context: Context): void {
    const text = context.getValue(TEXT);
    const { traceId } = span.spanContext();
    const oldest = this.ids[this.next];
    if (oldest !== undefined) this.traces.delete(oldest);
    this.ids[this.next] = traceId;
    this.next = (this.next + 1) % MAX_TRACES;
    this.traces.set(traceId, { text, at: performance.now() });
    span.setAttribute('causality.vector', `${String(text)},${NODE}=1`);
  }

  override onStart(span: Span, context?: Context): void {
    super.onStart(span);
    if (context !== undefined) this.onFirst(span, context);
  }
}

export function messageFloors(
  entries: number,
  targets: { readonly inject: number; readonly extract: number },
): Experiment {
  const vector = someNodes(entries, 7).map((node, i) => `${node}*${100 + i}`);
  const bare = (processor: SpanProcessor) => ({
    bare: { processor, attributes: 5, propagator: new BarePropagator(`${vector.join('~')}~${NODE}*`) },
    baggage: false,
    carrier: 'header' as const,
  });
  const relative = (name: string, less: string) => (nanos: Round) =>
    ((nanos[name] as number) - (nanos[less] as number)) / (nanos['in'] as number);
  return {
    title: `Floor of messages: two more headers and one pass over a text, vector of ${entries}`,
    operations: {
      out: inject({ baggage: false }, 1),
      'bare out': inject(bare(new BareProcessor(false)), 1),
      in: extract({ baggage: false, entries: 0 }),
      start: extract({ baggage: false, entries: 0, start: true }),
      'bare start': extract({ ...bare(new BareStarts(false)), entries, start: true }),
    },
    rows: [
      {
        what: `inject: two headers more, of cached parts, vector of ${entries}`,
        against: 'W3C trace context inject',
        ratio: (nanos) => ((nanos['bare out'] as number) - (nanos['out'] as number)) / (nanos['out'] as number),
        atMost: targets.inject,
      },
      {
        what: `extract + first start: the text looked at once, four attributes, one entry of a map, vector of ${entries}`,
        against: 'W3C trace context extract',
        ratio: relative('bare start', 'start'),
        atMost: targets.extract,
      },
    ],
  };
}

/** A hybrid timestamp is an object, and so is its time: what remains when nothing is computed or compared. */
export function timeFloor(): Experiment {
  const physical = createPhysicalClock();
  const size = 2048;
  const reads = (read: () => number): Operation => ({
    size,
    run() {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += read();
      return sum;
    },
    check: (sum) => expect((sum as number) > 0, 'times were read'),
  });
  const kept: object[] = [];
  let at = 0;
  return {
    title: 'Floor of hybrid time: one read of the physical clock and two objects',
    operations: {
      physical: reads(physical),
      objects: reads(() => {
        const millis = physical();
        const time = new Ntp64(1, millis);
        kept[at++ & 15] = { time };
        return time.fraction;
      }),
    },
    rows: [
      {
        what: 'one read and the objects of a timestamp',
        against: 'one bare read of the physical clock',
        ratio: (nanos) => (nanos['objects'] as number) / (nanos['physical'] as number),
        atMost: 1.15,
      },
    ],
  };
}
