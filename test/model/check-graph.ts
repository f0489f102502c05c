/**
 * Checks what the analysis makes of the exported spans and logs: its graph joins stamps with parents and links, derives
 * what `lean` left out, and takes back an "unknown" where the whole trace shows that nothing was hidden.
 *
 * Guarantee: exact where it claims anything: *before* must be true, *concurrent* must be true, and whatever the stamps
 * alone call before it calls before as well.
 * Hazard: only what is stamped is read, as the order of the rest is told by wall clocks. Calls name an address only where
 * they left the fleet: where one is not named, or may be a recorded service's, the analysis promises nothing of it. Nor
 * does it of spans that send more than one request, so where there are some, no call names any.
 */
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { CausalGraph } from '../../src/analysis/graph/causal-graph.js';
import type { CausalEvent, CausalMoment } from '../../src/analysis/graph/graph-model.js';
import { recordedOf } from '../../src/analysis/live/exported-span.js';
import type { AttributeRecord, RecordedLog, RecordedSpan } from '../../src/analysis/recorded.js';
import { compareLogStamps } from '../../src/clocks/log-stamp.js';
import { emptyTally, type Tally } from './check.js';
import type { EventFacts, LogFacts } from './facts.js';
import { Happenings } from './happenings.js';
import type { Ledger } from './ledger.js';
import type { SpanFacts } from './scene.js';
import type { World } from './world.js';
import { WrongAnswer } from './wrong-answer.js';

/** A moment of the graph, and what it was. */
interface Placed {
  readonly facts: EventFacts | LogFacts;
  readonly told: CausalMoment;
}

/** Throws {@link WrongAnswer} for the first pair of moments that the graph answers wrongly. */
export function checkGraph(world: World, tally: Tally = emptyTally()): void {
  const { services, spans, ledger } = world;
  const isStamped = ({ attributes }: { readonly attributes: object }): boolean => 'causality.node' in attributes;
  const recorded = services.flatMap((service) => service.finished()).filter(isStamped);
  const logs = services.flatMap((service) => service.logged()).filter(isStamped);
  const addresses = outside(world);
  const graph = CausalGraph.of(
    recorded.map((span) => addressed(span, addresses)),
    { logs: logs.map(recordedLog) },
  );
  const bySpan = new Map(spans.all.map((span) => [span.spot.spanId, span]));
  const byName = new Map(ledger.logs.map((log) => [log.name, log]));
  const placed = [
    ...graph.events.map((told) => place(eventOf(bySpan.get(told.span.recorded.spanId), told), told)),
    ...graph.logs.map((told) => place(byName.get(String(told.recorded.body)), told)),
  ].sort((a, b) => a.facts.index - b.facts.index);
  const happened = new Happenings();
  placed.forEach((b, later) => {
    for (let earlier = 0; earlier < later; earlier++) checkPair(ledger, graph, placed[earlier] as Placed, b, happened);
  });
  tally.happened.add(happened);
}

/** A span as it is read, with the address that its instrumentation would have named of a service outside the fleet. */
function addressed(span: ReadableSpan, addresses: ReadonlyMap<string, string>): RecordedSpan {
  const recorded = recordedOf(span);
  const address = addresses.get(recorded.spanId);
  if (address === undefined) return recorded;
  return { ...recorded, attributes: { ...recorded.attributes, 'server.address': address } };
}

/** The address of the service without the library that a span called, by its id. */
function outside({ requests, program }: World): ReadonlyMap<string, string> {
  const addresses = new Map<string, string>();
  const callers = new Set<string>();
  for (const { sender, to } of requests.all) {
    if (callers.has(sender.spanId)) return new Map();
    callers.add(sender.spanId);
    if (program.slots[to]?.kind === 'plain') addresses.set(sender.spanId, `10.0.0.${to}`);
  }
  return addresses;
}

function recordedLog({
  body,
  spanContext,
  attributes,
  resource,
  instrumentationScope,
}: ReadableLogRecord): RecordedLog {
  return {
    traceId: spanContext?.traceId,
    spanId: spanContext?.spanId,
    timeNanos: 0n,
    severity: '',
    body: typeof body === 'string' ? body : undefined,
    attributes: attributes as AttributeRecord,
    service: String(resource.attributes['service.name']),
    resource: resource.attributes as AttributeRecord,
    scope: { name: instrumentationScope.name, version: undefined },
    origin: { source: 'exporter', line: undefined },
  };
}

function eventOf(span: SpanFacts | undefined, { kind }: CausalEvent): EventFacts | undefined {
  return kind === 'start' ? span?.start : kind === 'reply' ? span?.reply : span?.end;
}

function place(facts: Placed['facts'] | undefined, told: CausalMoment): Placed {
  if (facts === undefined) throw new WrongAnswer(`the graph has a ${told.kind} that never was`);
  return { facts, told };
}

/** @param a is made before b by the real clock, so that it cannot be after it */
function checkPair(ledger: Ledger, graph: CausalGraph, a: Placed, b: Placed, happened: Happenings): void {
  const answer = graph.relation(a.told, b.told);
  const wrong = (what: string): never => {
    const [one, other] = [a, b].map(({ facts: { name, process, trace } }) => {
      return `${name} (process ${process.id}, trace ${trace.slice(0, 4)})`;
    });
    throw new WrongAnswer(`in the graph, ${one} and ${other}: ${answer}, ${what}`);
  };
  if (answer === 'after' || answer === 'equal') wrong('although the first was made before');
  if (answer === 'before' && !ledger.happenedBefore(a.facts, b.facts)) wrong('FALSE BEFORE, no path leads there');
  if (answer === 'concurrent' && ledger.isPromised(a.facts, b.facts)) wrong('FALSE CONCURRENT');
  const { stamp: earlier } = a.told;
  const { stamp: later } = b.told;
  if (earlier === undefined || later === undefined) return wrong('and one has no stamp');
  const alone = compareLogStamps(earlier, later);
  if (alone === 'before' && answer !== 'before') wrong('although the stamps say before');
  if (alone === 'unknown' && answer === 'concurrent') {
    happened.note('the whole trace showed that nothing was hidden');
  } else if (alone !== 'before' && answer === 'before') {
    happened.note('the graph found an order that stamps do not tell');
  }
}
