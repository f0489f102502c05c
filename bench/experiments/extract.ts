/** What a request costs on its way in: extract of a stamp that nobody has seen, and the span start that merges it. */
import type { Context, Span } from '@opentelemetry/api';
import { propagation } from '@opentelemetry/api';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { type Experiment, expect, type Operation } from '../measure.js';
import { Messages, TEN_MEMBERS } from '../messages.js';
import { type Carrier, Service, type ServiceOptions } from '../service.js';

const REQUESTS = 256;

interface Extract extends ServiceOptions {
  /** Entries of the stamp that came; 0 for none. */
  readonly entries: number;
  /** The application's own baggage. */
  readonly members?: string;
  /** Whether the server span starts, too. Default false. */
  readonly start?: boolean;
}

export function extract(options: Extract): Operation {
  const service = new Service(options);
  const messages = new Messages({
    entries: options.entries,
    ...(options.carrier === undefined ? {} : { carrier: options.carrier }),
    ...(options.members === undefined ? {} : { baggage: options.members }),
  });
  let carriers: Carrier[] = [];
  return {
    size: REQUESTS,
    prepare() {
      carriers = messages.batch(REQUESTS);
    },
    run: options.start === true ? () => starts(service, carriers) : () => contexts(service, carriers),
    async check(result) {
      const last = (result as (Span | Context)[]).at(-1) as Span | Context;
      const stamp = getCausalStamp(last);
      // A start's vector has our own entry beside those that came.
      const entries = options.stamps === undefined ? 0 : options.entries + (options.start === true ? 1 : 0);
      expect((stamp?.vector.size ?? 0) === entries, `${entries} entries, not ${stamp?.vector.size ?? 0}`);
      if (options.members !== undefined && options.start !== true) {
        expect(propagation.getBaggage(last as Context)?.getAllEntries().length === 10, 'baggage as it was');
      }
      if (options.start !== true) return;
      for (const span of result as Span[]) span.end();
      await service.flush();
      if (options.bare === undefined) return;
      const vector = String(service.exporter.last?.attributes['causality.vector']);
      expect(vector.split('~').length === options.entries, `${options.entries} entries as they came in ${vector}`);
    },
  };
}

function contexts(service: Service, carriers: readonly Carrier[]): Context[] {
  const made: Context[] = [];
  for (const carrier of carriers) made.push(service.extract(carrier));
  return made;
}

function starts(service: Service, carriers: readonly Carrier[]): Span[] {
  const made: Span[] = [];
  for (const carrier of carriers) made.push(service.serve(service.extract(carrier)));
  return made;
}

export function extracts(entries: number, atMost?: number): Experiment {
  const stamps = 'standard';
  return {
    title: `Extract, vector of ${entries}`,
    operations: {
      traceContext: extract({ baggage: false, entries: 0 }),
      traceContextStart: extract({ baggage: false, entries: 0, start: true }),
      header: extract({ baggage: false, stamps, carrier: 'header', entries }),
      headerStart: extract({ baggage: false, stamps, carrier: 'header', entries, start: true }),
      unstampedStart: extract({ baggage: false, stamps, carrier: 'header', entries: 0, start: true }),
      baggage: extract({ stamps, entries }),
      w3c: extract({ entries: 0 }),
      tenMembers: extract({ entries: 0, members: TEN_MEMBERS }),
    },
    rows: [
      {
        what: `extract of a new stamp + first start, less a start without the library, vector of ${entries}`,
        against: 'W3C trace context extract',
        ratio: ({ headerStart, traceContextStart, traceContext }) =>
          ((headerStart as number) - (traceContextStart as number)) / (traceContext as number),
        ...(atMost === undefined ? {} : { atMost }),
      },
      {
        what: `extract of a new stamp + first start, less a stamped start without it, vector of ${entries}`,
        against: 'W3C trace context extract',
        ratio: ({ headerStart, unstampedStart, traceContext }) =>
          ((headerStart as number) - (unstampedStart as number)) / (traceContext as number),
      },
      {
        what: `extract: our part, header carrier, vector of ${entries}`,
        against: 'W3C trace context extract',
        ratio: ({ header, traceContext }) => ((header as number) - (traceContext as number)) / (traceContext as number),
      },
      {
        what: `extract: our part, baggage carrier, vector of ${entries}`,
        against: 'W3C trace context extract',
        ratio: ({ baggage, w3c, traceContext }) => ((baggage as number) - (w3c as number)) / (traceContext as number),
      },
      {
        what: `extract: trace context, baggage and stamp in it, vector of ${entries}`,
        against: 'W3C trace context and baggage with 10 members',
        ratio: ({ baggage, tenMembers }) => (baggage as number) / (tenMembers as number),
      },
    ],
  };
}
