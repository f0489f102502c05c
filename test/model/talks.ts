/**
 * Calls with messages both ways between a request's head and its reply, as gRPC's streams are.
 *
 * Guarantee: does what the interceptors of node/grpc-replies.ts do, in their order. Messages themselves carry no stamp.
 * What the client stamps while it still writes is heard there event by event, without its past (docs/guarantees.md); what
 * its server sends ahead of the trailers is heard by a client that says so.
 */
import { SpanKind } from '@opentelemetry/api';
import { repliesOf } from '../../src/otel/clock-replies.js';
import type { Cause } from './facts.js';
import type { OpenBody } from './lane.js';
import { domainOf, type Ledger, stampOf } from './ledger.js';
import type { Replies } from './replies.js';
import type { Requests } from './requests.js';
import type { Delivery, Request, SpanFacts } from './scene.js';
import type { Service } from './service.js';

/** One call that goes on. */
export interface Talk {
  readonly client: SpanFacts;
  readonly request: Request;
  readonly delivery: Delivery;
  readonly body: OpenBody;
  /** Set while the client still writes. */
  closeRequest: (() => void) | undefined;
  /** Set once messages of the reply have come. */
  closeReply: (() => void) | undefined;
}

export class Talks {
  talks: Talk[] = [];

  constructor(
    private readonly ledger: Ledger,
    private readonly requests: Requests,
    private readonly replies: Replies,
    private readonly log: string[],
  ) {}

  /** A call has begun. It is an ordinary one where its client does not listen for replies or could say nothing. */
  begin(client: SpanFacts, request: Request, delivery: Delivery, writes: boolean): void {
    const { service, trace, spanId } = client.spot;
    const { clock } = service;
    if (
      clock === undefined ||
      !service.plan.hooks ||
      service.plan.hears !== 'all' ||
      service.awaited.of(spanId) === undefined
    )
      return;
    if (client.kind !== SpanKind.CLIENT) return;
    const body = { window: 0n };
    const talk: Talk = { client, request, delivery, body, closeRequest: undefined, closeReply: undefined };
    this.talks.push(talk);
    // Its one reply are its trailers.
    this.requests.deliveries = this.requests.deliveries.filter((one) => one !== delivery);
    this.log.push(`${request.name} is the head of a stream`);
    if (!writes) return;
    const lane = this.ledger.lane(service, trace);
    lane.bodies.add(body);
    const closeOurs = repliesOf(clock).openRequest(spanId);
    talk.closeRequest = () => {
      closeOurs();
      lane.bodies.delete(body);
    };
  }

  /** The client sends a message. */
  up(talk: Talk | undefined): void {
    if (talk?.closeRequest === undefined) return;
    const { client, delivery, body } = talk;
    const { service, trace } = client.spot;
    if (!client.live) return;
    const point = this.ledger.point(service, trace, []);
    this.ledger.point(delivery.service, trace, [{ point, trace, outside: true }], undefined, body.window);
    this.ledger.happened.note('a message of a request stream came');
    this.log.push(`${service.name} sends a message of ${talk.request.name}`);
  }

  halfClose(talk: Talk | undefined): void {
    if (talk?.closeRequest === undefined) return;
    talk.closeRequest();
    talk.closeRequest = undefined;
    this.log.push(`${talk.client.spot.service.name} has sent all of ${talk.request.name}`);
  }

  /** The server sends what goes ahead of its messages. */
  head(talk: Talk | undefined): void {
    if (talk === undefined) return;
    const { client, delivery } = talk;
    const { service, facts, carrier } = delivery;
    const server = delivery.server?.spot.service === service ? delivery.server : undefined;
    const text = service.plan.hooks
      ? (service.clock && repliesOf(service.clock))?.reply(carrier, undefined, false)?.text
      : undefined;
    const trace = server?.spot.trace ?? facts.trace;
    const lane = this.ledger.lane(service, trace);
    let causes: Cause[] = [];
    let stamp: ReturnType<typeof stampOf>;
    if (text !== undefined) {
      this.ledger.observeAll(service);
      if (server === undefined) causes = this.ledger.receive(service, facts.trace, delivery);
      else lane.recall(server.start);
      stamp = stampOf(lane);
    }
    const point = this.ledger.point(service, facts.trace, causes);
    const { service: hearer, trace: heard, spanId } = client.spot;
    this.log.push(`${hearer.name} hears the head of ${talk.request.name}`);
    const taken = (hearer.clock && repliesOf(hearer.clock))?.hearHead(spanId, text) === true;
    this.ledger.observeAll(hearer);
    const awaited = hearer.awaited.of(spanId);
    const mine = this.ledger.lane(hearer, heard);
    if (client.start !== undefined && client.live && awaited !== undefined) mine.recall(client.start);
    if (awaited?.stamped === true && stamp !== undefined && mine.holder !== undefined) {
      mine.earlier |= stamp.earlier;
      if (stamp.domain === domainOf(hearer, heard)) mine.merge(stamp);
    }
    if (!taken) this.openReply(talk);
    this.ledger.point(hearer, heard, [{ point, trace: heard }]);
    this.ledger.happened.note('the head of a stream came');
  }

  /** The server sends a message. */
  down(talk: Talk | undefined): void {
    if (talk === undefined) return;
    const { client, delivery, request } = talk;
    const point = this.ledger.point(delivery.service, delivery.facts.trace, []);
    const { service, trace } = client.spot;
    this.log.push(`${service.name} hears a message of the reply to ${request.name}`);
    this.openReply(talk);
    this.ledger.point(service, trace, [{ point, trace }]);
    this.ledger.happened.note('a message of a reply stream came');
  }

  private openReply(talk: Talk): void {
    if (talk.closeReply !== undefined) return;
    const { service, trace, spanId } = talk.client.spot;
    const closeOurs = (service.clock && repliesOf(service.clock))?.openReply(spanId);
    this.ledger.observeAll(service);
    const lane = this.ledger.lane(service, trace);
    const { holder } = lane;
    const isOpen = service.awaited.of(spanId) !== undefined;
    const { client } = talk;
    // A trace that was dropped meanwhile is there again for its span, and knows the span's start.
    if (isOpen && client.start !== undefined && client.live) lane.recall(client.start);
    if (isOpen) lane.openReplies++;
    talk.closeReply = () => {
      closeOurs?.();
      if (isOpen && lane.holder === holder) lane.openReplies--;
    };
  }

  /** The call ends: with trailers, or with none where it was cancelled. */
  hangUp(talk: Talk | undefined, cancelled: boolean): void {
    if (talk === undefined) return;
    const { request, delivery } = talk;
    this.talks = this.talks.filter((one) => one !== talk);
    const reply = cancelled ? undefined : this.replies.reply(delivery, false);
    talk.closeRequest?.();
    talk.closeReply?.();
    this.log.push(`the stream of ${request.name} ${cancelled ? 'is cancelled' : 'ends'}`);
    if (reply !== undefined) {
      this.replies.hear(reply, false);
      return;
    }
    const point = this.ledger.point(delivery.service, delivery.facts.trace, []);
    const { trace } = request.sender;
    const causes = [{ point, trace, outside: true }];
    const nothing = { service: delivery.service, request, point, causes, stamp: undefined, text: undefined };
    this.replies.hear(this.replies.send(nothing), false);
  }

  /** A process is gone, and its calls with it: whoever it talked with hears that. */
  died(service: Service): void {
    for (const talk of this.talks.filter(({ delivery }) => delivery.service === service)) this.hangUp(talk, true);
    this.talks = this.talks.filter(({ client }) => client.spot.service !== service);
  }
}
