/**
 * OTLP's attributes out of the bytes of a JSON text: the record that readers want, without an object for each key and
 * value.
 *
 * Guarantee: the record is what {@link attributesOf} makes of the list. A list that is not of simple values in the
 * usual order is not taken, and whoever asked reads it as any other list.
 */
import { MAX_SPAN_ATTRIBUTES } from '../../../clocks/limits.js';
import type { AttributeRecord, AttributeValue } from '../../recorded.js';
import { newRecord, NO_ATTRIBUTES, type WritableRecord } from '../formats/attribute-record.js';
import { CLOSE_LIST, CLOSE_OBJECT, COLON, COMMA, OPEN_OBJECT, QUOTE } from './json-bytes.js';
import { expected, JsonCursor } from './json-cursor.js';

/** What stands around the key and the value of an attribute. */
const KEY_OPENS = expected('{"key":"');
const TEXT_OPENS = expected(',"value":{"stringValue":"');
const VALUE_CLOSES = expected('}}');

export class AttributeBytes extends JsonCursor {
  /**
   * `[{"key":"a","value":{"stringValue":"b"}}]` as a record; undefined, and nothing taken, where the list is any other.
   */
  protected attributes(): AttributeRecord | undefined {
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
      return this.rest(record, key);
    }
    if (this.blank() !== OPEN_OBJECT) return false;
    this.at++;
    if (this.blank() !== QUOTE || this.text(true) !== 'key') return false;
    this.take(COLON);
    if (this.blank() !== QUOTE) return false;
    return this.rest(record, this.text(true));
  }

  /** The rest of an attribute whose key was read. */
  private rest(record: WritableRecord, key: string): boolean {
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
}
