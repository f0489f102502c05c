/**
 * What cannot be had for less: the least that could be called the same work, with no more of this library than the reader
 * of the clock and the place where something of a span is remembered. A target below its floor is missed by whatever does
 * the work.
 */
import type { Span, SpanContext } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import { createPhysicalClock } from '../../src/clocks/physical-clock.js';
import { attachedValues } from '../../src/otel/attached-values.js';
import { type Experiment, expect, type Operation, type Round } from '../measure.js';
import { someNodes } from '../messages.js';
import { childSpans } from './spans.js';

export const NODE = 'orders-x7k2p1ab';

/** Sets as many attributes as a stamp has, of values as new as a stamp's, and reads the clock twice. */
export class BareProcessor implements SpanProcessor {
  protected tick = 0;
  /** What the clock said last. */
  protected now = 0;
  private readonly physical = createPhysicalClock();
  private readonly before: string;
  private readonly after: string;

  constructor(
    private readonly withVector: boolean,
    entries = 10,
  ) {
    const others = someNodes(entries, 3).map((node, i) => `${node}=${100 + i}`);
    this.before = `${others.slice(0, entries >> 1).join(',')},${NODE}=`;
    this.after = `,${others.slice((entries >> 1) + 1).join(',')}`;
  }

  onStart(span: Span): void {
    this.now = this.physical();
    const tick = ++this.tick;
    span.setAttribute('causality.node', NODE);
    if (this.withVector) span.setAttribute('causality.vector', this.before + tick + this.after);
    span.setAttribute('causality.lamport', tick + 1000);
    span.setAttribute('causality.tick', tick);
  }

  onEnding(span: Span): void {
    this.now = this.physical();
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

export interface RememberedStart {
  readonly millis: number;
  readonly tick: number;
  ended: boolean;
}

/**
 * Also remembers of each start what its end, its children and links to it have to find: when and which it was, and
 * whether it has ended. They are found by the span's context, as every processor has to find what it knows of a span.
 */
export class RememberingProcessor extends BareProcessor {
  readonly starts = attachedValues<SpanContext, RememberedStart>();

  override onStart(span: Span): void {
    super.onStart(span);
    const spanContext = span.spanContext();
    this.starts.set(spanContext, { millis: this.now, tick: this.tick, ended: false });
  }

  override onEnding(span: Span): void {
    super.onEnding(span);
    const start = this.starts.get(span.spanContext());
    if (start !== undefined) start.ended = true;
  }
}

function bareSpans(withVector: boolean, entries: number, Processor = BareProcessor): Operation {
  const processor = new Processor(withVector, entries);
  return childSpans({ bare: { processor, attributes: withVector ? 6 : 5 } }, entries);
}

export function spanFloors(
  entries: number,
  targets: { readonly standard: number; readonly lean?: number },
): Experiment {
  const against = 'the same without the library';
  const row = (what: string, name: string, atMost: number | undefined) => ({
    what: `${what}, vector of ${entries}`,
    against,
    ratio: (nanos: Round) => (nanos[name] as number) / (nanos['none'] as number),
    ...(atMost === undefined ? {} : { atMost }),
  });
  return {
    title: `Floor of spans: the attributes of a stamp, set by a processor that does nothing else, vector of ${entries}`,
    operations: {
      none: childSpans({}, entries),
      six: bareSpans(true, entries),
      'six, remembered': bareSpans(true, entries, RememberingProcessor),
      five: bareSpans(false, entries),
      'five, remembered': bareSpans(false, entries, RememberingProcessor),
    },
    rows: [
      row('span start + end, six attributes of fresh values, two reads of the clock', 'six', targets.standard),
      row('six attributes, and three values remembered for the span', 'six, remembered', targets.standard),
      row('the same without the vector (lean): five attributes', 'five', targets.lean),
      row('five attributes, and three values remembered for the span', 'five, remembered', targets.lean),
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
