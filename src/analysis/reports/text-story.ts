/**
 * A trace's story as lines of text: causal order from top to bottom, a lane per node, arrows for messages and replies,
 * and beside each event what wall clocks got wrong, what raced, and what is missing.
 *
 * Guarantee: no line is longer than the columns it was given (80 at least), and nothing of the trace can give orders to
 * a terminal.
 */
import { offsetText } from '../wording/clock-text.js';
import { countText, durationText } from '../wording/durations.js';
import { LaneColumns } from './lane-columns.js';
import { COLUMNS_WITHOUT_TERMINAL, type Paint, paintNothing } from './paint.js';
import type { CausalLog } from '../graph/graph-model.js';
import { logLabel } from '../wording/log-label.js';
import { columnsOf, fit, shorten } from '../wording/shown-text.js';
import { spanLabel } from '../wording/span-label.js';
import type { StoryRow, TraceStory } from './trace-story.js';

export interface TextOptions {
  /** Default 100. */
  readonly columns?: number;
  readonly paint?: Paint;
}

const LEAST_COLUMNS = 80;
const NUMBER = 5;
const LAMPORT = 6;
const WALL = 10;
/** What a label needs at the least; lanes get the rest. */
const LABEL = 44;

export function* textStory(
  story: TraceStory,
  { columns = COLUMNS_WITHOUT_TERMINAL, paint = paintNothing }: TextOptions = {},
): Generator<string> {
  const width = Math.max(LEAST_COLUMNS, columns);
  const lanes = new LaneColumns(story.nodes, width - NUMBER - LAMPORT - WALL - LABEL);
  const logs = story.rows.reduce((sum, row) => sum + row.logs.length, story.firstLogs.length);
  const counts =
    `${countText(story.spans, 'span')} on ${countText(story.nodes.length, 'node')}, ` +
    `${countText(story.rows.length, 'event')}${logs === 0 ? '' : `, ${countText(logs, 'log')}`}`;
  const title = story.traceId === '' ? 'Logs outside of any trace' : `Trace ${story.traceId}`;
  yield `${paint('bold', title)}  ${paint('dim', counts)}`;
  yield* legend(story, lanes, width, paint);
  const head = `${'#'.padStart(NUMBER - 1)} ${'L'.padStart(LAMPORT - 1)} ${'wall ms'.padStart(WALL - 1)} `;
  yield `${paint('dim', head)} ${lanes.heading(paint)}`.trimEnd();
  for (const log of story.firstLogs) yield logLine(story, log, lanes, width, paint);
  for (let at = 0; at < story.rows.length; ) {
    const row = story.rows[at] as StoryRow;
    const leaf = leafRows(story.rows, at);
    if (row.missing !== undefined) yield missingLine(row, lanes, width, paint);
    yield rowLine(story, row, leaf, lanes, width, paint);
    at += leaf;
    for (const log of (story.rows[at - 1] as StoryRow).logs) yield logLine(story, log, lanes, width, paint);
  }
  yield* unseen(story, width, paint);
  for (const { number, race } of story.races) {
    const access = ({ span, access: what }: typeof race.first): string =>
      `${what} by ${spanLabel(span.recorded)} (#${story.rowOf.get(span.start)?.number ?? 'other trace'})`;
    const text = `race ${number}  ${race.resource}: ${access(race.first)}, ${access(race.second)}`;
    yield paint('red', shorten(`  ${text}: nothing orders them`, width));
  }
}

function* legend(story: TraceStory, lanes: LaneColumns, width: number, paint: Paint): Generator<string> {
  for (const node of story.nodes) {
    const { letter, style } = lanes.look(node);
    const plain =
      node.basis === 'stamped'
        ? ''
        : node.isProcess
          ? '  no stamps: derived'
          : '  no stamps, no process identity: derived';
    const skew = story.clocks.get(node);
    const clock = skew === undefined ? '' : `  clock ${offsetText(skew)} ${lanes.look(skew.from).letter}`;
    const name = shorten(node.id, width - 6 - plain.length - clock.length);
    yield `  ${paint(style, letter)}  ${name}${paint('dim', plain)}${paint('yellow', clock)}`;
  }
}

/** How many rows one line tells: a span whose events nothing comes between is one line. */
function leafRows(rows: readonly StoryRow[], at: number): number {
  const { event } = rows[at] as StoryRow;
  if (event.kind !== 'start') return 1;
  let next = at + 1;
  for (; next < rows.length; next++) {
    const row = rows[next] as StoryRow;
    if (
      row.event.span !== event.span ||
      row.causes.length > 0 ||
      row.inversion !== undefined ||
      row.missing !== undefined
    )
      return 1;
    if ((rows[next - 1] as StoryRow).logs.length > 0) return 1;
    if (row.event.kind === 'end') return next + 1 - at;
  }
  return 1;
}

const SIGNS = { start: '┬', reply: '◆', end: '┴' } as const;

function rowLine(
  story: TraceStory,
  row: StoryRow,
  leaf: number,
  lanes: LaneColumns,
  width: number,
  paint: Paint,
): string {
  const { event } = row;
  const drawn = lanes.line(event.node, leaf > 1 ? '●' : SIGNS[event.kind], row.causes, paint);
  if (leaf === 1 && event.kind !== 'reply') lanes.shift(event.node, event.kind === 'start' ? 1 : -1);
  const number = `${String(row.number).padStart(NUMBER - 1)} `;
  const lamport = `${String(event.lamport).padStart(LAMPORT - 1)} `;
  const wall = `${wallText(event.timeNanos, story.baseNanos).padStart(WALL - 1)} `;
  const mark = markOf(story, row, paint);
  const room = width - NUMBER - LAMPORT - WALL - 1 - lanes.width;
  const label = shorten(labelOf(row, leaf), mark.columns === 0 ? room : Math.max(12, room - mark.columns - 2));
  const shown = event.kind === 'start' ? label : paint('dim', label);
  const tail = mark.columns === 0 ? '' : `  ${mark.text}`;
  const misplaced = row.inversion?.cause === 'skew';
  return `${paint('dim', number)}${lamport}${misplaced ? paint('red', wall) : wall} ${drawn}${shown}${tail}`.trimEnd();
}

function logLine(story: TraceStory, log: CausalLog, lanes: LaneColumns, width: number, paint: Paint): string {
  const timeNanos = log.timeNanos === 0n ? undefined : log.timeNanos;
  const left = `${' '.repeat(NUMBER)}${String(log.lamport).padStart(LAMPORT - 1)} ${wallText(timeNanos, story.baseNanos).padStart(WALL - 1)} `;
  const doubt = log.stamp?.incomplete === true ? '  ? incomplete' : '';
  const room = width - NUMBER - LAMPORT - WALL - 1 - lanes.width - doubt.length;
  const drawn = lanes.line(log.node, '▪', [], paint);
  return `${left} ${drawn}${paint('dim', shorten(logLabel(log.recorded), room))}${paint('yellow', doubt)}`.trimEnd();
}

function labelOf({ event }: StoryRow, leaf: number): string {
  const { recorded } = event.span;
  const isCall = recorded.kind === 'client' || recorded.kind === 'producer';
  const called = `${isCall ? '→ ' : ''}${spanLabel(recorded)}`;
  const lasted = durationText(Number(recorded.endNanos - recorded.startNanos));
  if (event.kind === 'reply') return `reply to ${called}`;
  if (event.kind === 'end') return `end ${called}, ${lasted}`;
  const failed = recorded.status.code === 'error' ? ' (error)' : '';
  return leaf > 1 ? `${called}${failed}, ${lasted}` : `${called}${failed}`;
}

/** Relative to the first event, in milliseconds; seconds where those do not fit. */
function wallText(timeNanos: bigint | undefined, baseNanos: bigint): string {
  if (timeNanos === undefined) return '·';
  const ms = Number(timeNanos - baseNanos) / 1e6;
  return Math.abs(ms) < 1e6 ? ms.toFixed(1) : `${(ms / 1e3).toFixed(0)} s`;
}

function markOf(story: TraceStory, row: StoryRow, paint: Paint): { readonly text: string; readonly columns: number } {
  const parts: { readonly text: string; readonly style: 'red' | 'yellow' }[] = [];
  if (row.inversion !== undefined) {
    const { byNanos, cause, edge } = row.inversion;
    const from = story.rowOf.get(edge.from);
    const of = from === undefined ? 'its cause in another trace' : `its cause #${from.number}`;
    if (cause === 'skew') parts.push({ text: `✗ ${durationText(byNanos)} before ${of}`, style: 'red' });
    else parts.push({ text: `~ before ${of}, within resolution`, style: 'yellow' });
  }
  for (const race of row.races) parts.push({ text: `≠ race ${race}`, style: 'red' });
  if (row.event.stamp?.incomplete === true) parts.push({ text: '? incomplete', style: 'yellow' });
  return {
    text: parts.map(({ text, style }) => paint(style, text)).join(' '),
    columns: columnsOf(parts.map(({ text }) => text).join(' ')),
  };
}

function ticksText(from: number, to: number): string {
  return from === to ? `event ${from}` : `events ${from} to ${to}`;
}

function missingLine({ event, missing }: StoryRow, lanes: LaneColumns, width: number, paint: Paint): string {
  const left = ' '.repeat(NUMBER + LAMPORT + WALL + 1);
  const text = missing === undefined ? '' : `${ticksText(missing.from, missing.to)} of this node: stamped, not read`;
  const room = width - left.length - lanes.width;
  return `${left}${lanes.line(event.node, '┊', [], paint)}${paint('yellow', shorten(text, room))}`;
}

/** What was stamped after all that was read of its node, or on a node that nothing was read of. */
function* unseen(story: TraceStory, width: number, paint: Paint): Generator<string> {
  const told = new Set(story.rows.map(({ missing }) => missing));
  for (const gap of story.missing) {
    if (told.has(gap)) continue;
    const why = gap.wholeNode ? 'nothing of this node was read' : 'stamped, not read';
    yield paint('yellow', fit(`  missing  ${ticksText(gap.from, gap.to)} of ${gap.node}: ${why}`, width).trimEnd());
  }
}
