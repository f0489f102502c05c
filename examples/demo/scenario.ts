/**
 * What the demo does and what has to be true of it: the one place that knows the services' code. Everything else
 * knows exported spans only.
 */
import type { ServicePlan } from './fleet.js';
import type { Expectations } from './verdict.js';

/** Callers before those they call, which is the order to stop them in. */
export const SERVICES: readonly ServicePlan[] = [
  { name: 'gateway', clockOffsetMs: 0 },
  { name: 'inventory', clockOffsetMs: 0 },
  { name: 'orders', clockOffsetMs: -120 },
  { name: 'payments', clockOffsetMs: 80 },
];

/** The first ones warm up code and connections, and the last one is shown. */
export const CHECKOUTS = 5;

export const ENTRANCE = { service: 'gateway', path: '/checkout' } as const;

const CALLS = [
  'payments POST /charge',
  'orders POST /orders',
  'payments POST /invoice',
  'inventory POST /reserve',
  'orders POST /confirm',
  'inventory POST /ship',
  'payments POST /receipt',
] as const;

export const EXPECTATIONS: Expectations = {
  spans: [
    'gateway POST /checkout',
    ...CALLS,
    ...CALLS.map((call) => `gateway → ${call.slice(call.indexOf(' ') + 1)}`),
    'inventory pack parcel',
    'inventory → POST /shipped',
    'orders POST /shipped',
  ],
  sequential: [
    ['payments POST /charge', 'orders POST /orders'],
    ['orders POST /orders', 'payments POST /invoice'],
    ['orders POST /orders', 'inventory POST /reserve'],
    ['orders POST /orders', 'orders POST /confirm'],
    ['payments POST /invoice', 'inventory POST /ship'],
    ['inventory POST /reserve', 'inventory POST /ship'],
    ['orders POST /confirm', 'inventory POST /ship'],
    ['inventory POST /ship', 'payments POST /receipt'],
    ['inventory POST /ship', 'inventory pack parcel'],
  ],
  parallel: [
    ['payments POST /invoice', 'inventory POST /reserve'],
    ['payments POST /invoice', 'orders POST /confirm'],
    ['inventory POST /reserve', 'orders POST /confirm'],
    ['payments POST /receipt', 'inventory pack parcel'],
    ['payments POST /receipt', 'orders POST /shipped'],
  ],
};
