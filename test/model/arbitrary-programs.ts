/**
 * Random programs, of several characters: fleets without any trouble, which show that order is found; fleets with small
 * stores and vectors; fleets with everything at once.
 *
 * Guarantee: all shrink, command by command and number by number, to the youngest and the usual.
 */
import { type Arbitrary, array, boolean, constant, constantFrom, integer, nat, oneof, record } from 'fast-check';
import {
  type Arbitraries,
  CALM,
  FORGETFUL,
  MIXED,
  OF_PROCESS,
  PAIRED,
  rarely,
  TIGHT,
  WILD,
} from './arbitrary-slots.js';
import type { Command, Damage, Program, Sampling, SlotPlan } from './program.js';

const pick = oneof(
  { arbitrary: constant(0), weight: 3 },
  { arbitrary: integer({ min: 0, max: 3 }), weight: 3 },
  { arbitrary: nat(20), weight: 2 },
);
const damage = constantFrom<Damage>('truncated', 'garbled', 'oversized', 'doubled');
const slot = integer({ min: 0, max: 4 });

/** How many times as often as usual a command comes. */
type Boost = Partial<Record<Command['do'], number>>;

/** Programs of one character, for who looks for one kind of mistake. */
export interface Focus {
  readonly commands?: Boost;
  /** Default: services without trouble. */
  readonly slots?: Arbitraries<SlotPlan>;
  /** All spans end, always. */
  readonly finishes?: boolean;
  /** Commands at most. */
  readonly longest?: number;
}

function oneCommand(sampling: Arbitrary<Sampling>, faults: number, roots: number, boost: Boost): Arbitrary<Command> {
  const times = (name: Command['do'], weight: number): number => weight * (boost[name] ?? 1);
  return oneof(
    { weight: times('root', roots), arbitrary: record({ do: constant('root' as const), slot, sampling }) },
    {
      weight: times('child', 5),
      arbitrary: record({
        do: constant('child' as const),
        context: pick,
        sampling,
        links: oneof(
          { arbitrary: constant([]), weight: 4 },
          { arbitrary: array(nat(9), { minLength: 1, maxLength: 3 }), weight: 1 },
        ),
      }),
    },
    {
      weight: times('link', 1),
      arbitrary: record({ do: constant('link' as const), span: pick, link: nat(9) }),
    },
    { weight: times('end', 6), arbitrary: record({ do: constant('end' as const), span: pick }) },
    { weight: times('end', 1), arbitrary: record({ do: constant('end' as const), span: pick, link: nat(9) }) },
    {
      weight: times('call', 10),
      arbitrary: record({
        do: constant('call' as const),
        context: pick,
        to: slot,
        as: constantFrom('client', 'client', 'client', 'producer', 'bare'),
        sampling,
        passesBy: oneof({ arbitrary: constant(false), weight: 9 }, { arbitrary: constant(true), weight: 1 }),
        used: oneof({ arbitrary: constant(-1), weight: 9 }, { arbitrary: nat(9), weight: Math.max(1, faults) }),
      }),
    },
    {
      weight: times('deliver', 12),
      arbitrary: record({
        do: constant('deliver' as const),
        message: pick,
        as: constantFrom(
          'server',
          'server',
          'server',
          'server',
          'consumer',
          'relay',
          'batch',
          'batch',
          'linked',
          'reroot',
        ),
        context: pick,
        sampling,
        again: oneof({ arbitrary: constant(false), weight: 6 }, { arbitrary: constant(true), weight: 1 }),
        flaw: rarely<'none' | 'suppressed' | 'forged'>('none', 'forged', 9, 'suppressed'),
        by: rarely<'first' | 'second'>('first', 'second', 3),
      }),
    },
    { weight: times('cross', 4), arbitrary: record({ do: constant('cross' as const), context: pick }) },
    { weight: times('suppressed', 1), arbitrary: record({ do: constant('suppressed' as const), context: pick }) },
    { weight: times('proxy', faults), arbitrary: record({ do: constant('proxy' as const), message: pick }) },
    {
      weight: times('damage', faults),
      arbitrary: record({ do: constant('damage' as const), message: pick, how: damage }),
    },
    {
      weight: times('resend', faults),
      arbitrary: record({ do: constant('resend' as const), message: pick, to: slot }),
    },
    {
      weight: times('cache', faults),
      arbitrary: record({ do: constant('cache' as const), message: pick, stale: pick }),
    },
    {
      weight: times('spliceReply', faults),
      arbitrary: record({ do: constant('spliceReply' as const), reply: pick, stale: pick }),
    },
    {
      weight: times('damageReply', faults),
      arbitrary: record({
        do: constant('damageReply' as const),
        reply: pick,
        how: oneof(damage, constant('forged' as const)),
      }),
    },
    {
      weight: times('log', 6),
      arbitrary: record({ do: constant('log' as const), context: pick, outside: rarely(false, true, 5) }),
    },
    { weight: times('lose', faults), arbitrary: record({ do: constant('lose' as const), message: pick }) },
    {
      weight: times('splice', faults),
      arbitrary: record({ do: constant('splice' as const), message: pick, stale: pick }),
    },
    {
      weight: times('reply', 8),
      arbitrary: record({
        do: constant('reply' as const),
        request: pick,
        streams: oneof({ arbitrary: constant(false), weight: 3 }, { arbitrary: constant(true), weight: 1 }),
        copies: oneof({ arbitrary: constant(-1), weight: 3 }, { arbitrary: nat(3), weight: faults }),
      }),
    },
    {
      weight: times('hear', 8),
      arbitrary: record({
        do: constant('hear' as const),
        reply: pick,
        again: oneof({ arbitrary: constant(false), weight: 2 }, { arbitrary: constant(true), weight: 1 }),
      }),
    },
    { weight: times('endBody', 4), arbitrary: record({ do: constant('endBody' as const), reply: pick }) },
    { weight: times('loseReply', faults), arbitrary: record({ do: constant('loseReply' as const), reply: pick }) },
    {
      weight: times('talk', 2),
      arbitrary: record({
        do: constant('talk' as const),
        context: pick,
        to: slot,
        serverSampling: sampling,
        writes: boolean(),
      }),
    },
    {
      weight: times('say', 6),
      arbitrary: record({
        do: constant('say' as const),
        talk: pick,
        what: constantFrom('up', 'up', 'down', 'down', 'head', 'halfClose', 'end', 'cancel'),
        reacts: boolean(),
      }),
    },
    { weight: times('restart', faults), arbitrary: record({ do: constant('restart' as const), slot }) },
    {
      weight: times('pass', 3),
      arbitrary: record({
        do: constant('pass' as const),
        slot,
        millis: constantFrom(700, 2500, -2500, 3_600_000, 3_600_000, -3_600_000, -3_600_000),
      }),
    },
    {
      weight: times('fan-out', 3),
      arbitrary: record({
        do: constant('fan-out' as const),
        context: pick,
        to: slot,
        width: integer({ min: 2, max: 3 }),
      }),
    },
    {
      weight: times('round-trip', 8),
      arbitrary: record({
        do: constant('round-trip' as const),
        context: pick,
        to: slot,
        sampling,
        serverSampling: sampling,
        streams: oneof({ arbitrary: constant(false), weight: 5 }, { arbitrary: constant(true), weight: 1 }),
        passesBy: oneof({ arbitrary: constant(false), weight: 20 }, { arbitrary: constant(true), weight: faults }),
        hop: oneof(
          { arbitrary: constant('none' as const), weight: 12 },
          { arbitrary: oneof(damage, constantFrom('proxy', 'splice')), weight: faults },
        ),
        replyHop: oneof(
          { arbitrary: constant('none' as const), weight: 12 },
          { arbitrary: oneof(damage, constantFrom('splice', 'splice', 'forged')), weight: faults },
        ),
      }),
    },
  );
}

/** Nothing on the way does any harm, nobody restarts, and no stream is open. */
export const FAULTLESS: Boost = {
  proxy: 0,
  damage: 0,
  splice: 0,
  lose: 0,
  resend: 0,
  cache: 0,
  spliceReply: 0,
  damageReply: 0,
  loseReply: 0,
  restart: 0,
  talk: 0,
  say: 0,
};

/** Calls that leave the fleet among calls inside it, and nothing else that would hide anything: traces are whole. */
export const WHOLE_TRACES: Focus = {
  slots: MIXED,
  finishes: true,
  longest: 15,
  commands: {
    'round-trip': 2,
    'fan-out': 6,
    child: 2,
    call: 0,
    deliver: 0,
    reply: 0,
    hear: 0,
    endBody: 0,
    talk: 0,
    say: 0,
  },
};

/** What a program is like. */
interface Character extends Focus {
  readonly sampling: Arbitrary<Sampling>;
  readonly faults: number;
  readonly roots?: number;
}

/** A fleet of two to five services and up to `longest` commands. */
export function programs(longest = 80, focus?: Focus): Arbitrary<Program> {
  const program = ({
    slots = CALM,
    sampling,
    faults,
    roots = 3,
    commands = {},
    finishes,
    longest: maxLength = longest,
  }: Character): Arbitrary<Program> =>
    record({
      slots: array(record(slots), { minLength: 2, maxLength: 5, size: 'max' }),
      commands: array(oneCommand(sampling, faults, roots, commands), { minLength: 1, maxLength, size: 'max' }),
      finishes: finishes === true ? constant(true) : rarely(false, true, 3),
    });
  const always = constant<Sampling>(2);
  const often = rarely<Sampling>(2, 0, 6, 1);
  if (focus !== undefined) return program({ ...focus, sampling: often, faults: 2 });
  return oneof(
    { arbitrary: program({ sampling: always, faults: 0 }), weight: 2 },
    { arbitrary: program({ slots: TIGHT, sampling: always, faults: 0 }), weight: 2 },
    { arbitrary: program({ sampling: often, faults: 2 }), weight: 1 },
    { arbitrary: program({ ...WHOLE_TRACES, sampling: always, faults: 0 }), weight: 3 },
    { arbitrary: program({ slots: WILD, sampling: often, faults: 2 }), weight: 4 },
    { arbitrary: program({ slots: FORGETFUL, sampling: often, faults: 1, roots: 20 }), weight: 1 },
    { arbitrary: program({ slots: PAIRED, sampling: often, faults: 1, commands: { cross: 3 } }), weight: 1 },
    { arbitrary: program({ slots: OF_PROCESS, sampling: often, faults: 2 }), weight: 1 },
  );
}
