/**
 * OTLP's spans out of the bytes of a JSON text: each nearly the {@link RecordedSpan} that it will be, without the
 * object in between.
 *
 * Guarantee: a draft holds what otlp.ts would have read from the object: ids of lower-case hexadecimal digits, times of
 * decimal ones. A span of which anything is said in another way is not taken, and whoever asked reads it as any other
 * object.
 * Hazard: what a draft still lacks; see {@link SpanDraft}.
 */
import type { RecordedKind } from '../../recorded.js';
import { PENDING, type SpanDraft } from '../formats/span-draft.js';
import { AttributeBytes } from './attribute-bytes.js';
import { NO_ATTRIBUTES } from '../formats/attribute-record.js';
import { CLOSE_OBJECT, COMMA, OPEN_LIST, OPEN_OBJECT, QUOTE } from './json-bytes.js';
import { type Expected, expected, mixed } from './json-cursor.js';
import { NO_EVENTS, NO_LINKS, NO_SCOPE, UNSET } from '../formats/defaults.js';
import { TextPool } from './text-pool.js';

/** Fields in the order of most writers; each is looked for behind the one before. */
const FIELDS = [
  'traceId',
  'spanId',
  'parentSpanId',
  'traceState',
  'flags',
  'name',
  'kind',
  'startTimeUnixNano',
  'endTimeUnixNano',
  'attributes',
  'droppedAttributesCount',
  'events',
  'droppedEventsCount',
  'status',
  'links',
  'droppedLinksCount',
] as const;
const NAMES = FIELDS.map((field) => expected(`"${field}":`));

const KINDS: readonly RecordedKind[] = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'];

const EMPTY_LIST = expected('[]');
const EMPTY_OBJECT = expected('{}');
/** Digits of the highest time that needs no second look. */
const MOST_DIGITS = 19;
const ZERO = 0x30;
const NO_TRACE_ID = '0'.repeat(32);
const NO_SPAN_ID = '0'.repeat(16);

/** 1 for lower-case hexadecimal digits. */
const IS_DIGIT = Uint8Array.from({ length: 256 }, (_, byte) =>
  '0123456789abcdef'.includes(String.fromCharCode(byte)) ? 1 : 0,
);

export abstract class SpanBytes extends AttributeBytes {
  /** Of spans, so that a child that comes soon after its parent shares its parent's id. */
  private readonly ids = new TextPool();
  private readonly nanos = new DataView(new ArrayBuffer(8));

  protected abstract value(key: string): unknown;

  /** A span in the usual form; undefined, and nothing taken, where it is in any other. */
  protected span(): SpanDraft | undefined {
    if (this.blank() !== OPEN_OBJECT) return undefined;
    const { at } = this;
    const draft: SpanDraft = {
      traceId: '',
      spanId: '',
      parentSpanId: undefined,
      name: '',
      kind: 'internal',
      service: '',
      startNanos: -1n,
      endNanos: 0n,
      attributes: NO_ATTRIBUTES,
      resource: NO_ATTRIBUTES,
      scope: NO_SCOPE,
      links: NO_LINKS,
      events: NO_EVENTS,
      status: UNSET,
      origin: PENDING,
    };
    this.open();
    if (this.fields(draft) && draft.traceId !== '' && draft.spanId !== '' && draft.startNanos >= 0n) {
      if (draft.endNanos === 0n) draft.endNanos = draft.startNanos;
      return this.close(draft);
    }
    this.close(draft);
    this.at = at;
    return undefined;
  }

  /** Up to the bracket that closes the span. */
  private fields(draft: SpanDraft): boolean {
    let next = 0;
    for (;;) {
      this.blank();
      const field = this.fieldFrom(next);
      if (field < 0 || !this.field(field, draft)) return false;
      if (this.blank() === CLOSE_OBJECT) return true;
      this.take(COMMA);
      next = field + 1;
    }
  }

  /** Which field's name comes, and takes it; -1 where it is none of these. */
  private fieldFrom(next: number): number {
    for (let i = next; i < NAMES.length; i++) if (this.comes(NAMES[i] as Expected)) return i;
    for (let i = 0; i < next && i < NAMES.length; i++) if (this.comes(NAMES[i] as Expected)) return i;
    return -1;
  }

  private field(field: number, draft: SpanDraft): boolean {
    const first = this.blank();
    switch (FIELDS[field]) {
      case 'traceId':
        draft.traceId = first === QUOTE ? this.id(32, this.texts) : '';
        return draft.traceId !== '' && draft.traceId !== NO_TRACE_ID;
      case 'spanId':
        draft.spanId = first === QUOTE ? this.id(16, this.ids) : '';
        return draft.spanId !== '' && draft.spanId !== NO_SPAN_ID;
      case 'parentSpanId': {
        if (first !== QUOTE) return false;
        const id = this.id(16, this.ids);
        draft.parentSpanId = id === '' || id === NO_SPAN_ID ? undefined : id;
        return id !== '' || this.isEmptyText();
      }
      case 'name':
        if (first !== QUOTE) return false;
        draft.name = this.text(true);
        return true;
      case 'kind':
        return this.kind(draft);
      case 'startTimeUnixNano':
        return first === QUOTE && (draft.startNanos = this.time()) >= 0n;
      case 'endTimeUnixNano':
        return first === QUOTE && (draft.endNanos = this.time()) >= 0n;
      case 'attributes':
        if (first !== OPEN_LIST) return false;
        // What is no record here is made one by otlp.ts, which says what is wrong with it.
        draft.attributes = this.attributes() ?? (this.value('') as SpanDraft['attributes']);
        return true;
      case 'links':
        draft.links = this.comes(EMPTY_LIST) ? NO_LINKS : (this.value('') as SpanDraft['links']);
        return true;
      case 'events':
        draft.events = this.comes(EMPTY_LIST) ? NO_EVENTS : (this.value('') as SpanDraft['events']);
        return true;
      case 'status':
        draft.status = this.comes(EMPTY_OBJECT) ? UNSET : (this.value('') as SpanDraft['status']);
        return true;
      default:
        // Nobody asks for the others, but they have to be JSON.
        this.value('');
        return true;
    }
  }

  /** So many digits (a multiple of 4) in quotes; an empty text, and nothing taken, where something else is there. */
  private id(digits: number, pool: TextPool): string {
    const { bytes, view } = this;
    const start = this.at + 1;
    const end = start + digits;
    if (bytes[end] !== QUOTE) return '';
    let hash = 0;
    for (let at = start; at < end; at += 4) {
      const areDigits =
        (IS_DIGIT[bytes[at] as number] as number) &
        (IS_DIGIT[bytes[at + 1] as number] as number) &
        (IS_DIGIT[bytes[at + 2] as number] as number) &
        (IS_DIGIT[bytes[at + 3] as number] as number);
      if (areDigits !== 1) return '';
      hash = mixed(hash, view.getInt32(at));
    }
    this.at = end + 1;
    return pool.of(bytes, view, start, end, hash);
  }

  private isEmptyText(): boolean {
    if (this.bytes[this.at + 1] !== QUOTE) return false;
    this.at += 2;
    return true;
  }

  private kind(draft: SpanDraft): boolean {
    const kind = KINDS[(this.bytes[this.at] as number) - ZERO];
    const next = this.bytes[this.at + 1];
    if (kind === undefined || (next !== COMMA && next !== CLOSE_OBJECT)) return false;
    draft.kind = kind;
    this.at++;
    return true;
  }

  /** Nanoseconds as decimal digits in quotes; -1 where it is anything else. */
  private time(): bigint {
    const { bytes } = this;
    const start = this.at + 1;
    let end = start;
    while (end < start + MOST_DIGITS && bytes[end] !== QUOTE) end++;
    if (end === start || bytes[end] !== QUOTE) return -1n;
    this.at = end + 1;
    // Two numbers that are exact, of seconds and nanoseconds, say; a bigint of both by arithmetic would be three more.
    const split = Math.max(start, end - 9);
    const high = numberOf(bytes, start, split);
    const low = numberOf(bytes, split, end);
    return high < 0 || low < 0 ? -1n : this.together(high, low);
  }

  /** `high * 1e9 + low` of a `high` of at most 10 digits and a `low` of at most 9. */
  private together(high: number, low: number): bigint {
    const upper = Math.floor(high / 0x10000) * 1e9;
    const lower = (high % 0x10000) * 1e9 + low;
    const lowest = (lower % 0x100000000) + (upper % 0x10000) * 0x10000;
    const carried = lowest >= 0x100000000 ? 1 : 0;
    this.nanos.setUint32(0, Math.floor(upper / 0x10000) + Math.floor(lower / 0x100000000) + carried);
    this.nanos.setUint32(4, lowest % 0x100000000);
    return this.nanos.getBigUint64(0);
  }
}

/** Decimal digits, at most 15; -1 where one is none. */
function numberOf(bytes: Buffer, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
