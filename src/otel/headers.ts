/**
 * The headers of one message on their way through the wrapped propagators.
 *
 * Guarantee: inbound, the wrapped propagators see `baggage` and `tracestate` without our members; outbound, what they
 * write is held back until ours can be added, once. A stale stamp or mark of an earlier hop never leaves again.
 * Hazard: both are made for one message and one carrier and must not be kept.
 */
import type { TextMapGetter, TextMapSetter } from '@opentelemetry/api';
import {
  LONG_TRACESTATE_MEMBER,
  MAX_BAGGAGE_BYTES,
  MAX_BAGGAGE_MEMBERS,
  MAX_TRACESTATE_LENGTH,
  MAX_TRACESTATE_MEMBERS,
} from '../clocks/limits.js';
import { decodeMember, prependMember, type TakenMember, takeMember } from '../codec/list-members.js';
import { MEMBER } from './arrival.js';
import type { RefusalReason } from './counters.js';
import type { Departure } from './messages.js';

const BAGGAGE = 'baggage';
const TRACESTATE = 'tracestate';
const TRACESTATE_LIMITS = {
  members: MAX_TRACESTATE_MEMBERS,
  length: MAX_TRACESTATE_LENGTH,
  longMember: LONG_TRACESTATE_MEMBER,
};

/** A getter for the wrapped propagators that has taken our members out. */
export class InboundHeaders implements TextMapGetter {
  private readonly tracestate: TakenMember | undefined;
  private readonly baggage: TakenMember | undefined;
  private readonly header: unknown;

  /** Reads once. Throws what the getter throws. */
  constructor(
    carrier: unknown,
    private readonly getter: TextMapGetter,
    private readonly place: 'baggage' | 'header',
  ) {
    this.tracestate = taken(getter.get(carrier, TRACESTATE));
    // Also in header mode: a stale member that travelled on beside our own mark would be taken for a fresh one.
    this.baggage = taken(getter.get(carrier, BAGGAGE));
    if (place === 'header') this.header = getter.get(carrier, MEMBER);
  }

  keys(carrier: unknown): string[] {
    return this.getter.keys(carrier);
  }

  get(carrier: unknown, key: string): string | string[] | undefined {
    if (key === BAGGAGE && this.baggage !== undefined) return this.baggage.rest;
    if (key === TRACESTATE && this.tracestate !== undefined) return this.tracestate.rest;
    return this.getter.get(carrier, key);
  }

  /** What the tracestate mark says; empty, and so nobody's span, when there are several. */
  get mark(): string | undefined {
    const marks = this.tracestate?.values ?? [];
    return marks.length > 1 ? '' : marks[0];
  }

  /** The stamp's text; undefined where there is none, or (reported) none that can be told. */
  stampText(refuse: (reason: RefusalReason, detail: string) => void): string | undefined {
    const values = this.place === 'header' ? headerValues(this.header) : (this.baggage?.values ?? []);
    if (values === undefined) {
      refuse('not-text', `the header is a ${typeof this.header}`);
      return undefined;
    }
    if (values.length > 1) refuse('duplicate', `${values.length} stamps in one message`);
    if (values.length !== 1) return undefined;
    const decoded = decodeMember(values[0] as string);
    if (decoded === undefined) refuse('encoding', 'its percent-encoding is broken');
    return decoded;
  }
}

/** A list header as one text without our member; undefined where it is not text, which is left to its owner. */
function taken(value: unknown): TakenMember | undefined {
  if (typeof value === 'string') return value.includes(MEMBER) ? takeMember(value, MEMBER) : undefined;
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) return undefined;
  const joined = value.join(',');
  return joined.includes(MEMBER) ? takeMember(joined, MEMBER) : undefined;
}

function headerValues(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return [value];
  // HTTP libraries give an array of one. Several would be several stamps.
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;
}

/** A setter for the wrapped propagators that holds back the lists that we have to add to. */
export class OutboundHeaders implements TextMapSetter {
  private tracestate: string | undefined;
  private baggage: string | undefined;

  constructor(private readonly setter: TextMapSetter) {}

  set(carrier: unknown, key: string, value: string): void {
    if (key === TRACESTATE) this.tracestate = takeMember(value, MEMBER).rest;
    else if (key === BAGGAGE) this.baggage = takeMember(value, MEMBER).rest;
    else this.setter.set(carrier, key, value);
  }

  /** Writes what was held back, with the mark and the stamp. `unsent` says why a stamp had to stay behind. */
  finish(
    carrier: unknown,
    departure: Departure | undefined,
    place: 'baggage' | 'header',
  ): { readonly unsent: string | undefined } {
    const { text, mark } = departure ?? {};
    const tracestate =
      mark === undefined ? this.tracestate : prependMember(`${MEMBER}=${mark}`, this.tracestate, TRACESTATE_LIMITS);
    if (tracestate !== undefined) this.setter.set(carrier, TRACESTATE, tracestate);
    if (text !== undefined && place === 'header') this.setter.set(carrier, MEMBER, text);
    const stamped = text === undefined || place === 'header' ? undefined : withStamp(this.baggage, text);
    const baggage = stamped ?? this.baggage;
    if (baggage !== undefined) this.setter.set(carrier, BAGGAGE, baggage);
    const unsent = text !== undefined && place === 'baggage' && stamped === undefined;
    return { unsent: unsent ? `no room behind ${this.baggage?.length} bytes of baggage` : undefined };
  }
}

/**
 * The application's baggage comes first and is never shortened. Where the stamp has no room behind it, the mark goes
 * alone, and the receiver knows that it misses something.
 */
function withStamp(baggage: string | undefined, text: string): string | undefined {
  const member = `${MEMBER}=${text}`;
  if (baggage === undefined || baggage === '') return member;
  const whole = `${baggage},${member}`;
  if (whole.length > MAX_BAGGAGE_BYTES) return undefined;
  // A member takes at least two characters: only a long list can have too many.
  if (baggage.length > 2 * MAX_BAGGAGE_MEMBERS && baggage.split(',').length >= MAX_BAGGAGE_MEMBERS) return undefined;
  return whole;
}
