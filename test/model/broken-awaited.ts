/** Replies that are awaited wrongly on purpose, to prove that the model would notice. As broken-clocks.ts. */
import { constant, constantFrom } from 'fast-check';
import { AwaitedReplies } from '../../src/otel/awaited-replies.js';
import { Messages } from '../../src/otel/messages.js';
import { FAULTLESS, type Focus } from './arbitrary-programs.js';
import { CALM } from './arbitrary-slots.js';
import { type Breakage, replacing } from './broken-clocks.js';

/** Every process hears the replies that it has announced, and no others. */
const FETCHING: Focus = {
  slots: { ...CALM, hears: constant('announced') },
  commands: { ...FAULTLESS, call: 5, deliver: 3, reply: 3, hear: 3, end: 0, 'round-trip': 0, 'fan-out': 0 },
};

/** The inside of the awaited replies, as far as it is broken here. */
interface AwaitedInside {
  readonly bySpan: Map<string, { optional: boolean }>;
}

/** Nobody can await more than three replies. */
const SHORT: Focus = {
  slots: { ...CALM, awaits: constantFrom(1, 2, 3) },
  commands: { call: 4, deliver: 3, reply: 3, hear: 4, resend: 10 },
};

export const AWAITED_BREAKAGES: readonly Breakage[] = [
  {
    name: 'a reply that is given up for room leaves its trace complete',
    focus: SHORT,
    during: replacing(AwaitedReplies, {
      giveUpOldest: (original) =>
        function (this: AwaitedInside) {
          for (const awaited of this.bySpan.values()) awaited.optional = true;
          original.apply(this);
        },
    }),
  },
  {
    name: 'the reply to a message that was given up tells nothing',
    focus: SHORT,
    during: replacing(Messages, { missUnawaited: () => () => undefined }),
  },
  {
    name: 'no limit holds for the replies that are awaited',
    focus: SHORT,
    during: replacing(AwaitedReplies, { giveUpOldest: () => () => undefined }),
  },
  {
    name: 'a call that nobody announced is complete until its span ends',
    focus: FETCHING,
    during: replacing(AwaitedReplies, {
      add: (original) =>
        function (this: never, ...args: never[]) {
          original.apply(this, args.slice(0, 4) as never[]);
        },
    }),
  },
  {
    name: 'what is announced stays in doubt until its reply comes',
    focus: FETCHING,
    during: replacing(AwaitedReplies, { announce: () => () => undefined }),
  },
];
