/**
 * Clocks that are broken on purpose, each in one rule, to prove that the model would notice.
 *
 * Guarantee: a breakage replaces methods of the library's own classes for the time of one call and puts them back.
 * Hazard: it names private methods. Where one is renamed, the breakage throws instead of breaking nothing.
 */
import { constant } from 'fast-check';
import { DroppedTraces } from '../../src/otel/dropped-traces.js';
import { AwaitedReplies } from '../../src/otel/awaited-replies.js';
import { Domain } from '../../src/otel/domain.js';
import { DomainStore } from '../../src/otel/domain-store.js';
import { Domains } from '../../src/otel/domains.js';
import { Messages } from '../../src/otel/messages.js';
import { Replies } from '../../src/otel/replies.js';
import { SpanEvents } from '../../src/otel/span-events.js';
import { VectorState } from '../../src/clocks/vector-state.js';
import { FAULTLESS, type Focus } from './arbitrary-programs.js';
import { CALM, WILD } from './arbitrary-slots.js';
import type { CausalStamp } from '../../src/clocks/stamp.js';
import type { Arrival, SpanRecord } from '../../src/otel/records.js';

// oxlint-disable-next-line typescript/no-explicit-any -- a replacement knows what it replaces, its type does not
type Method = (this: any, ...args: any[]) => unknown;

/** Runs `act` while methods of one class are replaced; each replacement is given the original. */
export function replacing(
  target: { readonly prototype: object },
  methods: Record<string, (original: Method) => Method>,
): (act: () => void) => void {
  return (act) => {
    const prototype = target.prototype as Record<string, Method>;
    const originals = new Map<string, Method>();
    try {
      for (const [name, replace] of Object.entries(methods)) {
        const original = prototype[name];
        if (typeof original !== 'function') throw new TypeError(`there is no method ${name} to break`);
        originals.set(name, original);
        prototype[name] = replace(original);
      }
      act();
    } finally {
      for (const [name, original] of originals) prototype[name] = original;
    }
  };
}

/** The inside of a domain, as far as it is broken here. */
interface DomainInside {
  hidden: boolean;
  unordered: boolean;
  openBodies: number;
  blindRequests: number;
  lamport: number;
}

/** A wire text with bit 0 of its flags taken out. */
const withoutIncomplete = (text: string): string =>
  text.replace(/^((?:[^!]*!){4})([13])!/, (_, head: string, flags: string) => `${head}${Number(flags) - 1}!`);

const complete = (stamp: CausalStamp): CausalStamp => ({ ...stamp, incomplete: false });

export interface Breakage {
  readonly name: string;
  readonly during: (act: () => void) => void;
  /** Programs that find it out soon. */
  readonly focus?: Focus;
}

export const BREAKAGES: readonly Breakage[] = [
  {
    name: 'stamps of other traces merge their counters',
    during: replacing(Domains, {
      merge: () =>
        function (this: Domains, domain: Domain, arrival: Arrival, now: number) {
          if (arrival.hidden !== undefined && arrival.domain === domain.id) domain.hide(arrival.hidden);
          return arrival.stamp === undefined ? 0 : domain.hear(arrival.stamp, now, true);
        },
    }),
  },
  {
    name: 'a domain forgets that it is incomplete',
    during: replacing(Domain, {
      tick: (original) =>
        function (this: DomainInside, ...args: never[]) {
          const stamp = original.apply(this as never, args);
          this.hidden = false;
          return stamp;
        },
    }),
  },
  {
    name: 'merging forgets that a stamp is incomplete',
    during: replacing(Domain, {
      hear: (original) =>
        function (this: never, stamp: CausalStamp, ...rest: never[]) {
          return original.apply(this, [complete(stamp) as never, ...rest]);
        },
    }),
  },
  {
    name: 'a message forgets that its sender is incomplete',
    during: replacing(Domain, {
      text: (original) =>
        function (this: never, ...args: never[]) {
          return withoutIncomplete(original.apply(this, args) as string);
        },
    }),
  },
  {
    name: 'a span that outlives its domain goes on in the old one',
    during: replacing(Domains, {
      present: (original) =>
        function (this: Domains, record: SpanRecord, now: number) {
          const before = record.domain;
          const domain = original.call(this, record, now) as Domain;
          if (before.isOneWith(domain)) return domain;
          record.domain = before;
          return before;
        },
    }),
  },
  {
    name: 'what the tracestate mark says is ignored',
    during: replacing(Domains, {
      merge: (original) =>
        function (this: never, domain: never, arrival: Arrival, now: never) {
          return original.apply(this, [domain, { ...arrival, hidden: undefined } as never, now]);
        },
    }),
  },
  {
    name: 'nobody awaits replies',
    during: replacing(AwaitedReplies, { add: () => () => undefined }),
  },
  {
    name: 'a client span may end without its reply',
    focus: { commands: { 'round-trip': 2 } },
    during: replacing(SpanEvents, { closeRequests: () => () => undefined }),
  },
  {
    name: 'a reply without a stamp is nothing',
    during: replacing(Messages, {
      hearReply: (original) =>
        function (this: never, spanId: never, text: string | undefined) {
          return text === undefined ? undefined : original.apply(this, [spanId, text as never]);
        },
    }),
  },
  {
    name: 'the stamp of a reply is not merged',
    during: replacing(Messages, {
      hearReply: () =>
        function (this: { awaited: AwaitedReplies }, spanId: string) {
          this.awaited.take(spanId);
        },
    }),
  },
  {
    name: 'dropping a domain does not raise the floor',
    during: replacing(DomainStore, {
      drop: (original) =>
        function (this: { floor: number }, ...args: never[]) {
          original.apply(this as never, args);
          this.floor = 0;
        },
    }),
  },
  {
    name: 'a trace that comes back is not recognised',
    during: (act) => {
      replacing(DroppedTraces, { mayContain: () => () => false })(() => {
        replacing(Domains, {
          present: (original) =>
            function (this: never, record: SpanRecord, now: never) {
              const before = record.domain;
              const domain = original.apply(this, [record as never, now]) as DomainInside;
              if (!before.isOneWith(domain as Domain)) domain.hidden = record.start.incomplete;
              return domain;
            },
        })(act);
      });
    },
  },
  {
    name: 'times of a trace that comes back begin anew',
    during: replacing(Domain, { continueAbove: () => () => undefined }),
  },
  {
    name: 'dropped entries are not admitted',
    during: replacing(Domain, { lose: () => () => undefined }),
  },
  {
    name: 'entries dropped by a writer are not admitted',
    focus: { slots: { ...CALM, maxBytes: constant(160) } },
    during: replacing(Domains, {
      write: (original) =>
        function (this: never, domain: DomainInside) {
          const text = original.apply(this, [domain as never]) as string;
          return domain.hidden || domain.blindRequests > 0 ? text : withoutIncomplete(text);
        },
    }),
  },
  {
    name: 'events between a head and the end of its body are complete',
    during: replacing(Domain, {
      tick: (original) =>
        function (this: DomainInside, ...args: never[]) {
          const { openBodies } = this;
          this.openBodies = 0;
          const stamp = original.apply(this as never, args);
          this.openBodies = openBodies;
          return stamp;
        },
    }),
  },
  {
    name: 'requests of unsampled spans need no reply',
    during: replacing(AwaitedReplies, {
      add: (original) =>
        function (this: never, spanId: never, domain: never, record: SpanRecord | undefined, stamped: never) {
          if (record !== undefined) original.apply(this, [spanId, domain, record as never, stamped]);
        },
    }),
  },
  {
    name: 'requests that could carry no stamp are forgotten',
    focus: { slots: WILD, commands: FAULTLESS },
    during: replacing(Domains, { mayHaveHeard: () => () => false }),
  },
  {
    name: 'a reply is no event',
    during: replacing(Replies, {
      reply: (original) =>
        function (this: { domains: Domains }, ...args: never[]) {
          const { domains } = this;
          const frozen = domains.present;
          // The reply of a server goes out without its own tick, but the record says that it had one.
          domains.present = (record, now) => {
            const domain = frozen.call(domains, record, now);
            record.reply ??= record.start;
            return domain;
          };
          try {
            return original.apply(this as never, args);
          } finally {
            domains.present = frozen;
          }
        },
    }),
  },
  {
    name: 'Lamport times are not merged',
    during: replacing(Domain, {
      hearTimes: (original) =>
        function (this: never, stamp: CausalStamp, ...rest: never[]) {
          return original.apply(this, [{ ...stamp, lamport: 1 } as never, ...rest]);
        },
    }),
  },
  {
    name: 'a refused hybrid time leaves no mark',
    during: replacing(Domain, {
      hearTimes: (original) =>
        function (this: DomainInside, ...args: never[]) {
          const result = original.apply(this as never, args);
          this.unordered = false;
          return result;
        },
    }),
  },
  {
    name: 'an inbound entry drops instead of rising',
    during: replacing(VectorState, { bringsNews: () => () => false }),
  },
  {
    name: 'links that are added after the start are not heard',
    during: replacing(SpanEvents, { hearLateLinks: () => () => undefined }),
  },
];
