/**
 * The process-wide clock, through which a propagator and a processor that were given none find each other.
 *
 * Guarantee: one per JavaScript realm, however many copies of this package (ESM, CommonJS, bundled) are loaded. It is
 * made at first use from the environment.
 * Hazard: the first copy's code serves all of them. The `/1` in its name is the version of the shared interface.
 */
import { CausalClock } from './causal-clock.js';
import { say } from './counters.js';

const PROCESS_CLOCK = Symbol.for('otel-causality/clock/1');

/** This copy's clock, which becomes everybody's where it is the first. */
let own: CausalClock | undefined;

export function processClock(): CausalClock {
  const host = globalThis as { [PROCESS_CLOCK]?: CausalClock };
  const present = host[PROCESS_CLOCK];
  if (present !== undefined) return present;
  own ??= new CausalClock();
  if (Object.isExtensible(host)) {
    Object.defineProperty(host, PROCESS_CLOCK, { value: own });
  } else {
    say('globalThis is frozen, so pass one { clock } to the propagator, the processor and installHttpReplies');
  }
  return own;
}
