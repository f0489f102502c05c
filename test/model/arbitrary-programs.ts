/**
 * Random programs, of several characters: fleets without any trouble, which show that order is found; fleets with small
 * stores and vectors; fleets with everything at once.
 *
 * Guarantee: all shrink, command by command and number by number, to the youngest and the usual.
 */
import { type Arbitrary, array, constant, constantFrom, integer, nat, oneof, record } from 'fast-check';
import type { Command, Program, Sampling, SlotPlan } from './program.js';

function mostly<T>(usual: T, ...others: readonly T[]): Arbitrary<T> {
  return oneof({ arbitrary: constant(usual), weight: 3 }, { arbitrary: constantFrom(usual, ...others), weight: 1 });
}

function rarely<T>(usual: T, rare: T, usualWeight: number, ...others: readonly T[]): Arbitrary<T> {
  return oneof(
    { arbitrary: constant(usual), weight: usualWeight },
    { arbitrary: constantFrom(rare, ...others), weight: 1 },
  );
}

const pick = oneof(
  { arbitrary: constant(0), weight: 3 },
  { arbitrary: integer({ min: 0, max: 3 }), weight: 3 },
  { arbitrary: nat(20), weight: 2 },
);
const slot = integer({ min: 0, max: 4 });

type Arbitraries<T> = { readonly [key in keyof T]: Arbitrary<T[key]> };

const CALM: Arbitraries<SlotPlan> = {
  kind: constant('library'),
  scope: constant('trace'),
  carrier: constant('baggage'),
  hooks: constant(true),
  baggage: constant(true),
  propagates: constant(true),
  trusts: constant(true),
  maxDomains: constant(1000),
  maxEntries: constant(64),
  maxBytes: constant(1024),
  attributes: constantFrom('standard', 'full', 'lean'),
  skewMillis: mostly(0, -120, 80, 900, -3_600_000),
  rate: mostly(1, 0, 1.5),
};

/** Small stores and small vectors, and otherwise no trouble. */
const TIGHT: Arbitraries<SlotPlan> = {
  ...CALM,
  maxDomains: constantFrom(1, 1, 2, 3),
  maxEntries: mostly(64, 2, 3, 4),
  maxBytes: constantFrom(1024, 160),
};

const WILD: Arbitraries<SlotPlan> = {
  ...CALM,
  kind: rarely('library', 'plain', 3),
  scope: rarely('trace', 'process', 7),
  carrier: rarely('baggage', 'header', 9),
  hooks: rarely(true, false, 5),
  baggage: mostly(true, false),
  propagates: rarely(true, false, 9),
  trusts: rarely(true, false, 9),
  maxDomains: rarely(1000, 1, 5, 2, 3),
  maxEntries: rarely(64, 2, 7, 3, 4),
  maxBytes: rarely(1024, 160, 7),
};

/** Everybody in process scope, but for a few. */
const OF_PROCESS: Arbitraries<SlotPlan> = { ...WILD, scope: rarely('process', 'trace', 5) };

function oneCommand(sampling: Arbitrary<Sampling>, faults: number): Arbitrary<Command> {
  return oneof(
    { weight: 3, arbitrary: record({ do: constant('root' as const), slot, sampling }) },
    {
      weight: 5,
      arbitrary: record({
        do: constant('child' as const),
        context: pick,
        sampling,
        link: oneof({ arbitrary: constant(-1), weight: 4 }, { arbitrary: nat(9), weight: 1 }),
      }),
    },
    { weight: 6, arbitrary: record({ do: constant('end' as const), span: pick }) },
    { weight: 1, arbitrary: record({ do: constant('end' as const), span: pick, link: nat(9) }) },
    {
      weight: 10,
      arbitrary: record({
        do: constant('call' as const),
        context: pick,
        to: slot,
        as: constantFrom('client', 'client', 'client', 'producer', 'bare'),
        sampling,
      }),
    },
    {
      weight: 12,
      arbitrary: record({
        do: constant('deliver' as const),
        message: pick,
        as: constantFrom('server', 'server', 'server', 'server', 'consumer', 'relay', 'batch', 'linked', 'reroot'),
        context: pick,
        sampling,
        again: oneof({ arbitrary: constant(false), weight: 6 }, { arbitrary: constant(true), weight: 1 }),
      }),
    },
    { weight: 6, arbitrary: record({ do: constant('log' as const), context: pick }) },
    { weight: faults, arbitrary: record({ do: constant('lose' as const), message: pick }) },
    { weight: faults, arbitrary: record({ do: constant('splice' as const), message: pick, stale: pick }) },
    {
      weight: 8,
      arbitrary: record({
        do: constant('reply' as const),
        request: pick,
        streams: oneof({ arbitrary: constant(false), weight: 3 }, { arbitrary: constant(true), weight: 1 }),
      }),
    },
    {
      weight: 8,
      arbitrary: record({
        do: constant('hear' as const),
        reply: pick,
        again: oneof({ arbitrary: constant(false), weight: 2 }, { arbitrary: constant(true), weight: 1 }),
      }),
    },
    { weight: 4, arbitrary: record({ do: constant('endBody' as const), reply: pick }) },
    { weight: faults, arbitrary: record({ do: constant('loseReply' as const), reply: pick }) },
    { weight: faults, arbitrary: record({ do: constant('restart' as const), slot }) },
    {
      weight: 3,
      arbitrary: record({
        do: constant('pass' as const),
        slot,
        millis: constantFrom(700, 2500, -2500, 3_600_000, 3_600_000, -3_600_000, -3_600_000),
      }),
    },
    {
      weight: 3,
      arbitrary: record({
        do: constant('fan-out' as const),
        context: pick,
        to: slot,
        width: integer({ min: 2, max: 3 }),
      }),
    },
    {
      weight: 8,
      arbitrary: record({
        do: constant('round-trip' as const),
        context: pick,
        to: slot,
        sampling,
        serverSampling: sampling,
        streams: oneof({ arbitrary: constant(false), weight: 5 }, { arbitrary: constant(true), weight: 1 }),
      }),
    },
  );
}

/** A fleet of two to five services and up to `longest` commands. */
export function programs(longest = 80): Arbitrary<Program> {
  const program = (plan: Arbitraries<SlotPlan>, sampling: Arbitrary<Sampling>, faults: number): Arbitrary<Program> =>
    record({
      slots: array(record(plan), { minLength: 2, maxLength: 5, size: 'max' }),
      commands: array(oneCommand(sampling, faults), { minLength: 1, maxLength: longest, size: 'max' }),
    });
  const always = constant<Sampling>(2);
  const often = rarely<Sampling>(2, 0, 6, 1);
  return oneof(
    { arbitrary: program(CALM, always, 0), weight: 2 },
    { arbitrary: program(TIGHT, always, 0), weight: 2 },
    { arbitrary: program(CALM, often, 2), weight: 1 },
    { arbitrary: program(WILD, often, 2), weight: 4 },
    { arbitrary: program(OF_PROCESS, often, 2), weight: 1 },
  );
}
