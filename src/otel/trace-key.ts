/**
 * Which domain a trace is: the last 64 bits of its id, as the text that stamps carry and as two words to look it up by.
 *
 * Guarantee: one look at each digit, however often the trace is looked up; words and {@link TraceKey.oddId} of two keys are
 * equal exactly where their texts are.
 * Hazard: an id generator of the application's own may make ids that are no hexadecimal digits, or fewer. Their words are
 * a hash of their text, which says less: whoever compares keys compares {@link TraceKey.oddId} as well. That hash has no secret, because
 * no stranger makes such ids: propagators take hexadecimal digits only.
 */
import { hexHalf } from '../clocks/ntp64-halves.js';

const DIGITS = 16;
const WORD_DIGITS = DIGITS / 2;
const CAPITAL = 16;
/** All bits: it stays, whatever digits are joined with it. */
const NO_DIGIT = -1;

/** Of each character code the value of the hexadecimal digit, and {@link CAPITAL} more for a capital; else -1. */
const HEX_DIGITS = Int8Array.from({ length: 128 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code));
  const capital = '          ABCDEF'.indexOf(String.fromCharCode(code));
  return capital > 9 ? CAPITAL | capital : digit;
});

/** The upper and the lower 32 bits of a key, signed. */
export interface TraceWords {
  readonly high: number;
  readonly low: number;
}

export class TraceKey implements TraceWords {
  readonly high: number;
  readonly low: number;
  /** Every digit's value in one: negative where one is none, with {@link CAPITAL} where one is a capital. */
  private readonly digits: number;
  /** The trace's id, until the domain's has been asked for: one of the two, because traces are many. Undefined at rest. */
  private text: string | undefined;
  private isCut = false;

  /** @param traceId the id of a trace, or of a domain */
  constructor(traceId: string) {
    const end = traceId.length;
    let high = 0;
    let low = 0;
    let digits = end >= DIGITS ? 0 : NO_DIGIT;
    // By a table, and all the same for every digit: a branch that depends on random digits is guessed wrong half the time.
    for (let at = end - DIGITS; at < end - WORD_DIGITS; at++) {
      const digit = hexDigit(traceId.charCodeAt(at));
      const digitBelow = hexDigit(traceId.charCodeAt(at + WORD_DIGITS));
      digits |= digit | digitBelow;
      high = (high << 4) | (digit & 15);
      low = (low << 4) | (digitBelow & 15);
    }
    this.text = traceId;
    this.digits = digits;
    this.high = digits < 0 ? hashOf(this.id, HIGH) : high;
    this.low = digits < 0 ? hashOf(this.id, LOW) : low;
  }

  /**
   * Sixteen lower-case digits: other propagators let capitals in. From the end: the first ones may be a timestamp. Made
   * when it is wanted, which for unsampled traces is never.
   */
  get id(): string {
    if (this.text === undefined) {
      this.text = hexHalf(this.high) + hexHalf(this.low);
    } else if (!this.isCut) {
      const text = this.text.slice(-DIGITS);
      this.text = (this.digits & CAPITAL) === 0 ? text : text.toLowerCase();
      this.isCut = true;
    }
    return this.text;
  }

  /** True where the words say all of it. */
  get isHexadecimal(): boolean {
    return this.digits >= 0;
  }

  /** The id where the words do not say all of it. */
  get oddId(): string | undefined {
    return this.isHexadecimal ? undefined : this.id;
  }

  /** Gives back what the words say as well: a slice of an id keeps the whole header that brought it. */
  rest(): void {
    if (!this.isHexadecimal) return;
    this.text = undefined;
    this.isCut = true;
  }
}

/** Also for what is not there. */
function hexDigit(code: number): number {
  return code < 128 ? (HEX_DIGITS[code] as number) : NO_DIGIT;
}

/** Odd multipliers of two hashes. */
const [HIGH, LOW] = [0x0100_0193, 0x85eb_ca6b];

/** FNV-1a over code units, with a last round that moves the upper bits into the lower. */
function hashOf(text: string, multiplier: number): number {
  let hash = multiplier;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), multiplier);
  return Math.imul(hash ^ (hash >>> 15), 0x9e37_79b1) | 0;
}
