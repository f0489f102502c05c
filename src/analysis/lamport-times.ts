/**
 * A Lamport time for every event, derived where there is no stamp.
 *
 * Guarantee: smaller than that of every effect that the graph knows, and the stamp's own time wherever that suffices.
 * Hazard: where records contradict each other (an effect before itself), some edge is ignored.
 */
import { type Chain, type EventTable, NONE } from './event-table.js';
import type { Predecessors, PredecessorVisitor } from './predecessors.js';
import type { TraceGroups } from './trace-groups.js';

const WAITING = 0;
const OPEN = 1;
const DONE = 2;

/** Fills the Lamport column. */
export function deriveLamportTimes(table: EventTable, predecessors: Predecessors, groups: TraceGroups): void {
  const state = new Uint8Array(table.tick.length);
  const stack: number[] = [];
  let lamport = 0;
  const push = (event: number): void => {
    if (state[event] === WAITING) stack.push(event);
  };
  const lastOf = (chain: number, count: number): number =>
    count === 0 ? NONE : (table.chainEvents[(table.chains[chain] as Chain).from + count - 1] as number);
  const pushing: PredecessorVisitor = {
    event: push,
    prefix: (chain, count) => {
      if (count > 0) push(lastOf(chain, count));
    },
  };
  const raise = (event: number): void => {
    if (state[event] === DONE) lamport = Math.max(lamport, table.lamport[event] as number);
  };
  const raising: PredecessorVisitor = {
    event: raise,
    prefix: (chain, count) => {
      if (count > 0) raise(lastOf(chain, count));
    },
  };
  /** The last of a prefix stands for all of it: so a chain is numbered one by one, also where its clock calls two equal. */
  const before = (event: number, visitor: PredecessorVisitor): void => {
    predecessors.visit(event, visitor);
    const chain = table.chain[event] as number;
    if (chain !== NONE) visitor.prefix(chain, table.position[event] as number);
  };
  for (const span of table.treeOrder) {
    if (groups.isPure(groups.of(table.trace[span] as number))) continue;
    for (let kind = 0; kind < 3; kind++) {
      if (!table.exists(3 * span + kind)) continue;
      push(3 * span + kind);
      while (stack.length > 0) {
        const event = stack.at(-1) as number;
        if (state[event] === WAITING) {
          state[event] = OPEN;
          before(event, pushing);
        } else {
          stack.pop();
          if (state[event] === DONE) continue;
          lamport = 0;
          before(event, raising);
          table.lamport[event] = Math.max(table.lamport[event] as number, lamport + 1);
          state[event] = DONE;
        }
      }
    }
  }
}
