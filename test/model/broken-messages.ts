/**
 * Messages and replies that are judged wrongly on purpose, each by a rule that only one action of the model finds out. As
 * broken-clocks.ts.
 */
import type { SpanContext } from '@opentelemetry/api';
import { constantFrom } from 'fast-check';
import { VectorState } from '../../src/clocks/vector-state.js';
import type { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { AwaitedReplies } from '../../src/otel/awaited-replies.js';
import { Domain } from '../../src/otel/domain.js';
import { Domains } from '../../src/otel/domains.js';
import { OutboundHeaders } from '../../src/otel/headers.js';
import { Messages } from '../../src/otel/messages.js';
import { Replies } from '../../src/otel/replies.js';
import type { Arrival } from '../../src/otel/records.js';
import { SpanEvents } from '../../src/otel/span-events.js';
import { FAULTLESS } from './arbitrary-programs.js';
import { CALM, FORGETFUL } from './arbitrary-slots.js';
import { type Breakage, replacing } from './broken-clocks.js';

const TALKS = { talk: 10, say: 10 };

export const MESSAGE_BREAKAGES: readonly Breakage[] = [
  {
    name: 'a client span is complete until it ends where nobody hears replies',
    focus: { slots: { ...CALM, hooks: constantFrom(true, false) } },
    during: replacing(Messages, {
      awaitReply: (original) =>
        function (this: { arrivalsByCarrier: object | undefined }, ...args: never[]) {
          if (this.arrivalsByCarrier !== undefined) return original.apply(this, args);
          const [, domain, record] = args as unknown as [string, Domain, undefined];
          return AwaitedReplies.miss(domain, record);
        },
    }),
  },
  {
    name: 'a carrier keeps what copied headers held in the other place',
    focus: { commands: { call: 4 }, slots: { ...CALM, carrier: constantFrom('baggage', 'header') } },
    during: replacing(OutboundHeaders, {
      write: (original) =>
        function (this: never, ...args: never[]) {
          if (args[2] !== '') original.apply(this, args);
        },
    }),
  },
  {
    name: 'of headers that are sent twice only one reply is heard',
    focus: { commands: { resend: 10, deliver: 2, reply: 2, hear: 2 } },
    during: replacing(AwaitedReplies, {
      take: (original) =>
        function (this: AwaitedReplies, spanId: string) {
          const { requests = 0 } = (this.peek(spanId) ?? {}) as { readonly requests?: number };
          return requests === 0 ? undefined : original.call(this, spanId as never);
        },
    }),
  },
  {
    name: 'a reply is believed that knows nothing of its request',
    focus: { commands: { spliceReply: 4, cache: 4 } },
    during: replacing(Messages, {
      merge: (original) =>
        function (this: never, awaited: object, text: never) {
          return original.call(this, { ...awaited, own: 0 } as never, text);
        },
    }),
  },
  {
    name: 'a producer need not believe what stamp its reply has',
    focus: { commands: { call: 3, deliver: 3, reply: 3, damageReply: 15, hear: 2, talk: 0 } },
    during: replacing(Messages, {
      merge: (original) =>
        function (this: never, awaited: { readonly optional: boolean }, text: never) {
          return original.call(this, awaited as never, text) === true || awaited.optional;
        },
    }),
  },
  {
    name: 'what came while tracing was suppressed is forgotten',
    during: replacing(SpanEvents, {
      hearUnstampedParent: () =>
        function (this: { domains: Domains }, domain: Domain, parent: SpanContext, arrival: Arrival | undefined) {
          if (arrival === undefined && parent.isRemote === true) this.domains.needPropagator(domain);
        },
    }),
  },
  {
    name: 'transparent hops may lose the stamp as well',
    during: replacing(Domains, {
      merge: (original) =>
        function (this: Domains, domain: never, arrival: Arrival, now: never) {
          const hidden = this.settings.plainHops === 'transparent' ? undefined : arrival.hidden;
          return original.apply(this, [domain, { ...arrival, hidden } as never, now]);
        },
    }),
  },
  {
    name: 'messages of a reply leave their client complete',
    focus: { commands: TALKS },
    during: replacing(Replies, { openReply: () => () => () => undefined }),
  },
  {
    name: 'a client is complete while it still writes its request',
    focus: { commands: TALKS },
    during: replacing(Replies, { openRequest: () => () => () => undefined }),
  },
  {
    name: 'the head of a stream tells nothing',
    focus: { commands: TALKS },
    during: replacing(Replies, { hearHead: () => () => true }),
  },
  {
    name: 'a process that lacks the propagator is complete until a message comes',
    focus: { slots: { ...CALM, parts: constantFrom('both', 'processor') } },
    during: replacing(Domains, { admit: () => () => undefined }),
  },
  {
    name: 'a process that stamps nothing need not hear replies',
    focus: { slots: { ...CALM, parts: constantFrom('both', 'propagator') } },
    during: replacing(Messages, {
      hearReply: (original) =>
        function (this: { domains: Domains }, ...args: never[]) {
          if (this.domains.node !== undefined) original.apply(this, args);
        },
    }),
  },
  {
    name: 'nobody recognises a forgotten trace by what others know of us in it',
    focus: { commands: { root: 4 }, slots: FORGETFUL },
    during: replacing(Domain, { recall: () => () => undefined }),
  },
  {
    name: 'the readable part of a damaged stamp is taken',
    during: replacing(Messages, {
      read: (original) =>
        function (this: never, text: string) {
          const whole = original.call(this, text as never);
          return whole ?? original.call(this, text.slice(0, text.lastIndexOf('~')) as never);
        },
    }),
  },
  {
    name: 'others are believed about our own events',
    focus: { commands: { ...FAULTLESS, deliver: 2 } },
    during: replacing(VectorState, {
      hear: (original) =>
        function (this: never, heard: VectorTimestamp, node: never) {
          return original.apply(this, [heard as never, node, Number.MAX_SAFE_INTEGER as never]);
        },
    }),
  },
];
