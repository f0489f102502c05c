/**
 * Interprets a program: makes a fleet of real services do it, and tells the oracle what really happened.
 *
 * Guarantee: deterministic but for random ids. A command that is not possible at the moment does nothing.
 */
import { SpanKind } from '@opentelemetry/api';
import { Fleet } from './fleet.js';
import { Hops } from './hops.js';
import { Ledger } from './ledger.js';
import { Logs } from './logs.js';
import { type Command, type Damage, type Program, youngest } from './program.js';
import { ReplyHops } from './reply-hops.js';
import { Replies } from './replies.js';
import { Requests } from './requests.js';
import type { Delivery, ReplyOnItsWay, Request, SpanFacts, Spot } from './scene.js';
import type { Service } from './service.js';
import { Spans } from './spans.js';
import { workSuppressed } from './suppression.js';
import { type Talk, Talks } from './talks.js';

type Call = Extract<Command, { do: 'call' }>;
type RoundTrip = Extract<Command, { do: 'round-trip' }>;
type Deliver = Extract<Command, { do: 'deliver' }>;

export class World {
  readonly ledger = new Ledger();
  readonly log: string[] = [];
  private readonly fleet: Fleet;
  readonly requests = new Requests(this.ledger, this.log);
  readonly spans = new Spans(this.ledger, this.requests, this.log);
  private readonly logs = new Logs(this.ledger, this.log);
  private readonly replies = new Replies(this.ledger, this.requests, this.log);
  private readonly talks = new Talks(this.ledger, this.requests, this.replies, this.log);
  private readonly hops = new Hops(this.ledger, this.requests, this.log);
  private readonly replyHops = new ReplyHops(this.ledger, this.requests, this.replies, this.log);

  constructor(readonly program: Program) {
    this.fleet = new Fleet(program.slots, this.ledger.happened);
  }

  /** All clocks of all processes that ever ran. */
  get services(): readonly Service[] {
    return this.fleet.services;
  }

  run(): this {
    for (const command of this.program.commands) {
      this.fleet.pass(1);
      this.perform(command);
    }
    if (this.program.finishes) for (const span of this.spans.live.reverse()) this.spans.end(span);
    for (const { clock } of this.services) {
      const { entriesDropped = 0, hlcRefused = 0 } = clock?.counters ?? {};
      if (entriesDropped > 0) this.ledger.happened.note('entries were dropped by a limit');
      if ((clock?.counters.ownEntryRefused ?? 0) > 0) this.ledger.happened.note('a forged entry was refused');
      if (hlcRefused > 0) this.ledger.happened.note('a hybrid time was refused');
    }
    return this;
  }

  private perform(command: Command): void {
    switch (command.do) {
      case 'root':
        this.spans.start(this.fleet.at(command.slot), undefined, SpanKind.INTERNAL, command.sampling);
        break;
      case 'child':
        this.spans.child(command);
        break;
      case 'link':
        this.spans.link(youngest(this.spans.live, command.span), command.link);
        break;
      case 'end':
        this.spans.end(youngest(this.spans.live, command.span), command.link);
        break;
      case 'call':
        this.call(youngest(this.spans.spots, command.context), command);
        break;
      case 'deliver':
        this.deliver(youngest(this.requests.underWay, command.message), command);
        break;
      case 'log':
        this.logs.write(youngest(this.spans.spots, command.context), command.outside);
        break;
      case 'lose':
        this.hops.lose(youngest(this.requests.underWay, command.message));
        break;
      case 'splice':
        this.splice(youngest(this.requests.underWay, command.message), command.stale);
        break;
      case 'proxy':
        this.hops.proxy(youngest(this.requests.underWay, command.message));
        break;
      case 'damage':
        this.hops.damage(youngest(this.requests.underWay, command.message), command.how);
        break;
      case 'resend':
        this.hops.resend(youngest(this.requests.underWay, command.message), command.to % this.fleet.size, (service) =>
          this.fleet.lives(service),
        );
        break;
      case 'suppressed':
        workSuppressed(youngest(this.spans.spots, command.context), this.ledger.happened);
        break;
      case 'spliceReply':
        this.replyHops.splice(
          youngest(this.replies.underWay, command.reply),
          youngest([...this.replies.came, ...this.replies.underWay], command.stale),
        );
        break;
      case 'damageReply':
        this.damageReply(youngest(this.replies.underWay, command.reply), command.how);
        break;
      case 'cache':
        this.replyHops.answer(
          youngest(this.requests.underWay, command.message),
          youngest(this.replies.came, command.stale),
        );
        break;
      case 'reply':
        this.reply(youngest(this.requests.deliveries, command.request), command.streams, command.copies);
        break;
      case 'hear':
        this.replies.hear(youngest(this.replies.underWay, command.reply), command.again);
        break;
      case 'endBody':
        this.replies.endBody(youngest(this.replies.streams, command.reply));
        break;
      case 'loseReply':
        this.replies.lose(youngest(this.replies.underWay, command.reply));
        break;
      case 'talk':
        this.talk(command);
        break;
      case 'say':
        this.say(youngest(this.talks.talks, command.talk), command);
        break;
      case 'restart':
        this.restart(command.slot);
        break;
      case 'pass':
        this.fleet.wall(command.slot).jump(command.millis);
        this.log.push(`the clock of slot ${command.slot % this.fleet.size} jumps by ${command.millis} ms`);
        break;
      case 'cross':
        this.spans.cross(youngest(this.spans.spots, command.context));
        break;
      case 'round-trip':
        this.roundTrip(command);
        break;
      case 'fan-out':
        this.fanOut(command);
        break;
    }
  }

  private splice(request: Request | undefined, stale: number): void {
    const others = this.requests.all.filter(({ facts }) => facts.trace !== request?.facts.trace);
    this.hops.splice(request, youngest(others, stale));
  }

  private hop(request: Request, hop: RoundTrip['hop']): void {
    if (hop === 'proxy') this.hops.proxy(request);
    else if (hop === 'splice') this.splice(request, 0);
    else if (hop !== 'none') this.hops.damage(request, hop);
  }

  private reply(delivery: Delivery | undefined, streams: boolean, copies: number): void {
    const inner = this.replies.came.filter(({ request }) => request.sender.service === delivery?.service);
    this.replies.reply(delivery, streams, copies < 0 ? undefined : youngest(inner, copies));
  }

  private damageReply(reply: ReplyOnItsWay | undefined, how: Damage | 'forged'): void {
    if (how === 'forged') this.replyHops.forge(reply);
    else this.replyHops.damage(reply, how);
  }

  private restart(slot: number): void {
    const { name, host } = this.fleet.at(slot);
    for (const dead of this.services.filter((one) => one.host === host)) {
      this.spans.died(dead);
      this.requests.died(dead);
      this.ledger.died(dead);
      this.replies.died(dead);
      this.talks.died(dead);
    }
    this.log.push(`${name} restarts`);
    this.fleet.boot(slot);
  }

  private call(
    spot: Spot | undefined,
    {
      to,
      as,
      sampling,
      used = -1,
      passesBy = false,
    }: Pick<Call, 'to' | 'as' | 'sampling'> & Partial<Pick<Call, 'used' | 'passesBy'>>,
  ): { readonly request: Request; readonly sender: Spot } | undefined {
    if (spot === undefined) return undefined;
    const kind = as === 'producer' ? SpanKind.PRODUCER : SpanKind.CLIENT;
    const sender = as === 'bare' ? spot : this.spans.start(spot.service, spot, kind, sampling).spot;
    const headers = used < 0 ? undefined : youngest(this.requests.headersOf(spot.service), used);
    const request = this.requests.send(sender, to % this.fleet.size, headers);
    this.requests.announce(request, passesBy);
    return { request, sender };
  }

  private deliver(
    request: Request | undefined,
    {
      as,
      context,
      sampling,
      again,
      flaw = 'none',
      by = 'first',
    }: Omit<Deliver, 'do' | 'message' | 'flaw' | 'by'> & Partial<Deliver>,
  ): SpanFacts | undefined {
    if (request === undefined) return undefined;
    const first = this.fleet.at(request.to);
    const service = by === 'second' ? (first.beside ?? first) : first;
    const forged = flaw === 'forged' ? this.hops.forged(request, service) : undefined;
    // Where nobody read the mark, a span that begins a trace of its own knows nothing of the message that it left.
    const suppressed = flaw === 'suppressed' && as !== 'reroot';
    const spot = this.requests.deliver(request, service, again, { suppressed, forged });
    this.spans.spots.push(spot);
    if (as === 'relay') return undefined;
    switch (as) {
      case 'server':
        return this.spans.start(service, spot, SpanKind.SERVER, sampling);
      case 'consumer':
        return this.spans.start(service, spot, SpanKind.CONSUMER, sampling);
      case 'reroot':
        return this.spans.start(service, spot, SpanKind.SERVER, sampling, { root: true });
      case 'batch': {
        const waiting = this.requests.underWay.filter((one) => one !== request && one.to === request.to);
        const others = waiting.slice(0, context % 4).map((one) => this.requests.deliver(one, service, false));
        this.spans.spots.push(...others);
        return this.spans.start(service, undefined, SpanKind.CONSUMER, sampling, { links: [spot, ...others] });
      }
      case 'linked': {
        const local = this.spans.spots.filter((one) => one.service === service && one.span !== undefined);
        return this.spans.start(service, youngest(local, context), SpanKind.INTERNAL, sampling, { links: [spot] });
      }
    }
  }

  /** A call whose messages come one by one. */
  private talk({ context, to, serverSampling, writes }: Extract<Command, { do: 'talk' }>): void {
    const called = this.call(youngest(this.spans.spots, context), { to, as: 'client', sampling: 2 });
    if (called === undefined) return;
    this.deliver(called.request, { as: 'server', context: 0, sampling: serverSampling, again: false });
    const delivery = this.requests.deliveries.at(-1) as Delivery;
    this.talks.begin(called.sender.span as SpanFacts, called.request, delivery, writes);
  }

  private say(talk: Talk | undefined, { what, reacts }: Extract<Command, { do: 'say' }>): void {
    if (what === 'end' || what === 'cancel') this.talks.hangUp(talk, what === 'cancel');
    else this.talks[what](talk);
    const hearer = what === 'up' ? talk?.delivery.server?.spot : talk?.client.spot;
    if (reacts && hearer !== undefined) this.spans.start(hearer.service, hearer, SpanKind.INTERNAL, 2);
  }

  /** Several calls at once: all are sent, then all are served, then all are heard. */
  private fanOut({ context, to, width }: Extract<Command, { do: 'fan-out' }>): void {
    const spot = youngest(this.spans.spots, context);
    const calls = Array.from({ length: width }, (_, i) => this.call(spot, { to: to + i, as: 'client', sampling: 2 }));
    const served = calls.map((called) => {
      const server = this.deliver(called?.request, { as: 'server', context: 0, sampling: 2, again: false });
      return { server, delivery: this.requests.deliveries.at(-1) };
    });
    for (const { server, delivery } of served) {
      if (server === undefined) continue;
      this.replies.hear(this.replies.reply(delivery, false), false);
      this.spans.end(server);
    }
    for (const called of calls) this.spans.end(called?.sender.span);
  }

  private roundTrip(command: RoundTrip): void {
    const called = this.call(youngest(this.spans.spots, command.context), { ...command, as: 'client' });
    if (called === undefined) return;
    this.hop(called.request, command.hop);
    const server = this.deliver(called.request, {
      as: 'server',
      context: 0,
      sampling: command.serverSampling,
      again: false,
    });
    const delivery = this.requests.deliveries.at(-1) as Delivery;
    const reply = this.replies.reply(delivery, command.streams);
    if (command.replyHop === 'splice') this.replyHops.splice(reply, youngest(this.replies.came, command.context));
    else if (command.replyHop !== 'none') this.damageReply(reply, command.replyHop);
    this.replies.hear(reply, false);
    if (command.streams) return;
    this.spans.end(server);
    this.spans.end(called.sender.span);
  }
}
