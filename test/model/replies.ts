/** Replies between services: the real carriers on one side, the oracle's facts on the other. */
import { SpanKind } from '@opentelemetry/api';
import { givenStamp } from '../../src/clocks/causal-stamp.js';
import { repliesOf } from '../../src/otel/clock-replies.js';
import { recordOf } from '../../src/otel/span-registry.js';
import type { Cause, StampFacts } from './facts.js';
import { domainOf, type Ledger, stampOf } from './ledger.js';
import { NO_EVENTS } from './order-graph.js';
import type { Requests } from './requests.js';
import type { Delivery, ReplyOnItsWay, Request, SpanFacts } from './scene.js';
import type { Service } from './service.js';
import { WrongAnswer } from './wrong-answer.js';

export class Replies {
  /** Replies that have not come, or may come again. */
  underWay: ReplyOnItsWay[] = [];
  /** Replies whose body is under way. */
  streams: ReplyOnItsWay[] = [];
  /** Those that came, which caches and gateways may have kept. */
  readonly came: ReplyOnItsWay[] = [];
  private readonly dead = new Set<Service>();
  private replied = 0;

  constructor(
    private readonly ledger: Ledger,
    private readonly requests: Requests,
    private readonly log: string[],
  ) {}

  /**
   * The head of a reply leaves, or all of it.
   * @param inner a reply whose stamp the server copies onto its own, where it has none to give
   */
  reply(delivery: Delivery | undefined, streams: boolean, inner?: ReplyOnItsWay): ReplyOnItsWay | undefined {
    if (delivery === undefined) return undefined;
    const { service, request, carrier, facts } = delivery;
    const { trace } = facts;
    const answer = service.plan.hooks ? (service.clock && repliesOf(service.clock))?.reply(carrier) : undefined;
    const accepted = this.isAccepted(delivery);
    if (accepted !== (answer !== undefined)) throw new WrongAnswer(`a reply ${accepted ? 'misses' : 'has'} a stamp`);
    let stamp: StampFacts | undefined;
    let causes: Cause[] = [];
    // Of a span of the other clock the reply is no event.
    const server = delivery.server?.spot.service === service ? delivery.server : undefined;
    const lane = this.ledger.lane(service, server?.spot.trace ?? trace);
    if (accepted) {
      this.ledger.observeAll(service);
      if (server === undefined) causes = this.ledger.receive(service, trace, delivery);
      else lane.recall(server.start);
      if (server?.live === true && !delivery.replied) this.replyEvent(service, server);
      stamp = stampOf(lane);
    }
    delivery.replied = true;
    const point = this.ledger.point(service, trace, causes);
    const reply = this.send({ service, request, point, causes: [{ point, trace }], stamp, text: answer?.text });
    if (inner !== undefined && answer === undefined) this.copy(inner, reply);
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
    this.log.push(`${service.name} ${streams ? 'begins to reply' : 'replies'} to ${request.name} with ${reply.name}`);
    return reply;
  }

  /** A reply is under way. */
  send(parts: Pick<ReplyOnItsWay, 'service' | 'request' | 'point' | 'causes' | 'stamp' | 'text'>): ReplyOnItsWay {
    const state = { stream: undefined, heard: false, isForged: false, isMixedUp: false, accepted: false };
    const reply: ReplyOnItsWay = { name: `r${++this.replied}`, ...parts, ...state };
    this.underWay.push(reply);
    return reply;
  }

  private isAccepted({ service, facts }: Delivery): boolean {
    const { hooks, trusts, carrier } = service.plan;
    return service.carries && hooks && trusts && facts.stamps[carrier]?.domain === domainOf(service, facts.trace);
  }

  private replyEvent(service: Service, server: SpanFacts): void {
    const stamp = recordOf(server.span.spanContext(), service.clock as object)?.reply;
    if (stamp === undefined) throw new Error('a reply that is no event');
    server.reply = this.ledger.event(`${server.name}.reply`, service, server.spot.trace, givenStamp(stamp), []);
  }

  /**
   * A gateway copies all headers of an inner reply. Where their stamp answers for all that the gateway did, or is
   * refused, the promise holds; else what the gateway did besides is hidden, as the client takes it for the callee.
   */
  private copy(inner: ReplyOnItsWay, reply: ReplyOnItsWay): void {
    const { stamp, text } = inner;
    if (stamp === undefined || text === undefined || inner.isForged) return;
    const { trace } = reply.request.sender;
    const believed = this.knowsRequest(stamp, reply.request) && stamp.rules.size === 0;
    reply.stamp = stamp;
    reply.text = text;
    reply.isMixedUp = true;
    reply.causes = [{ point: reply.point, trace, outside: believed }, ...inner.causes];
    this.ledger.happened.note('a reply carried the stamp of an inner reply');
    this.log.push(`${reply.name} copies the stamp of ${inner.name}`);
  }

  /** True where a stamp is of the request's domain and knows all that its sender had done: it may well answer it. */
  knowsRequest({ domain, known }: StampFacts, { own, sender }: Request): boolean {
    return domain === domainOf(sender.service, sender.trace) && (known & own) === own;
  }

  lose(reply: ReplyOnItsWay | undefined): void {
    if (reply?.heard === false) this.ledger.happened.note('a reply was lost');
    this.forget(reply);
  }

  private forget(reply: ReplyOnItsWay | undefined): void {
    this.underWay = this.underWay.filter((one) => one !== reply);
  }

  /** The head of a reply comes. */
  hear(reply: ReplyOnItsWay | undefined, again: boolean): void {
    if (reply === undefined) return;
    if (!again) this.forget(reply);
    const { service, trace, spanId } = reply.request.sender;
    if (this.dead.has(service) || !this.mayHear(reply, again)) return;
    this.log.push(`${service.name} hears ${reply.name}`);
    this.noteOrder(reply);
    reply.heard = true;
    this.came.push(reply);
    if (isUnheard(reply.request)) {
      this.ledger.happened.note('a reply passed every hook by');
      this.arriveUnheard(reply);
      return;
    }
    if (service.clock !== undefined && service.plan.hooks) {
      service.clock.messages.hearReply(spanId, reply.text);
      // Heard again, nobody awaits it any more; what it brought the first time stays known.
      const accepted = this.heardByLibrary(reply);
      reply.accepted ||= accepted;
    }
    this.ledger.point(service, trace, reply.causes);
    if (reply.stream?.ended !== undefined) this.hearBody(reply);
  }

  /** Where there are hooks, but none for this transport, a client span says at its end that it misses a reply. */
  private arriveUnheard({ request, causes, stream }: ReplyOnItsWay): void {
    const { service, trace, span } = request.sender;
    const all = stream?.ended === undefined ? causes : [...causes, stream.ended];
    // What nobody announced is doubted from the moment when it left.
    if (span?.start !== undefined && span.live && service.plan.hears === 'all') span.unheard.push(...all);
    else this.ledger.point(service, trace, all);
  }

  private noteOrder(reply: ReplyOnItsWay): void {
    const { happened } = this.ledger;
    if (reply.heard) happened.note('a reply came twice');
    else if (this.underWay.some((one) => isEarlier(one, reply))) happened.note('a reply overtook an earlier one');
  }

  /**
   * A request has one reply, and where nothing but the span's id tells which request a reply belongs to, each comes
   * once. Without reply hooks only a client span is known to wait for one, and a producer never says that it missed one
   * (DESIGN 2, rule 5).
   */
  private mayHear(reply: ReplyOnItsWay, again: boolean): boolean {
    const { request } = reply;
    if (request.answer !== undefined && request.answer !== reply) return false;
    if ((again || reply.heard) && this.requests.sentBy(request.sender) !== 1) return false;
    if (!this.isAnnounced(reply)) return false;
    request.answer = reply;
    return true;
  }

  /** False for a reply of which the library need not know, even that it came. */
  private isAnnounced({ text, stamp, request }: ReplyOnItsWay): boolean {
    const { service, trace, span, spanId } = request.sender;
    if (service.clock === undefined) return true;
    const awaited = service.awaited.of(spanId);
    // Of one request that was sent twice, the second reply is heard while its span lives.
    const isLive = span?.start !== undefined && span.live;
    if (request.repeated && (awaited?.requests ?? 0) === 0 && !isLive) return false;
    if (span?.start === undefined) return true;
    if (!service.plan.hooks || request.passesBy) return span.kind === SpanKind.CLIENT;
    if (span.kind !== SpanKind.PRODUCER) return true;
    // A producer's message is complete without a reply; one with a stamp is welcome all the same, or missed. Where it was
    // given up, its stamp alone says which trace that is.
    if (awaited !== undefined) return text !== undefined;
    return service.awaited.isGivenUp(spanId) && stamp?.domain === domainOf(service, trace);
  }

  private heardByLibrary(reply: ReplyOnItsWay): boolean {
    const { stamp, request } = reply;
    const { service, trace, spanId, span } = request.sender;
    this.ledger.observeAll(service);
    const goesOn = span?.start !== undefined && span.live;
    const awaited = service.awaited.take(spanId);
    const lane = this.ledger.lane(service, trace);
    if (awaited === undefined) {
      if (service.awaited.isGivenUp(spanId)) this.ledger.happened.note('a reply came that had been given up');
      this.missUnawaited(service, stamp);
      return false;
    }
    if (goesOn) lane.recall(span.start);
    if (lane.holder === undefined) return false;
    const taken = awaited.stamped ? stamp : undefined;
    if (taken !== undefined) lane.earlier |= taken.earlier;
    if (taken?.domain === lane.domain) {
      if (lane.recalls(taken)) reply.causes = [...reply.causes, ...this.ledger.forgottenPast(service, trace)];
      // What a forged stamp says of its client is refused, whatever it says.
      const ours = reply.isForged ? this.ledger.ownEvents(service, trace) : NO_EVENTS;
      lane.merge({ ...taken, known: taken.known & ~ours });
      if ((taken.known & awaited.own) === awaited.own) return true;
    }
    lane.rules.add('a reply without an acceptable stamp');
    return false;
  }

  /** A reply that nobody awaits says itself which trace misses it. */
  private missUnawaited(service: Service, stamp: StampFacts | undefined): void {
    if (!service.awaited.hasGivenUp) return;
    if (stamp === undefined || stamp.domain !== domainOf(service, stamp.domain)) return;
    this.ledger.lane(service, stamp.domain).rules.add('a reply that nobody awaited');
  }

  /** A streaming server ends its body; the client that hears the reply hears that too. */
  endBody(reply: ReplyOnItsWay | undefined): void {
    if (reply?.stream === undefined) return;
    const { stream, service, request } = reply;
    const { trace } = request.facts;
    this.streams = this.streams.filter((one) => one !== reply);
    stream.close();
    stream.ended = { point: this.ledger.point(service, trace, []), trace };
    this.log.push(`${service.name} ends the body of ${reply.name}`);
    if (!reply.heard || this.dead.has(request.sender.service)) return;
    this.hearBody(reply);
  }

  private hearBody({ stream, accepted, request }: ReplyOnItsWay): void {
    if (stream?.ended === undefined) return;
    const { service, trace, span } = request.sender;
    if (isUnheard(request) && span?.start !== undefined && span.live && service.plan.hears === 'all') {
      span.unheard.push(stream.ended);
      return;
    }
    if (accepted)
      this.ledger.point(service, trace, [{ ...stream.ended, outside: true }], undefined, stream.body.window);
    else this.ledger.point(service, trace, [stream.ended]);
  }

  /** A process is gone: what it was about to do or to hear is gone too. */
  died(service: Service): void {
    this.dead.add(service);
    this.underWay = this.underWay.filter((one) => one.request.sender.service !== service);
    this.streams = this.streams.filter((one) => one.service !== service);
  }
}

function isUnheard({ passesBy, sender: { service } }: Request): boolean {
  return passesBy && service.clock !== undefined && service.plan.hooks;
}

function isEarlier(one: ReplyOnItsWay, reply: ReplyOnItsWay): boolean {
  const sameWay = one.service === reply.service && one.request.sender.service === reply.request.sender.service;
  return sameWay && !one.heard && one.point < reply.point;
}
