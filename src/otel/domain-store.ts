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
import { Halves } from '../clocks/ntp64-halves.js';
import { Domain, type DomainRules, type TimesFloor } from './domain.js';
import { DroppedTraces } from './dropped-traces.js';
import type { TraceKey } from './trace-key.js';
import { TraceTable } from './trace-table.js';

export interface DomainStoreOptions {
  readonly maxDomains: number;
  readonly idleMs: number;
}

/** Idle domains let go of for each new one: two, so that they can never pile up faster than they go. */
const DROPS_PER_NEW = 2;

const NO_TIME = new Halves(0, 0);

export class DomainStore {
  private readonly domains = new TraceTable<Domain>();
  private readonly idle = new DomainQueue();
  private readonly busy = new DomainQueue();
  private readonly droppedTraces: DroppedTraces;
  /** Traces that have no domain yet and for which a request left: unsampled ones, mostly. */
  private readonly unstampedTraces = new DroppedTraces(UNSTAMPED_TRACES_PER_GENERATION);
  private floor = 0;
  /** Times that no dropped domain has passed. */
  private readonly times: TimesFloor = { lamport: 0, hlc: NO_TIME };

  constructor(
    private readonly options: DomainStoreOptions,
    private readonly rules: DomainRules,
    droppedTraces = new DroppedTraces(),
  ) {
    this.droppedTraces = droppedTraces;
  }

  get size(): number {
    return this.domains.size;
  }

  /** The present domain of a trace, if there is one. */
  peek(key: TraceKey): Domain | undefined {
    return this.domains.get(key);
  }

  /** The present domain of a trace, made where there is none. */
  obtain(key: TraceKey, physicalMillis: number): Domain {
    const present = this.domains.get(key);
    if (present !== undefined) return present;
    this.makeRoom(physicalMillis);
    const domain = new Domain(key, this.rules, this.floor, this.droppedTraces.hasForgotten ? this.times : undefined);
    domain.usedAt = physicalMillis;
    if (this.droppedTraces.mayContain(key)) {
      domain.hide('trace-returned');
      domain.continueAbove(this.times);
    }
    if (this.unstampedTraces.mayContain(key)) domain.hide('unstamped-request');
    this.domains.add(domain);
    this.idle.append(domain);
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
    if (domain.liveSpans++ > 0 || domain.dropped) return;
    this.idle.remove(domain);
    this.busy.append(domain);
  }

  /** A recorded span of the domain has ended. */
  leave(domain: Domain): void {
    if (--domain.liveSpans > 0 || domain.dropped) return;
    domain.rest();
    this.busy.remove(domain);
    this.idle.append(domain);
  }

  /** A message passed through a domain: it is the last to go among the idle ones. */
  touch(domain: Domain): void {
    if (domain.liveSpans > 0 || domain.dropped) return;
    this.idle.remove(domain);
    this.idle.append(domain);
  }

  private makeRoom(physicalMillis: number): void {
    for (let i = 0; i < DROPS_PER_NEW; i++) {
      const oldest = this.idle.first;
      if (oldest === undefined || !(physicalMillis - oldest.usedAt > this.options.idleMs)) break;
      this.drop(oldest);
    }
    while (this.domains.size >= this.options.maxDomains) {
      this.drop((this.idle.first ?? this.busy.first) as Domain);
    }
  }

  private drop(domain: Domain): void {
    (domain.liveSpans > 0 ? this.busy : this.idle).remove(domain);
    this.domains.delete(domain);
    domain.dropped = true;
    this.floor = Math.max(this.floor, domain.counter);
    domain.raise(this.times);
    this.droppedTraces.add(domain.key);
    this.rules.counters.domainsDropped++;
  }
}

/** A queue whose members can leave from anywhere in constant time. */
class DomainQueue {
  first: Domain | undefined = undefined;
  private last: Domain | undefined = undefined;

  append(domain: Domain): void {
    domain.previous = this.last;
    domain.next = undefined;
    if (this.last === undefined) this.first = domain;
    else this.last.next = domain;
    this.last = domain;
  }

  remove(domain: Domain): void {
    if (domain.previous === undefined) this.first = domain.next;
    else domain.previous.next = domain.next;
    if (domain.next === undefined) this.last = domain.previous;
    else domain.next.previous = domain.previous;
    domain.previous = undefined;
    domain.next = undefined;
  }
}
