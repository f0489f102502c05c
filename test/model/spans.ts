/** Spans of the fleet: the real ones on one side, the oracle's facts on the other. */
import { INVALID_SPAN_CONTEXT, type Link, ROOT_CONTEXT, SpanKind, trace as traceApi } from '@opentelemetry/api';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import type { Cause } from './facts.js';
import { causesOf, type Ledger } from './ledger.js';
import { crossed, meetForeign } from './two-clocks.js';
import { type Command, type Sampling, youngest } from './program.js';
import type { Requests } from './requests.js';
import type { SpanFacts, Spot } from './scene.js';
import { SAMPLING, type Service } from './service.js';

export class Spans {
  readonly all: SpanFacts[] = [];
  /** Every context there is, of processes that live. */
  spots: Spot[] = [];

  constructor(
    private readonly ledger: Ledger,
    private readonly requests: Requests,
    private readonly log: string[],
  ) {}

  get live(): SpanFacts[] {
    return this.all.filter((span) => span.live);
  }

  child({ context, sampling, links }: Extract<Command, { do: 'child' }>): void {
    const spot = youngest(this.spots, context);
    if (spot === undefined) return;
    this.start(spot.service, spot, SpanKind.INTERNAL, sampling, {
      links: links.flatMap((link) => this.linkable(spot.service, link) ?? []),
    });
  }

  private linkable(service: Service, link: number): Spot | undefined {
    return youngest(
      this.spots.filter((one) => one.service === service),
      link,
    );
  }

  start(
    service: Service,
    spot: Spot | undefined,
    kind: SpanKind,
    sampling: Sampling,
    { links: linked = [], root = false }: { links?: readonly Spot[]; root?: boolean } = {},
  ): SpanFacts {
    const context = spot?.context ?? ROOT_CONTEXT;
    const name = `s${this.all.length + 1}`;
    const links = linked.map(linkTo);
    const span = service.tracer.startSpan(name, { kind, root, links, attributes: { [SAMPLING]: sampling } }, context);
    const { traceId, spanId } = span.spanContext();
    const stamp = service.clock === undefined ? undefined : getCausalStamp(span);
    if (service.clock !== undefined && (stamp !== undefined) !== (sampling === 2 && service.stamps)) {
      throw new Error(`${name} is ${stamp === undefined ? 'not ' : ''}stamped`);
    }
    let start: SpanFacts['start'];
    if (stamp !== undefined) {
      this.ledger.observeAll(service);
      const lane = this.ledger.lane(service, traceId);
      if (spot?.trace === traceId) lane.recall(spot.span?.start);
      if (!service.carries) lane.rules.add('no propagator');
      if (!service.carries && spot?.arrival !== undefined)
        this.ledger.happened.note('a message came without a propagator');
      const told = spot?.trace === traceId ? meetForeign(this.ledger, service, spot.foreign) : undefined;
      if (told !== undefined) lane.merge(told);
      const causes = spot?.arrival === undefined ? [] : this.ledger.receive(service, traceId, spot.arrival);
      causes.push(...this.hearLinks(service, traceId, linked));
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
      links: { atStart: linked, later: [] },
      unheard: [],
      spot: {
        service,
        context: traceApi.setSpan(context, span),
        trace: traceId,
        spanId,
        foreign: undefined,
        arrival: spot?.arrival,
        get span() {
          return made;
        },
      },
    };
    this.all.push(made);
    this.spots.push(made.spot);
    const { arrival } = made.spot;
    if (kind === SpanKind.SERVER && start !== undefined && arrival !== undefined) arrival.server ??= made;
    const place = spot?.span === undefined ? '' : ` in ${spot.span.name}`;
    const cause = arrival === undefined ? '' : ` for ${arrival.request.name}`;
    const link = linked.length === 0 ? '' : ` linked to ${linked.map(nameOf).join(', ')}`;
    const tick = start === undefined ? ', not stamped' : `, tick ${start.stamp.tick}`;
    this.log.push(
      `${service.name} starts ${SpanKind[kind]} ${name} of trace ${traceId.slice(0, 4)}${place}${cause}${link}${tick}`,
    );
    return made;
  }

  /** Goes on in the same context with the other clock of its process. */
  cross(spot: Spot | undefined): void {
    const there = spot === undefined ? undefined : crossed(spot);
    if (spot === undefined || there === undefined) return;
    this.spots.push(there);
    this.log.push(`${there.service.name} goes on where ${spot.service.name} is in ${spot.span?.name ?? 'its context'}`);
  }

  /** A span under way gets a link, which its end hears. */
  link(span: SpanFacts | undefined, link: number): void {
    const linked = span === undefined ? undefined : this.linkable(span.spot.service, link);
    if (span === undefined || linked === undefined) return;
    span.span.addLink(linkTo(linked));
    span.links.later.push(linked);
    this.log.push(`${span.name} gets a link to ${nameOf(linked)}`);
  }

  /**
   * The links that the SDK has kept, the younger ones of them: they are heard.
   * @param links all that a span has ever got
   */
  private hearLinks(service: Service, trace: string, links: readonly Spot[]): Cause[] {
    const { maxLinks } = service.plan;
    const dropped = maxLinks === 0 ? 0 : Math.max(0, links.length - maxLinks);
    if (dropped > 0) {
      this.ledger.lane(service, trace).rules.add('a link that the SDK dropped');
      this.ledger.happened.note('the SDK dropped a link');
    }
    // What was dropped is a cause all the same: nothing after it may be called concurrent with it.
    const causes = links
      .slice(0, dropped)
      .flatMap(({ arrival }) => (arrival === undefined ? [] : causesOf(arrival.facts, true)));
    return [...causes, ...links.slice(dropped).flatMap((linked) => this.requests.hearLink(service, trace, linked))];
  }

  end(span: SpanFacts | undefined, link?: number): void {
    if (span === undefined || !span.live) return;
    const { service, trace, spanId } = span.spot;
    if (link !== undefined) this.link(span, link);
    span.span.end();
    span.live = false;
    const stamp = service.lastEnd();
    if ((stamp !== undefined) !== (span.start !== undefined)) throw new Error(`the end of ${span.name}`);
    this.log.push(`${service.name} ends ${span.name}${stamp === undefined ? '' : `, tick ${stamp.tick}`}`);
    if (stamp === undefined) return;
    this.ledger.observeAll(service);
    const lane = this.ledger.lane(service, trace);
    lane.recall(span.start);
    const isMissed = service.awaited.close(spanId, span.kind === SpanKind.CLIENT);
    if (isMissed) lane.rules.add('a reply without an acceptable stamp');
    const { atStart, later } = span.links;
    const causes = later.length === 0 ? [] : this.hearLinks(service, trace, [...atStart, ...later]);
    if (later.length > 0) this.ledger.happened.note('a link was added late');
    if (span.start?.holder !== lane.holder) this.ledger.happened.note('a span ended long after its domain was dropped');
    span.end = this.ledger.event(`${span.name}.end`, service, trace, stamp, [...span.unheard, ...causes]);
  }

  /** A process is gone. */
  died(service: Service): void {
    this.spots = this.spots.filter((spot) => spot.service !== service);
    for (const span of this.all) if (span.spot.service === service) span.live = false;
  }
}

function linkTo({ context }: Spot): Link {
  return { context: traceApi.getSpanContext(context) ?? INVALID_SPAN_CONTEXT };
}

function nameOf({ span, foreign, arrival }: Spot): string {
  return (span ?? foreign)?.name ?? arrival?.request.name ?? 'nothing';
}
