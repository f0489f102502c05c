/**
 * Everything around this library that may misbehave, in the ways in which it may: a catalogue for the tests of host
 * safety. Several troubles of one part take turns, with health between them.
 */
import type { ServerResponse } from 'node:http';
import type { TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api';
import type { CausalClockOptions } from '../../src/otel/clock-options.js';
import type { CausalityCounters } from '../../src/otel/counters.js';
import { throwingPropagator } from './odd-carriers.js';

export type OddGet = (carrier: unknown, key: string, getter: TextMapGetter) => unknown;
export type OddSet = (carrier: unknown, key: string, value: string, setter: TextMapSetter) => void;

/** What a host is made of. Each list holds ways to misbehave; an empty one is a part that is well. */
export interface HostPlan {
  readonly clocks: (() => unknown)[];
  readonly randoms: ((array: Uint8Array) => unknown)[];
  readonly gets: OddGet[];
  readonly sets: OddSet[];
  readonly trusts: (() => unknown)[];
  readonly targets: (() => unknown)[];
  readonly propagators: TextMapPropagator[];
  /** What reading a property of a span gives our processor. */
  readonly spans: ((span: object, key: PropertyKey) => unknown)[];
  readonly replies: ((response: ServerResponse) => void)[];
  readonly requests: Readonly<Record<string, string | string[]>>[];
  readonly limits: CausalClockOptions;
  loggerThrows: boolean;
  hasContextManager: boolean;
  hasServiceName: boolean;
}

export function healthyPlan(): HostPlan {
  return {
    clocks: [],
    randoms: [],
    gets: [],
    sets: [],
    trusts: [],
    targets: [],
    propagators: [],
    spans: [],
    replies: [],
    requests: [],
    limits: {},
    loggerThrows: false,
    hasContextManager: true,
    hasServiceName: true,
  };
}

export interface Trouble {
  readonly name: string;
  afflict(plan: HostPlan): void;
  /** What the counters tell of it when it is the only one; absent where there is nothing to tell. */
  readonly told?: (counters: CausalityCounters) => boolean;
}

const fail = (): never => {
  throw new Error('broken on purpose');
};

/** An exception that hits back at whoever looks at it. */
const failBadly = (): never => {
  throw new Proxy({}, { get: fail, has: fail, getPrototypeOf: fail });
};

const hasErrors = ({ errors }: CausalityCounters): boolean => errors > 0;
const hasRefused = ({ refused }: CausalityCounters): boolean => Object.keys(refused).length > 0;

function clocks(): Trouble[] {
  let time = 1.7e12;
  const odd: readonly (readonly [name: string, now: () => unknown, told?: Trouble['told']])[] = [
    ['throws', fail, hasErrors],
    ['throws what cannot be shown', failBadly, hasErrors],
    ['gives text', () => '1700000000000', hasErrors],
    ['gives a bigint', () => 1_700_000_000_000n, hasErrors],
    ['gives a symbol', () => Symbol('now'), hasErrors],
    ['gives nothing', () => undefined, hasErrors],
    ['gives an object that throws', () => ({ valueOf: fail, toString: fail }), hasErrors],
    ['gives NaN', () => Number.NaN],
    ['gives infinity', () => Number.POSITIVE_INFINITY],
    ['gives minus infinity', () => Number.NEGATIVE_INFINITY],
    ['gives less than nothing', () => -1e30],
    ['runs backwards', () => (time -= 60_000)],
    ['stands still', () => 1.7e12],
    ['jumps by hours', () => 1.7e12 + ((time += 1) % 2) * 7_200_000],
  ];
  return odd.map(([what, now, told]) => ({
    name: `the clock ${what}`,
    afflict: (plan) => void plan.clocks.push(now),
    ...(told === undefined ? {} : { told }),
  }));
}

function randoms(): Trouble[] {
  const odd: readonly (readonly [name: string, bytes: (array: Uint8Array) => unknown, told?: Trouble['told']])[] = [
    ['throws', fail, hasErrors],
    ['is all zero', (array) => array.fill(0)],
    ['is all ones', (array) => array.fill(255), hasErrors],
    ['gives nothing', () => undefined, hasErrors],
    ['gives an empty array', () => new Uint8Array(0), hasErrors],
    ['gives text', () => 'random', hasErrors],
    ['gives objects', () => [{}, [], null, undefined, Number.NaN, -1, 0.5], hasErrors],
  ];
  return odd.map(([what, bytes, told]) => ({
    name: `randomness ${what}`,
    afflict: (plan) => void plan.randoms.push(bytes),
    ...(told === undefined ? {} : { told }),
  }));
}

function carriers(): Trouble[] {
  const values: readonly (readonly [name: string, value: () => unknown])[] = [
    ['a number', () => 17],
    ['an object', () => ({})],
    ['a function', () => fail],
    ['an empty array', () => []],
    ['an array of odd things', () => [17, null, ['x']]],
    [
      'an array that throws',
      () => new Proxy(['x'], { get: (target, key) => (key === 'length' ? 1 : key in target ? fail() : undefined) }),
    ],
    ['null', () => null],
  ];
  return [
    { name: 'a getter throws', afflict: (plan) => void plan.gets.push(fail), told: hasErrors },
    {
      name: 'a getter throws what cannot be shown',
      afflict: (plan) => void plan.gets.push(failBadly),
      told: hasErrors,
    },
    ...['traceparent', 'tracestate', 'baggage', 'causality'].flatMap((odd): Trouble[] => [
      {
        name: `a getter throws at ${odd}`,
        afflict: (plan) =>
          void plan.gets.push((carrier, key, getter) => (key === odd ? fail() : getter.get(carrier, key))),
        ...(odd === 'causality' ? {} : { told: hasErrors }),
      },
      {
        name: `a setter throws at ${odd}`,
        afflict: (plan) =>
          void plan.sets.push((carrier, key, value, setter) =>
            key === odd ? fail() : setter.set(carrier, key, value),
          ),
        ...(odd === 'causality' ? {} : { told: hasErrors }),
      },
    ]),
    ...values.map(
      ([what, value]): Trouble => ({
        name: `a getter gives ${what}`,
        afflict: (plan) => void plan.gets.push(value),
      }),
    ),
    { name: 'a setter throws', afflict: (plan) => void plan.sets.push(fail), told: hasErrors },
    { name: 'a setter forgets', afflict: (plan) => void plan.sets.push(() => undefined) },
  ];
}

function spans(): Trouble[] {
  const odd = (key: string, value: () => unknown): HostPlan['spans'][number] => {
    return (span, asked) => (asked === key ? value() : Reflect.get(span, asked));
  };
  const all: readonly (readonly [name: string, read: HostPlan['spans'][number], told?: Trouble['told']])[] = [
    ['setAttribute throws', odd('setAttribute', () => fail), hasErrors],
    ['setAttribute is missing', odd('setAttribute', () => undefined), hasErrors],
    ['attributes throw', odd('attributes', fail), hasErrors],
    ['attributes are a number', odd('attributes', () => 17)],
    ['attributes are missing', odd('attributes', () => undefined)],
    ['attributes show something else', odd('attributes', () => ({ 'causality.vector': 'a', 'causality.tick': 0 }))],
    ['links throw', odd('links', fail), hasErrors],
    ['links are no links', odd('links', () => [undefined, 17, {}]), hasErrors],
    ['dropped links are not counted', odd('droppedLinksCount', () => Number.NaN)],
    ['kind is text', odd('kind', () => 'server')],
    ['resource throws', odd('resource', fail), hasErrors],
    ['the context throws', odd('spanContext', () => fail), hasErrors],
    ['the context is missing', odd('spanContext', () => () => undefined), hasErrors],
    ['everything throws', fail, hasErrors],
  ];
  return all.map(([what, read, told]) => ({
    name: `a span whose ${what}`,
    afflict: (plan) => void plan.spans.push(read),
    ...(told === undefined ? {} : { told }),
  }));
}

function strangers(): Trouble[] {
  const texts: readonly (string | string[])[] = ['', 'x', '1!', '!'.repeat(4000), ['a', 'b'], '1!-!0!!0!', '%zz'];
  const id = '7b1d62f2c9e04a157b1d62f2c9e04a15';
  return [
    ...texts.map(
      (text, at): Trouble => ({
        name: `a malformed reply ${at}`,
        afflict: (plan) => void plan.replies.push((response) => response.setHeader('causality', text)),
        told: ({ incomplete }) => incomplete['reply-without-stamp'] !== undefined,
      }),
    ),
    ...texts
      .filter((text) => text !== '')
      .map(
        (text, at): Trouble => ({
          name: `a malformed request ${at}`,
          afflict: (plan) =>
            void plan.requests.push({
              traceparent: `00-${id}-7b1d62f2c9e04a15-01`,
              tracestate: 'causality=7b1d62f2c9e04a15,,=,other=1',
              baggage: `causality=${String(text)},user=alice`,
              causality: text,
            }),
          told: hasRefused,
        }),
      ),
  ];
}

/** One by one; together they are everything at once. */
export const TROUBLES: readonly Trouble[] = [
  ...clocks(),
  ...randoms(),
  ...carriers(),
  ...spans(),
  ...strangers(),
  { name: 'trust throws', afflict: (plan) => void plan.trusts.push(fail), told: hasErrors },
  { name: 'trust is not to the point', afflict: (plan) => void plan.trusts.push(() => ({})) },
  { name: 'propagateTo throws', afflict: (plan) => void plan.targets.push(fail), told: hasErrors },
  { name: 'propagateTo is not to the point', afflict: (plan) => void plan.targets.push(() => 'yes') },
  {
    name: 'a wrapped propagator throws',
    afflict: (plan) => void plan.propagators.push(throwingPropagator),
    told: hasErrors,
  },
  {
    name: 'a wrapped propagator gives nothing',
    afflict: (plan) =>
      void plan.propagators.push({ inject: () => undefined, extract: () => undefined as never, fields: () => [] }),
  },
  {
    name: 'a wrapped propagator asks for odd names',
    afflict: (plan) =>
      void plan.propagators.push({
        inject: (_context, carrier, setter) => setter.set(carrier, 'x-odd', 17 as never),
        extract: (context, carrier, getter) => {
          getter.get(carrier, null as never);
          return context;
        },
        fields: () => [17 as never],
      }),
  },
  {
    name: 'the diag logger throws',
    afflict: (plan) => {
      plan.loggerThrows = true;
    },
  },
  {
    name: 'limits at their least',
    afflict: (plan) => void Object.assign(plan.limits, { maxDomains: 1, maxEntries: 2, maxBytes: 160, maxDriftMs: 0 }),
    told: ({ domainsDropped }) => domainsDropped > 0,
  },
  { name: 'no patience with idleness', afflict: (plan) => void Object.assign(plan.limits, { domainIdleMs: 1 }) },
  { name: 'process scope', afflict: (plan) => void Object.assign(plan.limits, { scope: 'process' }) },
  { name: 'full attributes', afflict: (plan) => void Object.assign(plan.limits, { attributes: 'full' }) },
  {
    name: 'no service.name',
    afflict: (plan) => {
      plan.hasServiceName = false;
    },
  },
  {
    name: 'no context manager',
    afflict: (plan) => {
      plan.hasContextManager = false;
    },
  },
];
