/** The page's colours, which the style sheet holds for both themes: the canvas reads them from there. */

const NAMES = [
  'ground',
  'band',
  'line',
  'text',
  'soft',
  'accent',
  'forward',
  'skew',
  'resolution',
  'past',
  'future',
  'concurrent',
  'unknown',
  'self',
] as const;

export type ColourName = (typeof NAMES)[number];

export interface Palette extends Readonly<Record<ColourName, string>> {
  /** By number of the service, again from the start where there are more. */
  readonly services: readonly { readonly fill: string; readonly edge: string }[];
}

/** Hues that are neither red nor amber: those are kept for what is wrong. */
const HUES = [212, 172, 265, 140, 305, 190, 240, 95];

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colours = Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  const isDark = style.getPropertyValue('--is-dark').trim() === '1';
  const services = HUES.map((hue) => ({
    fill: isDark ? `hsl(${hue} 34% 30%)` : `hsl(${hue} 62% 86%)`,
    edge: isDark ? `hsl(${hue} 40% 55%)` : `hsl(${hue} 42% 52%)`,
  }));
  return { ...(colours as Record<ColourName, string>), services };
}
