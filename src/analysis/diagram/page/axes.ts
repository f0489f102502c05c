/**
 * Where each event stands on each axis.
 *
 * Guarantee: on the Lamport axis every effect stands right of its cause. On the wall axis an arrow runs left exactly
 * where the findings say that wall time has it backwards. On the HLC axis no effect stands left of its cause, unless a
 * recorded hybrid time says of itself that it proves no order.
 * Hazard: a reply's wall time was not recorded. It is drawn inside its span, as late as whoever heard it allows.
 */
import { type Chain, END, type EventTable, REPLY, START } from '../../events/event-table.js';
import type { DiagramModel } from './diagram-model.js';
import { addTo } from '../../multimap.js';

export const AXES = ['lamport', 'hlc', 'wall'] as const;

export type AxisName = (typeof AXES)[number];

/** Position by event number: Lamport times, or nanoseconds after the data's base. */
export type Positions = Readonly<Record<AxisName, Float64Array>>;

export function positionsOf(model: DiagramModel): Positions {
  const wall = wallPositions(model);
  return { lamport: Float64Array.from(model.table.lamport), hlc: hybridPositions(model), wall };
}

function wallPositions({ table, order, arrows }: DiagramModel): Float64Array {
  const positions = new Float64Array(table.tick.length);
  for (const event of order) positions[event] = table.timeOf(event);
  const heardAt = new Map<number, number>();
  for (const { from, to } of arrows) {
    if (from % 3 === REPLY)
      heardAt.set(from, Math.min(heardAt.get(from) ?? Number.POSITIVE_INFINITY, table.timeOf(to)));
  }
  for (const event of order) {
    if (event % 3 !== REPLY) continue;
    const span = Math.floor(event / 3);
    const start = table.startNanos[span] as number;
    const end = Math.max(start, table.endNanos[span] as number);
    positions[event] = Math.max(start, Math.min(end, heardAt.get(event) ?? end));
  }
  return positions;
}

/**
 * As recorded; else what a hybrid clock would have said: wall time, or the latest of the causes if that is later. A
 * recorded time, too, gives way to a derived cause: the plain service beside it had no hybrid clock to hold its own one
 * back.
 */
function hybridPositions({ data, hybrid, table, edges, order }: DiagramModel): Float64Array {
  const unordered = new Set(data.hybridUnordered);
  const causes = new Map<number, number[]>();
  const { sequence } = edges;
  edges.visitAll((from, to) => {
    if (!sequence.isCut(to)) addTo(causes, to, from);
  });
  const positions = new Float64Array(table.tick.length);
  const behind = new LatestOfChains(table, positions);
  for (const event of order) {
    // A reply was sent no earlier than its span started; its wall time is not known.
    const own = event % 3 === REPLY ? (positions[event - REPLY] as number) : table.timeOf(event);
    let latest = hybrid.get(event) ?? own;
    if (!unordered.has(event)) {
      for (const cause of causes.get(event) ?? []) {
        const at = sequence.isCut(cause) ? behind.upTo(sequence.lastBehind(cause)) : (positions[cause] as number);
        latest = Math.max(latest, at);
      }
    }
    positions[event] = latest;
  }
  return positions;
}

/** How late a chain has come: the latest position of its events up to one, once all those have theirs. */
export class LatestOfChains {
  private readonly latest: Float64Array;
  private readonly known = new Map<number, number>();

  constructor(
    private readonly table: EventTable,
    private readonly positions: Float64Array,
  ) {
    this.latest = new Float64Array(table.chainEvents.length);
  }

  upTo(event: number): number {
    const { chain, chains, chainEvents, position } = this.table;
    const own = chain[event] as number;
    const { from } = chains[own] as Chain;
    const to = from + (position[event] as number);
    let at = this.known.get(own) ?? from;
    for (; at <= to; at++) {
      const before = at === from ? Number.NEGATIVE_INFINITY : (this.latest[at - 1] as number);
      this.latest[at] = Math.max(before, this.positions[chainEvents[at] as number] as number);
    }
    this.known.set(own, at);
    return this.latest[to] as number;
  }
}

/** The part of an axis that some events and other positions take, with a little more where they all stand at one place. */
export function extentOf(
  positions: Float64Array,
  events: Iterable<number>,
  others: Iterable<number> = [],
): readonly [from: number, to: number] {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const other of others) {
    from = Math.min(from, other);
    to = Math.max(to, other);
  }
  for (const event of events) {
    from = Math.min(from, positions[event] as number);
    to = Math.max(to, positions[event] as number);
  }
  if (from > to) return [0, 1];
  return from === to ? [from - 0.5, to + 0.5] : [from, to];
}

/** The events of a span that are there. */
export function eventsOfSpan({ table }: DiagramModel, span: number): readonly number[] {
  return [3 * span + START, 3 * span + REPLY, 3 * span + END].filter((event) => table.exists(event));
}
