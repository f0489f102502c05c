/** Stamps that claim to know more of a node than it has ever done: it must ignore just that (DESIGN 2, rule 7). */
import type { CausalStamp } from '../../src/clocks/stamp.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';

/** A tick that no node of the fleet comes near. */
const FAR_AHEAD = 2 ** 40;

/** The stamp with another entry for a node; undefined where it would say nothing else. */
export function withForgedEntry(stamp: CausalStamp, node: string): CausalStamp | undefined {
  const others = [...stamp.vector.entries()].filter(([one]) => one !== node);
  if (others.length === 0) return undefined;
  return { ...stamp, vector: VectorTimestamp.from([...others, [node, FAR_AHEAD]]) };
}
