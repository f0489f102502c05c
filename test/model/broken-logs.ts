/** Logs that are stamped wrongly on purpose, to prove that the model would notice. As broken-clocks.ts. */
import type { LogStamp } from '../../src/clocks/log-stamp.js';
import { Domain } from '../../src/otel/domain.js';
import type { Domains } from '../../src/otel/domains.js';
import { Logs } from '../../src/otel/logs.js';
import { OF_PROCESS } from './arbitrary-slots.js';
import { type Breakage, replacing } from './broken-clocks.js';

/** The inside of a domain, as far as it is broken here. */
interface DomainInside {
  lamportIsOurs: boolean;
}

/** Every log's stamp is another one. */
const stampedAs = (change: (stamp: LogStamp) => LogStamp): Breakage['during'] =>
  replacing(Domain, {
    observe: (original) =>
      function (this: never, ...args: never[]) {
        return change(original.apply(this, args) as LogStamp);
      },
  });

export const LOG_BREAKAGES: readonly Breakage[] = [
  {
    name: 'a log stands before the last event instead of behind it',
    during: stampedAs((stamp) => ({ ...stamp, afterTick: Math.max(stamp.afterTick - 1, 0) })),
  },
  {
    name: 'a log stands behind an event that is still to come',
    during: stampedAs((stamp) => ({ ...stamp, afterTick: stamp.afterTick + 1 })),
  },
  {
    name: 'a log of a domain without events begins at 0 again',
    during: stampedAs((stamp) => ({ ...stamp, afterTick: stamp.vector.get(stamp.node) })),
  },
  {
    name: 'a log forgets that its domain is incomplete',
    during: stampedAs((stamp) => ({ ...stamp, incomplete: false })),
  },
  {
    name: 'logs have no numbers',
    during: stampedAs((stamp) => ({ ...stamp, seq: 1 })),
  },
  {
    name: 'a log has the Lamport time of the message that it knows of',
    during: replacing(Domain, {
      observe: (original) =>
        function (this: DomainInside, ...args: never[]) {
          this.lamportIsOurs = true;
          return original.apply(this as never, args);
        },
    }),
  },
  {
    name: 'a log outside of any trace is never stamped',
    focus: { slots: OF_PROCESS, commands: { log: 4 } },
    during: replacing(Logs, {
      domainFor: (original) =>
        function (this: Logs, record: unknown, named: unknown, arrival: unknown) {
          return named === undefined ? undefined : original.apply(this, [record, named, arrival] as never);
        },
    }),
  },
  {
    name: 'a log does not merge the message in its context',
    during: replacing(Logs, {
      emit: (original) =>
        function (this: { domains: Domains }, ...args: never[]) {
          const { domains } = this;
          domains.merge = () => 0;
          try {
            return original.apply(this as never, args);
          } finally {
            Reflect.deleteProperty(domains, 'merge');
          }
        },
    }),
  },
];
