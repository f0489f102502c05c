/** Headers both ways: extract of a request, and inject under a client span of a request that is being served. */
import type { Experiment, Round } from '../measure.js';
import { TEN_MEMBERS } from '../messages.js';
import { extract } from './extract.js';
import { inject } from './inject.js';

const ENTRIES = 10;

export function bothDirections(): Experiment {
  const stamps = 'standard';
  const both = (nanos: Round, name: string): number =>
    (nanos[`${name} in`] as number) + (nanos[`${name} out`] as number);
  return {
    title: `Extract and inject, vector of ${ENTRIES}`,
    operations: {
      'header in': extract({ baggage: false, stamps, carrier: 'header', entries: ENTRIES }),
      'header out': inject({ baggage: false, stamps, carrier: 'header' }, ENTRIES),
      'member in': extract({ stamps, entries: ENTRIES }),
      'member out': inject({ stamps, carrier: 'baggage' }, ENTRIES),
      'w3c in': extract({ entries: 0 }),
      'w3c out': inject({}, ENTRIES),
      'ten members in': extract({ entries: 0, members: TEN_MEMBERS }),
      'ten members out': inject({ members: TEN_MEMBERS }, ENTRIES),
    },
    rows: [
      {
        what: `extract + inject: trace context and stamp (header), vector of ${ENTRIES}`,
        against: 'W3C trace context and baggage with 10 members',
        ratio: (nanos) => both(nanos, 'header') / both(nanos, 'ten members'),
        atMost: 1 / 5,
      },
      {
        what: `extract + inject: trace context, no baggage but the stamp (default carrier), vector of ${ENTRIES}`,
        against: 'W3C trace context and baggage with 10 members',
        ratio: (nanos) => both(nanos, 'member') / both(nanos, 'ten members'),
      },
      {
        what: `extract + inject: trace context, no baggage but the stamp (default carrier), vector of ${ENTRIES}`,
        against: 'W3C trace context and baggage, none there',
        ratio: (nanos) => both(nanos, 'member') / both(nanos, 'w3c'),
        atMost: 1.8,
      },
    ],
  };
}
