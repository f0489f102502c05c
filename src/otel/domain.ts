/**
 * A clock domain: what this process knows of one trace (or, in process scope, of everything).
 *
 * Guarantee: each event gets the next tick of this node and a snapshot of all that was heard before it; a message
 * carries the present state; `incomplete` and `hlcUnordered` never go away once set.
 * Hazard: a domain knows only what it is told. Whatever may have been heard without a stamp must be told with
 * {@link Domain.hide}, or two events will be called concurrent that are not.
 */
import { CLOCK_RESOLUTION_MS, MAX_COUNTER } from '../clocks/limits.js';
import { driftMillis, HybridState } from '../clocks/hybrid-state.js';
import type { KnownVector } from '../clocks/known-vector.js';
import type { KnownLogStamp } from '../clocks/log-stamp.js';
import { type Halves, hexOfHalves } from '../clocks/ntp64-halves.js';
import { PROCESS_DOMAIN, Stamp } from '../clocks/stamp.js';
import { VectorState } from '../clocks/vector-state.js';
import { ASSIGN, SEPARATOR } from '../clocks/stamp-codes.js';
import { wireText } from '../codec/wire-text.js';
import type { Counters, IncompleteReason } from './counters.js';
import type { Times, TimesFloor } from './times-floor.js';
import type { TraceKey } from './trace-key.js';
import { NO_SLOT } from './trace-slots.js';

/** What a domain needs to know of the clock that holds it. */
export interface DomainRules {
  readonly maxEntries: number;
  readonly maxDriftMs: number;
  readonly counters: Counters;
  /** Our node id, or undefined while it has not been drawn. */
  readonly node: string | undefined;
  /** The present domain of the trace that a domain is or was of, if there is one. */
  readonly current: (domain: Domain) => Domain | undefined;
}

/** How far, in milliseconds, a cause's clock was proven ahead of ours; 0 where it was not. */
export type BehindMillis = number;

export class Domain {
  /** @internal What is known of each node. */
  vector: VectorState;
  /** @internal Hybrid time. */
  hlc = new HybridState();
  /** Lamport time of the last event of ours, or heard of. */
  lamport = 0;
  /** @internal True while the Lamport time is that of an event or log of ours: nobody else was heard to have come as far. */
  lamportIsOurs = false;
  /** @internal Something may have been heard without a stamp. */
  hidden = false;
  /** True once a hybrid time was refused or missing: their order proves nothing from there on. */
  unordered = false;
  /** The last tick of ours that was not made here. */
  readonly base: number;
  /** Replies under way whose head, with its stamp, has been sent and whose body has not ended. */
  openBodies = 0;
  /** Requests sent for spans whose end we shall not see, and whose reply has not come. */
  blindRequests = 0;
  /** Recorded spans that have started and not ended. */
  liveSpans = 0;
  /** Physical time of the last use, in milliseconds. */
  usedAt = Number.NaN;
  /** False once the store has let go of it, or has laid it to rest: its spans go on in the trace's present domain. */
  isCurrent = true;
  /** The last arrival merged, so that a context used twice is merged once. */
  lastArrival: object | undefined = undefined;
  /** Its place in the store. */
  slot = NO_SLOT;

  /**
   * @param key the trace's, or that of process scope
   * @param counter the highest tick of this node so far: the next event gets `counter + 1`
   * @param forgotten times that no dropped trace has passed, where some were forgotten and this may be one of them
   * @param serial which of the store's domains it is; it stays the same through rests
   */
  constructor(
    readonly key: TraceKey,
    readonly rules: DomainRules,
    public counter: number,
    public forgotten?: Times,
    readonly serial = 0,
  ) {
    this.vector = new VectorState(rules.maxEntries);
    this.base = counter;
  }

  /** True where this and the other one are the same domain, though one may have been laid to rest and woken since. */
  isOneWith(other: Domain): boolean {
    return this === other || (this.serial === other.serial && this.rules === other.rules);
  }

  /** The last 16 digits of the trace's id, or `-`: what stamps name. */
  get id(): string {
    return this.key.id;
  }

  get incomplete(): boolean {
    return this.hidden;
  }

  /** True when there is something to tell: a message must name at least one event. */
  get hasNews(): boolean {
    return this.vector.size > 0;
  }

  /** Our last event of which messages tell; 0 where there is none. */
  get ownCounter(): number {
    return this.vector.own;
  }

  /** The proven lag of this host's clock in this trace, which the domain's hybrid times are ahead by. */
  get offsetMillis(): BehindMillis {
    return this.hlc.offsetMillis;
  }

  /** Admits that something may have been heard without a stamp. */
  hide(reason: IncompleteReason): void {
    // Whoever holds on to one that was laid to rest means its trace.
    const current = this.isCurrent ? this : this.rules.current(this);
    if (current !== this) current?.hide(reason);
    if (this.hidden) return;
    this.hidden = true;
    if (current === this || current === undefined) this.rules.counters.incomplete(reason);
  }

  /** A new event of this node. What there is to say of it is the domain's present state, until something else happens. */
  advance(node: string, physicalMillis: number): void {
    this.usedAt = physicalMillis;
    this.counter += 1;
    this.advanceLamport();
    this.hlc.advance(physicalMillis);
    this.lose(this.vector.tick(node, this.counter));
  }

  /** Stamps a new event of this node. */
  tick(node: string, physicalMillis: number): Stamp<string, number> {
    this.advance(node, physicalMillis);
    const { id, counter, lamport, vector, hlc, isIncompleteNow, unordered } = this;
    return new Stamp(id, node, counter, lamport, vector.snapshot(), hlc.last, isIncompleteNow, unordered);
  }

  /**
   * What a log carries: the present state. Nothing ticks; but where as late a Lamport time was heard from others, it
   * counts once, so that a log is later than its causes elsewhere, and earlier than its effects.
   * @param physicalMillis where hybrid time is wanted: each log then has its own
   */
  observe(node: string, seq: number, physicalMillis: number | undefined): KnownLogStamp {
    if (!this.lamportIsOurs) this.advanceLamport();
    if (physicalMillis !== undefined) this.hlc.advance(physicalMillis);
    return {
      domain: this.id,
      node,
      afterTick: this.counter,
      seq,
      lamport: this.lamport,
      vector: this.vector.snapshot(),
      hlc: physicalMillis === undefined ? undefined : this.hlc.last,
      incomplete: this.isIncompleteNow,
      hlcUnordered: this.unordered,
    };
  }

  /** All that is known of each node. */
  get heard(): KnownVector {
    return this.vector.snapshot();
  }

  /**
   * The present state as wire text, as a message carries it: no event, so nothing ticks and no clock is read.
   * @param part the entries to send, where not all have room; then the message is incomplete
   */
  text(part?: KnownVector): string {
    const { seconds, fraction } = this.hlc;
    return wireText(
      this.id,
      // A process that relays before anything was stamped anywhere has nothing to say, and is not asked to.
      this.lamport,
      seconds === 0 && fraction === 0 ? '' : hexOfHalves(seconds, fraction),
      this.hidden || this.blindRequests > 0 || part !== undefined,
      this.unordered,
      part === undefined ? this.vector.text(ASSIGN, SEPARATOR) : part.join(ASSIGN, SEPARATOR),
    );
  }

  /**
   * Merges what a stamp of this domain knew.
   * @param request true for a request: its sender waits, so a lag that it proves is kept up in later times
   */
  hear(stamp: Stamp, physicalMillis: number, request: boolean): BehindMillis {
    const { counters, node } = this.rules;
    if (this.forgotten !== undefined && node !== undefined) this.recall(stamp.vector.get(node));
    const hearing = this.vector.hear(stamp.vector, node, this.counter);
    if (hearing.ownRefused) counters.ownEntry(`${stamp.vector.get(node as string)} where ${this.counter} is the last`);
    this.lose(hearing.dropped);
    if (stamp.incomplete) this.hide('told-so');
    return this.hearTimes(stamp, physicalMillis, request);
  }

  /** Takes Lamport and hybrid time, which compare across domains, from a stamp of any domain. */
  hearTimes(stamp: Stamp, physicalMillis: number, request: boolean): BehindMillis {
    this.usedAt = physicalMillis;
    if (stamp.lamport >= this.lamport) {
      this.lamport = stamp.lamport;
      this.lamportIsOurs = false;
    }
    if (stamp.hlcUnordered || stamp.hlc === undefined) this.unordered = true;
    if (stamp.hlc === undefined) return 0;
    const ahead = driftMillis(stamp.hlc, physicalMillis);
    if (this.hlc.update(stamp.hlc, physicalMillis, this.rules.maxDriftMs) === 'refused') {
      this.unordered = true;
      this.rules.counters.hlc(`${Math.round(ahead)} ms ahead, ${this.rules.maxDriftMs} allowed`);
    } else if (request && ahead > this.hlc.offsetMillis && this.id !== PROCESS_DOMAIN) {
      this.hlc.offsetMillis = ahead;
    }
    return ahead >= CLOCK_RESOLUTION_MS ? ahead : 0;
  }

  /** The store lets go of it. Lets the floor know how far its times have come. */
  drop(floor: TimesFloor): void {
    this.isCurrent = false;
    floor.raise(this.lamport, this.hlc.seconds, this.hlc.fraction);
  }

  /** A trace goes on whose domain was dropped: every later time is above the times it had. */
  continueAbove({ lamport, hlc }: Times): void {
    this.lamport = Math.max(this.lamport, lamport);
    this.lamportIsOurs = false;
    this.hlc.raiseTo(hlc.seconds, hlc.fraction);
  }

  /** Somebody has heard of us in this trace: where that was before this domain, it is a trace that came back. */
  private recall(own: number): void {
    if (own === 0 || own > this.base || this.forgotten === undefined) return;
    this.hide('trace-returned');
    this.continueAbove(this.forgotten);
    this.forgotten = undefined;
  }

  /** The hybrid time of the last event of ours, or heard of. */
  get hybridTime(): Halves {
    return this.hlc.last;
  }

  /** True where what happens now may have heard something without a stamp. */
  get isIncompleteNow(): boolean {
    return this.hidden || this.openBodies > 0 || this.blindRequests > 0;
  }

  private advanceLamport(): void {
    this.lamportIsOurs = true;
    if (this.lamport < MAX_COUNTER) this.lamport += 1;
    else this.hide('lamport-exhausted');
  }

  private lose(entries: number): void {
    if (entries === 0) return;
    this.rules.counters.entries(entries);
    this.hide('entries-dropped');
  }
}
