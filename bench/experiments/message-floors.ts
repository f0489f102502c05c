/**
 * What cannot be had for less where a stamp travels: headers of a stamp's size whose numbers are as fresh as a stamp's, and
 * a text that is held to the format once, without any more of this library than the text of a time and the place where a
 * span's start is found.
 */
import { type Context, createContextKey, type Span, type TextMapPropagator, trace } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { fractionOfMillis, hexOfHalves, secondsOfMillis } from '../../src/clocks/ntp64-halves.js';
import type { Experiment, Round } from '../measure.js';
import { someNodes, TEN_MEMBERS } from '../messages.js';
import type { ServiceOptions } from '../service.js';
import { STAMP_FORMAT } from '../stamp-format.js';
import { extract } from './extract.js';
import { NODE, RememberingProcessor } from './floors.js';
import { inject } from './inject.js';

const TEXT = createContextKey('floor');

/** Beside W3C's two more headers: one that names the span, and one of cached parts and of what its start was. */
class BarePropagator extends W3CTraceContextPropagator {
  constructor(
    private readonly starts: RememberingProcessor['starts'],
    private readonly vector: string,
  ) {
    super();
  }

  override inject(...[context, carrier, setter]: Parameters<TextMapPropagator['inject']>): void {
    super.inject(context, carrier, setter);
    const span = trace.getSpanContext(context);
    const start = span === undefined ? undefined : this.starts.get(span);
    if (span === undefined || start === undefined) return;
    setter.set(carrier, 'tracestate', `causality=${span.spanId}`);
    const seconds = secondsOfMillis(start.millis);
    const time = hexOfHalves(seconds, fractionOfMillis(start.millis, seconds));
    setter.set(carrier, 'causality', `1!7b1d62f2c9e04a15!${start.tick}!${time}!0!${this.vector}${start.tick}`);
  }

  /** Holds the stamp to the format, keeps its text in the context, and reads nothing of it. */
  override extract(...[context, carrier, getter]: Parameters<TextMapPropagator['extract']>): Context {
    const extracted = super.extract(context, carrier, getter);
    const text = getter.get(carrier, 'causality');
    return typeof text === 'string' && STAMP_FORMAT.test(text) ? extracted.setValue(TEXT, text) : extracted;
  }
}

const MAX_TRACES = 10_000;

/** The first start of a trace: four attributes, the vector as it came, and one entry of a map for the trace. */
class BareStarts extends RememberingProcessor {
  private readonly traces = new Map<string, { readonly text: unknown; readonly at: number }>();
  /** Ids in the order they came: a map that is asked for its oldest key walks over all that were deleted. */
  private readonly ids: string[] = [];
  private next = 0;

  override onStart(span: Span, context?: Context): void {
    super.onStart(span);
    if (context === undefined) return;
    const text = context.getValue(TEXT);
    const { traceId } = span.spanContext();
    const oldest = this.ids[this.next];
    if (oldest !== undefined) this.traces.delete(oldest);
    this.ids[this.next] = traceId;
    this.next = (this.next + 1) % MAX_TRACES;
    this.traces.set(traceId, { text, at: this.now });
    span.setAttribute('causality.vector', `${String(text)},${NODE}=1`);
  }
}

/** @param besides propagators that the service has beside the bare one */
function bare(processor: RememberingProcessor, entries: number, besides: readonly TextMapPropagator[] = []) {
  const vector = someNodes(entries, 7).map((node, i) => `${node}*${100 + i}`);
  const one = new BarePropagator(processor.starts, `${vector.join('~')}~${NODE}*`);
  const propagator = besides.length === 0 ? one : new CompositePropagator({ propagators: [one, ...besides] });
  return { bare: { processor, attributes: 5, propagator }, carrier: 'header' } satisfies ServiceOptions;
}

export function messageFloors(
  entries: number,
  targets: { readonly inject: number; readonly extract: number },
): Experiment {
  const relative = (name: string, less: string) => (nanos: Round) =>
    ((nanos[name] as number) - (nanos[less] as number)) / (nanos['in'] as number);
  return {
    title: `Floor of messages: two more headers and one pass over a text, vector of ${entries}`,
    operations: {
      out: inject({ baggage: false }, 1),
      'bare out': inject(bare(new RememberingProcessor(false), entries), 1),
      in: extract({ baggage: false, entries: 0 }),
      start: extract({ baggage: false, entries: 0, start: true }),
      'bare start': extract({ ...bare(new BareStarts(false), entries), entries, start: true }),
    },
    rows: [
      {
        what: `inject: two headers more, of cached parts and fresh numbers, vector of ${entries}`,
        against: 'W3C trace context inject',
        ratio: (nanos) => ((nanos['bare out'] as number) - (nanos['out'] as number)) / (nanos['out'] as number),
        atMost: targets.inject,
      },
      {
        what: `extract + first start: the text looked at once, attributes, one entry of a map, vector of ${entries}`,
        against: 'W3C trace context extract',
        ratio: relative('bare start', 'start'),
        atMost: targets.extract,
      },
    ],
  };
}

const ENTRIES = 10;

export function bothDirectionsFloor(): Experiment {
  const both = (nanos: Round, name: string): number =>
    (nanos[`${name} in`] as number) + (nanos[`${name} out`] as number);
  const besides = [new W3CBaggagePropagator()];
  return {
    title: `Floor of both directions: the same two headers and the same look at the text, vector of ${ENTRIES}`,
    operations: {
      'bare in': extract({ ...bare(new RememberingProcessor(false), ENTRIES), entries: ENTRIES }),
      'bare out': inject(bare(new RememberingProcessor(false), ENTRIES), 1),
      'beside baggage in': extract({ ...bare(new RememberingProcessor(false), ENTRIES, besides), entries: ENTRIES }),
      'beside baggage out': inject(bare(new RememberingProcessor(false), ENTRIES, besides), 1),
      'w3c in': extract({ entries: 0 }),
      'w3c out': inject({}, 1),
      'ten members in': extract({ entries: 0, members: TEN_MEMBERS }),
      'ten members out': inject({ members: TEN_MEMBERS }, 1),
    },
    rows: [
      {
        what: `extract + inject: trace context, two headers and one look, vector of ${ENTRIES}`,
        against: 'W3C trace context and baggage with 10 members',
        ratio: (nanos) => both(nanos, 'bare') / both(nanos, 'ten members'),
        atMost: 1 / 5,
      },
      {
        what: `extract + inject: trace context, baggage (none there), two headers and one look, vector of ${ENTRIES}`,
        against: 'W3C trace context and baggage, none there',
        ratio: (nanos) => both(nanos, 'beside baggage') / both(nanos, 'w3c'),
        atMost: 1.8,
      },
    ],
  };
}
