/**
 * Processes of the modelled fleet: the real library in a real SDK, or an ordinary OpenTelemetry service without it.
 *
 * Guarantee: nothing of the library is replaced, but that a memory of half a million traces may be one of two, that one
 * awaited reply may be as many as ten thousand are, and that a trace rests once another has come after it, or none, not hundreds. The physical clock, the sampler and the wire are the test's.
 */
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type TextMapPropagator,
  type Tracer,
} from '@opentelemetry/api';
import {
  CompositePropagator,
  suppressTracing,
  unsuppressTracing,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core';
import { BasicTracerProvider, type ReadableSpan, type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace-base';
import { givenStamp } from '../../src/clocks/causal-stamp.js';
import { type CausalStamp, Stamp } from '../../src/clocks/stamp.js';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { CausalClock } from '../../src/otel/causal-clock.js';
import type { Domain } from '../../src/otel/domain.js';
import type { DomainStoreOptions } from '../../src/otel/domain-store.js';
import { DroppedTraces } from '../../src/otel/dropped-traces.js';
import type { Carrier } from '../support/fleet.js';
import { LoggingNode } from '../support/logging-node.js';
import { AwaitedReplies } from './awaited.js';
import type { Incarnation } from './facts.js';
import type { SlotPlan } from './program.js';
import type { WallClock } from './wall-clock.js';
import { TraceKey } from '../../src/otel/trace-key.js';
import { NO_SLOT, SERIAL, type TraceSlots } from '../../src/otel/trace-slots.js';
import type { TraceTable } from '../../src/otel/trace-table.js';

/** The span attribute by which a program decides on sampling. */
export const SAMPLING = 'test.sampling';

/** How many traces of a process are kept from rest. */
const MOST_RECENT = [0, 0, 1];

const DECISIONS = [SamplingDecision.NOT_RECORD, SamplingDecision.RECORD, SamplingDecision.RECORD_AND_SAMPLED];

const byAttribute: Sampler = {
  shouldSample: (_context, _traceId, _name, _kind, attributes) => ({
    decision: DECISIONS[Number(attributes[SAMPLING] ?? 2)] ?? SamplingDecision.NOT_RECORD,
  }),
  toString: () => 'by attribute',
};

export interface Service extends Incarnation {
  readonly name: string;
  readonly tracer: Tracer;
  /** The other clock of its process, with a tracer and a propagator of its own. */
  beside: Service | undefined;
  /** Undefined for a service without the library. */
  readonly clock: CausalClock | undefined;
  readonly awaited: AwaitedReplies;
  /** True where the library's propagator carries stamps. */
  readonly carries: boolean;
  /** True where the library's processor stamps spans. */
  readonly stamps: boolean;
  /** Writes into a carrier, and returns it. */
  inject(context: Context, carrier: Carrier): Carrier;
  /** @param suppressed tracing is suppressed while it is read */
  extract(carrier: Carrier, suppressed?: boolean): Context;
  /** The stamp of the end that was stamped last. */
  lastEnd(): CausalStamp | undefined;
  finished(): readonly ReadableSpan[];
  /** Writes a log and gives it as it was exported; undefined for a service without the library. */
  writeLog(name: string, context: Context): ReadableLogRecord | undefined;
  /** By how many the replies that it awaits are more than its plan allows. */
  awaitedBeyondLimit(): number;
  /** All of them. */
  logged(): readonly ReadableLogRecord[];
}

/** What a process, or a second clock in one, is started with. */
export interface Start {
  readonly id: number;
  /** Default: a process of its own. */
  readonly host?: number;
  readonly name: string;
  readonly plan: SlotPlan;
  readonly wall: WallClock;
}

export function startService(start: Start): Service {
  return start.plan.kind === 'plain' ? startPlain(start) : startWithLibrary(start);
}

function startWithLibrary({ id, host = id, name, plan, wall }: Start): Service {
  const node = new LoggingNode(name, {
    scope: plan.scope,
    trust: plan.trusts ? 'all' : 'none',
    maxDomains: plan.maxDomains,
    maxEntries: plan.maxEntries,
    maxBytes: plan.maxBytes,
    domainIdleMs: 2000,
    attributes: plan.attributes,
    plainHops: plan.plainHops,
    parts: plan.parts,
    now: wall.now,
    sampler: byAttribute,
    spanLimits: plan.maxLinks === 0 ? {} : { linkCountLimit: plan.maxLinks },
    propagator: { carrier: plan.carrier, propagateTo: () => plan.propagates },
  });
  if (plan.hooks) node.clock.messages.watchCarriers(plan.hears === 'all' ? 'http' : 'fetch');
  const memory = memoryOf(node, plan.memory);
  const held = heldBy(node, MOST_RECENT[id % MOST_RECENT.length] as number);
  const awaited = awaitedBy(node, plan.awaits);
  const { capacity } = awaited;
  const { spans } = node.clock;
  const end = spans.end.bind(spans);
  let lastEnd: CausalStamp | undefined;
  spans.end = (spanContext) => {
    const ended = end(spanContext);
    // Copied at once: what it says is true until the next event.
    if (ended === undefined) return ended;
    const { node, tick, lamport, vector, hlc, incomplete, hlcUnordered } = ended;
    const { id: domain } = ended.record.domain;
    lastEnd = givenStamp(new Stamp(domain, node, tick, lamport, vector, hlc, incomplete, hlcUnordered));
    return ended;
  };
  return {
    id,
    host,
    beside: undefined,
    name,
    plan,
    tracer: node.tracer,
    clock: node.clock,
    awaited: new AwaitedReplies(plan.hooks ? capacity : Number.POSITIVE_INFINITY),
    holds: (trace) => held(trace)?.serial,
    rests: (trace) => held(trace)?.rests === true,
    remembers: (trace) => memory.mayContain(new TraceKey(trace)),
    carries: plan.parts !== 'processor',
    stamps: plan.parts !== 'propagator',
    inject: (context, carrier) => injectWith(node.propagator, context, carrier),
    extract: (carrier, suppressed = false) => {
      if (!suppressed) return node.extract(carrier);
      return unsuppressTracing(node.extract(carrier, suppressTracing(ROOT_CONTEXT)));
    },
    lastEnd: () => {
      const stamp = lastEnd;
      lastEnd = undefined;
      return stamp;
    },
    finished: () => node.exporter.getFinishedSpans(),
    writeLog: (body, context) => node.log(body, context),
    awaitedBeyondLimit: () => Math.max(0, awaited.size - capacity),
    logged: () => node.logs.exporter.getFinishedLogRecords(),
  };
}

/** What a clock holds of a trace, found without waking what rests. */
function heldBy(
  { clock }: LoggingNode,
  maxRecent: number,
): (trace: string) => { serial: number; rests: boolean } | undefined {
  const { domains } = clock;
  const { store } = domains as unknown as { readonly store: StoreInside };
  // With the usual hundreds no trace of a program would ever rest.
  store.options = { ...store.options, maxRecent };
  return (trace) => {
    if (domains.whole !== undefined) return { serial: domains.whole.serial, rests: false };
    const slot = store.table.find(new TraceKey(trace));
    if (slot === NO_SLOT) return undefined;
    const domain = store.awake[slot];
    if (domain !== undefined) return { serial: domain.serial, rests: false };
    return { serial: store.slots.numbers[store.slots.at(slot) + SERIAL] as number, rests: true };
  };
}

interface StoreInside {
  options: DomainStoreOptions;
  readonly slots: TraceSlots;
  readonly table: TraceTable;
  readonly awake: readonly (Domain | undefined)[];
}

/** The store's memory of dropped traces; a smaller one where the plan says so. */
function memoryOf({ clock }: LoggingNode, capacity: number): DroppedTraces {
  const { store } = clock.domains as unknown as { readonly store: { droppedTraces: DroppedTraces } };
  if (!(store.droppedTraces instanceof DroppedTraces)) throw new TypeError('the store has another memory');
  if (capacity > 0) store.droppedTraces = new DroppedTraces(capacity);
  return store.droppedTraces;
}

/** What the clock awaits: of fewer than ten thousand spans where the plan says so. */
function awaitedBy({ clock }: LoggingNode, capacity: number): { readonly size: number; readonly capacity: number } {
  const { awaited } = clock.messages as unknown as { readonly awaited: { readonly size: number; capacity: number } };
  if (typeof awaited.capacity !== 'number') throw new TypeError('nobody says how many replies may be awaited');
  if (capacity > 0) awaited.capacity = capacity;
  return awaited;
}

function startPlain({ id, name, plan }: Start): Service {
  const trace = new W3CTraceContextPropagator();
  const propagator = new CompositePropagator({
    propagators: plan.baggage ? [trace, new W3CBaggagePropagator()] : [trace],
  });
  return {
    id,
    host: id,
    beside: undefined,
    name,
    plan,
    tracer: new BasicTracerProvider().getTracer('plain'),
    clock: undefined,
    awaited: new AwaitedReplies(0),
    holds: () => undefined,
    rests: () => false,
    remembers: () => false,
    carries: false,
    stamps: false,
    inject: (context, carrier) => injectWith(propagator, context, carrier),
    extract: (carrier) => propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter),
    lastEnd: () => undefined,
    finished: () => [],
    writeLog: () => undefined,
    awaitedBeyondLimit: () => 0,
    logged: () => [],
  };
}

function injectWith(propagator: TextMapPropagator, context: Context, carrier: Carrier): Carrier {
  propagator.inject(context, carrier, defaultTextMapSetter);
  return carrier;
}
