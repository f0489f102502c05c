/**
 * Carries Microsoft's correlation vector in the header `MS-CV`: extends what a message brought, and counts up before
 * each message sent.
 *
 * Guarantee: `extract` is pure, it only puts the extended vector into the context. Nothing throws into the
 * application. A header that is no vector is left aside, and a vector of its own begins.
 * Hazard: without {@link CorrelationVectorSpanProcessor} a request that starts here has no vector until its first
 * message, and each message from it begins a new one.
 */
import {
  type Context,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import { CorrelationVector } from '../clocks/correlation-vector.js';
import type { CorrelationVectorVersion } from '../clocks/correlation-vector-format.js';
import type { CorrelationVectorSource, SpinParameters } from '../clocks/correlation-vector-spin.js';
import { InvalidValueError } from '../clocks/errors.js';
import { CorrelationVectorLine, lineOf, withLine } from './correlation-vector-line.js';
import { recordReplaced } from './correlation-vector-span-processor.js';
import { headerText } from './header-lookup.js';
import { Refusals } from './refusals.js';
import { isSuppressed } from './suppression.js';

const HEADER = 'MS-CV';
const TRACEPARENT = 'traceparent';

/** Which vectors begin here, and what becomes of those that come in. */
export interface CorrelationVectorPropagatorOptions extends CorrelationVectorSource {
  /** The version of vectors that begin here. One that came in keeps its own. Default: `2.1`. */
  readonly version?: CorrelationVectorVersion;
  /**
   * What is done to a vector that came in: `extend` (default), or how to spin it, where one message may be received
   * more than once (a queue, a retry). Version 1 has no spin and is extended.
   */
  readonly receive?: 'extend' | SpinParameters;
}

/** A `TextMapPropagator` over `MS-CV`. */
export class CorrelationVectorPropagator implements TextMapPropagator {
  private readonly version: CorrelationVectorVersion;
  private readonly receive: 'extend' | SpinParameters;
  private readonly source: CorrelationVectorSource;
  private readonly refusals = new Refusals(HEADER);

  /** Throws {@link InvalidValueError} for an option that cannot be meant. */
  constructor({ version = '2.1', receive = 'extend', ...source }: CorrelationVectorPropagatorOptions = {}) {
    if (receive !== 'extend') {
      if (typeof receive !== 'object' || receive === null) {
        throw new InvalidValueError('receive', receive, '"extend" or spin parameters');
      }
      CorrelationVector.create({ ...source, version: '2.1' }).spin(receive);
    }
    CorrelationVector.create({ ...source, version });
    this.version = version;
    this.receive = receive;
    this.source = source;
  }

  /** Messages whose header was no vector, or that could not be written. */
  get refused(): number {
    return this.refusals.count;
  }

  /** Counts the vector of this context, or of the span in it, up and writes it. */
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    if (isSuppressed(context)) return;
    try {
      const line = lineOf(context, trace.getSpanContext(context)) ?? this.begin();
      const { value } = line.forMessage();
      setter.set(carrier, HEADER, value);
      recordReplaced(trace.getSpan(context), line);
    } catch (error) {
      this.refusals.add('writing', error);
    }
  }

  /** The context with the vector that the message brought, extended or spun. */
  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    if (isSuppressed(context)) return context;
    try {
      const vector = this.received(carrier, getter);
      return vector === undefined ? context : withLine(context, new CorrelationVectorLine(vector));
    } catch (error) {
      this.refusals.add('reading', error);
      return context;
    }
  }

  /** The header that {@link inject} writes. */
  fields(): string[] {
    return [HEADER];
  }

  private begin(): CorrelationVectorLine {
    return new CorrelationVectorLine(CorrelationVector.create({ ...this.source, version: this.version }));
  }

  private received(carrier: unknown, getter: TextMapGetter): CorrelationVector | undefined {
    const text = headerText(carrier, getter, HEADER);
    if (text !== undefined) {
      const vector = CorrelationVector.parse(text, this.source);
      return this.receive === 'extend' || vector.version === '1' ? vector.extend() : vector.spin(this.receive);
    }
    if (this.version !== '3.0') return undefined;
    // Version 3.0 continues a trace of W3C Trace Context; what is no valid traceparent is not for us to report.
    const traceparent = headerText(carrier, getter, TRACEPARENT);
    try {
      return traceparent === undefined ? undefined : CorrelationVector.fromTraceparent(traceparent, this.source);
    } catch {
      return undefined;
    }
  }
}
