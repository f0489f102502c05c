/**
 * The runs of the demo's fleet whose exports are kept, and what is wrong with each: the fleet's own knowledge, which no stamp
 * has told it.
 */
import type { ServicePlan } from '../../../examples/demo/fleet.js';
import { SERVICES } from '../../../examples/demo/scenario.js';

export interface Recipe {
  readonly name: string;
  readonly services: readonly ServicePlan[];
  readonly checkouts: number;
  /** Ends as a crash ends it, before it has sent what it did for the last checkout. */
  readonly crashes?: string;
  /** Also keeps what Zipkin's exporter sends. */
  readonly zipkin?: boolean;
}

/** No detectors: a kept file has to hold nothing of the machine that it was made on. */
const ENVIRONMENT = { OTEL_NODE_RESOURCE_DETECTORS: 'env' };

/** Three of inventory's four spans go out together; the fourth waits for longer than the last checkout goes on. */
const PART_BY_PART = { OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '3', OTEL_BSP_SCHEDULE_DELAY: '300' };

function fleet(change: (plan: ServicePlan) => Partial<ServicePlan> = () => ({})): ServicePlan[] {
  return SERVICES.map((plan) => {
    const changed = change(plan);
    return { ...plan, ...changed, env: { ...ENVIRONMENT, ...changed.env } };
  });
}

export const RECIPES: readonly Recipe[] = [
  {
    name: 'clocks-apart',
    services: fleet(() => ({ telemetry: new URL('telemetry-twice.js', import.meta.url) })),
    checkouts: 2,
    zipkin: true,
  },
  {
    name: 'one-unstamped',
    services: fleet(({ name }) =>
      name === 'payments'
        ? { env: { OTEL_CAUSALITY_DISABLED: 'true', OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=payments-0' } }
        : {},
    ),
    checkouts: 1,
  },
  {
    name: 'crash',
    services: fleet(({ name }) => (name === 'inventory' ? { env: PART_BY_PART } : {})),
    checkouts: 2,
    crashes: 'inventory',
  },
  {
    name: 'race',
    services: fleet(({ name }) =>
      name === 'orders' || name === 'inventory' ? { module: new URL(`services/${name}.js`, import.meta.url) } : {},
    ),
    checkouts: 1,
  },
];
