/**
 * Interprets a program: makes a fleet of real services do it, and tells the oracle what really happened.
 *
 * Guarantee: deterministic but for random ids. A command that is not possible at the moment does nothing.
 */
import { SpanKind } from '@opentelemetry/api';
import { Ledger } from './ledger.js';
import { Logs } from './logs.js';
import { type Command, type Program, youngest } from './program.js';
import { Replies } from './replies.js';
import { Requests } from './requests.js';
import type { Delivery, Request, SpanFacts, Spot } from './scene.js';
import { type Service, startService } from './service.js';
import { Spans } from './spans.js';
import { WallClock } from './wall-clock.js';

/** So long that a small byte limit cuts the third entry off. */
const NAMES = ['gateway', 'orders', 'payments', 'inventory', 'mail'].map(
  (name) => `${name}-in-a-land-far-away-of-here`,
);

export class World {
  readonly ledger = new Ledger();
  readonly log: string[] = [];
  /** All processes that ever ran. */
  readonly services: Service[] = [];
  private readonly slots: Service[] = [];
  private readonly walls: WallClock[];
  private readonly requests = new Requests(this.ledger, this.log);
  readonly spans = new Spans(this.ledger, this.requests, this.log);
  private readonly logs = new Logs(this.ledger, this.log);
  private readonly replies = new Replies(this.ledger, this.requests, this.log);

  constructor(private readonly program: Program) {
    this.walls = program.slots.map((plan) => new WallClock(plan, this.ledger.happened));
    program.slots.forEach((_, slot) => this.boot(slot));
  }

  run(): this {
    for (const command of this.program.commands) {
      for (const wall of this.walls) wall.pass(1);
      this.perform(command);
    }
    for (const { clock } of this.services) {
      const { entriesDropped = 0, hlcRefused = 0 } = clock?.counters ?? {};
      if (entriesDropped > 0) this.ledger.happened.note('entries were dropped by a limit');
      if (hlcRefused > 0) this.ledger.happened.note('a hybrid time was refused');
    }
    return this;
  }

  private perform(command: Command): void {
    switch (command.do) {
      case 'root':
        this.spans.start(this.service(command.slot), undefined, SpanKind.INTERNAL, command.sampling);
        break;
      case 'child':
        this.spans.child(command);
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
        this.logs.write(youngest(this.spans.spots, command.context));
        break;
      case 'lose':
        this.requests.lose(youngest(this.requests.underWay, command.message));
        break;
      case 'splice':
        this.requests.splice(
          youngest(this.requests.underWay, command.message),
          youngest(this.requests.underWay, command.stale),
        );
        break;
      case 'reply':
        this.replies.reply(youngest(this.requests.deliveries, command.request), command.streams);
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
      case 'restart':
        this.restart(command.slot % this.slots.length);
        break;
      case 'pass':
        this.walls[command.slot % this.walls.length]?.jump(command.millis);
        this.log.push(`the clock of slot ${command.slot % this.walls.length} jumps by ${command.millis} ms`);
        break;
      case 'round-trip':
        this.roundTrip(command);
        break;
      case 'fan-out':
        this.fanOut(command);
        break;
    }
  }

  private service(slot: number): Service {
    return this.slots[slot % this.slots.length] as Service;
  }

  private boot(slot: number): void {
    const plan = this.program.slots[slot] as Program['slots'][number];
    const id = this.services.length;
    const service = startService(id, NAMES[slot % NAMES.length] as string, plan, this.walls[slot] as WallClock);
    this.services.push(service);
    this.slots[slot] = service;
  }

  private restart(slot: number): void {
    const dead = this.slots[slot] as Service;
    this.spans.died(dead);
    this.requests.died(dead);
    this.ledger.died(dead);
    this.replies.died(dead);
    this.log.push(`${dead.name} restarts`);
    this.boot(slot);
  }

  private call(
    spot: Spot | undefined,
    { to, as, sampling }: Pick<Extract<Command, { do: 'call' }>, 'to' | 'as' | 'sampling'>,
  ): { readonly request: Request; readonly sender: Spot } | undefined {
    if (spot === undefined) return undefined;
    const kind = as === 'producer' ? SpanKind.PRODUCER : SpanKind.CLIENT;
    const sender = as === 'bare' ? spot : this.spans.start(spot.service, spot, kind, sampling).spot;
    return { request: this.requests.send(sender, to % this.slots.length), sender };
  }

  private deliver(
    request: Request | undefined,
    { as, context, sampling, again }: Omit<Extract<Command, { do: 'deliver' }>, 'do' | 'message'>,
  ): SpanFacts | undefined {
    if (request === undefined) return undefined;
    const service = this.service(request.to);
    const spot = this.requests.deliver(request, service, again);
    this.spans.spots.push(spot);
    switch (as) {
      case 'relay':
        return undefined;
      case 'server':
        return this.spans.start(service, spot, SpanKind.SERVER, sampling);
      case 'consumer':
        return this.spans.start(service, spot, SpanKind.CONSUMER, sampling);
      case 'reroot':
        return this.spans.start(service, spot, SpanKind.SERVER, sampling, { root: true });
      case 'batch':
        return this.spans.start(service, undefined, SpanKind.CONSUMER, sampling, { linked: spot });
      case 'linked': {
        const local = this.spans.spots.filter((one) => one.service === service && one.span !== undefined);
        return this.spans.start(service, youngest(local, context), SpanKind.INTERNAL, sampling, { linked: spot });
      }
    }
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

  private roundTrip(command: Extract<Command, { do: 'round-trip' }>): void {
    const called = this.call(youngest(this.spans.spots, command.context), { ...command, as: 'client' });
    if (called === undefined) return;
    const server = this.deliver(called.request, {
      as: 'server',
      context: 0,
      sampling: command.serverSampling,
      again: false,
    });
    const delivery = this.requests.deliveries.at(-1) as Delivery;
    const reply = this.replies.reply(delivery, command.streams);
    this.replies.hear(reply, false);
    if (command.streams) return;
    this.spans.end(server);
    this.spans.end(called.sender.span);
  }
}
