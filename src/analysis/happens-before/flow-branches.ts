/**
 * Branches of the span tree, for the order in which a process's sequence plays no part.
 *
 * Guarantee: two events of one trace are called unordered only where both their branches reach up to the trace's root:
 * a missing parent could hang one below the other.
 * Hazard: what is not in the tree (a wait for another branch) is not seen: that is what this order is for.
 */
import { type EventTable, NONE } from '../events/event-table.js';

export class FlowBranches {
  private roots: Int32Array | undefined = undefined;

  constructor(private readonly table: EventTable) {}

  /** True when no span that was not read can order these two. */
  areWhole(a: number, b: number): boolean {
    this.roots ??= rootsOf(this.table);
    const first = this.roots[Math.floor(a / 3)] as number;
    const second = this.roots[Math.floor(b / 3)] as number;
    return first !== NONE && first === second;
  }
}

/** The root of each span; none below a missing parent, or where a link comes in from a span that was not read. */
function rootsOf({ spans, parent, treeOrder, links }: EventTable): Int32Array {
  const roots = new Int32Array(spans.length);
  for (const s of treeOrder) {
    const p = parent[s] as number;
    const lost = (spans[s]?.links.length ?? 0) > (links.get(s)?.length ?? 0);
    roots[s] = lost ? NONE : p >= 0 ? (roots[p] as number) : p === NONE ? s : NONE;
  }
  return roots;
}
