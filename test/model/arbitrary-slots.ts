/** Random services: of fleets without trouble, with small stores, with everything at once. */
import { type Arbitrary, constant, constantFrom, oneof } from 'fast-check';
import type { SlotPlan } from './program.js';

function mostly<T>(usual: T, ...others: readonly T[]): Arbitrary<T> {
  return oneof({ arbitrary: constant(usual), weight: 3 }, { arbitrary: constantFrom(usual, ...others), weight: 1 });
}

export function rarely<T>(usual: T, rare: T, usualWeight: number, ...others: readonly T[]): Arbitrary<T> {
  return oneof(
    { arbitrary: constant(usual), weight: usualWeight },
    { arbitrary: constantFrom(rare, ...others), weight: 1 },
  );
}

export type Arbitraries<T> = { readonly [key in keyof T]: Arbitrary<T[key]> };

export const CALM: Arbitraries<SlotPlan> = {
  kind: constant('library'),
  scope: constant('trace'),
  carrier: constant('baggage'),
  hooks: constant(true),
  hears: constant('all'),
  baggage: constant(true),
  parts: constant('both'),
  beside: constant('none'),
  plainHops: constant('visible'),
  propagates: constant(true),
  trusts: constant(true),
  maxDomains: constant(1000),
  memory: constant(0),
  awaits: constant(0),
  maxLinks: constant(0),
  maxEntries: constant(64),
  maxBytes: constant(1024),
  attributes: constantFrom('standard', 'full', 'lean'),
  skewMillis: mostly(0, -120, 80, 900, -3_600_000),
  rate: mostly(1, 0, 1.5),
};

/** Some without the library, and otherwise no trouble: what they hide, whole traces may show to be nothing. */
export const MIXED: Arbitraries<SlotPlan> = { ...CALM, kind: constantFrom('library', 'library', 'plain') };

/** Two clocks in one process, as when a library brings its own, and otherwise no trouble. */
export const PAIRED: Arbitraries<SlotPlan> = { ...CALM, beside: constantFrom('both', 'none') };

/** Small stores and small vectors, and otherwise no trouble. */
export const TIGHT: Arbitraries<SlotPlan> = {
  ...CALM,
  maxDomains: constantFrom(1, 1, 2, 3),
  awaits: rarely(0, 1, 5, 2, 3),
  maxLinks: rarely(0, 1, 5, 2),
  maxEntries: constantFrom(64, 64, 2, 3, 4),
  maxBytes: constantFrom(1024, 160),
};

/** So small a store and memory that dropped traces are forgotten. */
export const FORGETFUL: Arbitraries<SlotPlan> = {
  ...CALM,
  maxDomains: rarely(1, 2, 2),
  memory: rarely(2, 0, 3),
  awaits: rarely(0, 1, 7, 2),
};

export const WILD: Arbitraries<SlotPlan> = {
  ...CALM,
  kind: rarely('library', 'plain', 3),
  scope: rarely('trace', 'process', 7),
  carrier: rarely('baggage', 'header', 9),
  hooks: rarely(true, false, 5),
  hears: rarely('all', 'announced', 5),
  baggage: mostly(true, false),
  parts: rarely('both', 'processor', 9, 'propagator'),
  beside: rarely('none', 'both', 11, 'processor'),
  plainHops: rarely('visible', 'transparent', 2),
  propagates: rarely(true, false, 9),
  trusts: rarely(true, false, 9),
  maxDomains: rarely(1000, 1, 5, 2, 3),
  awaits: rarely(0, 1, 5, 2, 3),
  maxLinks: rarely(0, 1, 5, 2),
  maxEntries: rarely(64, 2, 7, 3, 4),
  maxBytes: rarely(1024, 160, 7),
};

/** Everybody in process scope, but for a few. */
export const OF_PROCESS: Arbitraries<SlotPlan> = { ...WILD, scope: rarely('process', 'trace', 5) };
