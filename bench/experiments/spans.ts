/** Recorded spans, start and end, inside traces that are under way: what every span of a service pays. */
import { type Context, type Span, trace } from '@opentelemetry/api';
import { type Experiment, expect, type Operation } from '../measure.js';
import { Messages } from '../messages.js';
import { Service, type ServiceOptions } from '../service.js';

/** As many as the batch processor exports at once, so that none is ever dropped. */
const SPANS = 512;
/** Traces that are under way at a time; each gets 16 spans and then makes room for another. */
const TRACES = 32;

/** Child spans in traces whose vector has `entries` entries, our own one included. */
export function childSpans(options: ServiceOptions, entries: number): Operation {
  const service = new Service(options);
  const messages = new Messages({ entries: entries - 1, carrier: options.carrier ?? 'baggage' });
  let contexts: Context[] = [];
  return {
    size: SPANS,
    prepare() {
      contexts = messages.batch(TRACES).map((message) => service.receive(message));
      service.exporter.count = 0;
    },
    run() {
      let last: Span | undefined;
      for (let i = 0; i < SPANS; i++) {
        last = service.tracer.startSpan('load order', undefined, contexts[i % TRACES]);
        last.end();
      }
      return last;
    },
    async check(last) {
      await service.flush();
      expect(service.exporter.count === SPANS, `${SPANS} spans exported, not ${service.exporter.count}`);
      const exported = service.exporter.last;
      expect(exported === last, 'the last span was exported last');
      checkAttributes(exported?.attributes ?? {}, options, entries);
      for (const context of contexts) trace.getSpan(context)?.end();
      await service.flush();
    },
  };
}

function checkAttributes(
  attributes: Readonly<Record<string, unknown>>,
  options: ServiceOptions,
  entries: number,
): void {
  const { stamps } = options;
  const names = Object.keys(attributes).filter((name) => name.startsWith('causality.'));
  const expected = options.bare?.attributes ?? { none: 0, lean: 5, standard: 6, full: 8 }[stamps ?? 'none'];
  expect(names.length === expected, `${expected} attributes of ours, not ${names.join(' ')}`);
  const vector = attributes['causality.vector'];
  if (stamps === undefined || stamps === 'lean') return;
  expect(typeof vector === 'string' && vector.split(',').length === entries, `${entries} entries in ${String(vector)}`);
}

export function spans(entries: number, targets: { standard?: number; lean?: number }): Experiment {
  const against = 'the same without the library';
  const row = (mode: 'standard' | 'lean' | 'full', atMost: number | undefined) => ({
    what: `span start + end, ${mode} stamps, vector of ${entries}`,
    against,
    ratio: (nanos: Readonly<Record<string, number>>) => (nanos[mode] as number) / (nanos['none'] as number),
    ...(atMost === undefined ? {} : { atMost }),
  });
  return {
    title: `Spans in a trace with a vector of ${entries}`,
    operations: {
      none: childSpans({}, entries),
      standard: childSpans({ stamps: 'standard' }, entries),
      lean: childSpans({ stamps: 'lean' }, entries),
      full: childSpans({ stamps: 'full' }, entries),
    },
    rows: [row('standard', targets.standard), row('lean', targets.lean), row('full', undefined)],
  };
}

/** One event must cost the same whatever the number of entries. */
export function flatInEntries(): Experiment {
  return {
    title: 'Spans at one entry and at sixty',
    operations: {
      one: childSpans({ stamps: 'standard' }, 1),
      sixty: childSpans({ stamps: 'standard' }, 60),
    },
    rows: [
      {
        what: 'span start + end, standard stamps, vector of 60',
        against: 'the same with a vector of 1',
        ratio: ({ one, sixty }) => (sixty as number) / (one as number),
        atMost: 1.1,
      },
    ],
  };
}
