/** Two clocks of one process that trust each other on purpose, to prove that the model would notice. As broken-clocks.ts. */
import { constant } from 'fast-check';
import { Domain } from '../../src/otel/domain.js';
import { Domains } from '../../src/otel/domains.js';
import { Messages } from '../../src/otel/messages.js';
import { anyRecordOf } from '../../src/otel/span-registry.js';
import type { Focus } from './arbitrary-programs.js';
import { CALM } from './arbitrary-slots.js';
import { type Breakage, replacing } from './broken-clocks.js';
import type { SpanContext } from '@opentelemetry/api';

const TWO_CLOCKS: Focus = { slots: { ...CALM, beside: constant('both') }, commands: { cross: 6 } };

export const TWO_CLOCKS_BREAKAGES: readonly Breakage[] = [
  {
    name: 'two clocks of a process take each other for anybody else',
    focus: TWO_CLOCKS,
    during: replacing(Domain, {
      hide: (original) =>
        function (this: Domain, reason: string) {
          if (reason !== 'foreign-clock') original.call(this, reason as never);
        },
    }),
  },
  {
    name: 'a message that one clock has read is used by the other as if it were its own',
    focus: TWO_CLOCKS,
    during: replacing(Domains, { shareReader: () => () => undefined }),
  },
  {
    name: 'a clock does not mind who sends in its spans',
    focus: {
      ...TWO_CLOCKS,
      commands: { cross: 6, call: 6, deliver: 3, reply: 3, hear: 3, 'round-trip': 0, 'fan-out': 0, talk: 0 },
    },
    during: replacing(Messages, {
      send: (original) =>
        function (this: never, ...args: never[]) {
          const [, spanContext] = args as unknown as [unknown, SpanContext];
          const record = anyRecordOf(spanContext);
          const domain = record?.domain as { hidden: boolean } | undefined;
          const { hidden = false } = domain ?? {};
          const departure = original.apply(this, args);
          if (domain !== undefined && record?.clock !== (this as { readonly clock: object }).clock)
            domain.hidden = hidden;
          return departure;
        },
    }),
  },
];
