/**
 * How all events stand to one: its past, its future, those proven concurrent, and those nobody can tell.
 *
 * Guarantee: the same answers as `CausalGraph.relation`; what is not proven concurrent is never called so.
 */
import type { DiagramModel } from './diagram-model.js';

export const NO_EVENT = 0;
export const SELF = 1;
export const PAST = 2;
export const FUTURE = 3;
export const CONCURRENT = 4;
export const UNKNOWN = 5;

const CLASS_OF = { equal: SELF, before: PAST, after: FUTURE, concurrent: CONCURRENT, unknown: UNKNOWN } as const;

/** The class of each event, by its number; {@link NO_EVENT} for numbers that are none. */
export function classesOf({ table, happened, order }: DiagramModel, event: number): Uint8Array {
  const classes = new Uint8Array(table.tick.length);
  happened.focus(event);
  for (const other of order) classes[other] = CLASS_OF[happened.relate(other, event)];
  return classes;
}

export function countOf(classes: Uint8Array, wanted: number): number {
  let count = 0;
  for (const one of classes) if (one === wanted) count++;
  return count;
}
