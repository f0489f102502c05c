/**
 * Processes of the modelled fleet: the real library in a real SDK, or an ordinary OpenTelemetry service without it.
 *
 * Guarantee: nothing of the library is replaced. The physical clock, the sampler and the wire are the test's.
 */
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Tracer,
} from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider, type ReadableSpan, type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace-base';
import type { CausalStamp } from '../../src/clocks/stamp.js';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { CausalClock } from '../../src/otel/causal-clock.js';
import type { Carrier } from '../support/fleet.js';
import { LoggingNode } from '../support/logging-node.js';
import type { Incarnation } from './facts.js';
import type { SlotPlan } from './program.js';

/** The span attribute by which a program decides on sampling. */
export const SAMPLING = 'test.sampling';

const BASE_MILLIS = Date.UTC(2026, 0, 1);

const DECISIONS = [SamplingDecision.NOT_RECORD, SamplingDecision.RECORD, SamplingDecision.RECORD_AND_SAMPLED];

const byAttribute: Sampler = {
  shouldSample: (_context, _traceId, _name, _kind, attributes) => ({
    decision: DECISIONS[Number(attributes[SAMPLING] ?? 2)] ?? SamplingDecision.NOT_RECORD,
  }),
  toString: () => 'by attribute',
};

/** The wall clock of one slot: wrong, too fast, jumping or standing still. It outlives the processes. */
export class WallClock {
  private millis: number;

  constructor(private readonly plan: SlotPlan) {
    this.millis = BASE_MILLIS + plan.skewMillis;
  }

  readonly now = (): number => this.millis;

  pass(millis: number): void {
    this.millis += millis * this.plan.rate;
  }

  jump(millis: number): void {
    this.millis += millis;
  }
}

/** A request that awaits its reply, as the oracle keeps it. */
export interface AwaitedFacts {
  requests: number;
  readonly holder: object | undefined;
  /** Sent by a span that the library does not stamp. */
  readonly blind: boolean;
  /** All of its targets got a stamp. */
  stamped: boolean;
}

export interface Service extends Incarnation {
  readonly name: string;
  readonly tracer: Tracer;
  /** Undefined for a service without the library. */
  readonly clock: CausalClock | undefined;
  readonly awaited: Map<string, AwaitedFacts>;
  inject(context: Context): Carrier;
  extract(carrier: Carrier): Context;
  /** The stamp of the end that was stamped last. */
  lastEnd(): CausalStamp | undefined;
  finished(): readonly ReadableSpan[];
  /** Writes a log and gives it as it was exported; undefined for a service without the library. */
  writeLog(name: string, context: Context): ReadableLogRecord | undefined;
}

export function startService(id: number, name: string, plan: SlotPlan, wall: WallClock): Service {
  return plan.kind === 'plain' ? startPlain(id, name, plan) : startWithLibrary(id, name, plan, wall);
}

function startWithLibrary(id: number, name: string, plan: SlotPlan, wall: WallClock): Service {
  const node = new LoggingNode(name, {
    scope: plan.scope,
    trust: plan.trusts ? 'all' : 'none',
    maxDomains: plan.maxDomains,
    maxEntries: plan.maxEntries,
    maxBytes: plan.maxBytes,
    domainIdleMs: 2000,
    attributes: plan.attributes,
    now: wall.now,
    sampler: byAttribute,
    propagator: { carrier: plan.carrier, propagateTo: () => plan.propagates },
  });
  if (plan.hooks) node.clock.messages.watchCarriers();
  const { spans } = node.clock;
  const end = spans.end.bind(spans);
  let lastEnd: CausalStamp | undefined;
  spans.end = (spanContext) => {
    const ended = end(spanContext);
    // Copied at once: what it says is true until the next event.
    if (ended === undefined) return ended;
    const { node, tick, lamport, vector, hlc, incomplete, hlcUnordered } = ended;
    lastEnd = { domain: ended.record.domain.id, node, tick, lamport, vector, hlc, incomplete, hlcUnordered };
    return ended;
  };
  return {
    id,
    name,
    plan,
    tracer: node.tracer,
    clock: node.clock,
    awaited: new Map(),
    holds: (trace) => node.clock.domains.peek(trace),
    inject: (context) => node.inject(context),
    extract: (carrier) => node.extract(carrier),
    lastEnd: () => {
      const stamp = lastEnd;
      lastEnd = undefined;
      return stamp;
    },
    finished: () => node.exporter.getFinishedSpans(),
    writeLog: (body, context) => node.log(body, context),
  };
}

function startPlain(id: number, name: string, plan: SlotPlan): Service {
  const trace = new W3CTraceContextPropagator();
  const propagator = new CompositePropagator({
    propagators: plan.baggage ? [trace, new W3CBaggagePropagator()] : [trace],
  });
  return {
    id,
    name,
    plan,
    tracer: new BasicTracerProvider().getTracer('plain'),
    clock: undefined,
    awaited: new Map(),
    holds: () => undefined,
    inject: (context) => {
      const carrier: Carrier = {};
      propagator.inject(context, carrier, defaultTextMapSetter);
      return carrier;
    },
    extract: (carrier) => propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter),
    lastEnd: () => undefined,
    finished: () => [],
    writeLog: () => undefined,
  };
}
