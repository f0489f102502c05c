/**
 * The character codes of a text, side by side, for a scanner. Asking a string for each of its characters takes three times as
 * long: every time the string is asked first of what kind it is, and a header's value is a part of another.
 *
 * Guarantee: one for each character, {@link NO_ASCII} for those beyond ASCII, and zeros behind the last one as far as a
 * reader of fields of fixed length may look ahead.
 * Hazard: whoever reads another text with it takes the codes of the one before away, so everybody reads before he looks.
 * Further behind than the zeros stand codes of longer texts.
 */

import { hostEncoder } from './text-bytes.js';

/** The code of every character that is not ASCII. */
export const NO_ASCII = 255;
/** Zeros behind a text. */
export const LOOK_AHEAD = 32;

const encoder = hostEncoder();

export class TextCodes {
  protected readonly codes: Uint8Array;
  /** Whose codes these are. */
  private text: string | undefined = undefined;

  /** @param longest characters of the longest text that is read with it */
  constructor(longest: number) {
    this.codes = new Uint8Array(longest + LOOK_AHEAD);
  }

  /** Takes in a text, in the place of the last one. False where it is the same, which costs nothing. */
  read(text: string): boolean {
    if (text === this.text) return false;
    const { codes } = this;
    // Whatever fails half-way (a stack that is full, say) must not leave one text's codes under another's name.
    this.text = undefined;
    const { length } = text;
    // Every character beyond ASCII takes more bytes than it has code units, and there is room for one byte too many.
    if (encoder?.encodeInto(text, codes).written !== length) {
      for (let at = 0; at < length; at++) {
        const code = text.charCodeAt(at);
        codes[at] = code < 128 ? code : NO_ASCII;
      }
    }
    for (let at = length; at < length + LOOK_AHEAD; at++) codes[at] = 0;
    this.text = text;
    return true;
  }

  /** The code of a character, or 0 behind the last one. */
  at(index: number): number {
    return this.codes[index] as number;
  }
}
