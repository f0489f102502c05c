/** The four processes of the soak: what each is there to show, and how its clock is made. */
import type { CausalClockOptions } from '../../src/otel/clock-options.js';

export const SLOTS = ['anchor', 'plain', 'skewed', 'small'] as const;

export type SlotName = (typeof SLOTS)[number];

/** What JSON can say of a clock's options. */
type SlotOptions = Pick<CausalClockOptions, 'maxDomains' | 'domainIdleMs' | 'attributes'>;

const HOUR_MS = 60 * 60 * 1_000;

export const OPTIONS: Readonly<Record<SlotName, SlotOptions>> = {
  /** Never killed, so that nothing excuses a lost tick and its heap can be watched from beginning to end. */
  anchor: { maxDomains: 100, attributes: 'standard' },
  /** The defaults. */
  plain: {},
  /** Its clock jumps by an hour and stands still. An idle time above all jumps keeps these from dropping traces. */
  skewed: { domainIdleMs: 5 * HOUR_MS, attributes: 'full' },
  /** Drops traces all the time, while they go on, too. */
  small: { maxDomains: 8, domainIdleMs: 30, attributes: 'lean' },
};

/** How often a kill hits each of them, out of all weights. One that is hit seldom lives long enough to show its heap. */
export const KILL_WEIGHTS: Readonly<Record<SlotName, number>> = { anchor: 0, plain: 5, skewed: 4, small: 1 };

/** Processes that may drop a trace that goes on. In the others a tick is never left out, but by a kill. */
export const EVICTING: ReadonlySet<SlotName> = new Set<SlotName>(['anchor', 'small']);

/** Those that hold a trace at least as long as a visit takes. */
export const CALM_SLOTS = ['anchor', 'plain', 'skewed'] as const satisfies readonly SlotName[];
