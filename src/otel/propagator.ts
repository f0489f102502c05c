/**
 * The propagator: carries stamps beside the trace context, by wrapping the propagators in use.
 *
 * Guarantee: what the wrapped propagators read and write is theirs alone. Our members are taken out of `baggage` and
 * `tracestate` before they read, and added after they wrote, so the application never sees them and its own pass
 * untouched. Nothing throws: not a getter, a setter, a carrier, a wrapped propagator or a callback that does.
 * `extract` is pure. Nothing is read or written while tracing is suppressed.
 * Hazard: a service that removes this library but keeps the propagators becomes a plain hop, which is what the mark
 * in `tracestate` is for.
 */
import {
  type Attributes,
  type Context,
  isSpanContextValid,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import { isTracingSuppressed, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { hostEnvironment } from '../clocks/environment.js';
import { InvalidValueError } from '../clocks/errors.js';
import { arrivalIn, judgeArrival, MEMBER, withArrival } from './arrival.js';
import type { CausalClock } from './causal-clock.js';
import { isDisabled } from './clock-options.js';
import { say } from './counters.js';
import { propagatorEnvironment } from './propagator-environment.js';
import { InboundHeaders, OutboundHeaders } from './headers.js';
import type { Departure } from './messages.js';
import { clockOption } from './span-processor.js';
import { Arrival } from './records.js';
import { rememberArrival } from './span-registry.js';

/** Everything is optional. */
export interface CausalityPropagatorOptions {
  /** Default: the process-wide clock, which the processor finds too. */
  readonly clock?: CausalClock;
  /** The propagators to wrap, in their order. Default: W3C trace context and W3C baggage. */
  readonly propagators?: readonly TextMapPropagator[];
  /**
   * Where stamps travel: in the baggage member `causality` (default), or in a header of that name. Left out,
   * `OTEL_CAUSALITY_CARRIER` decides.
   */
  readonly carrier?: 'baggage' | 'header';
  /**
   * Decides by the attributes of the sending span (`server.address`, say) whether its target gets stamps. A target
   * that does not still gets the mark in `tracestate`, so that it knows to be incomplete. Default: the hosts of
   * `OTEL_CAUSALITY_TARGETS`, or every target where that is not set.
   */
  readonly propagateTo?: (spanAttributes: Attributes) => boolean;
}

/**
 * A `TextMapPropagator` that wraps others and carries stamps beside what they carry. Register it as the one global
 * propagator. W3C Trace Context should be among the wrapped ones: HTTP replies are matched by `traceparent`.
 */
export class CausalityPropagator implements TextMapPropagator {
  private readonly clock: CausalClock | undefined;
  private readonly propagators: readonly TextMapPropagator[];
  private readonly carrier: 'baggage' | 'header';
  private readonly propagateTo: ((spanAttributes: Attributes) => boolean) | undefined;
  /** True where every wrapped propagator is one of W3C's, so that whatever span context they make has valid ids. */
  private readonly givesValid: boolean;
  private readonly setterFailed = (error: unknown): void => this.clock?.events.error('inject', error);

  /** Throws {@link InvalidValueError} for an option that cannot be meant. */
  constructor(options: CausalityPropagatorOptions = {}) {
    this.propagators = propagatorList(options.propagators);
    this.givesValid = this.propagators.every(({ constructor }) => VALIDATING.has(constructor));
    const fromEnvironment = propagatorEnvironment(hostEnvironment());
    this.carrier = options.carrier ?? fromEnvironment.carrier ?? 'baggage';
    if (this.carrier !== 'baggage' && this.carrier !== 'header') {
      throw new InvalidValueError('carrier', options.carrier, "'baggage' or 'header'");
    }
    ({ propagateTo: this.propagateTo = fromEnvironment.propagateTo } = options);
    if (this.propagateTo !== undefined && typeof this.propagateTo !== 'function') {
      throw new InvalidValueError('propagateTo', options.propagateTo, 'a function of span attributes');
    }
    if (isDisabled()) return;
    for (const problem of fromEnvironment.problems) say(problem);
    this.clock = clockOption(options.clock);
    this.clock.domains.attachPropagator();
  }

  /** Lets the wrapped propagators write, then adds the stamp and the mark. Never throws. */
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const { clock } = this;
    if (clock === undefined || isSuppressed(context)) {
      this.injectWrapped(context, carrier, setter);
      return;
    }
    const headers = new OutboundHeaders(setter);
    this.injectWrapped(context, carrier, headers);
    const departure = this.depart(clock, context, headers.hasParent);
    try {
      const { unsent } = headers.finish(carrier, departure, this.carrier, this.setterFailed);
      if (unsent !== undefined) clock.events.unsent(unsent);
    } catch (error) {
      clock.events.error('inject', error);
    }
  }

  /** Lets the wrapped propagators read, then puts the message's stamp into the context. Pure; never throws. */
  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const { clock } = this;
    if (clock === undefined) return this.extractWrapped(context, carrier, getter);
    const suppressed = isSuppressed(context);
    let headers: InboundHeaders | undefined;
    try {
      headers = new InboundHeaders(carrier, getter, this.carrier, suppressed);
    } catch (error) {
      clock.events.error('extract', error);
    }
    const extracted = this.extractWrapped(context, carrier, headers ?? getter);
    if (suppressed) return extracted;
    try {
      if (headers !== undefined) return this.arrive(clock, context, extracted, carrier, getter, headers);
    } catch (error) {
      clock.events.error('extract', error);
    }
    return arriveUnread(clock, context, extracted);
  }

  /** The headers that {@link CausalityPropagator.inject} may set. */
  fields(): string[] {
    const fields = new Set<string>();
    for (const propagator of this.propagators) {
      try {
        for (const field of propagator.fields()) fields.add(field);
      } catch (error) {
        this.wrappedFailed('fields', error);
      }
    }
    if (this.clock !== undefined) {
      fields.add('tracestate');
      fields.add(this.carrier === 'header' ? MEMBER : 'baggage');
    }
    return [...fields];
  }

  /** @param isValid true where the ids of the context's span have been looked at already */
  private depart(clock: CausalClock, context: Context, isValid: boolean): Departure | undefined {
    try {
      const spanContext = trace.getSpanContext(context);
      if (spanContext === undefined) return undefined;
      if (!isValid && !isSpanContextValid(spanContext)) return undefined;
      return clock.messages.send(context, spanContext, this.mayHave(clock, context));
    } catch (error) {
      clock.events.error('inject', error);
      return undefined;
    }
  }

  /** Puts what the message brought into the extracted context. */
  private arrive(
    clock: CausalClock,
    before: Context,
    extracted: Context,
    carrier: unknown,
    getter: TextMapGetter,
    headers: InboundHeaders,
  ): Context {
    if (headers.isBare && arrivalIn(extracted) === undefined) return extracted;
    const sent = headers.stamp((reason, detail) => clock.events.refused(reason, detail));
    const { mark } = headers;
    // Nobody upstream takes part, and nothing of an earlier message is to be taken back.
    if (!sent.present && mark === undefined && arrivalIn(extracted) === undefined) return extracted;
    const parent = newParent(before, extracted, this.givesValid);
    const isNew = parent !== undefined;
    if (!isNew && !sent.present) return extracted;

    const domain = isNew ? clock.domains.idOf(parent.traceId) : clock.domains.idOf('');
    let stamp: Arrival['stamp'];
    if (sent.text !== undefined) {
      if (isTrusted(clock, carrier, getter)) stamp = clock.messages.read(sent.text, domain);
      else clock.events.refused('untrusted', 'its sender is not trusted');
    }
    if (stamp !== undefined && stamp.domain !== domain) {
      clock.events.refused('other-domain', `a stamp of ${stamp.domain} in a message of ${domain}`);
    }
    const { plainHops } = clock.settings;
    const arrival = judgeArrival({
      clock,
      domain,
      parent,
      stamp,
      unread: sent.present && stamp === undefined,
      mark,
      plainHops,
    });
    if (arrival === undefined) return isNew ? withArrival(extracted, undefined) : extracted;
    if (isNew) rememberArrival(parent, arrival);
    clock.messages.arrived(carrier, arrival);
    return withArrival(extracted, arrival);
  }

  /** Where the application's answer cannot be had, the target does not get the stamp. */
  private mayHave(clock: CausalClock, context: Context): boolean {
    if (this.propagateTo === undefined) return true;
    const span = trace.getSpan(context) as { readonly attributes?: Attributes } | undefined;
    try {
      return this.propagateTo(span?.attributes ?? {}) === true;
    } catch (error) {
      clock.events.error('the propagateTo function', error);
      return false;
    }
  }

  private injectWrapped(context: Context, carrier: unknown, setter: TextMapSetter): void {
    // By index, here and below: an iterator for each message is work for the collector.
    for (let i = 0; i < this.propagators.length; i++) {
      try {
        (this.propagators[i] as TextMapPropagator).inject(context, carrier, setter);
      } catch (error) {
        this.wrappedFailed('inject', error);
      }
    }
  }

  private extractWrapped(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    let extracted = context;
    for (let i = 0; i < this.propagators.length; i++) {
      try {
        // One that gives no context must not cost the application that of the others.
        extracted = (this.propagators[i] as TextMapPropagator).extract(extracted, carrier, getter) ?? extracted;
      } catch (error) {
        this.wrappedFailed('extract', error);
      }
    }
    return extracted;
  }

  private wrappedFailed(what: string, error: unknown): void {
    this.clock?.events.error(`${what} of a wrapped propagator`, error);
  }
}

/** Propagators that look at every digit before they make a span context, or make none. Their subclasses may not. */
const VALIDATING: ReadonlySet<unknown> = new Set([W3CTraceContextPropagator, W3CBaggagePropagator]);

/** The span that the message names as its sender; undefined where it names none. */
function newParent(before: Context, extracted: Context, isSurelyValid: boolean): SpanContext | undefined {
  const parent = trace.getSpanContext(extracted);
  if (parent === undefined || parent === trace.getSpanContext(before)) return undefined;
  return isSurelyValid || isSpanContextValid(parent) ? parent : undefined;
}

/** A message that could not be looked through may have brought anything: its trace is incomplete. */
function arriveUnread(clock: CausalClock, before: Context, extracted: Context): Context {
  try {
    const parent = newParent(before, extracted, false);
    if (parent === undefined) return extracted;
    const domain = clock.domains.idOf(parent.traceId);
    const arrival = new Arrival(clock, domain, undefined, 'hook-failed', parent.spanId);
    rememberArrival(parent, arrival);
    return withArrival(extracted, arrival);
  } catch (error) {
    clock.events.error('extract', error);
    return extracted;
  }
}

function isSuppressed(context: Context): boolean {
  try {
    return isTracingSuppressed(context);
  } catch {
    // What is no context is the wrapped propagators' to take or to refuse.
    return false;
  }
}

function isTrusted(clock: CausalClock, carrier: unknown, getter: TextMapGetter): boolean {
  const { trust } = clock.settings;
  if (typeof trust === 'string') return trust === 'all';
  try {
    return trust(carrier, getter) === true;
  } catch (error) {
    clock.events.error('the trust function', error);
    return false;
  }
}

function propagatorList(value: unknown): readonly TextMapPropagator[] {
  if (value === undefined) return [new W3CTraceContextPropagator(), new W3CBaggagePropagator()];
  const fits = (one: unknown): boolean =>
    typeof one === 'object' && one !== null && 'inject' in one && 'extract' in one && 'fields' in one;
  if (!Array.isArray(value) || !value.every(fits)) {
    throw new InvalidValueError('propagators', value, 'an array of TextMapPropagators');
  }
  return [...(value as TextMapPropagator[])];
}
