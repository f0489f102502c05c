/**
 * A stamp as one line of text, the wire format of version 1 (docs/wire-format.md):
 *
 *     1!<domain>!<lamport>!<hlc>!<flags>!<node>*<counter>~<node>*<counter>…
 *
 * Guarantee: one scan over the character codes, linear in the text and never longer than {@link MAX_STAMP_BYTES};
 * whatever is not exactly the format is refused, and the refusal names field and expectation. A stamp that was read
 * and written again is the same text, but for flags that this version does not know.
 * Hazard: a text that parses is well-formed, not true. Who may be believed is the propagator's question.
 */
import { givenStamp } from '../clocks/causal-stamp.js';
import { InvalidValueError } from '../clocks/errors.js';
import { MAX_COUNTER, MAX_STAMP_BYTES, MAX_VECTOR_ENTRIES } from '../clocks/limits.js';
import { isNodeId } from '../clocks/node-id.js';
import { Halves } from '../clocks/ntp64-halves.js';
import { type CausalStamp, PROCESS_DOMAIN, Stamp } from '../clocks/stamp.js';
import { ASSIGN, SEPARATOR, stampCodes as codes } from '../clocks/stamp-codes.js';
import { badCounter, COUNTER_EXPECTED, malformed, NODE_EXPECTED, StampFormatError } from './stamp-format-error.js';
import { isCounter, isDigit, readEntries } from './wire-entries.js';

/** The only version there is. */
const VERSION = '1';
/** A longer number is not a version of this format, but something else. */
const MAX_VERSION_DIGITS = 4;
const FIELD_END = 33; // !
const DOMAIN_LENGTH = 16;
const HLC_LENGTH = 16;
const INCOMPLETE = 1;
const HLC_UNORDERED = 2;

/** Characters of everything but the vector, at their longest. */
export const MAX_HEAD_LENGTH = '1!'.length + 17 + 16 + 17 + '0!'.length;

/**
 * Writes a stamp. Throws {@link InvalidValueError} where a part cannot be written: an id outside the alphabet, a
 * counter outside 1..2^48, more than 64 entries, over 4,096 characters.
 */
export function formatStamp(stamp: CausalStamp): string {
  if (stamp.domain !== PROCESS_DOMAIN && !/^[0-9a-f]{16}$/.test(stamp.domain)) {
    throw new InvalidValueError('stamp.domain', stamp.domain, '16 lower-case hexadecimal digits or -');
  }
  if (!isWireCounter(stamp.lamport)) throw new InvalidValueError('stamp.lamport', stamp.lamport, COUNTER_EXPECTED);
  if (stamp.vector.size < 1 || stamp.vector.size > MAX_VECTOR_ENTRIES) {
    throw new InvalidValueError('stamp.vector', stamp.vector.size, `1 to ${MAX_VECTOR_ENTRIES} entries`);
  }
  for (const [node, counter] of stamp.vector.entries()) {
    if (!isNodeId(node)) throw new InvalidValueError('stamp.vector node', node, NODE_EXPECTED);
    if (!isWireCounter(counter)) throw new InvalidValueError(`stamp.vector[${node}]`, counter, COUNTER_EXPECTED);
  }
  const { domain, lamport, hlc, incomplete, hlcUnordered, vector } = stamp;
  const text = wireText(
    domain,
    lamport,
    hlc === undefined ? '' : hlc.toHex(),
    incomplete,
    hlcUnordered,
    vector.join(ASSIGN, SEPARATOR),
  );
  if (text.length > MAX_STAMP_BYTES) {
    throw new InvalidValueError('stamp', text, `at most ${MAX_STAMP_BYTES} characters`);
  }
  return text;
}

const FLAGS = ['!0!', '!1!', '!2!', '!3!'] as const;

/**
 * @internal Writes fields that are known to be valid. They come one by one, because a message needs no stamp to be made.
 * @param hlc sixteen hexadecimal digits, or nothing
 */
export function wireText(
  domain: string,
  lamport: number,
  hlc: string,
  incomplete: boolean,
  hlcUnordered: boolean,
  vector: string,
): string {
  const flags = FLAGS[(incomplete ? INCOMPLETE : 0) | (hlcUnordered ? HLC_UNORDERED : 0)] as string;
  // Short texts are joined by copying, longer ones by an object for each: so the short ones are joined first.
  const times = `!${lamport}!`;
  return `${VERSION}!${domain}${times}${hlc}${flags}${vector}`;
}

/**
 * Reads a stamp that a message carried (it has no node and no tick: a message is not an event). Throws
 * {@link StampFormatError}.
 */
export function parseStamp(text: string): CausalStamp {
  const read = readStamp(text);
  if (read instanceof StampFormatError) throw read;
  return givenStamp(read);
}

/**
 * @internal Like {@link parseStamp}, but returns the error.
 * @param expected the domain that most stamps here are of: where this one is, it names it by the same string, and is compared
 * with it at a glance ever after
 * @param node the reader's, whose place among the entries is found on the way
 */
export function readStamp(text: string, expected?: string, node?: string): Stamp | StampFormatError {
  if (typeof text !== 'string') return new StampFormatError('malformed', 'text', text, 'a string');
  if (text.length === 0) return new StampFormatError('empty', 'text', text, 'a stamp');
  if (text.length > MAX_STAMP_BYTES) {
    return new StampFormatError('oversized', 'text', text, `at most ${MAX_STAMP_BYTES} characters`);
  }
  if (!text.startsWith('1!')) return versionError(text);

  codes.read(text);

  const domainEnd = codes.at(2) === 45 ? 3 : 2 + DOMAIN_LENGTH;
  if (codes.at(domainEnd) !== FIELD_END || (domainEnd > 3 && !isHex(2, domainEnd))) {
    return malformed('domain', text.slice(2, domainEnd), '16 lower-case hexadecimal digits or -, then !');
  }

  let lamport = 0;
  let lamportEnd = domainEnd + 1;
  for (; isDigit(codes.at(lamportEnd)); lamportEnd++) {
    lamport = lamport * 10 + codes.at(lamportEnd) - 48;
  }
  if (!isCounter(lamport, domainEnd + 1, lamportEnd)) {
    return badCounter('lamport', text.slice(domainEnd + 1, lamportEnd));
  }
  if (codes.at(lamportEnd) !== FIELD_END) return malformed('lamport', text[lamportEnd], '! after the digits');

  const hlcStart = lamportEnd + 1;
  const hlcEnd = codes.at(hlcStart) === FIELD_END ? hlcStart : hlcStart + HLC_LENGTH;
  const seconds = hlcEnd === hlcStart ? 0 : hexHalf(hlcStart);
  const fraction = hlcEnd === hlcStart ? 0 : hexHalf(hlcStart + 8);
  if (codes.at(hlcEnd) !== FIELD_END || seconds < 0 || fraction < 0) {
    return malformed('hlc', text.slice(hlcStart, hlcEnd), '16 lower-case hexadecimal digits or nothing, then !');
  }

  const flags = hexDigit(codes.at(hlcEnd + 1));
  if (flags < 0 || codes.at(hlcEnd + 2) !== FIELD_END) {
    return malformed('flags', text.slice(hlcEnd + 1, hlcEnd + 3), 'one lower-case hexadecimal digit, then !');
  }

  const vector = readEntries(text, hlcEnd + 3, node);
  if (vector instanceof StampFormatError) return vector;
  const domain = domainEnd === 3 ? PROCESS_DOMAIN : domainIn(text, expected);
  const hlc = hlcEnd === hlcStart ? undefined : new Halves(seconds, fraction);
  const [incomplete, hlcUnordered] = [(flags & INCOMPLETE) !== 0, (flags & HLC_UNORDERED) !== 0];
  return new Stamp(domain, undefined, undefined, lamport, vector, hlc, incomplete, hlcUnordered);
}

/** The sixteen digits behind the version. */
function domainIn(text: string, expected: string | undefined): string {
  const isExpected = expected?.length === DOMAIN_LENGTH && text.startsWith(expected, 2);
  return isExpected ? expected : text.slice(2, 2 + DOMAIN_LENGTH);
}

function versionError(text: string): StampFormatError {
  let end = 0;
  while (end < MAX_VERSION_DIGITS && isDigit(text.charCodeAt(end))) end++;
  return end > 0 && text.charCodeAt(end) === FIELD_END
    ? new StampFormatError('version', 'version', text.slice(0, end), VERSION)
    : malformed('version', text, `${VERSION}!`);
}

function isWireCounter(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= MAX_COUNTER;
}

const HEX_DIGITS = Int8Array.from({ length: 256 }, (_, code) => '0123456789abcdef'.indexOf(String.fromCharCode(code)));

/** The value of a lower-case hexadecimal digit, or -1. */
function hexDigit(code: number): number {
  return HEX_DIGITS[code] as number;
}

function isHex(start: number, end: number): boolean {
  // Negative for good once a digit is: none clears the sign that an OR has set.
  let digits = 0;
  for (let at = start; at < end; at++) digits |= hexDigit(codes.at(at));
  return digits >= 0;
}

/** Eight hexadecimal digits as a number, or -1. */
function hexHalf(start: number): number {
  let high = 0;
  let low = 0;
  let digits = 0;
  for (let at = start; at < start + 4; at++) {
    const digit = hexDigit(codes.at(at));
    const digitBelow = hexDigit(codes.at(at + 4));
    digits |= digit | digitBelow;
    high = (high << 4) | digit;
    low = (low << 4) | digitBelow;
  }
  return digits < 0 ? -1 : high * 0x1_0000 + low;
}
