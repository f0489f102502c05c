/**
 * What a request asks of the service that gets it, and through it of others: drawn from a seed, so that a run's decisions
 * repeat.
 *
 * Guarantee: bounded: at most {@link MAX_CALLS} calls, {@link MAX_SPANS} further spans and {@link MAX_STEPS} steps of any
 * kind, and no call of calls deeper than {@link MAX_DEPTH}.
 */
import { Random } from '../fuzz/random.js';
import { REPLY_FAULTS, type ReplyFault } from './reply-faults.js';
import { CALM_SLOTS, SLOTS, type SlotName } from './slots.js';
import { WIRE_FAULTS, type WireFault } from './wire-faults.js';

const MAX_CALLS = 10;
const MAX_SPANS = 8;
const MAX_DEPTH = 7;
const MAX_STEPS = 30;
const STEPS_IN_A_ROW = 4;

export type Step =
  | { readonly do: 'wait'; readonly millis: number }
  /** A span around further steps, perhaps with a link to a span of an earlier trace. */
  | { readonly do: 'span'; readonly linked: boolean; readonly steps: readonly Step[] }
  /** A span that ends long after its request, or never. */
  | { readonly do: 'leave open'; readonly millis: number | 'never' }
  | { readonly do: 'call'; readonly call: Call }
  | { readonly do: 'together'; readonly branches: readonly (readonly Step[])[] };

export interface Call {
  readonly to: SlotName;
  readonly via: 'http' | 'fetch';
  readonly plan: Plan;
  readonly fault?: WireFault;
  readonly replyFault?: ReplyFault;
  /** The caller gives up so soon. */
  readonly abortMillis?: number;
  /** The network delivers the request once more, so much later. */
  readonly againMillis?: number;
  /** The request reaches nobody. */
  readonly lost?: true;
}

export interface Plan {
  readonly sampled: boolean;
  readonly steps: readonly Step[];
  /** In one piece, in parts with work in between, an error, or not at all. */
  readonly reply: 'whole' | 'parts' | 'error' | 'none';
}

/** What a client outside of the fleet sends. */
export interface Visit {
  readonly to: SlotName;
  readonly plan: Plan;
  readonly fault: WireFault | undefined;
  /** Brings a trace context of its own, with a stamp that it made up. */
  readonly forged: boolean;
  /** Sends it to this one as well, with the same trace context. */
  readonly also: SlotName | undefined;
}

/** Visits in which nothing goes wrong by plan, of a hundred. What is proven in them must be found. */
const CALM_PERCENT = 40;

export class Plans {
  private readonly random: Random;
  private calls = 0;
  private spans = 0;
  private taken = 0;
  private calm = true;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  next(): Visit {
    [this.calls, this.spans, this.taken] = [0, 0, 0];
    this.calm = this.random.below(100) < CALM_PERCENT;
    const to = this.slot();
    const plan = this.plan(to, 0);
    return {
      to,
      plan,
      fault: this.rarely(10, () => this.random.pick(WIRE_FAULTS)),
      forged: this.rarely(15, () => true) ?? false,
      also: this.rarely(10, () => this.slot()),
    };
  }

  private plan(at: SlotName, depth: number): Plan {
    return {
      sampled: this.rarely(10, () => false) ?? true,
      reply: this.rarely(20, () => this.random.pick(['parts', 'parts', 'error', 'none'] as const)) ?? 'whole',
      steps: this.steps(at, depth),
    };
  }

  private steps(at: SlotName, depth: number): Step[] {
    const length = Math.min(1 + this.random.below(STEPS_IN_A_ROW), MAX_STEPS - this.taken);
    this.taken += length;
    return Array.from({ length }, () => this.step(at, depth));
  }

  private step(at: SlotName, depth: number): Step {
    const draw = this.random.below(20);
    if (draw < 10 && depth < MAX_DEPTH && this.calls < MAX_CALLS) {
      this.calls++;
      return { do: 'call', call: this.call(depth) };
    }
    if (draw < 13 && this.spans++ < MAX_SPANS) {
      return {
        do: 'span',
        linked: this.rarely(30, () => true) ?? false,
        steps: depth < MAX_DEPTH ? this.steps(at, depth + 1) : [],
      };
    }
    if (draw < 16 && depth < MAX_DEPTH) {
      return { do: 'together', branches: [this.steps(at, depth + 1), this.steps(at, depth + 1)] };
    }
    if (draw === 16 && !this.calm && this.spans++ < MAX_SPANS) {
      // The anchor lives as long as the run: its store would fill with what never ends.
      const never = this.random.below(10) === 0 && at !== 'anchor';
      return { do: 'leave open', millis: never ? 'never' : this.random.below(8_000) };
    }
    return { do: 'wait', millis: this.random.below(this.random.below(4) === 0 ? 80 : 15) };
  }

  private call(depth: number): Call {
    const to = this.slot();
    const plan = this.plan(to, depth + 1);
    const fault = this.rarely(12, () => this.random.pick(WIRE_FAULTS));
    const replyFault = this.rarely(4, () => this.random.pick(REPLY_FAULTS));
    const abortMillis = this.rarely(4, () => this.random.below(40));
    const againMillis = this.rarely(4, () => this.random.below(60));
    const lost = this.rarely(2, () => true as const);
    // What happens to a single message is done where Node's own client shows it.
    const plain = replyFault === undefined && againMillis === undefined;
    return {
      to,
      via: plain && this.random.below(3) === 0 ? 'fetch' : 'http',
      plan,
      ...(fault !== undefined && { fault }),
      ...(replyFault !== undefined && { replyFault }),
      ...(abortMillis !== undefined && { abortMillis }),
      ...(againMillis !== undefined && { againMillis }),
      ...(lost !== undefined && { lost }),
    };
  }

  /** Nothing can be demanded of a process that drops traces while they go on. */
  private slot(): SlotName {
    return this.random.pick(this.calm ? CALM_SLOTS : SLOTS);
  }

  /** Something that goes wrong in so many of a hundred cases, and never in a calm visit. */
  private rarely<T>(percent: number, draw: () => T): T | undefined {
    return !this.calm && this.random.below(100) < percent ? draw() : undefined;
  }
}
