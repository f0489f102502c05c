/**
 * Parses a line of JSON out of its bytes, with what OTLP repeats a million times in mind: attributes become the records
 * that readers want, spans nearly what they will be, and texts that come again are the same text.
 *
 * Guarantee: the result is what JSON.parse gives, but for `attributes` in the usual form, which are records, and for
 * spans in the usual form, which are {@link SpanDraft}s. Whatever is unusual or wrong gives undefined: then JSON.parse
 * has the last word.
 * Hazard: `__proto__`, deep nesting and integers that need more than 53 bits are unusual.
 */
import { CLOSE_LIST, CLOSE_OBJECT, COLON, COMMA, OPEN_LIST, OPEN_OBJECT, QUOTE } from './json-bytes.js';
import { UNUSUAL } from './json-cursor.js';
import { SpanBytes } from './span-bytes.js';

/** Keys whose texts come once: looking for an equal one would be in vain. */
const UNIQUE = new Set(['spanId', 'parentSpanId', 'startTimeUnixNano', 'endTimeUnixNano', 'timeUnixNano']);

/** Lists whose `spans` are OTLP's. */
const SCOPES = new Set(['scopeSpans', 'instrumentationLibrarySpans']);

export class JsonBytesParser extends SpanBytes {
  /** How many lists of {@link SCOPES} are open. */
  private scopes = 0;

  /** The value, or undefined where JSON.parse has to look at it. */
  parse(bytes: Buffer): unknown {
    this.begin(bytes);
    this.scopes = 0;
    try {
      const value = this.value('');
      this.blank();
      return this.at === bytes.length ? value : undefined;
    } catch (error) {
      if (error === UNUSUAL || error instanceof SyntaxError) return undefined;
      throw error;
    } finally {
      this.begin(Buffer.alloc(0));
    }
  }

  protected value(key: string): unknown {
    switch (this.blank()) {
      case QUOTE:
        return this.text(!UNIQUE.has(key));
      case OPEN_OBJECT:
        return this.object();
      case OPEN_LIST:
        if (SCOPES.has(key)) return this.scopeSpans();
        if (key === 'spans' && this.scopes > 0) return this.list(() => this.span() ?? this.value(''));
        return (key === 'attributes' ? this.attributes() : undefined) ?? this.list(() => this.value(''));
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

  private scopeSpans(): unknown[] {
    this.scopes++;
    const list = this.list(() => this.value(''));
    this.scopes--;
    return list;
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

  private list(element: () => unknown): unknown[] {
    const list: unknown[] = [];
    this.open();
    if (this.blank() === CLOSE_LIST) return this.close(list);
    for (;;) {
      list.push(element());
      const next = this.blank();
      if (next === CLOSE_LIST) return this.close(list);
      if (next !== COMMA) throw UNUSUAL;
      this.at++;
    }
  }
}
