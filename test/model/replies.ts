/** Replies between services: the real carriers on one side, the oracle's facts on the other. */
import { SpanKind } from '@opentelemetry/api';
import { recordOf } from '../../src/otel/span-registry.js';
import type { MessageFacts } from './facts.js';
import { type Cause, domainOf, type Ledger, stampOf } from './ledger.js';
import type { Requests } from './requests.js';
import type { Delivery, ReplyOnItsWay, Spot } from './scene.js';
import type { Service } from './service.js';
import { WrongAnswer } from './wrong-answer.js';

export class Replies {
  /** Replies that have not come, or may come again. */
  underWay: ReplyOnItsWay[] = [];
  /** Replies whose body is under way. */
  streams: ReplyOnItsWay[] = [];
  private readonly dead = new Set<Service>();
  private replied = 0;

  constructor(
    private readonly ledger: Ledger,
    private readonly requests: Requests,
    private readonly log: string[],
  ) {}

  /** The head of a reply leaves, or all of it. */
  reply(delivery: Delivery | undefined, streams: boolean): ReplyOnItsWay | undefined {
    if (delivery === undefined) return undefined;
    const { service, request, carrier, facts } = delivery;
    const { trace } = facts;
    const answer = service.plan.hooks ? service.clock?.messages.reply(carrier) : undefined;
    const accepted =
      service.clock !== undefined &&
      service.plan.hooks &&
      service.plan.trusts &&
      facts.stamp?.carrier === service.plan.carrier &&
      facts.stamp.domain === domainOf(service, trace);
    if (accepted !== (answer !== undefined)) throw new WrongAnswer(`a reply ${accepted ? 'misses' : 'has'} a stamp`);
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
    this.underWay.push(reply);
    this.log.push(`${service.name} ${streams ? 'begins to reply' : 'replies'} to ${request.name} with ${reply.name}`);
    return reply;
  }

  private replyEvent({ service, server }: Delivery): void {
    if (server === undefined) return;
    const stamp = recordOf(server.span.spanContext(), service.clock as object)?.reply;
    if (stamp === undefined) throw new Error('a reply that is no event');
    server.reply = this.ledger.event(`${server.name}.reply`, service, server.spot.trace, stamp, []);
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
    const { request } = reply.delivery;
    const { service, trace, spanId } = request.sender;
    if (this.dead.has(service) || !this.mayHear(reply, again)) return;
    this.log.push(`${service.name} hears ${reply.name}`);
    this.noteOrder(reply);
    reply.heard = true;
    const cause = { point: reply.facts.point, trace };
    if (service.clock !== undefined && service.plan.hooks) {
      service.clock.messages.hearReply(spanId, reply.text);
      // Heard again, nobody awaits it any more; what it brought the first time stays known.
      const accepted = this.heardByLibrary(reply, request.sender);
      reply.accepted ||= accepted;
    }
    this.ledger.point(service, trace, [cause]);
    if (reply.stream?.ended !== undefined) this.hearBody(reply);
  }

  private noteOrder(reply: ReplyOnItsWay): void {
    const { happened } = this.ledger;
    if (reply.heard) happened.note('a reply came twice');
    else if (reply.delivery.request.answer === reply && this.underWay.some((one) => this.isEarlier(one, reply))) {
      happened.note('a reply overtook an earlier one');
    }
  }

  private isEarlier(one: ReplyOnItsWay, reply: ReplyOnItsWay): boolean {
    const { service, request } = one.delivery;
    const sameWay =
      service === reply.delivery.service && request.sender.service === reply.delivery.request.sender.service;
    return sameWay && !one.heard && one.facts.point < reply.facts.point;
  }

  /**
   * A request has one reply, and where nothing but the span's id tells which request a reply belongs to, each comes
   * once. Without reply hooks only a client span says that it has heard one, and a producer never says that it missed one
   * (DESIGN 2, rule 5).
   */
  private mayHear(reply: ReplyOnItsWay, again: boolean): boolean {
    const { request } = reply.delivery;
    if (request.answer !== undefined && request.answer !== reply) return false;
    if ((again || reply.heard) && this.requests.sentBy(request.sender) !== 1) return false;
    if (!this.isAnnounced(reply)) return false;
    request.answer = reply;
    return true;
  }

  /** False for a reply of which the library need not know, even that it came. */
  private isAnnounced({ facts, delivery }: ReplyOnItsWay): boolean {
    const { service, trace, span, spanId } = delivery.request.sender;
    if (service.clock === undefined || span?.start === undefined) return true;
    if (!service.plan.hooks) return span.kind === SpanKind.CLIENT;
    // A producer's message is complete without a reply; one with a stamp is welcome all the same.
    if (span.kind !== SpanKind.PRODUCER) return true;
    return service.awaited.get(spanId)?.stamped === true && facts.stamp?.domain === domainOf(service, trace);
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
    const { service, trace } = delivery.request.sender;
    if (accepted)
      this.ledger.point(service, trace, [{ ...stream.ended, outside: true }], undefined, stream.body.window);
    else this.ledger.point(service, trace, [stream.ended]);
  }

  /** A process is gone: what it was about to do or to hear is gone too. */
  died(service: Service): void {
    this.dead.add(service);
    this.underWay = this.underWay.filter((one) => one.delivery.request.sender.service !== service);
    this.streams = this.streams.filter((one) => one.delivery.service !== service);
  }
}
