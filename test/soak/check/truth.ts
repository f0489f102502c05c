/**
 * What really happened before what in a trace, from the ledgers alone.
 *
 * Guarantee: knows nothing of stamps. What is outside the promise (docs/guarantees.md) is left out of the promised order
 * and kept in the whole one:
 * - a message whose baggage and tracestate were both lost on the way;
 * - a message that a span handled which is not sampled, and in whose context nothing left, no request and no reply with a
 *   stamp: an `extract` that nothing follows is no event;
 * - of a reply's body that was written in parts, all but the single events that were stamped between its head and its
 *   end.
 */
import type { EventKind } from '../../../src/analysis/graph/graph-model.js';
import { type EventSet, includes, NO_EVENTS, only, OrderGraph } from '../../model/order-graph.js';
import { type LedgerEntry, type MessageName, traceOfMessage } from '../ledger.js';
import type { Incarnation } from '../processes.js';
import { costOf } from '../wire-faults.js';
import type { RecordedTrace, TraceLane } from './recorded-trace.js';

/** Something that may have been stamped. */
export interface TrueEvent {
  readonly index: number;
  readonly incarnation: Incarnation;
  readonly span: string;
  readonly kind: EventKind;
}

interface Body {
  /** Where its head left, and its end. */
  readonly from: number;
  to: number | undefined;
  /** What was stamped between. */
  events: EventSet;
}

interface LaneState {
  readonly lane: TraceLane;
  at: number;
  last: number | undefined;
}

/** The ledgers contradict each other: the soak itself is wrong. */
export class TornLedger extends Error {
  override readonly name = 'TornLedger';
}

export class Truth {
  readonly events: TrueEvent[] = [];
  private readonly pointOfEvent: number[] = [];
  private readonly promisedOrder = new OrderGraph();
  private readonly wholeOrder = new OrderGraph();
  private readonly pointOf = new Map<MessageName, number>();
  private readonly bodies = new Map<MessageName, Body>();
  private readonly openBodies = new Map<TraceLane, Map<MessageName, Body>>();
  private readonly outside: ReadonlySet<MessageName | undefined>;
  private readonly written: ReadonlySet<MessageName>;

  constructor(private readonly trace: RecordedTrace) {
    const entries = trace.lanes.flatMap(({ ledger }) => ledger);
    this.outside = new Set(
      entries.map((entry) =>
        entry.kind === 'fault' && costOf(entry.fault) === 'the message' ? entry.message : undefined,
      ),
    );
    this.written = new Set(entries.flatMap((entry) => (entry.kind === 'replied' ? [entry.message] : [])));
    const states = trace.lanes.map((lane): LaneState => ({ lane, at: 0, last: undefined }));
    while (states.some((state) => this.advance(state)));
    const stuck = states.find(({ lane, at }) => at < lane.ledger.length);
    if (stuck !== undefined) {
      const entry = JSON.stringify(stuck.lane.ledger[stuck.at]);
      throw new TornLedger(`${stuck.lane.incarnation.id} heard what nobody sent, in trace ${trace.id}: ${entry}`);
    }
  }

  /** True where `a` happened before `b`. */
  happened(a: TrueEvent, b: TrueEvent): boolean {
    return includes(this.wholeOrder.past(this.pointOfEvent[b.index] as number), a.index);
  }

  /** True where it did along ways that the library promises to know of. */
  isPromised(a: TrueEvent, b: TrueEvent): boolean {
    return includes(this.promisedOrder.past(this.pointOfEvent[b.index] as number), a.index);
  }

  /** Takes what can be taken of a lane: all whose causes are known. True where that was something. */
  private advance(state: LaneState): boolean {
    const from = state.at;
    for (; state.at < state.lane.ledger.length; state.at++) {
      if (!this.take(state.lane.ledger[state.at] as LedgerEntry, state)) break;
    }
    return state.at > from;
  }

  /** False where its cause has yet to come. */
  private take(entry: LedgerEntry, state: LaneState): boolean {
    const { lane } = state;
    switch (entry.kind) {
      case 'fault':
      case 'reply fault':
        return true;
      case 'start':
      case 'end':
        return this.point(state, 'heard' in entry ? entry.heard : undefined, this.event(lane, entry.span, entry.kind));
      case 'send':
        return this.point(state, entry.heard, undefined, entry.message);
      case 'heard':
        return this.point(state, entry.message);
      case 'reply': {
        const event = this.event(lane, entry.span, 'reply');
        if (!this.point(state, entry.heard, event, entry.message, entry.stamped)) return false;
        if (this.written.has(entry.message)) this.openBody(lane, entry.message, state.last as number);
        return true;
      }
      case 'replied':
        this.closeBody(lane, entry.message, state);
        return true;
      case 'read':
        return this.readBody(state, entry.message);
    }
  }

  /** The event that comes next, where it is taken at all. */
  private event(lane: TraceLane, span: string, kind: EventKind): TrueEvent {
    return { index: this.events.length, incarnation: lane.incarnation, span, kind };
  }

  /**
   * Something happens, after what happened before in its lane. False where the message that it heard has not been sent.
   * @param names the message that leaves here
   * @param promises false where the library need not know what was heard
   */
  private point(
    state: LaneState,
    heard?: MessageName,
    event?: TrueEvent,
    names?: MessageName,
    promises = true,
  ): boolean {
    const cause = heard === undefined || traceOfMessage(heard) !== this.trace.id ? undefined : this.pointOf.get(heard);
    if (heard !== undefined && cause === undefined && traceOfMessage(heard) === this.trace.id) return false;
    const before = state.last === undefined ? [] : [state.last];
    const all = cause === undefined ? before : [...before, cause];
    const promised = !promises || (heard !== undefined && this.outside.has(heard)) ? before : all;
    const point = this.wholeOrder.add(all, event?.index);
    this.promisedOrder.add(promised, event?.index);
    state.last = point;
    if (names !== undefined) this.pointOf.set(names, point);
    if (event === undefined) return true;
    this.events.push(event);
    this.pointOfEvent.push(point);
    for (const body of this.openBodies.get(state.lane)?.values() ?? []) body.events |= only(event.index);
    return true;
  }

  private openBody(lane: TraceLane, message: MessageName, from: number): void {
    const body: Body = { from, to: undefined, events: NO_EVENTS };
    this.bodies.set(message, body);
    const open = this.openBodies.get(lane) ?? new Map<MessageName, Body>();
    this.openBodies.set(lane, open.set(message, body));
  }

  private closeBody(lane: TraceLane, message: MessageName, { last }: LaneState): void {
    const body = this.bodies.get(message);
    if (body === undefined) throw new TornLedger(`the body of ${message} ended and never began`);
    body.to = last;
    this.openBodies.get(lane)?.delete(message);
  }

  private readBody(state: LaneState, message: MessageName): boolean {
    if (!this.written.has(message) || traceOfMessage(message) !== this.trace.id) return true;
    const body = this.bodies.get(message);
    if (body?.to === undefined) return false;
    const before = [state.last as number];
    this.wholeOrder.add([...before, body.to]);
    state.last = this.promisedOrder.add(before, undefined, body.events);
    return true;
  }
}
