/**
 * What a page shows of spans: names, ids, attributes.
 *
 * Guarantee: every text is one line, without control or direction characters, and has an end. Each different text is
 * written once. Stamps are not among the attributes: the table holds them.
 */
import { oneLine } from '../one-line.js';
import { spanLabel } from '../wording/span-label.js';
import type { EventTable } from '../events/event-table.js';
import type { AttributeValue, RecordedSpan } from '../recorded.js';
import { KINDS, type PackedSpans, STATUSES } from './diagram-data.js';

/** Longest text in characters: a page is read by people, and an SQL statement may be as long as a book. */
const LONGEST_TEXT = 300;
/** Attributes of a span that are shown: SDKs keep 128. */
const MOST_ATTRIBUTES = 128;

/** Texts, each with one number. */
export class Texts {
  readonly list: string[] = [];
  private readonly numbers = new Map<string, number>();

  number(text: string): number {
    const shown = oneLine(text, LONGEST_TEXT);
    let number = this.numbers.get(shown);
    if (number === undefined) {
      number = this.list.push(shown) - 1;
      this.numbers.set(shown, number);
    }
    return number;
  }
}

export function packSpans({ spans }: EventTable, texts: Texts, withAttributes: boolean): PackedSpans {
  return {
    ids: spans.map(({ spanId }) => spanId),
    kind: spans.map(({ kind }) => KINDS.indexOf(kind)),
    name: spans.map((span) => texts.number(spanLabel(span))),
    service: spans.map(({ service }) => texts.number(service)),
    status: spans.map(({ status }) => STATUSES.indexOf(status.code)),
    attributes: withAttributes ? spans.map((span) => attributesOf(span, texts)) : [],
  };
}

function attributesOf({ attributes, status }: RecordedSpan, texts: Texts): readonly number[] {
  const packed: number[] = [];
  const add = (key: string, value: string): void => {
    if (packed.length < 2 * MOST_ATTRIBUTES) packed.push(texts.number(key), texts.number(value));
  };
  if (status.message !== undefined && status.message !== '') add('status.message', status.message);
  for (const [key, value] of Object.entries(attributes)) {
    if (!isStamp(key)) add(key, valueText(value));
  }
  return packed;
}

/** Told by the table; what says which resource a span uses is the application's own. */
function isStamp(key: string): boolean {
  return key.startsWith('causality.') && key !== 'causality.resource' && key !== 'causality.operation';
}

function valueText(value: AttributeValue): string {
  return Array.isArray(value)
    ? `[${(value as readonly AttributeValue[]).slice(0, LONGEST_TEXT).map(valueText).join(', ')}]`
    : String(value);
}
