/**
 * The id of a unique hybrid logical clock: 1 to 16 bytes, not all zero, as the uhlc crate has it.
 *
 * Guarantee: two ids are the same exactly when their bytes are, whatever trailing zeros they were written with.
 * Hazard: the bytes are little-endian. They order as bytes, so `0100` (bytes 00 01) comes before `ff` (byte ff),
 * although it is the greater number.
 */
import { InvalidValueError } from './errors.js';
import { bytesOfHex, hexOfBytes } from './hex.js';
import { MAX_CLOCK_ID_BYTES } from './limits.js';
import { hostRandomBytes, type RandomBytes } from './node-id.js';

const HEX_DIGITS = 2 * MAX_CLOCK_ID_BYTES;
const ZERO = '0'.repeat(HEX_DIGITS);

/** The id of a hybrid logical clock. Immutable. */
export class ClockId {
  /** @param bytes the sixteen bytes, first to last, as 32 lower-case hexadecimal digits */
  private constructor(private readonly bytes: string) {}

  /** From 1 to 16 bytes, the least significant first. Throws {@link InvalidValueError} for none, more, or only zeros. */
  static fromBytes(bytes: Uint8Array): ClockId {
    if (!(bytes instanceof Uint8Array) || bytes.length === 0 || bytes.length > MAX_CLOCK_ID_BYTES) {
      throw new InvalidValueError('clock id', bytes, `1 to ${MAX_CLOCK_ID_BYTES} bytes`);
    }
    return ClockId.checked(hexOfBytes(bytes).padEnd(HEX_DIGITS, '0'), bytes);
  }

  /**
   * Parses the hexadecimal number that uhlc prints: 1 to 32 digits, no leading zero. Throws
   * {@link InvalidValueError}.
   */
  static parse(text: string): ClockId {
    if (typeof text !== 'string' || text.length > HEX_DIGITS || !/^[1-9a-f][0-9a-f]*$/i.test(text)) {
      throw new InvalidValueError('clock id', text, `1 to ${HEX_DIGITS} hexadecimal digits without a leading zero`);
    }
    return ClockId.checked(reversed(text.toLowerCase().padStart(HEX_DIGITS, '0')), text);
  }

  /** Sixteen random bytes. */
  static random(randomBytes: RandomBytes = hostRandomBytes): ClockId {
    return ClockId.fromBytes(randomBytes(MAX_CLOCK_ID_BYTES));
  }

  /** All sixteen bytes, the least significant first. A copy. */
  toBytes(): Uint8Array {
    return bytesOfHex(this.bytes);
  }

  /** Orders by the bytes, the first byte first. */
  compare(other: ClockId): -1 | 0 | 1 {
    return this.bytes === other.bytes ? 0 : this.bytes < other.bytes ? -1 : 1;
  }

  /** The number in lower-case hexadecimal digits, without leading zeros. */
  toString(): string {
    return reversed(this.bytes).replace(/^0+/, '');
  }

  private static checked(bytes: string, given: unknown): ClockId {
    if (bytes === ZERO) throw new InvalidValueError('clock id', given, 'at least one byte that is not zero');
    return new ClockId(bytes);
  }
}

/** Sixteen bytes in the other order. */
function reversed(bytes: string): string {
  let text = '';
  for (let i = bytes.length - 2; i >= 0; i -= 2) text += bytes.slice(i, i + 2);
  return text;
}
