/**
 * Text of a trace that is shown in columns.
 *
 * Guarantee: what comes out is one line that no terminal obeys, and never takes more columns than it was given.
 * Hazard: columns are an estimate. A terminal decides for itself how wide an emoji is.
 */
import { oneLine } from '../one-line.js';

/** Wide in every terminal: East Asian scripts, full-width forms, and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const NO_WIDTH = /\p{Mn}|\p{Me}/u;

function columnsOfCharacter(character: string): number {
  if (character < '\u0300') return 1;
  return NO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
}

export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOfCharacter(character);
  return columns;
}

/** The text without anything that a terminal obeys, cut to the columns that there are. */
export function shorten(text: string, columns: number): string {
  const shown = oneLine(text, 1000);
  if (columnsOf(shown) <= columns) return shown;
  let room = columns - 1;
  let cut = '';
  for (const character of shown) {
    room -= columnsOfCharacter(character);
    if (room < 0) break;
    cut += character;
  }
  return columns < 1 ? '' : `${cut}…`;
}

/** {@link shorten}, and filled up with spaces. */
export function fit(text: string, columns: number): string {
  const shown = shorten(text, columns);
  return shown + ' '.repeat(Math.max(0, columns - columnsOf(shown)));
}
