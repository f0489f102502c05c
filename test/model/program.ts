/**
 * Random programs for a fleet: a list of abstract commands that any world can interpret.
 *
 * Guarantee: every program means something in every world. A command names what it works on by a number that is
 * taken modulo what there is, counted from the youngest, so that a program stays a program when it is shrunk.
 */
/** One slot of the fleet: a service, whose process may be restarted. */
export interface SlotPlan {
  readonly kind: 'library' | 'plain';
  /** Library: `process` is process scope, with trust `all`. */
  readonly scope: 'trace' | 'process';
  readonly carrier: 'baggage' | 'header';
  /** Library: reply hooks are installed. */
  readonly hooks: boolean;
  /** Library: its hooks hear every reply, or those to calls that they announce, as a browser's do. */
  readonly hears: 'all' | 'announced';
  /** Plain: the baggage propagator is registered beside that of the trace context. */
  readonly baggage: boolean;
  /** Library: what of it is installed. */
  readonly parts: 'both' | 'processor' | 'propagator';
  /** Library: what of it a second clock of the same process has. */
  readonly beside: 'none' | 'both' | 'processor';
  /** Library: what it believes of plain hops. */
  readonly plainHops: 'visible' | 'transparent';
  /** Library: `propagateTo` says yes. */
  readonly propagates: boolean;
  /** Library: stamps that come with requests are read. */
  readonly trusts: boolean;
  readonly maxDomains: number;
  /** Traces in a generation of the memory of dropped ones; 0 for the usual half a million. */
  readonly memory: number;
  /** Spans whose replies may be awaited at once; 0 for the usual ten thousand. */
  readonly awaits: number;
  /** Links that a span keeps; 0 for the SDK's 128. */
  readonly maxLinks: number;
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly attributes: 'standard' | 'full' | 'lean';
  /** Milliseconds by which its wall clock is wrong. */
  readonly skewMillis: number;
  /** How fast its wall clock goes: 0 stands still. */
  readonly rate: number;
}

/** 2: recorded and sampled; 1: recorded only; 0: dropped. */
export type Sampling = 0 | 1 | 2;

/** What may befall a stamp's text on its way. */
export type Damage = 'truncated' | 'garbled' | 'oversized' | 'doubled';

export type Command =
  | { readonly do: 'root'; readonly slot: number; readonly sampling: Sampling }
  | { readonly do: 'child'; readonly context: number; readonly sampling: Sampling; readonly links: readonly number[] }
  /** A link is added to a span under way. */
  | { readonly do: 'link'; readonly span: number; readonly link: number }
  /** Where there is a `link`, the span gets it just before. */
  | { readonly do: 'end'; readonly span: number; readonly link?: number }
  | {
      readonly do: 'call';
      readonly context: number;
      readonly to: number;
      readonly as: 'client' | 'producer' | 'bare';
      readonly sampling: Sampling;
      /** Nobody hears its reply, though there are hooks for other transports. */
      readonly passesBy: boolean;
      /** Headers of an earlier message of this process that are in the carrier; -1 for none. */
      readonly used: number;
    }
  | {
      readonly do: 'deliver';
      readonly message: number;
      readonly as: 'server' | 'consumer' | 'relay' | 'batch' | 'linked' | 'reroot';
      readonly context: number;
      readonly sampling: Sampling;
      readonly again: boolean;
      readonly flaw: 'none' | 'suppressed' | 'forged';
      /** Which clock of the process reads it, where it has two. */
      readonly by: 'first' | 'second';
    }
  /** `outside`: by the process of that context, but in no trace. */
  | { readonly do: 'log'; readonly context: number; readonly outside: boolean }
  | { readonly do: 'lose'; readonly message: number }
  | { readonly do: 'splice'; readonly message: number; readonly stale: number }
  | { readonly do: 'proxy'; readonly message: number }
  | { readonly do: 'damage'; readonly message: number; readonly how: Damage }
  | { readonly do: 'resend'; readonly message: number; readonly to: number }
  | { readonly do: 'suppressed'; readonly context: number }
  | { readonly do: 'reply'; readonly request: number; readonly streams: boolean; readonly copies: number }
  | { readonly do: 'hear'; readonly reply: number; readonly again: boolean }
  | { readonly do: 'endBody'; readonly reply: number }
  | { readonly do: 'loseReply'; readonly reply: number }
  | { readonly do: 'spliceReply'; readonly reply: number; readonly stale: number }
  | { readonly do: 'damageReply'; readonly reply: number; readonly how: Damage | 'forged' }
  | { readonly do: 'cache'; readonly message: number; readonly stale: number }
  | {
      readonly do: 'talk';
      readonly context: number;
      readonly to: number;
      readonly serverSampling: Sampling;
      /** The request has more than one message. */
      readonly writes: boolean;
    }
  | {
      readonly do: 'say';
      readonly talk: number;
      readonly what: 'up' | 'halfClose' | 'head' | 'down' | 'end' | 'cancel';
      /** Whoever gets it does something at once. */
      readonly reacts: boolean;
    }
  /** What comes next in this context is done with the other clock of that process, where it has two. */
  | { readonly do: 'cross'; readonly context: number }
  | { readonly do: 'restart'; readonly slot: number }
  | { readonly do: 'pass'; readonly slot: number; readonly millis: number }
  | {
      readonly do: 'round-trip';
      readonly context: number;
      readonly to: number;
      readonly sampling: Sampling;
      readonly serverSampling: Sampling;
      readonly streams: boolean;
      readonly passesBy: boolean;
      readonly hop: 'none' | 'proxy' | 'splice' | Damage;
      readonly replyHop: 'none' | 'splice' | 'forged' | Damage;
    }
  | { readonly do: 'fan-out'; readonly context: number; readonly to: number; readonly width: number };

export interface Program {
  readonly slots: readonly SlotPlan[];
  readonly commands: readonly Command[];
  /** All spans that are left end after the last command, so that whole traces are exported. */
  readonly finishes: boolean;
}

/** The program as text, one command a line, for someone who has to find out why it failed. */
export function describeProgram({ slots, commands, finishes }: Program): string {
  const show = (value: object): string =>
    Object.entries(value)
      .map(([key, one]) => `${key}: ${JSON.stringify(one).replaceAll('"', "'")}`)
      .join(', ');
  return [
    'slots: [',
    ...slots.map((one) => `  { ${show(one)} },`),
    '],',
    'commands: [',
    ...commands.map((one) => `  { ${show(one)} },`),
    '],',
    `finishes: ${finishes}`,
  ].join('\n');
}

/** The one that a program means: counted from the youngest, modulo how many there are. */
export function youngest<T>(all: readonly T[], pick: number): T | undefined {
  return all.length === 0 ? undefined : all[all.length - 1 - (pick % all.length)];
}
