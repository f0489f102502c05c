/**
 * Happens-before as Lamport defined it, kept the naive way: points, edges, and for each point the set of all events
 * in its past.
 *
 * Guarantee: knows nothing of clocks, stamps or wires. An edge goes from an older point to a younger one, so the
 * transitive closure is complete at the moment a point is added.
 */

/** A set of events, as the bits of a big integer: bit i is event i. */
export type EventSet = bigint;

export const NO_EVENTS: EventSet = 0n;

export function only(event: number): EventSet {
  return 1n << BigInt(event);
}

export function includes(set: EventSet, event: number): boolean {
  return ((set >> BigInt(event)) & 1n) === 1n;
}

export class OrderGraph {
  /** For each point the events before it, and the event it is itself. */
  private readonly upTo: EventSet[] = [];
  private readonly pasts: EventSet[] = [];

  /**
   * Adds a point after `causes`.
   * @param event the event that happens here, where it is one
   * @param heard events that are told of here one by one, without their own past
   */
  add(causes: readonly number[], event?: number, heard: EventSet = NO_EVENTS): number {
    let past = heard;
    for (const cause of causes) past |= this.upTo[cause] as EventSet;
    this.pasts.push(past);
    this.upTo.push(event === undefined ? past : past | only(event));
    return this.pasts.length - 1;
  }

  /** The events that happened before this point. */
  past(point: number): EventSet {
    return this.pasts[point] as EventSet;
  }
}
