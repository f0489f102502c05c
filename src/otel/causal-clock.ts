/**
 * The clock of a process: what the propagator, the span processor and the reply hooks share.
 *
 * Guarantee: the rules of docs/guarantees.md; memory bounded by `maxDomains` and clocks/limits.ts. It is frozen, and
 * works across copies of this package: the process-wide one may belong to an ESM copy and be used by a CommonJS one.
 * Hazard: `spans`, `messages`, `replies` and `logs` are that shared interface, version 1. Add to them; never change what is there.
 */
import { SpanAttributeWriter } from '../codec/span-attributes.js';
import { AwaitedReplies } from './awaited-replies.js';
import { type CausalClockOptions, type ClockSettings, settle } from './clock-options.js';
import { type CausalityCounters, Counters } from './counters.js';
import { Domains } from './domains.js';
import type { Logs } from './logs.js';
import { Messages } from './messages.js';
import type { Replies } from './replies.js';
import { SpanEvents } from './span-events.js';

/**
 * Holds the clock domains of one service and its limits. Give the same one to the propagator, the span processor and
 * `installHttpReplies`, or none: then all three use the process-wide one, made from the environment.
 */
export class CausalClock {
  /** The checked options, defaults filled in. */
  readonly settings: ClockSettings;
  /** @internal */
  readonly spans: SpanEvents;
  /** @internal */
  readonly messages: Messages;
  /** @internal See clock-replies.ts. */
  readonly replies: { made: Replies | undefined } = { made: undefined };
  /** @internal See clock-logs.ts. */
  readonly logs: { made: Logs | undefined } = { made: undefined };
  /** @internal */
  readonly writer: SpanAttributeWriter;
  /** @internal */
  readonly events: Counters;
  /** @internal */
  readonly domains: Domains;

  /**
   * Throws {@link InvalidValueError}, naming option, value and expectation, for an option that cannot be meant. Options
   * that are left out come from the environment where it speaks (`OTEL_CAUSALITY_*`), else from the defaults; a variable
   * that cannot be meant is said through `diag`, and never throws.
   */
  constructor(options: CausalClockOptions = {}) {
    this.settings = Object.freeze(settle(options));
    this.events = new Counters();
    this.domains = new Domains(this.settings, this.events);
    const { attributes: mode, scope } = this.settings;
    this.writer = new SpanAttributeWriter({ mode, scope }, (entries) => this.events.entries(entries));
    const awaited = new AwaitedReplies();
    this.spans = new SpanEvents(this, this.domains, awaited);
    this.messages = new Messages(this, this.domains, awaited);
    Object.freeze(this);
  }

  /** This incarnation's node id, `<name>-<8 random base36>`; undefined until the first span is stamped. */
  get node(): string | undefined {
    return this.domains.node;
  }

  /** What was received, refused, dropped and left unknown so far. */
  get counters(): CausalityCounters {
    return this.events.snapshot(this.domains.size);
  }
}
