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
  MAX_KEPT_BAGGAGE,
  MAX_TRACESTATE_LENGTH,
  MAX_TRACESTATE_MEMBERS,
} from '../clocks/limits.js';
import { decodeMember, prependMember, type TakenMember, takeMember } from '../codec/list-members.js';
import { MEMBER } from './arrival.js';
import type { RefusalReason } from './counters.js';
import type { Departure } from './messages.js';

const BAGGAGE = 'baggage';
const TRACESTATE = 'tracestate';
const TRACEPARENT = 'traceparent';
const TRACESTATE_LIMITS = {
  members: MAX_TRACESTATE_MEMBERS,
  length: MAX_TRACESTATE_LENGTH,
  longMember: LONG_TRACESTATE_MEMBER,
};

/** A getter for the wrapped propagators that has taken our members out. */
export class InboundHeaders implements TextMapGetter {
  private readonly tracestate: TakenMember | undefined;
  private readonly baggage: TakenMember | undefined;
  /** What may hold the stamp, as it came: the whole baggage, or our header. */
  private readonly raw: unknown;

  /**
   * Reads once. Throws what the getter throws.
   * @param unread true where the stamp will not be read: then the mark stays in place, so that a span which starts here
   * all the same knows that it misses something
   */
  constructor(
    carrier: unknown,
    private readonly getter: TextMapGetter,
    private readonly place: 'baggage' | 'header',
    private readonly unread = false,
  ) {
    this.tracestate = taken(getter.get(carrier, TRACESTATE));
    // Also in header mode: a stale member that travelled on beside our own mark would be taken for a fresh one.
    const baggage: unknown = getter.get(carrier, BAGGAGE);
    this.baggage = taken(baggage);
    this.raw = place === 'header' ? getter.get(carrier, MEMBER) : baggage;
  }

  keys(carrier: unknown): string[] {
    return this.getter.keys(carrier);
  }

  get(carrier: unknown, key: string): string | string[] | undefined {
    const list = listNamed(key);
    if (list === BAGGAGE && this.baggage !== undefined) return this.baggage.rest;
    if (list === TRACESTATE && this.tracestate !== undefined && !this.unread) return this.tracestate.rest;
    return this.getter.get(carrier, key);
  }

  /** What the tracestate mark says; empty, and so nobody's span, when there are several. */
  get mark(): string | undefined {
    if (this.tracestate === undefined) return undefined;
    const { values } = this.tracestate;
    return values.length > 1 ? '' : values[0];
  }

  /** True where nothing came that a stamp could be in: most messages from outside. */
  get isBare(): boolean {
    return (this.raw === undefined || this.raw === null) && this.tracestate === undefined;
  }

  /** What was sent as a stamp. What cannot be told from something else is reported and left alone. */
  stamp(refuse: (reason: RefusalReason, detail: string) => void): SentStamp {
    const texts = textsOf(this.raw);
    if (texts === undefined) {
      refuse('not-text', `the ${this.place} is ${Array.isArray(this.raw) ? 'a mixed array' : `a ${typeof this.raw}`}`);
      return NO_STAMP;
    }
    const values = this.place === 'header' ? texts : (this.baggage?.values ?? NO_TEXTS);
    if (values.length === 0) return NO_STAMP;
    const [value] = values as readonly [string];
    // HTTP joins repeated headers with commas, which no stamp contains.
    if (values.length > 1 || value.includes(',')) {
      refuse('duplicate', 'several stamps in one message');
      return UNREADABLE;
    }
    const text = decodeMember(value);
    if (text === undefined) refuse('encoding', 'its percent-encoding is broken');
    const isLoose = this.place === 'baggage' && text !== undefined && lengthOf(texts) > text.length + MAX_KEPT_BAGGAGE;
    return { present: true, text: isLoose ? onItsOwn(text) : text };
  }
}

/** A stamp on a message, before anybody has read it. */
export interface SentStamp {
  /** True when something was sent under our name. */
  readonly present: boolean;
  /** Its text, decoded; undefined where there is none that can be told. */
  readonly text: string | undefined;
}

const NO_STAMP: SentStamp = { present: false, text: undefined };
const UNREADABLE: SentStamp = { present: true, text: undefined };

/** The list that a header is, whatever the case of its name. */
function listNamed(key: unknown): typeof BAGGAGE | typeof TRACESTATE | undefined {
  if (key === BAGGAGE || key === TRACESTATE) return key;
  // A propagator in plain JavaScript may ask for whatever its carrier knows.
  if (typeof key !== 'string') return undefined;
  // Most keys are of another length and cost no copy.
  if (key.length === BAGGAGE.length && key.toLowerCase() === BAGGAGE) return BAGGAGE;
  if (key.length === TRACESTATE.length && key.toLowerCase() === TRACESTATE) return TRACESTATE;
  return undefined;
}

/**
 * The values of a header, none where there is no such header; undefined where they are no texts. HTTP libraries give an
 * array of one. Several would be several stamps.
 */
function textsOf(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return NO_TEXTS;
  if (typeof value === 'string') return [value];
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;
}

const NO_TEXTS: readonly string[] = [];

/** A list header as one text; undefined where there is no such header, or none of text. */
function listOf(value: unknown): string | undefined {
  // Mostly it is one text, or there is none: neither costs an array.
  if (typeof value === 'string' || value === undefined || value === null) return value ?? undefined;
  return textsOf(value)?.join(',');
}

/** A list header as one text without our member; undefined where it is not text, which is left to its owner. */
function taken(value: unknown): TakenMember | undefined {
  const list = listOf(value);
  return list?.includes(MEMBER) ? takeMember(list, MEMBER) : undefined;
}

/** Characters of a header, however many values it has. */
function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, one) => sum + one.length, 0);
}

/** The same text, but not a part of another one, which would live as long. */
function onItsOwn(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}

/** A setter for the wrapped propagators that holds back the lists that we have to add to. */
export class OutboundHeaders implements TextMapSetter {
  /** True once a W3C trace context was written: its writer has looked at every digit of the ids. */
  hasParent = false;
  private tracestate: HeldList | undefined = undefined;
  private baggage: HeldList | undefined = undefined;

  constructor(private readonly setter: TextMapSetter) {}

  // The interface says text, but a propagator in plain JavaScript may give whatever its carrier takes.
  set(carrier: unknown, key: string, value: unknown): void {
    const list = listNamed(key);
    if (list === TRACESTATE) this.tracestate = { key, text: takeMember(String(value), MEMBER).rest };
    else if (list === BAGGAGE) this.baggage = { key, text: takeMember(String(value), MEMBER).rest };
    else {
      this.setter.set(carrier, key, value as string);
      this.hasParent ||= key === TRACEPARENT;
    }
  }

  /**
   * Writes what was held back, with the mark and the stamp. Each list goes by itself, so that a setter that refuses
   * one still gets the other.
   * @param failed told what the setter throws
   * @returns why a stamp had to stay behind
   */
  finish(
    carrier: unknown,
    departure: Departure | undefined,
    place: 'baggage' | 'header',
    failed: (error: unknown) => void,
  ): { readonly unsent: string | undefined } {
    const { tracestate, baggage } = this;
    const text = departure?.text;
    if (departure !== undefined) {
      const others = tracestate?.text ?? left(carrier, TRACESTATE);
      const marked = prependMember(`${MEMBER}=${departure.mark}`, others, TRACESTATE_LIMITS);
      this.write(carrier, tracestate?.key ?? TRACESTATE, marked, failed);
    } else if (tracestate !== undefined) {
      this.write(carrier, tracestate.key, tracestate.text, failed);
    }
    const inHeader = place === 'header' ? text : undefined;
    if (inHeader !== undefined) this.write(carrier, MEMBER, inHeader, failed);
    else if (departure !== undefined && (textIn(carrier, MEMBER) ?? '') !== '') this.write(carrier, MEMBER, '', failed);
    if (text !== undefined && place === 'baggage') {
      const others = baggage?.text ?? left(carrier, BAGGAGE);
      const stamped = withStamp(others, text);
      this.write(carrier, baggage?.key ?? BAGGAGE, stamped ?? others, failed);
      return stamped === undefined ? { unsent: `no room behind ${others?.length} bytes of baggage` } : ALL_SENT;
    }
    if (baggage !== undefined) this.write(carrier, baggage.key, baggage.text, failed);
    else if (departure !== undefined) this.write(carrier, BAGGAGE, withoutStamp(carrier), failed);
    return ALL_SENT;
  }

  private write(carrier: unknown, key: string, value: string | undefined, failed: (error: unknown) => void): void {
    if (value === undefined) return;
    try {
      this.setter.set(carrier, key, value);
    } catch (error) {
      failed(error);
    }
  }
}

const ALL_SENT: { readonly unsent: string | undefined } = Object.freeze({ unsent: undefined });

/** A list on its way out, under the name that its writer chose. */
interface HeldList {
  readonly key: string;
  readonly text: string | undefined;
}

/**
 * The baggage without the stamp that an earlier attempt, or a message whose headers were copied, left in this carrier;
 * undefined where there is none. Beside the new mark an old stamp would pass for a new one, in the other place of the
 * two as well, and a target that may not have stamps would get it.
 */
function withoutStamp(carrier: unknown): string | undefined {
  const text = textIn(carrier, BAGGAGE);
  if (text === undefined || !text.includes(MEMBER)) return undefined;
  const { rest, values } = takeMember(text, MEMBER);
  return values.length > 0 ? (rest ?? '') : undefined;
}

/**
 * What the application itself put into the carrier before anybody injected, without members of ours that an earlier
 * attempt left there: a setter cannot add to a header, only replace it.
 */
function left(carrier: unknown, list: string): string | undefined {
  const text = textIn(carrier, list);
  return text === undefined ? undefined : takeMember(text, MEMBER).rest;
}

function textIn(carrier: unknown, name: string): string | undefined {
  try {
    return listOf(valueIn(carrier, name));
  } catch {
    return undefined;
  }
}

/** A carrier is an object with headers in any case, or something with `get`: a `Headers`, a map, gRPC's metadata. */
function valueIn(carrier: unknown, name: string): unknown {
  if (typeof carrier !== 'object' || carrier === null) return undefined;
  const headers = carrier as Readonly<Record<string, unknown>>;
  if (headers[name] !== undefined) return headers[name];
  if (typeof headers['get'] === 'function') return (carrier as ReadonlyMap<string, unknown>).get(name);
  for (const key in headers) if (key.length === name.length && key.toLowerCase() === name) return headers[key];
  return undefined;
}

/**
 * The application's baggage comes first and is never shortened. Where the stamp has no room behind it, the mark goes
 * alone, and the receiver knows that it misses something.
 */
function withStamp(baggage: string | undefined, text: string): string | undefined {
  const member = `${MEMBER}=${text}`;
  if (baggage === undefined || baggage.trim() === '') return member;
  const whole = `${baggage},${member}`;
  if (whole.length > MAX_BAGGAGE_BYTES) return undefined;
  // A member takes at least two characters: only a long list can have too many.
  if (baggage.length > 2 * MAX_BAGGAGE_MEMBERS && baggage.split(',').length >= MAX_BAGGAGE_MEMBERS) return undefined;
  return whole;
}
