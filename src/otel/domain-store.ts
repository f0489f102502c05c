/**
 * The domains of the traces that are going on in this process.
 *
 * Guarantee: never more than `maxDomains`, but for those that the application's code begins while a hook of ours waits for
 * it. A domain without a live span is laid to rest when others have come after it, and goes when it has been idle long
 * enough, or, the longest idle first, when room is needed; one with live spans goes only when all have some. No
 * (node, tick) of a trace is ever used twice: dropping raises the floor that every new domain counts from. A trace that
 * comes back is recognised and incomplete, and its Lamport and hybrid times go on above those it had; so is one for which
 * requests left before anything was stamped. Every operation is constant time; there are no timers. A call that fails
 * half-way, because the application has filled the stack, leaves all this true.
 * Hazard: idleness is checked when another trace begins, so a silent process keeps what it has.
 */
import { MAX_RECENT_TRACES, UNSTAMPED_TRACES_PER_GENERATION } from '../clocks/limits.js';
import { calledOut } from './called-out.js';
import type { IncompleteReason } from './counters.js';
import { Domain, type DomainRules } from './domain.js';
import { DroppedTraces } from './dropped-traces.js';
import { layToRest, wake } from './resting-domain.js';
import { TimesFloor } from './times-floor.js';
import type { TraceKey } from './trace-key.js';
import { BUSY, RECENT, RESTING, TraceQueues } from './trace-queues.js';
import { COUNTER, FRACTION, LAMPORT, NO_QUEUE, NO_SLOT, SECONDS, TraceSlots, USED_AT } from './trace-slots.js';
import { TraceTable } from './trace-table.js';

export interface DomainStoreOptions {
  readonly maxDomains: number;
  readonly idleMs: number;
  /** Domains without a live span that are not laid to rest: those that were used last. */
  readonly maxRecent?: number;
}

/** Idle domains let go of for each new one: two, so that they can never pile up faster than they go. */
const DROPS_PER_NEW = 2;
/** Likewise those laid to rest for each that begins or ends: others were woken meanwhile. */
const RESTS_PER_USE = 2;

export class DomainStore {
  private readonly slots: TraceSlots;
  private readonly table: TraceTable;
  private readonly queues: TraceQueues;
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
    this.slots = new TraceSlots(options.maxDomains);
    this.table = new TraceTable(this.slots);
    this.queues = new TraceQueues(this.slots);
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
    this.letRest();
    const forgotten = this.droppedTraces.hasForgotten ? this.times : undefined;
    const domain = new Domain(key, this.rules, this.floor, forgotten, ++this.made);
    domain.usedAt = physicalMillis;
    const reason = this.reasonToDoubt(key);
    if (reason === 'trace-returned') domain.continueAbove(this.times);
    domain.hidden = reason !== undefined;
    domain.slot = this.slots.take(key);
    this.awake[domain.slot] = domain;
    // In this order: what is found is in a queue, so that it goes when room is needed, even if a full stack ends this half-way.
    this.queues.move(domain.slot, RECENT);
    this.table.add(domain.slot);
    // Only now that it is found: what is admitted is logged, and a logger may make spans of this very trace.
    if (reason !== undefined) this.rules.counters.incomplete(reason);
    return domain;
  }

  /** Why a trace that begins here may have begun before. */
  private reasonToDoubt(key: TraceKey): IncompleteReason | undefined {
    if (this.droppedTraces.mayContain(key)) return 'trace-returned';
    return this.unstampedTraces.mayContain(key) ? 'unstamped-request' : undefined;
  }

  private wake(slot: number, key: TraceKey): Domain {
    const domain = wake(this.slots, slot, key, this.rules, this.times);
    this.awake[slot] = domain;
    this.slots.forgetEntries(slot);
    this.queues.move(slot, RECENT);
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
    this.queues.move(domain.slot, BUSY);
  }

  /** A recorded span of the domain has ended. */
  leave(domain: Domain): void {
    if (--domain.liveSpans > 0 || !domain.isCurrent) return;
    this.queues.move(domain.slot, RECENT);
    this.letRest();
  }

  /** A message passed through a domain: it is the last to go among the idle ones. */
  touch(domain: Domain): void {
    if (domain.liveSpans > 0 || !domain.isCurrent) return;
    this.queues.move(domain.slot, RECENT);
  }

  /** Those without a live span that were used longest ago are laid to rest, where there are too many that were not. */
  private letRest(): void {
    if (calledOut.depth > 0) return;
    const { maxRecent = MAX_RECENT_TRACES } = this.options;
    for (let i = 0; i < RESTS_PER_USE && this.queues.sizeOf(RECENT) > maxRecent; i++) {
      const slot = this.queues.firstOf(RECENT);
      this.queues.move(slot, RESTING);
      const domain = this.awake[slot];
      if (domain !== undefined && layToRest(domain, this.slots)) this.awake[slot] = undefined;
    }
  }

  private makeRoom(physicalMillis: number): void {
    if (calledOut.depth > 0) return;
    for (let i = 0; i < DROPS_PER_NEW; i++) {
      const oldest = this.longestIdle;
      if (oldest === NO_SLOT || !(physicalMillis - this.usedAt(oldest) > this.options.idleMs)) break;
      this.drop(oldest);
    }
    const { maxDomains } = this.options;
    for (let slot = this.next; slot !== NO_SLOT && this.table.size >= maxDomains; slot = this.next) this.drop(slot);
  }

  /** Who goes next where there is no room. */
  private get next(): number {
    const idle = this.longestIdle;
    return idle === NO_SLOT ? this.queues.firstOf(BUSY) : idle;
  }

  private get longestIdle(): number {
    const resting = this.queues.firstOf(RESTING);
    return resting === NO_SLOT ? this.queues.firstOf(RECENT) : resting;
  }

  private usedAt(slot: number): number {
    return this.awake[slot]?.usedAt ?? (this.slots.numbers[this.slots.at(slot) + USED_AT] as number);
  }

  private drop(slot: number): void {
    const { slots, awake } = this;
    const domain = awake[slot];
    // What keeps ticks apart comes first, whatever may fail after it.
    if (domain === undefined) {
      const at = slots.at(slot);
      const number = (which: number): number => slots.numbers[at + which] as number;
      this.floor = Math.max(this.floor, number(COUNTER));
      this.times.raise(number(LAMPORT), number(SECONDS), number(FRACTION));
    } else {
      this.floor = Math.max(this.floor, domain.counter);
      domain.drop(this.times);
    }
    this.droppedTraces.add(slots.words(slot));
    this.table.delete(slot);
    this.queues.move(slot, NO_QUEUE);
    awake[slot] = undefined;
    slots.giveBack(slot);
    this.rules.counters.domainsDropped++;
  }
}
