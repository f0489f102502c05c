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
    }
  | { readonly do: 'fan-out'; readonly context: number; readonly to: number; readonly width: number };

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

function rarely<T>(usual: T, rare: T, usualWeight: number, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { arbitrary: fc.constant(usual), weight: usualWeight },
    { arbitrary: fc.constantFrom(rare, ...others), weight: 1 },
  );
}

const pick = fc.oneof(
  { arbitrary: fc.constant(0), weight: 3 },
  { arbitrary: fc.integer({ min: 0, max: 3 }), weight: 3 },
  { arbitrary: fc.nat(20), weight: 2 },
);
const slot = fc.integer({ min: 0, max: 4 });

const calmSlot: fc.Arbitrary<SlotPlan> = fc.record({
  kind: fc.constant('library' as const),
  scope: fc.constant('trace' as const),
  carrier: fc.constant('baggage' as const),
  hooks: fc.constant(true),
  baggage: fc.constant(true),
  propagates: fc.constant(true),
  maxDomains: fc.constant(1000),
  maxEntries: fc.constant(64),
  maxBytes: fc.constant(1024),
  attributes: fc.constantFrom('standard', 'full', 'lean'),
  skewMillis: mostly(0, -120, 80, 900, -3_600_000),
  rate: mostly(1, 0, 1.5),
});

/** Small stores and small vectors, and otherwise no trouble. */
const tightSlot: fc.Arbitrary<SlotPlan> = fc
  .tuple(
    calmSlot,
    fc.record({
      maxDomains: fc.constantFrom(1, 1, 2, 3),
      maxEntries: mostly(64, 2, 3, 4),
      maxBytes: fc.constantFrom(1024, 160),
    }),
  )
  .map(([calm, tight]) => ({ ...calm, ...tight }));

const wildSlot: fc.Arbitrary<SlotPlan> = fc
  .tuple(
    fc.oneof({ arbitrary: calmSlot, weight: 3 }, { arbitrary: tightSlot, weight: 1 }),
    fc.record({
      kind: rarely('library' as const, 'plain' as const, 3),
      scope: rarely('trace' as const, 'process' as const, 7),
      carrier: rarely('baggage' as const, 'header' as const, 9),
      hooks: rarely(true, false, 5),
      baggage: mostly(true, false),
      propagates: rarely(true, false, 9),
    }),
  )
  .map(([slot, wild]) => ({ ...slot, ...wild }));

/** Everybody in process scope, but for a few. */
const processSlot: fc.Arbitrary<SlotPlan> = fc
  .tuple(wildSlot, rarely('process' as const, 'trace' as const, 5))
  .map(([slot, scope]) => ({ ...slot, scope }));

function commands(sampling: fc.Arbitrary<Sampling>, faults: number): fc.Arbitrary<Command> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('root' as const), slot, sampling }) },
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
    { weight: faults, arbitrary: fc.record({ do: fc.constant('lose' as const), message: pick }) },
    { weight: faults, arbitrary: fc.record({ do: fc.constant('splice' as const), message: pick, stale: pick }) },
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
    { weight: faults, arbitrary: fc.record({ do: fc.constant('loseReply' as const), reply: pick }) },
    { weight: faults, arbitrary: fc.record({ do: fc.constant('restart' as const), slot }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('pass' as const),
        slot,
        millis: fc.constantFrom(5, 700, 2500, -2500, 3_600_000, -3_600_000),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('fan-out' as const),
        context: pick,
        to: slot,
        width: fc.integer({ min: 2, max: 3 }),
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
}

/** A fleet of two to five services and up to `longest` commands. */
export function programs(longest = 80): fc.Arbitrary<Program> {
  const program = (slot: fc.Arbitrary<SlotPlan>, sampling: fc.Arbitrary<Sampling>, faults: number) =>
    fc.record({
      slots: fc.array(slot, { minLength: 2, maxLength: 5, size: 'max' }),
      commands: fc.array(commands(sampling, faults), { minLength: 1, maxLength: longest, size: 'max' }),
    });
  const always = fc.constant<Sampling>(2);
  const often = rarely<Sampling>(2, 0, 6, 1);
  return fc.oneof(
    { arbitrary: program(calmSlot, always, 0), weight: 2 },
    { arbitrary: program(tightSlot, always, 0), weight: 2 },
    { arbitrary: program(calmSlot, often, 1), weight: 1 },
    { arbitrary: program(wildSlot, often, 1), weight: 4 },
    { arbitrary: program(processSlot, often, 1), weight: 1 },
  );
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
