/** Links that the SDK drops and nobody minds, on purpose, to prove that the model would notice. As broken-clocks.ts. */
import { constant } from 'fast-check';
import { Domain } from '../../src/otel/domain.js';
import type { SpanRecord } from '../../src/otel/records.js';
import { SpanEvents } from '../../src/otel/span-events.js';
import { FAULTLESS, type Focus } from './arbitrary-programs.js';
import { CALM } from './arbitrary-slots.js';
import { type Breakage, replacing } from './broken-clocks.js';

/** In process scope, where a link to any message tells of something, and no process is incomplete for another reason. */
const LINKED: Focus = {
  slots: { ...CALM, scope: constant('process'), maxLinks: constant(1) },
  finishes: true,
  commands: {
    ...FAULTLESS,
    log: 0,
    suppressed: 0,
    pass: 0,
    link: 12,
    child: 0,
    call: 2,
    deliver: 4,
    reply: 0,
    hear: 0,
    end: 0,
    'round-trip': 0,
    'fan-out': 0,
  },
};

export const LINK_BREAKAGES: readonly Breakage[] = [
  {
    name: 'links that the SDK dropped are nothing',
    focus: LINKED,
    during: replacing(Domain, {
      hide: (original) =>
        function (this: Domain, reason: string) {
          if (reason !== 'links-dropped') original.call(this, reason as never);
        },
    }),
  },
  {
    name: 'a link that takes the place of another was not added late',
    focus: LINKED,
    during: replacing(SpanEvents, {
      hearLateLinks: (original) =>
        function (this: never, ...args: never[]) {
          const [{ span, linksAtStart }] = args as unknown as [SpanRecord];
          if (span?.links?.length !== linksAtStart) original.apply(this, args);
        },
    }),
  },
];
