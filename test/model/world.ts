/**
 * Interprets a program: makes a fleet of real services do it, and tells the oracle what really happened.
 *
 * Guarantee: deterministic but for random ids. A command that is not possible at the moment does nothing.
 */
import { type Link, ROOT_CONTEXT, SpanKind, trace as traceApi } from '@opentelemetry/api';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { Ledger } from './ledger.js';
import { Logs } from './logs.js';
import type { Command, Program, Sampling } from './program.js';
import { Replies } from './replies.js';
import { Requests } from './requests.js';
import type { Delivery, Request, SpanFacts, Spot } from './scene.js';
import { SAMPLING, type Service, startService, WallClock } from './service.js';

/** So long that a small byte limit cuts the third entry off. */
const NAMES = ['gateway', 'orders', 'payments', 'inventory', 'mail'].map(
  (name) => `${name}-in-a-land-far-away-of-here`,
);

export class World {
  readonly ledger = new Ledger();
  readonly log: string[] = [];
  /** All processes that ever ran. */
  readonly services: Service[] = [];
  readonly spans: SpanFacts[] = [];
  private readonly slots: Service[] = [];
  private readonly walls: WallClock[];
  private readonly requests = new Requests(this.ledger, this.log);
  private readonly logs = new Logs(this.ledger, this.log);
  private readonly replies = new Replies(this.ledger, this.requests, this.log);
  private spots: Spot[] = [];

  constructor(private readonly program: Program) {
    this.walls = program.slots.map((plan) => new WallClock(plan));
    program.slots.forEach((_, slot) => this.boot(slot));
  }

  run(): this {
    for (const command of this.program.commands) {
      for (const wall of this.walls) wall.pass(1);
      this.perform(command);
    }
    return this;
  }

  private perform(command: Command): void {
    switch (command.do) {
      case 'root':
        this.startSpan(this.service(command.slot), undefined, SpanKind.INTERNAL, command.sampling);
        break;
      case 'child':
        this.child(command);
        break;
      case 'end':
        this.endSpan(youngest(this.liveSpans(), command.span), command.link);
        break;
      case 'call':
        this.call(youngest(this.spots, command.context), command);
        break;
      case 'deliver':
        this.deliver(youngest(this.requests.underWay, command.message), command);
        break;
      case 'log':
        this.logs.write(youngest(this.spots, command.context));
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
    this.spots = this.spots.filter((spot) => spot.service !== dead);
    for (const span of this.spans) if (span.spot.service === dead) span.live = false;
    this.requests.died(dead);
    this.replies.died(dead);
    this.log.push(`${dead.name} restarts`);
    this.boot(slot);
  }

  private liveSpans(): SpanFacts[] {
    return this.spans.filter((span) => span.live);
  }

  private child({ context, sampling, link }: Extract<Command, { do: 'child' }>): void {
    const spot = youngest(this.spots, context);
    if (spot === undefined) return;
    this.startSpan(spot.service, spot, SpanKind.INTERNAL, sampling, { linked: this.linkable(spot.service, link) });
  }

  private linkable(service: Service, link: number): Spot | undefined {
    return link < 0
      ? undefined
      : youngest(
          this.spots.filter((one) => one.service === service),
          link,
        );
  }

  private startSpan(
    service: Service,
    spot: Spot | undefined,
    kind: SpanKind,
    sampling: Sampling,
    { linked, root = false }: { linked?: Spot | undefined; root?: boolean } = {},
  ): SpanFacts {
    const context = spot?.context ?? ROOT_CONTEXT;
    const name = `s${this.spans.length + 1}`;
    const links: Link[] = [];
    const linkedContext = linked === undefined ? undefined : traceApi.getSpanContext(linked.context);
    if (linkedContext !== undefined) links.push({ context: linkedContext });
    const span = service.tracer.startSpan(name, { kind, root, links, attributes: { [SAMPLING]: sampling } }, context);
    const { traceId, spanId } = span.spanContext();
    const stamp = service.clock === undefined ? undefined : getCausalStamp(span);
    if (service.clock !== undefined && (stamp !== undefined) !== (sampling === 2)) {
      throw new Error(`${name} is ${stamp === undefined ? 'not ' : ''}stamped`);
    }
    let start: SpanFacts['start'];
    if (stamp !== undefined) {
      this.ledger.observeAll(service);
      const lane = this.ledger.lane(service, traceId);
      if (spot?.trace === traceId) lane.recall(spot.span?.start);
      const causes = spot?.arrival === undefined ? [] : this.ledger.receive(service, traceId, spot.arrival.facts);
      if (linked !== undefined) causes.push(...this.requests.hearLink(service, traceId, linked));
      start = this.ledger.event(`${name}.start`, service, traceId, stamp, causes);
    }
    const made: SpanFacts = {
      name,
      span,
      kind,
      start,
      reply: undefined,
      end: undefined,
      live: true,
      unheard: [],
      spot: {
        service,
        context: traceApi.setSpan(context, span),
        trace: traceId,
        spanId,
        arrival: spot?.arrival,
        get span() {
          return made;
        },
      },
    };
    this.spans.push(made);
    this.spots.push(made.spot);
    const { arrival } = made.spot;
    if (kind === SpanKind.SERVER && start !== undefined && arrival !== undefined) arrival.server ??= made;
    const place = spot?.span === undefined ? '' : ` in ${spot.span.name}`;
    const cause = arrival === undefined ? '' : ` for ${arrival.request.name}`;
    const link = linked === undefined ? '' : ` linked to ${linked.span?.name ?? linked.arrival?.request.name}`;
    const tick = start === undefined ? ', not stamped' : `, tick ${start.stamp.tick}`;
    this.log.push(
      `${service.name} starts ${SpanKind[kind]} ${name} of trace ${traceId.slice(0, 4)}${place}${cause}${link}${tick}`,
    );
    return made;
  }

  private endSpan(span: SpanFacts | undefined, link = -1): void {
    if (span === undefined || !span.live) return;
    const { service, trace, spanId } = span.spot;
    const linked = this.linkable(service, link);
    const linkedContext = linked === undefined ? undefined : traceApi.getSpanContext(linked.context);
    if (linkedContext !== undefined) span.span.addLink({ context: linkedContext });
    span.span.end();
    span.live = false;
    const stamp = service.lastEnd();
    if ((stamp !== undefined) !== (span.start !== undefined)) throw new Error(`the end of ${span.name}`);
    this.log.push(`${service.name} ends ${span.name}${stamp === undefined ? '' : `, tick ${stamp.tick}`}`);
    if (stamp === undefined) return;
    this.ledger.observeAll(service);
    const lane = this.ledger.lane(service, trace);
    lane.recall(span.start);
    if (span.kind === SpanKind.CLIENT && service.awaited.delete(spanId)) {
      lane.rules.add('a reply without an acceptable stamp');
    }
    const causes = linked === undefined ? [] : this.requests.hearLink(service, trace, linked);
    span.end = this.ledger.event(`${span.name}.end`, service, trace, stamp, [...span.unheard, ...causes]);
  }

  private call(
    spot: Spot | undefined,
    { to, as, sampling }: Pick<Extract<Command, { do: 'call' }>, 'to' | 'as' | 'sampling'>,
  ): { readonly request: Request; readonly sender: Spot } | undefined {
    if (spot === undefined) return undefined;
    const kind = as === 'producer' ? SpanKind.PRODUCER : SpanKind.CLIENT;
    const sender = as === 'bare' ? spot : this.startSpan(spot.service, spot, kind, sampling).spot;
    return { request: this.requests.send(sender, to % this.slots.length), sender };
  }

  private deliver(
    request: Request | undefined,
    { as, context, sampling, again }: Omit<Extract<Command, { do: 'deliver' }>, 'do' | 'message'>,
  ): SpanFacts | undefined {
    if (request === undefined) return undefined;
    const service = this.service(request.to);
    const spot = this.requests.deliver(request, service, again);
    this.spots.push(spot);
    switch (as) {
      case 'relay':
        return undefined;
      case 'server':
        return this.startSpan(service, spot, SpanKind.SERVER, sampling);
      case 'consumer':
        return this.startSpan(service, spot, SpanKind.CONSUMER, sampling);
      case 'reroot':
        return this.startSpan(service, spot, SpanKind.SERVER, sampling, { root: true });
      case 'batch':
        return this.startSpan(service, undefined, SpanKind.CONSUMER, sampling, { linked: spot });
      case 'linked': {
        const local = this.spots.filter((one) => one.service === service && one.span !== undefined);
        return this.startSpan(service, youngest(local, context), SpanKind.INTERNAL, sampling, { linked: spot });
      }
    }
  }

  /** Several calls at once: all are sent, then all are served, then all are heard. */
  private fanOut({ context, to, width }: Extract<Command, { do: 'fan-out' }>): void {
    const spot = youngest(this.spots, context);
    const calls = Array.from({ length: width }, (_, i) => this.call(spot, { to: to + i, as: 'client', sampling: 2 }));
    const served = calls.map((called) => {
      const server = this.deliver(called?.request, { as: 'server', context: 0, sampling: 2, again: false });
      return { server, delivery: this.requests.deliveries.at(-1) };
    });
    for (const { server, delivery } of served) {
      if (server === undefined) continue;
      this.replies.hear(this.replies.reply(delivery, false), false);
      this.endSpan(server);
    }
    for (const called of calls) this.endSpan(called?.sender.span);
  }

  private roundTrip(command: Extract<Command, { do: 'round-trip' }>): void {
    const called = this.call(youngest(this.spots, command.context), { ...command, as: 'client' });
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
    this.endSpan(server);
    this.endSpan(called.sender.span);
  }
}

/** The one that a program means: counted from the youngest, modulo how many there are. */
function youngest<T>(all: readonly T[], pick: number): T | undefined {
  return all.length === 0 ? undefined : all[all.length - 1 - (pick % all.length)];
}
