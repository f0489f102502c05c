/**
 * Which messages others wait for, and that did not come.
 *
 * Guarantee: none of them was delivered and none waits; linear in what waits, but for sorting.
 * Hazard: a last message that nobody has answered to is not known to be missing.
 */
import type { Stamped } from './stamped-message.js';
import type { SeenOf } from './waiting-messages.js';

/** Messages of one node, from the first number to the last, both included. */
export interface Gap {
  /** Whose messages. */
  readonly node: string;
  /** The number of the first. */
  readonly from: number;
  /** The number of the last. */
  readonly to: number;
}

/**
 * Everything that is named by what waits or was turned away, was not delivered and does not wait, in the order of node
 * and number.
 */
export function missingOf(
  waiting: Iterable<Stamped<unknown>>,
  turnedAway: ReadonlyMap<string, number>,
  seen: SeenOf,
): Gap[] {
  const highest = new Map(turnedAway);
  const held = new Map<string, number[]>();
  for (const { sender, tick, vector } of waiting) {
    for (const [node, counter] of vector) {
      if (counter > (highest.get(node) ?? 0)) highest.set(node, counter);
    }
    const ticks = held.get(sender);
    if (ticks === undefined) held.set(sender, [tick]);
    else ticks.push(tick);
  }
  const gaps: Gap[] = [];
  for (const node of [...highest.keys()].sort()) {
    let from = seen(node) + 1;
    for (const tick of (held.get(node) ?? []).sort((a, b) => a - b)) {
      if (tick > from) gaps.push({ node, from, to: tick - 1 });
      from = tick + 1;
    }
    const to = highest.get(node) as number;
    if (to >= from) gaps.push({ node, from, to });
  }
  return gaps;
}
