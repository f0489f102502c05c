/**
 * The state of a page as the end of its address, so that a reload or a colleague sees the same.
 *
 * Guarantee: whatever somebody writes there, what comes out is a state that can be; the rest is left at its default.
 * Events are named by their ids, which outlive another export of the same trace.
 */
import { AXES, type AxisName } from './axes.js';

const EVENT_KINDS = ['start', 'reply', 'end'] as const;

export interface PageState {
  readonly axis: AxisName;
  /** A trace's id, or `all`. */
  readonly trace: string | undefined;
  readonly event: { readonly trace: string; readonly span: string; readonly kind: number } | undefined;
  /** How far it is zoomed in, and which part of the axis (0 to 1) stands in the middle. */
  readonly zoom: number;
  readonly middle: number;
  /** How far it is scrolled down, in rows. */
  readonly row: number;
}

export const MOST_ZOOM = 1e7;
const MOST_ROW = 1e6;

export function formatState({ axis, trace, event, zoom, middle, row }: PageState): string {
  const parts = [`axis=${axis}`];
  if (trace !== undefined) parts.push(`trace=${trace}`);
  if (event !== undefined) parts.push(`event=${event.trace}.${event.span}.${EVENT_KINDS[event.kind] ?? 'start'}`);
  if (zoom > 1) parts.push(`zoom=${round(zoom)}`, `middle=${middle.toFixed(9)}`);
  if (row > 0) parts.push(`row=${round(row)}`);
  return `#${parts.join('&')}`;
}

export function parseState(hash: string): PageState {
  const given = new Map<string, string>();
  for (const part of hash.replace(/^#/, '').split('&')) {
    const at = part.indexOf('=');
    if (at > 0) given.set(part.slice(0, at), part.slice(at + 1));
  }
  const axis = AXES.find((one) => one === given.get('axis')) ?? 'lamport';
  const trace = /^(?:[0-9a-f]{32}|all)$/.exec(given.get('trace') ?? '')?.[0];
  return {
    axis,
    trace,
    event: parseEvent(given.get('event')),
    zoom: numberIn(given.get('zoom'), 1, MOST_ZOOM, 1),
    middle: numberIn(given.get('middle'), 0, 1, 0.5),
    row: numberIn(given.get('row'), 0, MOST_ROW, 0),
  };
}

function parseEvent(text: string | undefined): PageState['event'] {
  const [, trace, span, kind] = /^([0-9a-f]{32})\.([0-9a-f]{16})\.(start|reply|end)$/.exec(text ?? '') ?? [];
  if (trace === undefined || span === undefined) return undefined;
  return { trace, span, kind: EVENT_KINDS.findIndex((one) => one === kind) };
}

function numberIn(text: string | undefined, least: number, most: number, otherwise: number): number {
  const number = text === undefined || text === '' ? Number.NaN : Number(text);
  return number >= least && number <= most ? number : otherwise;
}

function round(number: number): string {
  return String(Number(number.toPrecision(9)));
}
