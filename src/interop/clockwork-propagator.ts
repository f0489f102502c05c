/**
 * Carries Lamport and vector time in like-a-clockwork's text headers, so that a service with this library and one
 * with the Rust SDK order each other's events.
 *
 * Guarantee: every inject is an event of sending and every extracted message one event of receiving, as in that SDK,
 * also when one carrier is read twice. Nothing throws into the application. Bad headers change no clock.
 * Hazard: unlike the traces' clock, these two clocks live as long as the process. One forged message that is believed
 * spoils their counters for good, which is why `trust` must be stated.
 */
import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api';
import { InvalidValueError } from '../clocks/errors.js';
import { LamportClock, LamportTimestamp } from '../clocks/lamport-clock.js';
import { MAX_COUNTER } from '../clocks/limits.js';
import { VectorClock } from '../clocks/vector-clock.js';
import { parseVector } from '../clocks/vector-text.js';
import type { VectorTimestamp } from '../clocks/vector-timestamp.js';
import { headerText } from './header-lookup.js';
import { Refusals } from './refusals.js';
import { isSuppressed } from './suppression.js';
import { LAMPORT_HEADER, VECTOR_HEADER, vectorText } from './text-transport.js';

/** Whose clocks travel, and who is believed. */
export interface ClockworkPropagatorOptions {
  /** This process's clocks: their ids must be its own, and new for every start of it. */
  readonly vector: VectorClock;
  /** Default: a new Lamport clock of the same node. */
  readonly lamport?: LamportClock;
  /** Whose headers are believed. There is no default: one forged header spoils the clocks for good. */
  readonly trust: 'all' | 'none' | ((carrier: unknown, getter: TextMapGetter) => boolean);
}

/** A `TextMapPropagator` over `X-Causality-Lamport` and `X-Causality-Vector`. */
export class ClockworkPropagator implements TextMapPropagator {
  /** This process's vector clock. Tick it for events of your own; its snapshot goes into a `TracedEvent`. */
  readonly vector: VectorClock;
  /** This process's Lamport clock. */
  readonly lamport: LamportClock;
  private readonly trust: ClockworkPropagatorOptions['trust'];
  /** What each carrier brought when it was last read: the same again is the same message. */
  private readonly received = new WeakMap<object, string>();
  private readonly refusals = new Refusals(`${VECTOR_HEADER} and ${LAMPORT_HEADER}`);

  /** Throws {@link InvalidValueError} for an option that cannot be meant. */
  constructor(options: ClockworkPropagatorOptions) {
    const { vector, trust } = options;
    if (!(vector instanceof VectorClock)) throw new InvalidValueError('vector', vector, 'a VectorClock');
    if (options.lamport !== undefined && !(options.lamport instanceof LamportClock)) {
      throw new InvalidValueError('lamport', options.lamport, 'a LamportClock');
    }
    if (trust !== 'all' && trust !== 'none' && typeof trust !== 'function') {
      throw new InvalidValueError('trust', trust, '"all", "none" or a function of carrier and getter');
    }
    this.vector = vector;
    this.lamport = options.lamport ?? new LamportClock(vector.nodeId);
    this.trust = trust;
  }

  /** Messages whose headers were not taken, or that could not be written. */
  get refused(): number {
    return this.refusals.count;
  }

  /** Sends: ticks both clocks and writes both headers. */
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    if (isSuppressed(context)) return;
    this.guarded('writing', () => {
      const vector = vectorText(this.vector.send());
      setter.set(carrier, LAMPORT_HEADER, this.lamport.send().toString());
      setter.set(carrier, VECTOR_HEADER, vector);
    });
  }

  /** Receives: merges and ticks. The context comes back as it was, because what is heard the clocks keep. */
  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    if (!isSuppressed(context)) this.guarded('reading', () => this.receive(carrier, getter));
    return context;
  }

  /** The headers that {@link inject} writes. */
  fields(): string[] {
    return [LAMPORT_HEADER, VECTOR_HEADER];
  }

  private receive(carrier: unknown, getter: TextMapGetter): void {
    const lamportText = headerText(carrier, getter, LAMPORT_HEADER);
    const vectorHeader = headerText(carrier, getter, VECTOR_HEADER);
    if (this.trust === 'none' || (lamportText === undefined && vectorHeader === undefined)) return;
    if (typeof carrier === 'object' && carrier !== null) {
      const message = `${lamportText ?? ''} ${vectorHeader ?? ''}`;
      if (this.received.get(carrier) === message) return;
      this.received.set(carrier, message);
    }
    if (!this.isTrusted(carrier, getter)) throw new InvalidValueError('sender', undefined, 'a trusted one');
    // Both are judged before either clock moves: a message counts whole or not at all.
    const lamport = lamportText === undefined ? undefined : LamportTimestamp.parse(lamportText);
    const vector = vectorHeader === undefined ? undefined : parseVector(vectorHeader);
    if (lamport !== undefined) checkHigh('lamport.time', lamport.time, MAX_COUNTER);
    if (vector !== undefined) this.checkVector(vector);
    if (vector !== undefined) this.vector.receive(vector);
    if (lamport !== undefined) this.lamport.receive(lamport);
  }

  /** Nobody else advances our own counter: an entry above it proves forgery, or two processes with one id. */
  private checkVector(vector: VectorTimestamp): void {
    for (const [node, counter] of vector) {
      checkHigh(`vector[${node}]`, counter, node === this.vector.nodeId ? this.vector.get(node) : MAX_COUNTER);
    }
  }

  private isTrusted(carrier: unknown, getter: TextMapGetter): boolean {
    return typeof this.trust === 'function' ? this.trust(carrier, getter) === true : this.trust === 'all';
  }

  private guarded(doing: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.refusals.add(doing, error);
    }
  }
}

function checkHigh(field: string, counter: number, highest: number): void {
  if (counter > highest) throw new InvalidValueError(field, counter, `at most ${highest}`);
}
