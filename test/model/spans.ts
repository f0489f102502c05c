/** Spans of the fleet: the real ones on one side, the oracle's facts on the other. */
import { type Link, ROOT_CONTEXT, SpanKind, trace as traceApi } from '@opentelemetry/api';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import type { Ledger } from './ledger.js';
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

  child({ context, sampling, link }: Extract<Command, { do: 'child' }>): void {
    const spot = youngest(this.spots, context);
    if (spot === undefined) return;
    this.start(spot.service, spot, SpanKind.INTERNAL, sampling, { linked: this.linkable(spot.service, link) });
  }

  private linkable(service: Service, link: number): Spot | undefined {
    return link < 0
      ? undefined
      : youngest(
          this.spots.filter((one) => one.service === service),
          link,
        );
  }

  start(
    service: Service,
    spot: Spot | undefined,
    kind: SpanKind,
    sampling: Sampling,
    { linked, root = false }: { linked?: Spot | undefined; root?: boolean } = {},
  ): SpanFacts {
    const context = spot?.context ?? ROOT_CONTEXT;
    const name = `s${this.all.length + 1}`;
    const links: Link[] = [];
    const linkedContext = linked === undefined ? undefined : traceApi.getSpanContext(linked.context);
    if (linkedContext !== undefined) links.push({ context: linkedContext });
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
    const link = linked === undefined ? '' : ` linked to ${linked.span?.name ?? linked.arrival?.request.name}`;
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

  end(span: SpanFacts | undefined, link = -1): void {
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
    const isMissed = service.awaited.close(spanId, span.kind === SpanKind.CLIENT);
    if (isMissed) lane.rules.add('a reply without an acceptable stamp');
    const causes = linked === undefined ? [] : this.requests.hearLink(service, trace, linked);
    if (linked !== undefined) this.ledger.happened.note('a link was added late');
    if (span.start?.holder !== lane.holder) this.ledger.happened.note('a span ended long after its domain was dropped');
    span.end = this.ledger.event(`${span.name}.end`, service, trace, stamp, [...span.unheard, ...causes]);
  }

  /** A process is gone. */
  died(service: Service): void {
    this.spots = this.spots.filter((spot) => spot.service !== service);
    for (const span of this.all) if (span.spot.service === service) span.live = false;
  }
}
