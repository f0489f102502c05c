/** Emphasis for terminals, as a function so that a report need not know whether anybody sees colours. */

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

export type Paint = (style: Style, text: string) => string;

/** What switches a style on and off again: select graphic rendition, ECMA-48. */
const CODES: Readonly<Record<Style, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
};

/** Columns of text that nobody looks at in a terminal. */
export const COLUMNS_WITHOUT_TERMINAL = 100;

/** Colours where a terminal shows them. By its convention any value of NO_COLOR that is not empty forbids them. */
export function paintFor(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): Paint {
  const isPlain = !isTerminal || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return isPlain ? paintNothing : paintAnsi;
}

export const paintNothing: Paint = (_style, text) => text;

export const paintAnsi: Paint = (style, text) => {
  const [on, off] = CODES[style];
  return text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`;
};
