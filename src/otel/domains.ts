/**
 * The domains of a process and how they are reached: by trace, by span, by message.
 *
 * Guarantee: a span that outlives its domain goes on in the trace's present one, which then knows the span's start
 * and is incomplete; a message that arrives makes no domain until something happens in its context.
 * Hazard: everything here trusts its caller to have judged the message (arrival.ts).
 */
import type { SpanContext } from '@opentelemetry/api';
import { drawNodeId } from '../clocks/node-id.js';
import { PROCESS_DOMAIN } from '../clocks/stamp.js';
import { fitVector } from '../clocks/vector-state.js';
import { MAX_HEAD_LENGTH } from '../codec/wire-text.js';
import { calledOut } from './called-out.js';
import type { ClockSettings } from './clock-options.js';
import { type Counters, say } from './counters.js';
import { type BehindMillis, Domain, type DomainRules } from './domain.js';
import { DomainStore } from './domain-store.js';
import type { Arrival, SpanRecord } from './records.js';
import { TraceKey } from './trace-key.js';

export class Domains {
  private readonly store: DomainStore;
  /** The one domain of process scope. */
  private readonly process: Domain | undefined;
  private drawn: string | undefined = undefined;
  private hasPropagator = false;
  private saidNoPropagator = false;
  /** The trace whose key was asked for last, and that key. */
  private lastTraceId = '';
  private lastKey = new TraceKey('');

  constructor(
    readonly settings: ClockSettings,
    readonly counters: Counters,
  ) {
    const node = (): string | undefined => this.drawn;
    const rules: DomainRules = {
      maxEntries: settings.maxEntries,
      maxDriftMs: settings.maxDriftMs,
      counters,
      get node() {
        return node();
      },
      current: (domain) => this.current(domain),
    };
    this.store = new DomainStore({ maxDomains: settings.maxDomains, idleMs: settings.domainIdleMs }, rules);
    this.process = settings.scope === 'process' ? new Domain(new TraceKey(PROCESS_DOMAIN), rules, 0) : undefined;
  }

  /** A propagator carries this clock's stamps. */
  attachPropagator(): void {
    this.hasPropagator = true;
  }

  /** Something is stamped here: without a propagator whatever this process sends is unmarked, and nobody else can tell. */
  admit(domain: Domain): void {
    if (!this.hasPropagator) domain.hide('no-propagator');
  }

  /** A message came or went: without a propagator it carried no stamp, and nobody can tell what it brought. */
  needPropagator(domain: Domain): void {
    if (this.hasPropagator) return;
    domain.hide('no-propagator');
    if (this.saidNoPropagator) return;
    this.saidNoPropagator = true;
    say(
      'spans are stamped, but no CausalityPropagator uses their clock, so order between services is unknown; register one as the global propagator',
    );
  }

  get node(): string | undefined {
    return this.drawn;
  }

  /** In process scope the domain of all that the process does, in a trace or not. */
  get whole(): Domain | undefined {
    return this.process;
  }

  /** Traces held now. */
  get size(): number {
    return this.store.size;
  }

  /** This incarnation's id, drawn when it is first needed: only then is the service's name known. */
  nodeNamed(fallback: () => string): string {
    this.drawn ??= drawNodeId(this.settings.node ?? fallback());
    return this.drawn;
  }

  /** Physical time in milliseconds; not a number where the injected clock fails, which every user of it bears. */
  now(): number {
    calledOut.depth++;
    try {
      const now: unknown = this.settings.now();
      if (typeof now === 'number') return now;
      this.counters.error('the physical clock', `it gave a ${typeof now}`);
    } catch (error) {
      this.counters.error('the physical clock', error);
    } finally {
      calledOut.depth--;
    }
    return Number.NaN;
  }

  /** The id of the domain that events of this trace belong to. */
  idOf(traceId: string): string {
    return this.process === undefined ? this.keyOf(traceId).id : PROCESS_DOMAIN;
  }

  private keyOf(traceId: string): TraceKey {
    // A request asks several times in a row, mostly with the very same text.
    if (traceId !== this.lastTraceId) {
      this.lastKey = new TraceKey(traceId);
      this.lastTraceId = traceId;
    }
    return this.lastKey;
  }

  peek(traceId: string): Domain | undefined {
    return this.process ?? this.store.peek(this.keyOf(traceId));
  }

  obtain(traceId: string, now: number): Domain {
    return this.process ?? this.store.obtain(this.keyOf(traceId), now);
  }

  /** The present domain of a span's trace. */
  present(record: SpanRecord, now: number): Domain {
    if (record.domain.isCurrent) return record.domain;
    const domain = this.store.obtain(record.domain.key, now);
    if (!domain.isOneWith(record.domain)) {
      domain.hide('trace-returned');
      domain.hear(record.start, now, false);
    }
    record.domain = domain;
    if (!record.ended) this.store.enter(domain);
    return domain;
  }

  /**
   * In process scope a message may leave before anything was stamped, when the first request of a process is not
   * sampled. It names an event that nobody records, the beginning of this node, so that its reply can be stamped: else
   * the process would be incomplete for life. That takes a configured name, because no span has told the service's.
   */
  begin(domain: Domain, now: number): void {
    if (domain !== this.process || domain.hasNews || this.settings.node === undefined) return;
    domain.tick(
      this.nodeNamed(() => ''),
      now,
    );
  }

  /** What has become of a domain that may have been dropped or laid to rest: the trace's present one, if there is one. */
  current(domain: Domain): Domain | undefined {
    return domain.isCurrent ? domain : this.store.peek(domain.key);
  }

  /** The domain through which a span that is not ours passes on what it received; undefined when that is nothing. */
  relaying(spanContext: SpanContext, arrival: Arrival | undefined): Domain | undefined {
    const domain = this.peek(spanContext.traceId);
    if (domain !== undefined) {
      if (this.process === undefined) this.store.touch(domain);
      return domain;
    }
    // That a stamp was missed is passed on by the mark alone: traces that nobody samples must not crowd out the others.
    if (arrival?.stamp?.domain !== arrival?.domain || !this.concerns(arrival, spanContext.traceId)) return undefined;
    return this.obtain(spanContext.traceId, this.now());
  }

  /** True when a message belongs to this trace. */
  concerns(arrival: Arrival | undefined, traceId: string): boolean {
    return arrival !== undefined && arrival.domain === this.idOf(traceId);
  }

  /**
   * A request leaves about which there is nothing to say. Its reply will bring no stamp, so whatever leaves or happens
   * in this trace afterwards may have heard of it. True where an earlier one left, or the trace was dropped.
   */
  mayHaveHeard(traceId: string, domain: Domain | undefined): boolean {
    // What was not incomplete until now is from here on: its next message says so.
    if (domain !== undefined) domain.hide('unstamped-request');
    return domain === undefined && !this.store.leaveUnstamped(this.keyOf(traceId));
  }

  enter(domain: Domain): void {
    if (this.process === undefined) this.store.enter(domain);
  }

  leave(domain: Domain): void {
    if (this.process === undefined) this.store.leave(domain);
  }

  /**
   * A message takes effect here that another clock of this process may have read. Neither knows what the other makes of it
   * and replies to it, so both admit that; one that has not merged it yet does so when it merges it.
   */
  shareReader(domain: Domain, arrival: Arrival): void {
    const { domains } = arrival.clock as { readonly domains?: Domains };
    if (domains === this || (arrival.domain !== domain.id && arrival.stamp?.domain !== domain.id)) return;
    domain.hide('foreign-clock');
    arrival.hidden ??= 'foreign-clock';
    domains?.peek(arrival.domain)?.hide('foreign-clock');
  }

  /** Merges what a request brought. */
  merge(domain: Domain, arrival: Arrival, now: number): BehindMillis {
    if (domain.lastArrival === arrival) return 0;
    domain.lastArrival = arrival;
    this.shareReader(domain, arrival);
    if (arrival.hidden !== undefined && arrival.domain === domain.id) domain.hide(arrival.hidden);
    if (arrival.stamp === undefined) return 0;
    return arrival.stamp.domain === domain.id
      ? domain.hear(arrival.stamp, now, true)
      : domain.hearTimes(arrival.stamp, now, true);
  }

  /** The domain's present state as wire text, within the bytes a writer may use. */
  write(domain: Domain): string {
    const text = domain.text();
    const { maxBytes } = this.settings;
    if (text.length <= maxBytes) return text;
    const fitted = fitVector(domain.heard, this.drawn, maxBytes - MAX_HEAD_LENGTH);
    this.counters.entries(fitted.dropped);
    return domain.text(fitted.vector);
  }
}
