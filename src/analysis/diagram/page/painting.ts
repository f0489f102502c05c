/** What every part of a picture is painted from. */
import type { Palette } from './palette.js';
import type { Scene } from './scene.js';
import type { Viewport } from './viewport.js';

export interface Painting {
  readonly context: CanvasRenderingContext2D;
  readonly scene: Scene;
  readonly view: Viewport;
  readonly palette: Palette;
  readonly selected: number | undefined;
  readonly selectedLog: number | undefined;
  /** How each event stands to the selected one. */
  readonly classes: Uint8Array | undefined;
  /** Spans that a finding or a search is about. */
  readonly marked: ReadonlySet<number>;
  /** Events of the finding that is looked at. */
  readonly markedEvents: ReadonlySet<number>;
  /** True where only the marked spans count. */
  readonly isSearch: boolean;
  /** The gap that a finding is about. */
  readonly markedGap: number | undefined;
  readonly markedLanes: ReadonlySet<number>;
}

export const FONT = '12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif';
export const SMALL_FONT = '11px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif';
export const SIGN_FONT = 'bold 13px system-ui, "DejaVu Sans", sans-serif';

/** Of the rings that stand for what was not read. */
export const HOLLOW_RADIUS = 4.5;

const widths = new Map<string, number>();
const MOST_WIDTHS = 5_000;

/** The text, cut so that it fits; empty where not even a few characters do. */
export function fitText(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (room < 14) return '';
  const key = `${context.font} ${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size >= MOST_WIDTHS) widths.clear();
    width = context.measureText(text).width;
    widths.set(key, width);
  }
  if (width <= room) return text;
  const length = Math.floor((text.length * (room - 13)) / width);
  return length < 2 ? '' : `${text.slice(0, length)}…`;
}
