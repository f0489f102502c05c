/**
 * Where each log stands on each axis. It is no event and has no number of its own: it stands between two events.
 *
 * Guarantee: on the axes of Lamport and hybrid time right of all that came before it, or beside it, and never right of what
 * came after. Logs of a node between the same two events stand apart on the former, in the order in which they were written.
 * Hazard: beyond some 2^44 Lamport times leave no room between two numbers.
 */
import { NONE } from '../../events/event-table.js';
import { AXES, type AxisName, LatestOfChains, type Positions } from './axes.js';
import type { DiagramModel, ShownLog } from './diagram-model.js';

/** Positions by number of the log. */
export function logPositionsOf({ logs, table }: DiagramModel, positions: Positions): Positions {
  const lamport = lamportPlaces(logs);
  const latest = new LatestOfChains(table, positions.hlc);
  const hlc = Float64Array.from(logs, (log) => placeBetween(log, positions.hlc, latest));
  const wall = Float64Array.from(logs, (log) => log.nanos ?? Math.max(0, latestOf(log.causes, positions.wall)));
  return { lamport, hlc, wall };
}

/** Between two whole numbers, as many places as logs. */
function lamportPlaces(logs: readonly ShownLog[]): Float64Array {
  const keyOf = ({ lane, lamport }: ShownLog): string => `${lane} ${lamport}`;
  const counts = new Map<string, number>();
  for (const log of logs) counts.set(keyOf(log), (counts.get(keyOf(log)) ?? 0) + 1);
  const told = new Map<string, number>();
  return Float64Array.from(logs, (log) => {
    const key = keyOf(log);
    const number = (told.get(key) ?? 0) + 1;
    told.set(key, number);
    return log.lamport + number / ((counts.get(key) as number) + 1);
  });
}

/** Its own time, as far as its causes and the event after it leave room for it. */
function placeBetween(log: ShownLog, positions: Float64Array, chains: LatestOfChains): number {
  const ofOthers = latestOf(log.causes, positions);
  const latest = log.behind === NONE ? ofOthers : Math.max(ofOthers, chains.upTo(log.behind));
  const own = log.nanos ?? Math.max(0, latest);
  const next = log.next === NONE ? Number.POSITIVE_INFINITY : (positions[log.next] as number);
  return Math.max(latest, Math.min(own, next));
}

function latestOf(events: readonly number[], positions: Float64Array): number {
  return events.reduce((latest, event) => Math.max(latest, positions[event] as number), Number.NEGATIVE_INFINITY);
}

/** Where some logs stand on each axis. */
export function placesOf(positions: Positions, logs: readonly number[]): Readonly<Record<AxisName, number[]>> {
  const of = (axis: AxisName): number[] => logs.map((log) => positions[axis][log] as number);
  return Object.fromEntries(AXES.map((axis) => [axis, of(axis)])) as Record<AxisName, number[]>;
}
