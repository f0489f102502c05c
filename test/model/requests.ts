/** Requests between services: the real carriers on one side, the oracle's facts on the other. */
import { SpanKind, trace as traceApi } from '@opentelemetry/api';
import type { Carrier } from '../support/fleet.js';
import type { Cause, MessageFacts, StampFacts } from './facts.js';
import { causesOf, isProcessScope, type Ledger, stampOf } from './ledger.js';
import { type EventSet, NO_EVENTS, only } from './order-graph.js';
import type { Delivery, Request, Spot } from './scene.js';
import type { Service } from './service.js';
import { meetForeign } from './two-clocks.js';

/** Headers that were used before: a request's, or one's that came. */
export type UsedHeaders = Pick<Request, 'facts' | 'carrier'>;

/** What is wrong with a delivery. */
export interface Flaw {
  readonly suppressed: boolean;
  readonly forged: Carrier | undefined;
}

const FLAWLESS: Flaw = { suppressed: false, forged: undefined };

export class Requests {
  /** Requests that have not come, or may come again. */
  underWay: Request[] = [];
  /** Requests that may be replied to. */
  deliveries: Delivery[] = [];
  readonly all: Request[] = [];
  /** How many left, by process and span. */
  private readonly sends = new Map<string, number>();

  constructor(
    private readonly ledger: Ledger,
    private readonly log: string[],
  ) {}

  /**
   * A request leaves in this context.
   * @param used headers that are in the carrier already, as where a retry or a gateway copies what it had
   */
  send(spot: Spot, to: number, used?: UsedHeaders): Request {
    const { service, context } = spot;
    // A plain service that makes no span of its own and mixes two messages' headers is outside the promise.
    const left = service.carries || spot.span !== undefined ? used : undefined;
    const carrier = service.inject(context, { ...left?.carrier });
    const sent = service.carries ? this.sentByLibrary(spot, service) : this.passOn(spot);
    const facts = left === undefined ? sent : leftBehind(sent, left, carrier, service);
    if (left !== undefined) this.ledger.happened.note('headers were used again');
    if (service.carries && !service.stamps) this.ledger.happened.note('a message left without a processor');
    const request = this.add(facts, carrier, to, spot, this.ownEvents(spot));
    this.log.push(
      `${service.name} sends ${request.name} to slot ${to} from ${spot.span?.name ?? 'a context it received'}`,
    );
    return request;
  }

  /** A request is under way. */
  add(facts: MessageFacts, carrier: Carrier, to: number, sender: Spot, own: EventSet): Request {
    const name = `m${this.all.length + 1}`;
    const request: Request = {
      name,
      facts,
      carrier,
      to,
      sender,
      own,
      answer: undefined,
      came: false,
      repeated: false,
      passesBy: false,
    };
    this.all.push(request);
    this.underWay.push(request);
    const key = `${sender.service.id}/${sender.spanId}`;
    this.sends.set(key, (this.sends.get(key) ?? 0) + 1);
    return request;
  }

  private passOn({ service, trace, arrival, span, foreign }: Spot): MessageFacts {
    const point = this.ledger.point(service, trace, []);
    // What another clock's propagator has read is in no context any more.
    const wasRead = arrival?.service.carries === true && !arrival.unread;
    const received = arrival === undefined || !wasRead ? arrival?.facts : { ...arrival.facts, marked: false };
    const keeps = !wasRead && (service.clock !== undefined || service.plan.baggage);
    const stamp = keeps ? passedOn(received?.stamps.baggage) : undefined;
    const stamps = stamp === undefined ? {} : { baggage: stamp };
    // Without a span of its own it is no hop that anyone could see.
    if (span === undefined && foreign === undefined && received !== undefined) return { ...received, stamps };
    // Where the trace is another one, the tracestate is gone and the baggage is not.
    const marked = received?.marked === true && received.trace === trace;
    const others = received === undefined ? [] : causesOf(received, true);
    return { trace, point, marked, stamps, hops: 'service', others };
  }

  private sentByLibrary(spot: Spot, service: Service): MessageFacts {
    const { trace, span, spanId, arrival, foreign } = spot;
    this.ledger.observeAll(service);
    const lane = this.ledger.lane(service, trace);
    lane.recall(span?.start);
    meetForeign(this.ledger, service, foreign);
    const causes = arrival === undefined ? [] : this.ledger.receive(service, trace, arrival);
    const point = this.ledger.point(service, trace, causes);
    // By chance the memory of dropped traces takes a new one for one of them, and says so: that costs an "unknown".
    const isTakenForDropped = lane.holder === undefined && service.remembers(trace);
    const marked = lane.spoken || isTakenForDropped || isProcessScope(service) || foreign?.start !== undefined;
    lane.spoken = true;
    const message = { trace, point, marked, hops: 'none', others: [] } as const;
    if (!marked) {
      lane.unmarked = true;
      if (lane.holder !== undefined) lane.rules.add('a request that could carry no stamp');
      return { ...message, stamps: {} };
    }
    const stamp = service.plan.propagates ? stampOf(lane) : undefined;
    const node = service.clock?.node;
    if (node !== undefined && isProcessScope(service)) this.ledger.beginnings.add(node);
    const recorded = span?.start !== undefined;
    // The end of such a span says that its reply is missing.
    const isWatched = recorded && !(span.kind === SpanKind.CLIENT && span.end !== undefined);
    if (lane.holder !== undefined) {
      const isCall = recorded && span.kind === SpanKind.CLIENT;
      const awaited = {
        lane,
        holder: lane.holder,
        owner: isWatched ? span : undefined,
        own: this.ownEvents(spot),
        stamped: stamp !== undefined,
      };
      service.awaited.add(spanId, awaited, !(isCall && service.plan.hooks && service.plan.hears === 'announced'));
      if (recorded && span.kind === SpanKind.CLIENT && !service.plan.hooks) {
        lane.rules.add('a reply that nobody hears');
      }
    }
    return { ...message, stamps: stamp === undefined ? {} : { [service.plan.carrier]: stamp } };
  }

  /** Who hears replies to the calls that he announces announces this one, or it passes him by. */
  announce(request: Request, passesBy: boolean): void {
    const { service, spanId } = request.sender;
    request.passesBy = passesBy;
    if (service.clock === undefined || !service.plan.hooks || service.plan.hears === 'all') return;
    this.ledger.happened.note(passesBy ? 'a call was not announced' : 'a call was announced');
    if (passesBy) return;
    service.clock.messages.announce(spanId);
    service.awaited.announce(spanId);
    this.log.push(`${service.name} will hear the reply to ${request.name}`);
  }

  /** The sender's own events, which the reply to its request will know. */
  private ownEvents({ service, trace }: Spot): EventSet {
    return service.clock === undefined ? NO_EVENTS : this.ledger.ownEvents(service, trace);
  }

  /**
   * A request comes; nothing is done with it yet.
   * @param flaw.forged headers that say more of the receiver than is true
   * @param flaw.suppressed tracing is suppressed where it is extracted, and not afterwards: its stamp stays unread
   */
  deliver(request: Request, service: Service, again: boolean, { suppressed, forged }: Flaw = FLAWLESS): Spot {
    const isEarlier = ({ sender, to, came }: Request): boolean =>
      !came && to === request.to && sender.service === request.sender.service;
    if (request.came) this.ledger.happened.note('a request came twice');
    else if (this.underWay.slice(0, this.underWay.indexOf(request)).some(isEarlier)) {
      this.ledger.happened.note('a request overtook an earlier one');
    }
    request.came = true;
    if (!again) this.underWay = this.underWay.filter((one) => one !== request);
    const carrier = { ...(forged ?? request.carrier) };
    const unread = suppressed && service.carries;
    if (unread && request.facts.marked) this.ledger.happened.note('a message came while tracing was suppressed');
    const isForged = forged !== undefined;
    const facts = {
      ...request.facts,
      ...(unread ? { stamps: {} } : isForged ? this.withoutOurs(request, service) : {}),
    };
    const state = { server: undefined, replied: false, unread, isForged, usedBy: undefined };
    const delivery: Delivery = { request, facts, service, carrier, ...state };
    this.deliveries.push(delivery);
    const context = service.extract(carrier, unread);
    if (!service.carries) this.ledger.point(service, facts.trace, causesOf(facts, false));
    const spanId = traceApi.getSpanContext(context)?.spanId ?? '';
    this.log.push(`${service.name} receives ${request.name}`);
    return { service, context, trace: facts.trace, spanId, span: undefined, foreign: undefined, arrival: delivery };
  }

  /** What is refused of a forged stamp is all that it says of the receiver. */
  private withoutOurs({ facts }: Request, service: Service): Pick<MessageFacts, 'stamps'> {
    const { carrier } = service.plan;
    const stamp = facts.stamps[carrier] as StampFacts;
    const own = this.ledger.ownEvents(service, facts.trace);
    return { stamps: { ...facts.stamps, [carrier]: { ...stamp, known: stamp.known & ~own } } };
  }

  /** A link to what another context of this process received, or to its span. */
  hearLink(service: Service, trace: string, linked: Spot): Cause[] {
    const lane = this.ledger.lane(service, trace);
    const start = linked.span?.start;
    if (start !== undefined) {
      lane.earlier |= start.earlier | only(start.index);
      lane.recall(start);
      return [];
    }
    // The mark of a message that was not read stays in its trace state, also in that of its trace's spans.
    const { arrival } = linked;
    const unread = arrival !== undefined && (arrival.unread || !arrival.service.carries) && arrival.facts.marked;
    if (unread) lane.rules.add('a link without a stamp');
    if (linked.span === undefined && linked.foreign === undefined && linked.arrival !== undefined) {
      const { facts } = linked.arrival;
      if (facts.trace === trace && (Object.keys(facts.stamps).length === 0 || !service.plan.trusts))
        lane.rules.add('a link without a stamp');
      return this.ledger.receive(service, trace, linked.arrival);
    }
    if (linked.trace === trace) lane.rules.add('a link without a stamp');
    return [];
  }

  /** All headers that a process has written or received, the oldest first. */
  headersOf(service: Service): UsedHeaders[] {
    const came = this.deliveries.filter((one) => one.service === service && !one.isForged);
    return [...came, ...this.all.filter(({ sender }) => sender.service === service)];
  }

  /** How many requests a span has sent. */
  sentBy({ service, spanId }: Spot): number {
    return this.sends.get(`${service.id}/${spanId}`) ?? 0;
  }

  /** A process is gone: it will not reply any more. */
  died(service: Service): void {
    this.deliveries = this.deliveries.filter((one) => one.service !== service);
  }
}

/** What a plain service's baggage propagator makes of a stamp. */
function passedOn(stamp: StampFacts | undefined): StampFacts | undefined {
  return stamp?.passedOnAs === undefined ? stamp : stamp.passedOnAs.stamp;
}

/** What a sender leaves of the headers that were in the carrier before: the library nothing, where it has to say anything. */
function leftBehind(sent: MessageFacts, left: UsedHeaders, carrier: Carrier, service: Service): MessageFacts {
  if (service.carries && sent.marked) return sent;
  const { facts } = left;
  const before: Cause = { point: facts.point, trace: facts.trace, outside: true };
  const marked = carrier['tracestate']?.includes('causality=') === true;
  const stamps = { ...facts.stamps, ...sent.stamps };
  return { ...sent, marked, stamps, hops: 'service', others: [...sent.others, before, ...facts.others] };
}
