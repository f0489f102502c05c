/** Requests between services: the real carriers on one side, the oracle's facts on the other. */
import { SpanKind, trace as traceApi } from '@opentelemetry/api';
import type { MessageFacts } from './facts.js';
import { type Cause, causesOf, isProcessScope, type Ledger, stampOf } from './ledger.js';
import { only } from './order-graph.js';
import type { Delivery, Request, Spot } from './scene.js';
import type { Service } from './service.js';

export class Requests {
  /** Requests that have not come, or may come again. */
  underWay: Request[] = [];
  /** Requests that may be replied to. */
  deliveries: Delivery[] = [];
  /** How many left, by process and span. */
  private readonly sends = new Map<string, number>();
  private sent = 0;

  constructor(
    private readonly ledger: Ledger,
    private readonly log: string[],
  ) {}

  /** A request leaves in this context. */
  send(spot: Spot, to: number): Request {
    const { service, context } = spot;
    const carrier = service.inject(context);
    const facts = service.clock === undefined ? this.passOn(spot) : this.sentByLibrary(spot, service);
    const request: Request = {
      name: `m${++this.sent}`,
      facts,
      carrier,
      to,
      sender: spot,
      answer: undefined,
      came: false,
    };
    this.underWay.push(request);
    const key = `${service.id}/${spot.spanId}`;
    this.sends.set(key, (this.sends.get(key) ?? 0) + 1);
    this.log.push(
      `${service.name} sends ${request.name} to slot ${to} from ${spot.span?.name ?? 'a context it received'}`,
    );
    return request;
  }

  private passOn({ service, trace, arrival, span }: Spot): MessageFacts {
    const point = this.ledger.point(service, trace, []);
    const received = arrival?.facts;
    const kept = service.plan.baggage && received?.stamp?.carrier === 'baggage';
    // Without a span of its own it is no hop that anyone could see.
    if (span === undefined && received !== undefined) return kept ? received : { ...received, stamp: undefined };
    const passed = received?.stamp;
    const stamp = passed?.carrier === 'baggage' && service.plan.baggage ? passed : undefined;
    // Where the trace is another one, the tracestate is gone and the baggage is not.
    const marked = received?.marked === true && received.trace === trace;
    return { trace, point, marked, stamp, straight: false };
  }

  private sentByLibrary({ trace, span, spanId, arrival }: Spot, service: Service): MessageFacts {
    this.ledger.observeAll(service);
    const lane = this.ledger.lane(service, trace);
    lane.recall(span?.start);
    const causes = arrival === undefined ? [] : this.ledger.receive(service, trace, arrival.facts);
    const point = this.ledger.point(service, trace, causes);
    const marked = lane.spoken || isProcessScope(service);
    lane.spoken = true;
    if (!marked) {
      lane.unmarked = true;
      if (lane.holder !== undefined) lane.rules.add('a request that could carry no stamp');
      return { trace, point, marked, stamp: undefined, straight: true };
    }
    const stamp = service.plan.propagates ? stampOf(lane) : undefined;
    const recorded = span?.start !== undefined;
    if (lane.holder !== undefined) {
      const awaited = service.awaited.get(spanId);
      const stamped = stamp !== undefined;
      if (awaited === undefined) {
        service.awaited.set(spanId, { requests: 1, holder: lane.holder, blind: !recorded, stamped });
      } else {
        awaited.requests++;
        awaited.stamped &&= stamped;
      }
      if (!recorded) lane.blind++;
      else if (span?.kind === SpanKind.CLIENT && !service.plan.hooks) {
        lane.rules.add('a reply that nobody hears');
      }
    }
    return { trace, point, marked, stamp, straight: true };
  }

  /** A request comes; nothing is done with it yet. */
  deliver(request: Request, service: Service, again: boolean): Spot {
    const isEarlier = ({ sender, to, came }: Request): boolean =>
      !came && to === request.to && sender.service === request.sender.service;
    if (request.came) this.ledger.happened.note('a request came twice');
    else if (this.underWay.slice(0, this.underWay.indexOf(request)).some(isEarlier)) {
      this.ledger.happened.note('a request overtook an earlier one');
    }
    request.came = true;
    if (!again) this.underWay = this.underWay.filter((one) => one !== request);
    const carrier = { ...request.carrier };
    const { facts } = request;
    const delivery: Delivery = { request, facts, service, carrier, server: undefined, replied: false };
    this.deliveries.push(delivery);
    const context = service.extract(carrier);
    if (service.clock === undefined) this.ledger.point(service, facts.trace, causesOf(facts));
    const spanId = traceApi.getSpanContext(context)?.spanId ?? '';
    this.log.push(`${service.name} receives ${request.name}`);
    return { service, context, trace: facts.trace, spanId, span: undefined, arrival: delivery };
  }

  lose(request: Request | undefined): void {
    if (request?.came === false) this.ledger.happened.note('a request was lost');
    this.underWay = this.underWay.filter((one) => one !== request);
  }

  /** A broken relay: the request goes on with the stamp of another trace's. */
  splice(request: Request | undefined, stale: Request | undefined): void {
    if (request === undefined || stale?.facts.stamp === undefined || request.facts.trace === stale.facts.trace) return;
    const { stamp } = stale.facts;
    const baggage = stale.carrier['baggage'];
    // A stamp of process scope would be one of ours to any receiver in process scope: that is forgery, not age.
    if (stamp.domain === '-' || stamp.carrier !== 'baggage' || baggage === undefined) return;
    // A re-rooted trace still carries the stamp of the one it left: back there it would be no other trace's, but tampering.
    if (stamp.domain === request.facts.trace) return;
    if (request.facts.stamp !== undefined && request.facts.stamp.carrier !== 'baggage') return;
    request.carrier = { ...request.carrier, baggage };
    request.facts = { ...request.facts, stamp, stale: stale.facts.stale ?? stale.facts.point };
    this.log.push(`${request.name} is given the stale stamp of ${stale.name}`);
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
    if (linked.span === undefined && linked.arrival !== undefined) {
      const { facts } = linked.arrival;
      if (facts.trace === trace && (facts.stamp === undefined || !service.plan.trusts))
        lane.rules.add('a link without a stamp');
      return this.ledger.receive(service, trace, facts);
    }
    if (linked.trace === trace) lane.rules.add('a link without a stamp');
    return [];
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
