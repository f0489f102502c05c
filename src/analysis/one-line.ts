/**
 * Text of a stranger as part of what is said or shown.
 *
 * Guarantee: one line, however long or strange the text was, without a character that a terminal would obey or that
 * turns the direction of reading.
 */

const LONGEST = 300;

/** The text as one line, cut at its end. */
export function oneLine(text: string, longest: number = LONGEST): string {
  // Cut first: the text may be as long as the input.
  const shown = text.slice(0, longest + 1).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ');
  return shown.length > longest ? `${shown.slice(0, longest)}…` : shown;
}
