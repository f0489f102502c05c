/** What the oracle is told and remembers: processes, events, messages. No clock's opinion is among it, but the stamps. */
import type { LogStamp } from '../../src/clocks/log-stamp.js';
import type { CausalStamp } from '../../src/clocks/stamp.js';
import type { EventSet } from './order-graph.js';
import type { SlotPlan } from './program.js';

/** One start of one process, or of one of its clocks where it has two. */
export interface Incarnation {
  readonly id: number;
  /** Of the process. */
  readonly host: number;
  readonly plan: SlotPlan;
  /** Which of its domains the library holds for a trace at this moment: tells when it was dropped. Plain: nothing. */
  readonly holds: (trace: string) => number | undefined;
  /** True where that domain is at rest. */
  readonly rests: (trace: string) => boolean;
  /** What the library, rightly or by mistake, takes for a trace that it has dropped. */
  readonly remembers: (trace: string) => boolean;
}

/** Rules of DESIGN 2 by which an event may be incomplete. */
export type Rule =
  | 'entries dropped by a limit'
  | 'a mark without an acceptable stamp'
  | 'a stamp without a mark'
  | 'a stamp that a plain service passed on'
  | 'a reply without an acceptable stamp'
  | 'a reply that nobody hears'
  | 'no propagator'
  | 'a trace that came back after it was dropped'
  | 'a link without a stamp'
  | 'between a head and the end of its body'
  | 'between the messages and the end of a reply'
  | 'a request of an unsampled span whose reply has not come'
  | 'a request that could carry no stamp'
  | 'too many replies awaited'
  | 'a reply that nobody awaited'
  | 'another clock in the process'
  | 'a link that the SDK dropped'
  | 'a request that nobody announced';

/** What can be proven where stamps went. */
export interface Knowledge {
  /** Events that a path of stamped messages leads from. */
  readonly known: EventSet;
  /** Events whose Lamport and hybrid times must be smaller. */
  readonly earlier: EventSet;
  readonly rules: ReadonlySet<Rule>;
  /** True when a limit may have cut off a part of what is known. */
  readonly cut: boolean;
}

export interface EventFacts extends Knowledge {
  readonly index: number;
  readonly name: string;
  readonly process: Incarnation;
  readonly trace: string;
  /** Whose clock it belongs to: the trace, or `-` in process scope. */
  readonly domain: string;
  readonly stamp: CausalStamp;
  readonly point: number;
  /** Which of the library's own domains it is of: consecutive ticks are promised within one. */
  readonly holder: number | undefined;
}

/** A log record that was stamped. */
export interface LogFacts extends Knowledge {
  /** Among the events' indices: the order in which all were made. */
  readonly index: number;
  readonly name: string;
  readonly process: Incarnation;
  readonly trace: string;
  readonly domain: string;
  readonly stamp: LogStamp;
  readonly point: number;
}

export interface StampFacts extends Knowledge {
  readonly domain: string;
  /** What a plain service's baggage propagator makes of one that was damaged: it may drop or mend it. */
  readonly passedOnAs?: { readonly stamp: StampFacts | undefined };
}

/** Where a stamp travels. */
export type Place = 'baggage' | 'header';

/** A point in the past, of this trace. */
export interface Cause {
  readonly point: number;
  readonly trace: string;
  /** A way that is outside the promise: *before* is true along it, but nobody need know. */
  readonly outside?: boolean;
}

/** A request that has come to a process. */
export interface ReceivedFacts {
  readonly facts: MessageFacts;
  /** Whose propagator read it. */
  readonly service: Incarnation;
  /** True when it was extracted while tracing was suppressed. */
  readonly unread: boolean;
  /** Another clock of the process that has used it, too. */
  usedBy: Incarnation | undefined;
}

/** A request on its way. */
export interface MessageFacts {
  readonly trace: string;
  readonly point: number;
  /** Somebody upstream takes part and says so. */
  readonly marked: boolean;
  readonly stamps: Readonly<Partial<Record<Place, StampFacts>>>;
  /** What stands between who sent the stamp and who sent the message: something that forwards, or a plain service. */
  readonly hops: 'none' | 'proxy' | 'service';
  /** What else it comes after: the sending of a stamp that was put into it, and of those passed on. */
  readonly others: readonly Cause[];
}
