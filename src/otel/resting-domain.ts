/**
 * Lays a domain to rest in its slot, and wakes it.
 *
 * Guarantee: a domain that was woken says and does what it would have done without.
 * Hazard: who still holds the object that was laid to rest, as an ended span's record does, holds what is no longer the
 * trace's present domain. {@link Domain.isCurrent} tells, and {@link Domain.isOneWith} tells the woken one from another
 * one of the same trace. No event can be made of it: what it had is gone, and frozen.
 */
import { HybridState } from '../clocks/hybrid-state.js';
import { VectorState } from '../clocks/vector-state.js';
import { Domain, type DomainRules } from './domain.js';
import { layEntriesToRest, wakeEntries } from './resting-vector.js';
import type { Times } from './times-floor.js';
import type { TraceKey } from './trace-key.js';
import {
  BASE,
  COUNTER,
  FLAGS,
  FRACTION,
  HEARINGS,
  LAMPORT,
  OFFSET_MILLIS,
  OWN,
  OWN_INDEX,
  SECONDS,
  SERIAL,
  type TraceSlots,
  USED_AT,
} from './trace-slots.js';

/** What is left to a domain that was laid to rest, so that it keeps nothing alive. */
const NO_VECTOR = new VectorState(0);
const NO_TIME = new HybridState();
Object.freeze(NO_VECTOR);
Object.freeze(NO_TIME);

/** What is true of a domain at rest. */
const HIDDEN = 1;
const UNORDERED = 2;
const LAMPORT_IS_OURS = 4;
const MAY_BE_FORGOTTEN = 8;

/**
 * Puts all that a domain is into its slot. False where somebody will come back to this very object: then it only gives back
 * what makes its next event cheaper.
 */
export function layToRest(domain: Domain, slots: TraceSlots): boolean {
  const { slot, vector, hlc } = domain;
  vector.rest();
  domain.key.rest();
  if (domain.openBodies > 0 || domain.blindRequests > 0) return false;
  const { numbers } = slots;
  const at = slots.at(slot);
  numbers[at + USED_AT] = domain.usedAt;
  numbers[at + COUNTER] = domain.counter;
  numbers[at + LAMPORT] = domain.lamport;
  numbers[at + SECONDS] = hlc.seconds;
  numbers[at + FRACTION] = hlc.fraction;
  numbers[at + OFFSET_MILLIS] = hlc.offsetMillis;
  numbers[at + FLAGS] =
    (domain.hidden ? HIDDEN : 0) |
    (domain.unordered ? UNORDERED : 0) |
    (domain.lamportIsOurs ? LAMPORT_IS_OURS : 0) |
    (domain.forgotten === undefined ? 0 : MAY_BE_FORGOTTEN);
  numbers[at + SERIAL] = domain.serial;
  numbers[at + BASE] = domain.base;
  numbers[at + OWN_INDEX] = vector.ownIndex;
  numbers[at + OWN] = vector.own;
  numbers[at + HEARINGS] = vector.hearings;
  layEntriesToRest(vector.table, slots, slot, domain.rules.node);
  domain.isCurrent = false;
  domain.vector = NO_VECTOR;
  domain.hlc = NO_TIME;
  domain.lastArrival = undefined;
  return true;
}

/**
 * The domain that was laid to rest in a slot.
 * @param key the trace's
 * @param floor times that no dropped trace has passed
 */
export function wake(slots: TraceSlots, slot: number, key: TraceKey, rules: DomainRules, floor: Times): Domain {
  const at = slots.at(slot);
  const number = (which: number): number => slots.numbers[at + which] as number;
  const flags = number(FLAGS);
  const forgotten = (flags & MAY_BE_FORGOTTEN) === 0 ? undefined : floor;
  const domain = new Domain(key, rules, number(BASE), forgotten, number(SERIAL));
  domain.slot = slot;
  domain.usedAt = number(USED_AT);
  domain.counter = number(COUNTER);
  domain.lamport = number(LAMPORT);
  domain.lamportIsOurs = (flags & LAMPORT_IS_OURS) !== 0;
  domain.hidden = (flags & HIDDEN) !== 0;
  domain.unordered = (flags & UNORDERED) !== 0;
  domain.hlc.raiseTo(number(SECONDS), number(FRACTION));
  domain.hlc.offsetMillis = number(OFFSET_MILLIS);
  domain.vector.wake(wakeEntries(slots, slot, rules.node), number(OWN_INDEX), number(OWN), number(HEARINGS));
  return domain;
}
