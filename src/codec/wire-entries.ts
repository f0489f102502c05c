/**
 * The entries of a stamp's vector, which take nearly all of its text.
 *
 * Guarantee: one pass, which also finds where the reader's own entry stands or belongs; nothing is copied.
 * Hazard: {@link stampCodes} must have read the text.
 */
import { KnownVector } from '../clocks/known-vector.js';
import { MAX_COUNTER, MAX_NODE_ID_LENGTH, MAX_VECTOR_ENTRIES } from '../clocks/limits.js';
import { isNodeChar } from '../clocks/node-id.js';
import { ReceivedTable } from '../clocks/received-table.js';
import { ASSIGN_CODE, SEPARATOR_CODE, stampCodes as codes } from '../clocks/stamp-codes.js';
import { TextCodes } from '../clocks/text-codes.js';
import { badCounter, malformed, NODE_EXPECTED, StampFormatError } from './stamp-format-error.js';

const MAX_COUNTER_DIGITS = 15;

/** Those of the node whose place is looked for. */
const ownCodes = new TextCodes(MAX_NODE_ID_LENGTH);

/**
 * Reads the entries that begin at `start` and go to the end of the text.
 * @param node the reader's own, if there is one
 */
export function readEntries(text: string, start: number, node: string | undefined): KnownVector | StampFormatError {
  if (node !== undefined) ownCodes.read(node);
  let entries = 0;
  let previousStart = start;
  let previousEnd = start;
  // The place of our own entry, once we have come to it.
  let ownIndex = -1;
  let ownStart = text.length;
  let ownEnd = text.length;
  let ownCounter = 0;
  let at = start;
  for (;;) {
    const nodeStart = at;
    while (isNodeChar(codes.at(at))) at++;
    const length = at - nodeStart;
    if (length === 0 || length > MAX_NODE_ID_LENGTH || codes.at(at) !== ASSIGN_CODE) {
      const shown = text.slice(nodeStart, Math.max(at, nodeStart + 1));
      return new StampFormatError('node', 'vector node', shown, `${NODE_EXPECTED}, then *`);
    }
    const nodeEnd = at;
    if (!isAscending(previousStart, previousEnd, nodeStart, nodeEnd)) {
      return new StampFormatError('order', 'vector', text.slice(nodeStart, nodeEnd), 'strictly ascending nodes');
    }
    previousStart = nodeStart;
    previousEnd = nodeEnd;
    const counterStart = at + 1;
    let counter = 0;
    for (at = counterStart; isDigit(codes.at(at)); at++) counter = counter * 10 + codes.at(at) - 48;
    if (!isCounter(counter, counterStart, at)) {
      return badCounter(`vector[${text.slice(nodeStart, nodeEnd)}]`, text.slice(counterStart, at));
    }
    if (entries === MAX_VECTOR_ENTRIES) {
      const beyond = text.slice(nodeStart, nodeEnd);
      return new StampFormatError('entries', 'vector', beyond, `at most ${MAX_VECTOR_ENTRIES} entries`);
    }
    if (ownIndex < 0 && node !== undefined) {
      const order = orderToOwn(nodeStart, nodeEnd, node.length);
      if (order >= 0) {
        ownIndex = entries;
        ownStart = nodeStart;
        ownEnd = order === 0 ? at : nodeStart;
        ownCounter = order === 0 ? counter : 0;
      }
    }
    codes.mark(entries++, nodeEnd, at);
    if (at === text.length) break;
    if (codes.at(at) !== SEPARATOR_CODE) return malformed('vector', text[at], '~ between entries');
    at++;
  }
  if (ownIndex < 0) ownIndex = entries;
  const table = new ReceivedTable(text, start, entries, node, ownIndex, ownStart, ownEnd, ownCounter);
  return new KnownVector(table, -1, 0);
}

/** How a part of the text stands to our own node in code unit order: below 0, 0 or above. */
function orderToOwn(start: number, end: number, ownLength: number): number {
  const length = end - start;
  for (let at = 0; at < length && at < ownLength; at++) {
    const difference = codes.at(start + at) - ownCodes.at(at);
    if (difference !== 0) return difference;
  }
  return length - ownLength;
}

/**
 * True when the second part of the text is above the first in code unit order; any is above the empty one. The parts
 * are compared in place: `<` on strings that are slices of another one leaves compiled code for each comparison.
 */
function isAscending(first: number, firstEnd: number, second: number, secondEnd: number): boolean {
  let a = first;
  let b = second;
  while (a < firstEnd && b < secondEnd) {
    const difference = codes.at(b++) - codes.at(a++);
    if (difference !== 0) return difference > 0;
  }
  return b < secondEnd;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** True where a run of digits is a counter, and the value is exact: 15 digits are. */
export function isCounter(value: number, start: number, end: number): boolean {
  const length = end - start;
  return length > 0 && length <= MAX_COUNTER_DIGITS && codes.at(start) !== 48 && value <= MAX_COUNTER;
}
