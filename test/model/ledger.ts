/**
 * The oracle: told what really happened, it says which event happened before which, what can be proven where stamps
 * went, and which rule allows an event to be incomplete.
 *
 * Guarantee: independent of the clocks under test. It looks at stamps only to name events, and at the library's
 * domain objects only to see when one was dropped. What is outside the promise is left out of the true order here,
 * each time with its rule;
 * only *concurrent* must not contradict the promised order, while *before* must be true in the whole one:
 * - an `extract` that nothing follows is no event (DESIGN 2, rule 3): a message counts from the first recorded start,
 *   inject or reply in its context;
 * - other traces do not order a trace (rule 6): an edge joins points of one trace, or of one process in process scope;
 * - a message without a mark comes from where nobody takes part (section 3): it brings nothing;
 * - a plain service that has no span of its own forwards the trace context as it came, so that its requests are those
 *   of the one who called it ("equal, the stamp came straight");
 * - of a streaming reply the body tells of the events that were stamped after the head, not of what the server heard
 *   meanwhile (rule 5, "chunks of a stream"): single events, without their past;
 * - a reply that passes the hooks by, on another transport, counts from the end of its client span (rules 4 and 5);
 * - without hooks the reply to a span that is not a client's, and everywhere a producer's that carries no stamp, is
 *   never noticed (rule 5, replies.ts);
 * - a stamp of another time or trace that somebody put into a message tells of no path there (hops.ts);
 * - two clocks of one process are two nodes, and one sequence only where they meet (two-clocks.ts);
 * - told that plain hops only forward, a receiver believes it: what a plain service did besides is hidden from it.
 */
import type { CausalStamp } from '../../src/clocks/stamp.js';
import type { LogStamp } from '../../src/clocks/log-stamp.js';
import type { Cause, EventFacts, Incarnation, LogFacts, MessageFacts, ReceivedFacts, StampFacts } from './facts.js';
import { Happenings } from './happenings.js';
import { Lane, PROCESS } from './lane.js';
import { type EventSet, includes, NO_EVENTS, only, OrderGraph } from './order-graph.js';

export class Ledger {
  readonly events: EventFacts[] = [];
  readonly logs: LogFacts[] = [];
  readonly happened = new Happenings();
  /** Order inside one trace. */
  private readonly byTrace = new OrderGraph();
  /** Order in process scope: as inside a trace, but all that a process in process scope does is one line. */
  private readonly byProcess = new OrderGraph();
  /** Order through everything: what is outside the promise may be known all the same, and is then true. */
  private readonly byAnything = new OrderGraph();
  private readonly lastByTrace = new Map<string, number>();
  private readonly lastByProcess = new Map<string, number>();
  private readonly lastByAnything = new Map<number, number>();
  private readonly lanes = new Map<string, Lane>();
  /** Where a process was in a trace before it forgot it. */
  private readonly pasts = new Map<string, Cause>();
  /** Node ids that were sent before they had stamped anything, in process scope. */
  readonly beginnings = new Set<string>();
  /** Domains in which a process that is gone has stamped something. */
  private readonly bereaved = new Set<string>();

  /** The lane that a trace has in a process, up to date with what the library holds. */
  lane(process: Incarnation, trace: string): Lane {
    const domain = domainOf(process, trace);
    const key = `${process.id}/${domain}`;
    let lane = this.lanes.get(key);
    if (lane === undefined) {
      lane = new Lane(process, domain, this.events, this.happened, this.beginnings, () => this.forget(process, trace));
      this.lanes.set(key, lane);
    }
    lane.observe(trace);
    return lane;
  }

  /** Looks at all lanes of a process: domains may be dropped by whatever it does. */
  observeAll(process: Incarnation): void {
    for (const lane of this.lanes.values()) if (lane.process === process) lane.observe(lane.domain);
  }

  /** Something happens in a process, after what it did before in this trace and after `causes`. */
  point(process: Incarnation, trace: string, causes: readonly Cause[], event?: number, heard?: EventSet): number {
    const whole = isProcessScope(process);
    const traceLine = `${process.id}/${trace}`;
    const processLine = whole ? `${process.id}` : traceLine;
    const { beside } = this.lanes.get(`${process.id}/${domainOf(process, trace)}`) ?? {};
    const besideTrace = beside === undefined ? undefined : this.lastByTrace.get(`${beside.id}/${trace}`);
    const besideProcess = beside === undefined || !whole ? besideTrace : this.lastByProcess.get(`${beside.id}`);
    const promised = causes.filter((cause) => cause.outside !== true);
    const inTrace = promised.filter((cause) => cause.trace === trace).map(pointOf);
    const inProcess = whole ? promised.map(pointOf) : inTrace;
    const point = this.byTrace.add(withLast(inTrace, this.lastByTrace.get(traceLine), besideTrace), event, heard);
    this.byProcess.add(withLast(inProcess, this.lastByProcess.get(processLine), besideProcess), event, heard);
    this.byAnything.add(withLast(causes.map(pointOf), this.lastByAnything.get(process.host)), event, heard);
    this.lastByAnything.set(process.host, point);
    this.lastByTrace.set(traceLine, point);
    this.lastByProcess.set(processLine, point);
    return point;
  }

  /** An event was stamped. */
  event(name: string, process: Incarnation, trace: string, stamp: CausalStamp, causes: readonly Cause[]): EventFacts {
    const lane = this.lane(process, trace);
    const index = this.nextIndex;
    const knowledge = lane.knowledgeOfNext(stamp.node as string);
    const point = this.point(process, trace, causes, index);
    const { domain, holder } = lane;
    const event: EventFacts = { ...knowledge, index, name, process, trace, domain, stamp, point, holder };
    this.events.push(event);
    lane.append(event);
    if (this.bereaved.has(domain)) this.happened.note('a process restarted in the middle of a trace');
    return event;
  }

  /** A log was stamped: no event, but after all that its process knows, and before all that it does next. */
  log(name: string, process: Incarnation, trace: string, stamp: LogStamp, causes: readonly Cause[]): void {
    const lane = this.lane(process, trace);
    const index = this.nextIndex;
    const knowledge = lane.knowledgeOfLog();
    const point = this.point(process, trace, causes, index);
    this.logs.push({ ...knowledge, index, name, process, trace, domain: lane.domain, stamp, point });
    lane.appendLog(index);
  }

  /** A process is gone; its domains go on elsewhere, perhaps. */
  died(process: Incarnation): void {
    for (const { domain, process: owner } of this.events) if (owner === process) this.bereaved.add(domain);
  }

  /** The events that a process has stamped in a domain. */
  ownEvents(process: Incarnation, trace: string): EventSet {
    let own = NO_EVENTS;
    const domain = domainOf(process, trace);
    for (const event of this.events) {
      if (event.process === process && event.domain === domain) own |= only(event.index);
    }
    return own;
  }

  private get nextIndex(): number {
    return this.events.length + this.logs.length;
  }

  /**
   * A request that came is merged, by a recorded start, an inject or a reply in its context, or by a link to it.
   * @param trace of what happens in its context
   */
  receive(process: Incarnation, trace: string, received: ReceivedFacts): Cause[] {
    const { facts: message, service: reader } = received;
    const lane = this.lane(process, trace);
    const sent = reader.plan.parts === 'processor' ? undefined : message.stamps[reader.plan.carrier];
    const stamp = process.plan.trusts && sent?.domain !== UNREADABLE ? sent : undefined;
    if (stamp !== undefined && lane.holder !== undefined) lane.earlier |= stamp.earlier;
    const causes = causesOf(message, process.plan.plainHops === 'transparent');
    const ofThisTrace = message.trace === trace || isProcessScope(process);
    // A stamp is taken for what it says itself: a link may lead to a message of another trace that somebody gave one of this.
    const acceptable = stamp?.domain === lane.domain ? stamp : undefined;
    const past = acceptable !== undefined && lane.recalls(acceptable) ? this.forgottenPast(process, trace) : [];
    if (acceptable !== undefined) lane.merge(acceptable);
    // A stamp that may not be read is of nobody knows which trace: somebody upstream takes part.
    const unread = sent !== undefined && stamp === undefined;
    if (!ofThisTrace || (!message.marked && acceptable === undefined && !unread)) {
      return [...past, ...causes.map((cause) => ({ ...cause, outside: true }))];
    }
    this.share(process, trace, received);
    lane.spoken = true;
    if (acceptable === undefined) {
      lane.rules.add(message.marked ? 'a mark without an acceptable stamp' : 'a stamp without a mark');
    } else if (!message.marked) {
      lane.rules.add('a stamp without a mark');
    } else if (message.hops !== 'none' && process.plan.plainHops === 'visible') {
      lane.rules.add('a stamp that a plain service passed on');
    } else if (message.hops !== 'none') {
      this.happened.note(
        message.hops === 'proxy' ? 'a proxy was believed to forward only' : 'a service was believed to forward only',
      );
    }
    return [...past, ...causes];
  }

  /** A message is used by a clock of a process, and may have been read by the other: neither knows what the other makes of it. */
  private share(process: Incarnation, trace: string, received: ReceivedFacts): void {
    const { service: reader, unread, usedBy } = received;
    // Where there is nothing to tell, nothing was merged.
    if (reader.plan.parts === 'processor' || unread || this.lane(process, trace).holder === undefined) return;
    if (reader === process) {
      if (usedBy !== undefined) this.doubt(process, usedBy, trace);
      return;
    }
    received.usedBy = process;
    this.doubt(process, reader, trace);
    const readers = this.lane(reader, trace);
    if (readers.holder === undefined) return;
    // A span under one that used it before need not tell the reader again, who may have come to the trace since.
    if (usedBy === undefined) this.doubt(reader, process, trace);
    else readers.rules.add('another clock in the process');
  }

  /**
   * A clock knows from here on that it does not know what another one of its process does in this trace: as one sequence, the
   * process was here before, or may have been.
   */
  doubt(process: Incarnation, other: Incarnation, trace: string): void {
    const lane = this.lane(process, trace);
    lane.rules.add('another clock in the process');
    lane.beside = other;
    this.happened.note('two clocks of a process met');
  }

  /** A process forgets that it was ever in a trace: what happens next there is a beginning. */
  private forget(process: Incarnation, trace: string): void {
    const line = `${process.id}/${trace}`;
    const past = this.lastByTrace.get(line);
    if (past === undefined) return;
    this.pasts.set(line, { point: past, trace });
    this.lane(process, trace).beside = undefined;
    this.lastByTrace.delete(line);
    this.lastByProcess.delete(line);
  }

  /** What a process did in a trace that it had forgotten, and of which somebody has just told it. */
  forgottenPast(process: Incarnation, trace: string): readonly Cause[] {
    const past = this.pasts.get(`${process.id}/${trace}`);
    return past === undefined ? [] : [past];
  }

  /** True where `earlier` happened before `later`, and their clocks promise to know of it, or that they may not. */
  isPromised(earlier: EventFacts | LogFacts, later: EventFacts | LogFacts): boolean {
    const graph = later.domain === PROCESS ? this.byProcess : this.byTrace;
    return includes(graph.past(later.point), earlier.index);
  }

  /** True where `earlier` happened before `later`, whichever way. */
  happenedBefore(earlier: EventFacts | LogFacts, later: EventFacts | LogFacts): boolean {
    return includes(this.byAnything.past(later.point), earlier.index);
  }
}

export function isProcessScope({ plan }: Incarnation): boolean {
  return plan.kind === 'library' && plan.scope === 'process';
}

export function domainOf(process: Incarnation, trace: string): string {
  return isProcessScope(process) ? PROCESS : trace;
}

/** What a process sends along: its lane's knowledge, where it has any. */
export function stampOf(lane: Lane): StampFacts | undefined {
  // In process scope a named process that has nothing to tell yet names its own beginning, which nobody records.
  if (lane.holder === undefined || (lane.known === 0n && lane.domain !== PROCESS)) return undefined;
  return { ...lane.knowledgeSent(), domain: lane.domain };
}

/** The domain of a stamp that nobody can read. */
export const UNREADABLE = 'unreadable';

/**
 * What a message comes after: its sending, and that of the stamp in it.
 * @param transparent the receiver was told that plain hops only forward: what a plain service did is outside then
 */
export function causesOf({ point, trace, hops, others }: MessageFacts, transparent: boolean): Cause[] {
  return [{ point, trace, outside: transparent && hops === 'service' }, ...others];
}

function pointOf({ point }: Cause): number {
  return point;
}

function withLast(causes: readonly number[], ...last: readonly (number | undefined)[]): readonly number[] {
  return [...causes, ...last.filter((one) => one !== undefined)];
}
