/**
 * What is new in a text that was heard, beside the text of what is known: whether the one says all that the other does, and
 * which of its entries say more.
 *
 * Guarantee: the same as of the columns of both, none of which is made; one pass over both texts.
 * Hazard: nothing is checked; both texts have been held to the format.
 */
import { MAX_STAMP_BYTES } from './limits.js';
import { ASSIGN_CODE, SEPARATOR_CODE, stampCodes } from './stamp-codes.js';
import { TextCodes } from './text-codes.js';

const ZERO_CODE = 48;

/** What is asked of a `ReceivedTable`, which says what each of these means. */
export interface EntriesInText {
  readonly stamp: string;
  readonly from: number;
  readonly ownIndex: number;
  readonly ownTo: number;
  readonly ownCounter: number;
  /** True where our own entry is not in the text. */
  readonly isJoined: boolean;
  readonly heardAt?: readonly number[] | undefined;
  /** Reads the text and marks its entries, for who then looks. Returns how many there are. */
  look(): number;
}

/** Of the text of what is known, beside that of what was heard. */
const knownCodes = new TextCodes(MAX_STAMP_BYTES);

/**
 * When each entry of `heard` brought news: `hearing` where it does now, else as is known. Our own entry has no age.
 * Undefined where an entry that is known, but for ours, is missing in what was heard, or is higher than there.
 */
export function agesOfHeard(table: EntriesInText, heard: EntriesInText, hearing: number): number[] | undefined {
  const entries = heard.look();
  knownCodes.read(table.stamp);
  const { stamp, ownIndex, ownTo, isJoined, heardAt } = table;
  const isNamed = table.ownCounter > 0 && !isJoined;
  const heardOwn = heard.ownCounter > 0 ? heard.ownIndex : -1;
  const ages: number[] = [];
  // The next entry of the known text, and where it begins.
  let index = 0;
  let known = table.from;
  let start = heard.from;
  for (let entry = 0; entry < entries; start = stampCodes.counterEnd(entry++) + 1) {
    if (isNamed && index === ownIndex) {
      index++;
      known = ownTo + 1;
    }
    if (entry === heardOwn) {
      ages.push(0);
      continue;
    }
    const order = known < stamp.length ? orderOfNodes(known, start) : 1;
    if (order < 0) return undefined;
    if (order > 0) {
      ages.push(hearing);
      continue;
    }
    const counter = stampCodes.nodeEnd(entry) + 1;
    const knownCounter = known + counter - start;
    known = counterEnd(knownCounter);
    const news = orderOfCounters(counter, stampCodes.counterEnd(entry), knownCounter, known);
    if (news < 0) return undefined;
    ages.push(news > 0 ? hearing : (heardAt?.[isJoined && index >= ownIndex ? index + 1 : index] ?? 0));
    index++;
    known++;
  }
  const end = isNamed && index === ownIndex ? ownTo + 1 : known;
  return end < stamp.length ? undefined : ages;
}

/** How a node of the known text stands to one of the heard. What ends a node is below whatever may be in one. */
function orderOfNodes(known: number, heard: number): number {
  for (let i = 0; ; i++) {
    const code = knownCodes.at(known + i);
    const difference = code - stampCodes.at(heard + i);
    if (difference !== 0 || code === ASSIGN_CODE) return difference;
  }
}

/** Where a counter of the known text ends. */
function counterEnd(from: number): number {
  let at = from;
  while (knownCodes.at(at) >= ZERO_CODE && knownCodes.at(at) !== SEPARATOR_CODE) at++;
  return at;
}

/** How a counter of the heard text stands to one of the known: below 0, 0 or above. Neither begins with a zero. */
function orderOfCounters(heard: number, heardEnd: number, known: number, knownEnd: number): number {
  const length = heardEnd - heard;
  if (length !== knownEnd - known) return length - (knownEnd - known);
  for (let i = 0; i < length; i++) {
    const difference = stampCodes.at(heard + i) - knownCodes.at(known + i);
    if (difference !== 0) return difference;
  }
  return 0;
}
