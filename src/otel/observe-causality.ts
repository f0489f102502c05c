/**
 * The library's own health as OpenTelemetry metrics, for whoever asks for them.
 *
 * Guarantee: nothing is registered and nothing costs anything until {@link observeCausality} is called; from then on
 * what is counted anyway is read once at each collection. Series are few: reasons are fixed sets.
 */
import type { Attributes, BatchObservableCallback, Meter, Observable } from '@opentelemetry/api';
import { InvalidValueError } from '../clocks/errors.js';
import type { CausalClock } from './causal-clock.js';
import { isDisabled } from './clock-options.js';
import type { CausalityCounters } from './counters.js';
import { clockOption } from './span-processor.js';

/** Everything is optional. */
export interface ObserveCausalityOptions {
  /** Default: the process-wide clock. */
  readonly clock?: CausalClock;
}

interface Instrument {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  /** What there is now, which may go down; the others are totals. */
  readonly isLevel?: boolean;
  /** One number, or one for each reason. */
  readonly read: (counters: CausalityCounters) => number | Readonly<Record<string, number>>;
}

const INSTRUMENTS: readonly Instrument[] = [
  {
    name: 'causality.stamp.received',
    description: 'Stamps taken from requests and replies',
    unit: '{stamp}',
    read: ({ received }) => received,
  },
  {
    name: 'causality.stamp.refused',
    description: 'Inbound stamps that were not taken, or not wholly, by reason',
    unit: '{stamp}',
    read: ({ refused }) => refused,
  },
  {
    name: 'causality.stamp.unsent',
    description: "Stamps that stayed behind because the application's own baggage left no room",
    unit: '{stamp}',
    read: ({ unsent }) => unsent,
  },
  {
    name: 'causality.vector.dropped',
    description: 'Vector entries dropped by a limit on entries or bytes',
    unit: '{entry}',
    read: ({ entriesDropped }) => entriesDropped,
  },
  {
    name: 'causality.vector.refused',
    description: 'Inbound entries for our own node above our own tick: forgery or an identity clash',
    unit: '{entry}',
    read: ({ ownEntryRefused }) => ownEntryRefused,
  },
  {
    name: 'causality.hlc.refused',
    description: 'Remote hybrid times refused for being too far ahead',
    unit: '{timestamp}',
    read: ({ hlcRefused }) => hlcRefused,
  },
  {
    name: 'causality.domain.live',
    description: 'Traces whose clock is held now',
    unit: '{domain}',
    isLevel: true,
    read: ({ liveDomains }) => liveDomains,
  },
  {
    name: 'causality.domain.dropped',
    description: 'Traces whose clock was dropped, for idleness or room',
    unit: '{domain}',
    read: ({ domainsDropped }) => domainsDropped,
  },
  {
    name: 'causality.domain.incomplete',
    description: 'Traces that became incomplete, by the first reason of each',
    unit: '{domain}',
    read: ({ incomplete }) => incomplete,
  },
  {
    name: 'causality.errors',
    description: 'Exceptions that the hooks kept from the application',
    unit: '{error}',
    read: ({ errors }) => errors,
  },
];

/**
 * Registers the library's own metrics with a meter, as observable instruments: `causality.stamp.received`,
 * `causality.stamp.refused` and the others of docs/metrics.md. Call it once for each clock and meter.
 *
 * Returns a function that takes it back. Throws {@link InvalidValueError} for a `clock` or meter that is none.
 */
export function observeCausality(meter: Meter, options: ObserveCausalityOptions = {}): () => void {
  if (typeof meter?.addBatchObservableCallback !== 'function') throw new InvalidValueError('meter', meter, 'a Meter');
  if (isDisabled()) return () => {};
  const clock = clockOption(options.clock);
  const observed = INSTRUMENTS.map(({ name, description, unit, isLevel, read }) => {
    const metric = { description, unit };
    const observable: Observable =
      isLevel === true
        ? meter.createObservableUpDownCounter(name, metric)
        : meter.createObservableCounter(name, metric);
    return { observable, read };
  });
  const observables = observed.map(({ observable }) => observable);
  const callback: BatchObservableCallback = (result) => {
    const { counters } = clock;
    for (const { observable, read } of observed) {
      const value = read(counters);
      if (typeof value === 'number') result.observe(observable, value);
      else for (const [reason, count] of Object.entries(value)) result.observe(observable, count, byReason(reason));
    }
  };
  meter.addBatchObservableCallback(callback, observables);
  return () => meter.removeBatchObservableCallback(callback, observables);
}

function byReason(reason: string): Attributes {
  return { reason };
}
