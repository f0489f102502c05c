/** Requests and replies between services: the real carriers on one side, the oracle's facts on the other. */
import { SpanKind, trace as traceApi } from '@opentelemetry/api';
import { recordOf } from '../../src/otel/span-registry.js';
import { only } from './order-graph.js';
import type { MessageFacts } from './facts.js';
import { type Cause, domainOf, type Ledger, stampOf } from './ledger.js';
import type { Delivery, ReplyOnItsWay, Request, Spot } from './scene.js';
import type { Service } from './service.js';

export class Messenger {
  /** Requests that have not come, or may come again. */
  requests: Request[] = [];
  /** Requests that may be replied to. */
  deliveries: Delivery[] = [];
  /** Replies that have not come, or may come again. */
  replies: ReplyOnItsWay[] = [];
  /** Replies whose body is under way. */
  streams: ReplyOnItsWay[] = [];
  private readonly dead = new Set<Service>();
  /** Requests by process and span. */
  private readonly sends = new Map<string, number>();
  private sent = 0;
  private replied = 0;

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
      // A producer expects no reply (DESIGN 2, rule 5), whoever passes its message on.
      expectsReply: spot.span?.kind !== SpanKind.PRODUCER,
      answer: undefined,
    };
    this.requests.push(request);
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
    const marked = lane.spoken;
    lane.spoken = true;
    if (!marked) {
      lane.unmarked = true;
      if (lane.holder !== undefined) lane.rules.add('a request that could carry no stamp');
      return { trace, point, marked, stamp: undefined, straight: true };
    }
    const stamp = service.plan.propagates ? stampOf(lane) : undefined;
    const recorded = span?.start !== undefined;
    if (!(recorded && span.kind === SpanKind.PRODUCER) && lane.holder !== undefined) {
      const awaited = service.awaited.get(spanId);
      const stamped = stamp !== undefined;
      if (awaited === undefined) {
        service.awaited.set(spanId, { requests: 1, holder: lane.holder, blind: !recorded, stamped });
      } else {
        awaited.requests++;
        awaited.stamped &&= stamped;
      }
      if (!recorded) lane.blind++;
    }
    return { trace, point, marked, stamp, straight: true };
  }

  /** A request comes; nothing is done with it yet. */
  deliver(request: Request, service: Service, again: boolean): Spot {
    if (!again) this.requests = this.requests.filter((one) => one !== request);
    const carrier = { ...request.carrier };
    const { facts } = request;
    const delivery: Delivery = { request, facts, service, carrier, server: undefined, replied: false };
    this.deliveries.push(delivery);
    const context = service.extract(carrier);
    if (service.clock === undefined) this.ledger.point(service, facts.trace, [facts]);
    const spanId = traceApi.getSpanContext(context)?.spanId ?? '';
    this.log.push(`${service.name} receives ${request.name}`);
    return { service, context, trace: facts.trace, spanId, span: undefined, arrival: delivery };
  }

  lose(request: Request | undefined): void {
    this.requests = this.requests.filter((one) => one !== request);
  }

  loseReply(reply: ReplyOnItsWay | undefined): void {
    this.replies = this.replies.filter((one) => one !== reply);
  }

  /** A broken relay: the request goes on with the stamp of another trace's. */
  splice(request: Request | undefined, stale: Request | undefined): void {
    if (request === undefined || stale?.facts.stamp === undefined || request.facts.trace === stale.facts.trace) return;
    const { stamp } = stale.facts;
    const baggage = stale.carrier['baggage'];
    // A stamp of process scope would be one of ours to any receiver in process scope: that is forgery, not age.
    if (stamp.domain === '-' || stamp.carrier !== 'baggage' || baggage === undefined) return;
    if (request.facts.stamp !== undefined && request.facts.stamp.carrier !== 'baggage') return;
    request.carrier = { ...request.carrier, baggage };
    request.facts = { ...request.facts, stamp };
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
      if (!facts.marked && facts.stamp === undefined && facts.trace === trace) lane.rules.add('a link without a stamp');
      return this.ledger.receive(service, trace, facts);
    }
    if (linked.trace === trace) lane.rules.add('a link without a stamp');
    return [];
  }

  /** The head of a reply leaves, or all of it. */
  reply(delivery: Delivery | undefined, streams: boolean): ReplyOnItsWay | undefined {
    if (delivery === undefined || !delivery.request.expectsReply) return undefined;
    const { service, request, carrier, facts } = delivery;
    const { trace } = facts;
    const answer = service.plan.hooks ? service.clock?.messages.reply(carrier) : undefined;
    const accepted =
      service.clock !== undefined &&
      service.plan.hooks &&
      facts.stamp?.carrier === service.plan.carrier &&
      facts.stamp.domain === domainOf(service, trace);
    if (accepted !== (answer !== undefined)) throw new Error(`a reply ${accepted ? 'misses' : 'has'} a stamp`);
    let stamp: MessageFacts['stamp'];
    let causes: Cause[] = [];
    const server = delivery.server;
    const lane = this.ledger.lane(service, server?.spot.trace ?? trace);
    if (accepted) {
      this.ledger.observeAll(service);
      if (server === undefined) causes = this.ledger.receive(service, trace, facts);
      else lane.recall(server.start);
      if (server?.live === true && !delivery.replied) this.replyEvent(delivery);
      stamp = stampOf(lane);
    }
    delivery.replied = true;
    const point = this.ledger.point(service, trace, causes);
    const reply: ReplyOnItsWay = {
      name: `r${++this.replied}`,
      delivery,
      facts: { trace, point, marked: true, stamp, straight: true },
      text: answer?.text,
      stream: undefined,
      heard: false,
      accepted: false,
    };
    if (streams) {
      const body = { window: 0n };
      if (accepted) lane.bodies.add(body);
      const closeOurs = answer?.openBody();
      const close = (): void => {
        closeOurs?.();
        lane.bodies.delete(body);
      };
      reply.stream = { body, close, ended: undefined };
      this.streams.push(reply);
    }
    this.replies.push(reply);
    this.log.push(`${service.name} ${streams ? 'begins to reply' : 'replies'} to ${request.name} with ${reply.name}`);
    return reply;
  }

  private replyEvent({ service, server }: Delivery): void {
    if (server === undefined) return;
    const stamp = recordOf(server.span.spanContext(), service.clock as object)?.reply;
    if (stamp === undefined) throw new Error('a reply that is no event');
    this.ledger.event(`${server.name}.reply`, service, server.spot.trace, stamp, []);
  }

  /** The head of a reply comes. */
  hear(reply: ReplyOnItsWay | undefined, again: boolean): void {
    if (reply === undefined) return;
    if (!again) this.loseReply(reply);
    const { request } = reply.delivery;
    const { service, trace, spanId, span } = request.sender;
    if (this.dead.has(service) || !this.mayHear(reply, again)) return;
    this.log.push(`${service.name} hears ${reply.name}`);
    reply.heard = true;
    const cause = { point: reply.facts.point, trace };
    if (service.clock !== undefined && service.plan.hooks) {
      service.clock.messages.hearReply(spanId, reply.text);
      reply.accepted = this.heardByLibrary(reply, request.sender);
    } else if (span?.start !== undefined && span.live) {
      span.unheard.push(cause);
      if (reply.stream?.ended !== undefined) span.unheard.push(reply.stream.ended);
      return;
    }
    this.ledger.point(service, trace, [cause]);
    if (reply.stream?.ended !== undefined) this.hearBody(reply);
  }

  /**
   * A request has one reply, and where nothing but the span's id tells which request a reply belongs to, each comes
   * once. Without reply hooks only a client span says that it has heard one (DESIGN 2, rule 5).
   */
  private mayHear(reply: ReplyOnItsWay, again: boolean): boolean {
    const { request } = reply.delivery;
    const { service, span, spanId } = request.sender;
    if (request.answer !== undefined && request.answer !== reply) return false;
    if ((again || reply.heard) && this.sends.get(`${service.id}/${spanId}`) !== 1) return false;
    request.answer = reply;
    return (
      service.clock === undefined ||
      service.plan.hooks ||
      span === undefined ||
      span.start === undefined ||
      span.kind === SpanKind.CLIENT
    );
  }

  private heardByLibrary({ facts: { stamp } }: ReplyOnItsWay, { service, trace, spanId, span }: Spot): boolean {
    this.ledger.observeAll(service);
    const awaited = service.awaited.get(spanId);
    if (awaited === undefined) return false;
    const lane = this.ledger.lane(service, trace);
    if (awaited.blind && lane.holder === awaited.holder) lane.blind--;
    if (--awaited.requests === 0) service.awaited.delete(spanId);
    if (span?.start !== undefined && span.live) lane.recall(span.start);
    if (lane.holder === undefined) return false;
    const taken = awaited.stamped ? stamp : undefined;
    if (taken !== undefined) lane.earlier |= taken.earlier | taken.known;
    if (taken?.domain === lane.domain) {
      lane.merge(taken);
      return true;
    }
    lane.rules.add('a reply without an acceptable stamp');
    return false;
  }

  /** A streaming server ends its body; the client that hears the reply hears that too. */
  endBody(reply: ReplyOnItsWay | undefined): void {
    if (reply?.stream === undefined) return;
    const { stream } = reply;
    this.streams = this.streams.filter((one) => one !== reply);
    stream.close();
    const { service, facts } = reply.delivery;
    stream.ended = { point: this.ledger.point(service, facts.trace, []), trace: facts.trace };
    this.log.push(`${service.name} ends the body of ${reply.name}`);
    if (!reply.heard || this.dead.has(reply.delivery.request.sender.service)) return;
    this.hearBody(reply);
  }

  private hearBody({ stream, accepted, delivery }: ReplyOnItsWay): void {
    if (stream?.ended === undefined) return;
    const { service, trace, span } = delivery.request.sender;
    if (accepted)
      this.ledger.point(service, trace, [{ ...stream.ended, outside: true }], undefined, stream.body.window);
    else if (service.clock !== undefined && !service.plan.hooks && span?.start !== undefined && span.live) {
      span.unheard.push(stream.ended);
    } else this.ledger.point(service, trace, [stream.ended]);
  }

  /** A process is gone: what it was about to do or to hear is gone too. */
  died(service: Service): void {
    this.dead.add(service);
    this.deliveries = this.deliveries.filter((one) => one.service !== service);
    this.replies = this.replies.filter((one) => one.delivery.request.sender.service !== service);
    this.streams = this.streams.filter((one) => one.delivery.service !== service);
  }
}
