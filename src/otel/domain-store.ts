/**
 * The domains of the traces that are going on in this process.
 *
 * Guarantee: never more than `maxDomains`. A domain without a live span goes when it has been idle long enough, or,
 * the longest idle first, when room is needed; one with live spans goes only when all have some. No (node, tick) of
 * a trace is ever used twice: dropping raises the floor that every new domain counts from. A trace that comes back
 * is recognised and incomplete, and its Lamport and hybrid times go on above those it had; so is one for which requests
 * left before anything was stamped. Every operation is constant time; there are no timers.
 * Hazard: idleness is checked when another trace begins, so a silent process keeps what it has.
 */
import { UNSTAMPED_TRACES_PER_GENERATION } from '../clocks/limits.js';
import { isCalledOut } from './called-out.js';
import { Domain, type DomainRules } from './domain.js';
import { DroppedTraces } from './dropped-traces.js';
import { layToRest, wake } from './resting-domain.js';
import { TimesFloor } from './times-floor.js';
import type { TraceKey } from './trace-key.js';
import { TraceQueue } from './trace-queue.js';
import { COUNTER, FRACTION, LAMPORT, NO_SLOT, SECONDS, TraceSlots, USED_AT } from './trace-slots.js';
import { TraceTable } from './trace-table.js';

export interface DomainStoreOptions {
  readonly maxDomains: number;
  readonly idleMs: number;
}

/** Idle domains let go of for each new one: two, so that they can never pile up faster than they go. */
const DROPS_PER_NEW = 2;

export class DomainStore {
  private readonly slots = new TraceSlots();
  private readonly table = new TraceTable(this.slots);
  private readonly idle = new TraceQueue(this.slots);
  private readonly busy = new TraceQueue(this.slots);
  /** By their slots the domains that are not at rest. */
  private readonly awake: (Domain | undefined)[] = [];
  private readonly droppedTraces: DroppedTraces;
  /** Traces that have no domain yet and for which a request left: unsampled ones, mostly. */
  private readonly unstampedTraces = new DroppedTraces(UNSTAMPED_TRACES_PER_GENERATION);
  private floor = 0;
  /** Times that no dropped domain has passed. */
  private readonly times = new TimesFloor();
  /** Domains made so far, each of which has its number. */
  private made = 0;

  constructor(
    private readonly options: DomainStoreOptions,
    private readonly rules: DomainRules,
    droppedTraces = new DroppedTraces(),
  ) {
    this.droppedTraces = droppedTraces;
  }

  get size(): number {
    return this.table.size;
  }

  /** The present domain of a trace, if there is one. */
  peek(key: TraceKey): Domain | undefined {
    const slot = this.table.find(key);
    return slot === NO_SLOT ? undefined : (this.awake[slot] ?? this.wake(slot, key));
  }

  /** The present domain of a trace, made where there is none. */
  obtain(key: TraceKey, physicalMillis: number): Domain {
    const present = this.peek(key);
    if (present !== undefined) return present;
    this.makeRoom(physicalMillis);
    const forgotten = this.droppedTraces.hasForgotten ? this.times : undefined;
    const domain = new Domain(key, this.rules, this.floor, forgotten, ++this.made);
    domain.usedAt = physicalMillis;
    domain.slot = this.slots.take(key);
    this.awake[domain.slot] = domain;
    this.table.add(domain.slot);
    this.idle.append(domain.slot);
    // Only now that it is found: what is admitted is logged, and a logger may make spans of this very trace.
    if (this.droppedTraces.mayContain(key)) {
      domain.continueAbove(this.times);
      domain.hide('trace-returned');
    }
    if (this.unstampedTraces.mayContain(key)) domain.hide('unstamped-request');
    return domain;
  }

  private wake(slot: number, key: TraceKey): Domain {
    const domain = wake(this.slots, slot, key, this.rules, this.times);
    this.awake[slot] = domain;
    return domain;
  }

  /** A request leaves for a trace without a domain. True when it is the first of which we know. */
  leaveUnstamped(key: TraceKey): boolean {
    if (this.droppedTraces.mayContain(key) || this.unstampedTraces.mayContain(key)) return false;
    this.unstampedTraces.add(key);
    return true;
  }

  /** A recorded span of the domain has started. */
  enter(domain: Domain): void {
    if (domain.liveSpans++ > 0 || !domain.isCurrent) return;
    this.idle.remove(domain.slot);
    this.busy.append(domain.slot);
  }

  /** A recorded span of the domain has ended. */
  leave(domain: Domain): void {
    if (--domain.liveSpans > 0 || !domain.isCurrent) return;
    const { slot } = domain;
    this.busy.remove(slot);
    this.idle.append(slot);
    domain.vector.rest();
    domain.key.rest();
    if (!isCalledOut() && layToRest(domain, this.slots)) this.awake[slot] = undefined;
  }

  /** A message passed through a domain: it is the last to go among the idle ones. */
  touch(domain: Domain): void {
    if (domain.liveSpans > 0 || !domain.isCurrent) return;
    this.idle.remove(domain.slot);
    this.idle.append(domain.slot);
  }

  private makeRoom(physicalMillis: number): void {
    if (isCalledOut()) return;
    for (let i = 0; i < DROPS_PER_NEW; i++) {
      const oldest = this.idle.first;
      if (oldest === NO_SLOT || !(physicalMillis - this.usedAt(oldest) > this.options.idleMs)) break;
      this.drop(oldest);
    }
    while (this.table.size >= this.options.maxDomains) {
      this.drop(this.idle.first === NO_SLOT ? this.busy.first : this.idle.first);
    }
  }

  private usedAt(slot: number): number {
    return this.awake[slot]?.usedAt ?? (this.slots.numbers[this.slots.at(slot) + USED_AT] as number);
  }

  private drop(slot: number): void {
    const { slots, awake } = this;
    const domain = awake[slot];
    (domain !== undefined && domain.liveSpans > 0 ? this.busy : this.idle).remove(slot);
    this.table.delete(slot);
    this.droppedTraces.add(slots.words(slot));
    if (domain === undefined) {
      const at = slots.at(slot);
      const [counter, lamport] = [slots.numbers[at + COUNTER] as number, slots.numbers[at + LAMPORT] as number];
      this.floor = Math.max(this.floor, counter);
      this.times.raise(lamport, slots.numbers[at + SECONDS] as number, slots.numbers[at + FRACTION] as number);
    } else {
      this.floor = Math.max(this.floor, domain.counter);
      domain.drop(this.times);
      awake[slot] = undefined;
    }
    slots.giveBack(slot);
    this.rules.counters.domainsDropped++;
  }
}
