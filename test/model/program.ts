/**
 * Random programs for a fleet: a list of abstract commands that any world can interpret.
 *
 * Guarantee: every program means something in every world. A command names what it works on by a number that is
 * taken modulo what there is, counted from the youngest, so that a program stays a program when it is shrunk.
 */
import * as fc from 'fast-check';

/** One slot of the fleet: a service, whose process may be restarted. */
export interface SlotPlan {
  readonly kind: 'library' | 'plain';
  /** Library: `process` is process scope, with trust `all`. */
  readonly scope: 'trace' | 'process';
  readonly carrier: 'baggage' | 'header';
  /** Library: reply hooks are installed. */
  readonly hooks: boolean;
  /** Plain: the baggage propagator is registered beside that of the trace context. */
  readonly baggage: boolean;
  /** Library: `propagateTo` says yes. */
  readonly propagates: boolean;
  readonly maxDomains: number;
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

export type Command =
  | { readonly do: 'root'; readonly slot: number; readonly sampling: Sampling }
  | { readonly do: 'child'; readonly context: number; readonly sampling: Sampling; readonly link: number }
  | { readonly do: 'end'; readonly span: number }
  | {
      readonly do: 'call';
      readonly context: number;
      readonly to: number;
      readonly as: 'client' | 'producer' | 'bare';
      readonly sampling: Sampling;
    }
  | {
      readonly do: 'deliver';
      readonly message: number;
      readonly as: 'server' | 'consumer' | 'relay' | 'batch' | 'linked' | 'reroot';
      readonly context: number;
      readonly sampling: Sampling;
      readonly again: boolean;
    }
  | { readonly do: 'lose'; readonly message: number }
  | { readonly do: 'splice'; readonly message: number; readonly stale: number }
  | { readonly do: 'reply'; readonly request: number; readonly streams: boolean }
  | { readonly do: 'hear'; readonly reply: number; readonly again: boolean }
  | { readonly do: 'endBody'; readonly reply: number }
  | { readonly do: 'loseReply'; readonly reply: number }
  | { readonly do: 'restart'; readonly slot: number }
  | { readonly do: 'pass'; readonly slot: number; readonly millis: number }
  | {
      readonly do: 'round-trip';
      readonly context: number;
      readonly to: number;
      readonly sampling: Sampling;
      readonly serverSampling: Sampling;
      readonly streams: boolean;
    };

export interface Program {
  readonly slots: readonly SlotPlan[];
  readonly commands: readonly Command[];
}

function mostly<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { arbitrary: fc.constant(usual), weight: 3 },
    { arbitrary: fc.constantFrom(usual, ...others), weight: 1 },
  );
}

const pick = fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, { arbitrary: fc.nat(9), weight: 4 });
const slot = fc.nat(4);
const sampling = mostly<Sampling>(2, 0, 1);

const slotPlan: fc.Arbitrary<SlotPlan> = fc.record({
  kind: fc.oneof(
    { arbitrary: fc.constant('library' as const), weight: 4 },
    { arbitrary: fc.constant('plain' as const), weight: 1 },
  ),
  scope: fc.oneof(
    { arbitrary: fc.constant('trace' as const), weight: 7 },
    { arbitrary: fc.constant('process' as const), weight: 1 },
  ),
  carrier: fc.oneof(
    { arbitrary: fc.constant('baggage' as const), weight: 9 },
    { arbitrary: fc.constant('header' as const), weight: 1 },
  ),
  hooks: fc.oneof({ arbitrary: fc.constant(true), weight: 5 }, { arbitrary: fc.constant(false), weight: 1 }),
  baggage: mostly(true, false),
  propagates: fc.oneof({ arbitrary: fc.constant(true), weight: 9 }, { arbitrary: fc.constant(false), weight: 1 }),
  maxDomains: mostly(1000, 1, 2, 3),
  maxEntries: mostly(64, 2, 3, 4),
  maxBytes: mostly(1024, 160),
  attributes: fc.constantFrom('standard', 'full', 'lean'),
  skewMillis: mostly(0, -120, 80, 900, -3_600_000),
  rate: mostly(1, 0, 1.5),
});

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('root' as const), slot, sampling }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('child' as const),
      context: pick,
      sampling,
      link: fc.oneof({ arbitrary: fc.constant(-1), weight: 4 }, { arbitrary: fc.nat(9), weight: 1 }),
    }),
  },
  { weight: 7, arbitrary: fc.record({ do: fc.constant('end' as const), span: pick }) },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('call' as const),
      context: pick,
      to: slot,
      as: fc.constantFrom('client', 'client', 'client', 'producer', 'bare'),
      sampling,
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      message: pick,
      as: fc.constantFrom('server', 'server', 'server', 'server', 'consumer', 'relay', 'batch', 'linked', 'reroot'),
      context: pick,
      sampling,
      again: fc.oneof({ arbitrary: fc.constant(false), weight: 6 }, { arbitrary: fc.constant(true), weight: 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), message: pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('splice' as const), message: pick, stale: pick }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('reply' as const),
      request: pick,
      streams: fc.oneof({ arbitrary: fc.constant(false), weight: 3 }, { arbitrary: fc.constant(true), weight: 1 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('hear' as const),
      reply: pick,
      again: fc.oneof({ arbitrary: fc.constant(false), weight: 6 }, { arbitrary: fc.constant(true), weight: 1 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('endBody' as const), reply: pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('loseReply' as const), reply: pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), slot }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      slot,
      millis: fc.constantFrom(5, 700, 2500, -2500, 3_600_000, -3_600_000),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('round-trip' as const),
      context: pick,
      to: slot,
      sampling,
      serverSampling: sampling,
      streams: fc.oneof({ arbitrary: fc.constant(false), weight: 5 }, { arbitrary: fc.constant(true), weight: 1 }),
    }),
  },
);

/** A fleet of two to five services and up to `longest` commands. */
export function programs(longest = 60): fc.Arbitrary<Program> {
  return fc.record({
    slots: fc.array(slotPlan, { minLength: 2, maxLength: 5 }),
    commands: fc.array(command, { minLength: 1, maxLength: longest, size: 'max' }),
  });
}

/** The program as text, one command a line, for someone who has to find out why it failed. */
export function describeProgram({ slots, commands }: Program): string {
  const show = (value: object): string =>
    Object.entries(value)
      .map(([key, one]) => `${key}: ${typeof one === 'string' ? `'${one}'` : String(one)}`)
      .join(', ');
  return [
    'slots: [',
    ...slots.map((one) => `  { ${show(one)} },`),
    '],',
    'commands: [',
    ...commands.map((one) => `  { ${show(one)} },`),
    ']',
  ].join('\n');
}
