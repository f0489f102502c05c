/**
 * Parses a line of JSON out of its bytes, with what OTLP repeats a million times in mind: a list of attributes becomes the
 * record that readers want, without an object for each key and each value, and texts that come again are the same text.
 *
 * Guarantee: the result is what JSON.parse gives, but for `attributes` in the usual form, which are records. Whatever is unusual
 * or wrong gives undefined: then JSON.parse has the last word.
 * Hazard: `__proto__`, deep nesting and integers that need more than 53 bits are unusual.
 */
import { MAX_JSON_DEPTH, MAX_SPAN_ATTRIBUTES } from '../../clocks/limits.js';
import type { AttributeValue } from '../recorded.js';
import { newRecord, NO_ATTRIBUTES, type WritableRecord } from './attribute-record.js';
import { TextPool } from './text-pool.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** Digits of an integer that is exact whatever they are. */
const SAFE_DIGITS = 15;

/** What stands around the key and the value of an attribute. */
const KEY_OPENS = codesOf('{"key":"');
const TEXT_OPENS = codesOf(',"value":{"stringValue":"');
const VALUE_CLOSES = codesOf('}}');

/** Thrown and caught here only. */
const UNUSUAL = new Error('unusual JSON');

/** Keys whose texts come once: looking for an equal one would be in vain. */
const UNIQUE = new Set(['spanId', 'parentSpanId', 'startTimeUnixNano', 'endTimeUnixNano', 'timeUnixNano']);

export class JsonBytesParser {
  private bytes: Buffer = Buffer.alloc(0);
  private at = 0;
  private depth = 0;
  private readonly texts = new TextPool();

  /** The value, or undefined where JSON.parse has to look at it. */
  parse(bytes: Buffer): unknown {
    this.bytes = bytes;
    this.at = 0;
    this.depth = 0;
    try {
      const value = this.value('');
      this.blank();
      return this.at === bytes.length ? value : undefined;
    } catch {
      return undefined;
    } finally {
      this.bytes = Buffer.alloc(0);
    }
  }

  private value(key: string): unknown {
    switch (this.blank()) {
      case QUOTE:
        return this.text(!UNIQUE.has(key));
      case OPEN_OBJECT:
        return this.object();
      case OPEN_LIST:
        return (key === 'attributes' ? this.attributes() : undefined) ?? this.list();
      case 0x74:
        return this.word('true', true);
      case 0x66:
        return this.word('false', false);
      case 0x6e:
        return this.word('null', null);
      default:
        return this.number();
    }
  }

  private object(): object {
    const object: Record<string, unknown> = {};
    this.open();
    if (this.blank() === CLOSE_OBJECT) return this.close(object);
    for (;;) {
      if (this.blank() !== QUOTE) throw UNUSUAL;
      const key = this.text(true);
      if (key === '__proto__') throw UNUSUAL;
      this.take(COLON);
      object[key] = this.value(key);
      if (this.blank() === CLOSE_OBJECT) return this.close(object);
      this.take(COMMA);
    }
  }

  private list(): unknown[] {
    const list: unknown[] = [];
    this.open();
    if (this.blank() === CLOSE_LIST) return this.close(list);
    for (;;) {
      list.push(this.value(''));
      const next = this.blank();
      if (next === CLOSE_LIST) return this.close(list);
      if (next !== COMMA) throw UNUSUAL;
      this.at++;
    }
  }

  /** `[{"key":"a","value":{"stringValue":"b"}}]` as a record; undefined, and nothing taken, where the list is any other. */
  private attributes(): object | undefined {
    const { at } = this;
    this.at++;
    if (this.blank() === CLOSE_LIST) {
      this.at++;
      return NO_ATTRIBUTES;
    }
    const record = newRecord();
    for (let count = 1; count <= MAX_SPAN_ATTRIBUTES; count++) {
      if (!this.attribute(record)) break;
      if (this.blank() === CLOSE_LIST) {
        this.at++;
        return record;
      }
      if (this.bytes[this.at] !== COMMA) break;
      this.at++;
    }
    this.at = at;
    return undefined;
  }

  private attribute(record: WritableRecord): boolean {
    // Nearly every exporter writes exactly this, and comparing costs less than reading.
    if (this.comes(KEY_OPENS)) {
      const key = this.textHere(true);
      if (this.comes(TEXT_OPENS)) {
        const value = this.textHere(true);
        if (!this.comes(VALUE_CLOSES)) return false;
        record[key] = value;
        return true;
      }
      return this.valueOf(record, key);
    }
    if (this.blank() !== OPEN_OBJECT) return false;
    this.at++;
    if (this.blank() !== QUOTE || this.text(true) !== 'key') return false;
    this.take(COLON);
    if (this.blank() !== QUOTE) return false;
    return this.valueOf(record, this.text(true));
  }

  /** The rest of an attribute whose key was read. */
  private valueOf(record: WritableRecord, key: string): boolean {
    this.take(COMMA);
    if (this.blank() !== QUOTE || this.text(true) !== 'value') return false;
    this.take(COLON);
    if (this.blank() !== OPEN_OBJECT) return false;
    this.at++;
    if (this.blank() !== QUOTE) return false;
    const type = this.text(true);
    this.take(COLON);
    const value = this.typed(type, this.blank());
    if (value === undefined || this.blank() !== CLOSE_OBJECT) return false;
    this.at++;
    if (this.blank() !== CLOSE_OBJECT) return false;
    this.at++;
    record[key] = value;
    return true;
  }

  /** A value of one of the simple types; undefined for everything else. */
  private typed(type: string, first: number): AttributeValue | undefined {
    switch (type) {
      case 'stringValue':
        return first === QUOTE ? this.text(true) : undefined;
      case 'intValue': {
        if (first !== QUOTE) return this.integer();
        this.at++;
        const integer = this.integer();
        if (integer === undefined || this.bytes[this.at] !== QUOTE) return undefined;
        this.at++;
        return integer;
      }
      case 'boolValue':
        if (first !== 0x74 && first !== 0x66) return undefined;
        return first === 0x74 ? this.word('true', true) : this.word('false', false);
      case 'doubleValue':
        return first === QUOTE ? undefined : this.number();
      default:
        return undefined;
    }
  }

  private text(mayComeAgain: boolean): string {
    this.at++;
    return this.textHere(mayComeAgain);
  }

  /** The text whose quote was taken. */
  private textHere(mayComeAgain: boolean): string {
    const { bytes, at: start } = this;
    let hash = 0;
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) {
        this.at = at + 1;
        return mayComeAgain ? this.texts.of(bytes, start, at, hash) : bytes.toString('latin1', start, at);
      }
      if (byte === BACKSLASH || byte < 0x20 || byte >= 0x7f) return this.unusualText(start);
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    throw UNUSUAL;
  }

  /** With escapes, or beyond ASCII. */
  private unusualText(start: number): string {
    const { bytes } = this;
    for (let at = start; at < bytes.length; at++) {
      if (bytes[at] === BACKSLASH) at++;
      else if (bytes[at] === QUOTE) {
        this.at = at + 1;
        return JSON.parse(bytes.toString('utf8', start - 1, at + 1)) as string;
      }
    }
    throw UNUSUAL;
  }

  private number(): number {
    const { at: start, bytes } = this;
    const integer = this.integer();
    const next = bytes[this.at];
    // A point, an exponent, or more digits than are surely exact.
    if (integer !== undefined && next !== 0x2e && next !== 0x65 && next !== 0x45) return integer;
    let end = start;
    while (end < bytes.length && /[-+.\dEe]/.test(String.fromCharCode(bytes[end] as number))) end++;
    if (end === start) throw UNUSUAL;
    this.at = end;
    return JSON.parse(bytes.toString('latin1', start, end)) as number;
  }

  /** Decimal digits that are exact as a number; undefined for others. Leaves `at` behind what was looked at. */
  private integer(): number | undefined {
    const { bytes } = this;
    const isNegative = bytes[this.at] === MINUS;
    if (isNegative) this.at++;
    const start = this.at;
    let value = 0;
    for (; this.at - start <= SAFE_DIGITS; this.at++) {
      const digit = (bytes[this.at] as number) - 0x30;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    const digits = this.at - start;
    if (digits === 0 || digits > SAFE_DIGITS || (bytes[start] === 0x30 && (digits > 1 || isNegative))) return undefined;
    return isNegative ? -value : value;
  }

  private word<T>(word: string, value: T): T {
    for (let i = 0; i < word.length; i++) if (this.bytes[this.at + i] !== word.charCodeAt(i)) throw UNUSUAL;
    this.at += word.length;
    return value;
  }

  /** Goes over what is blank; the byte that follows, or -1. */
  private blank(): number {
    const { bytes } = this;
    let byte = bytes[this.at];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++this.at];
    return byte ?? -1;
  }

  /** True where exactly these bytes come next; then they are taken. */
  private comes(expected: readonly number[]): boolean {
    const { bytes, at } = this;
    for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return false;
    this.at = at + expected.length;
    return true;
  }

  private take(byte: number): void {
    if (this.blank() !== byte) throw UNUSUAL;
    this.at++;
  }

  private open(): void {
    this.at++;
    if (++this.depth > MAX_JSON_DEPTH) throw UNUSUAL;
  }

  private close<T>(value: T): T {
    this.at++;
    this.depth--;
    return value;
  }
}

function codesOf(ascii: string): readonly number[] {
  return Array.from(ascii, (char) => char.charCodeAt(0));
}
