/**
 * A Lamport time for every event, derived where there is no stamp.
 *
 * Guarantee: smaller than that of every effect that the graph knows, and the stamp's own time wherever that suffices.
 * On the way, plain processes whose clock contradicts causes (an effect before itself) are found, and their clocks no
 * longer believed. Linear in events and what each is told to come after, for each of a few passes.
 * Hazard: where stamps themselves contradict each other, some edge is ignored.
 */
import { type Chain, type EventTable, NONE } from '../events/event-table.js';
import type { Predecessors, PredecessorVisitor } from './predecessors.js';
import type { TraceGroups } from './trace-groups.js';

const WAITING = 0;
const OPEN = 1;
const DONE = 2;

/** Each pass believes fewer clocks; what still contradicts itself after so many was forged. */
const MOST_PASSES = 4;

/** Fills the Lamport column. */
export function deriveLamportTimes(table: EventTable, predecessors: Predecessors, groups: TraceGroups): void {
  const spans = table.treeOrder.filter((span) => !groups.isPure(groups.of(table.trace[span] as number)));
  if (spans.length === 0) return;
  const stamped = table.lamport.slice();
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    table.lamport.set(stamped);
    const liars = new LamportPass(table, predecessors).run(spans);
    if (liars.size === 0) return;
    for (const chain of liars) (table.chains[chain] as Chain).isOrdered = false;
  }
}

class LamportPass {
  private readonly state: Uint8Array;
  private readonly stack: number[] = [];
  /** Where an open event stands in the stack, from 1. */
  private readonly height: Int32Array;
  /**
   * For each height the next one at or below it whose event was not accused yet: each is looked at once while it is
   * open.
   */
  private readonly unaccused = [0];
  private readonly liars = new Set<number>();
  private lamport = 0;

  constructor(
    private readonly table: EventTable,
    private readonly predecessors: Predecessors,
  ) {
    this.state = new Uint8Array(table.tick.length);
    this.height = new Int32Array(table.tick.length);
  }

  /** @returns plain chains on circles */
  run(spans: Int32Array): ReadonlySet<number> {
    const { table, stack, state } = this;
    for (const span of spans) {
      for (let kind = 0; kind < 3; kind++) {
        if (!table.exists(3 * span + kind)) continue;
        this.push(3 * span + kind);
        while (stack.length > 0) {
          const event = stack.at(-1) as number;
          if (state[event] === WAITING) {
            state[event] = OPEN;
            this.height[event] = stack.length;
            this.unaccused[stack.length] = stack.length;
            this.visit(event, this.pushing);
          } else {
            stack.pop();
            if (state[event] === OPEN) this.finish(event);
          }
        }
      }
    }
    return this.liars;
  }

  private finish(event: number): void {
    this.lamport = 0;
    this.visit(event, this.raising);
    this.table.lamport[event] = Math.max(this.table.lamport[event] as number, this.lamport + 1);
    this.state[event] = DONE;
  }

  private readonly push = (event: number): void => {
    if (this.state[event] === WAITING) {
      const height = this.stack.push(event);
      this.unaccused[height] = height;
    } else if (this.state[event] === OPEN) this.accuse(event);
  };

  /** An event waits for itself: of all that are open above it, the plain ones' clocks are not to be believed. */
  private accuse(event: number): void {
    const { stack, state, table, unaccused } = this;
    const lowest = this.height[event] as number;
    for (let at = this.unaccusedAt(stack.length); at >= lowest; at = this.unaccusedAt(at - 1)) {
      unaccused[at] = at - 1;
      const open = stack[at - 1] as number;
      const chain = table.chain[open] as number;
      if (state[open] !== OPEN || chain === NONE || table.isStamped(open)) continue;
      if ((table.chains[chain] as Chain).isOrdered) this.liars.add(chain);
    }
  }

  private unaccusedAt(height: number): number {
    const { unaccused } = this;
    let at = height;
    while (unaccused[at] !== at) {
      // Ways that were gone once become shorter.
      unaccused[at] = unaccused[unaccused[at] as number] as number;
      at = unaccused[at] as number;
    }
    return at;
  }

  private readonly raise = (event: number): void => {
    if (this.state[event] === DONE) this.lamport = Math.max(this.lamport, this.table.lamport[event] as number);
  };

  private readonly pushing = this.visitorOf(this.push);
  private readonly raising = this.visitorOf(this.raise);

  /**
   * The last of a prefix stands for all of it: a chain is numbered one by one, also where its clock calls two equal.
   */
  private visitorOf(event: (event: number) => void): PredecessorVisitor {
    return {
      event,
      prefix: (chain, count) => {
        if (count > 0) event(this.table.chainEvents[(this.table.chains[chain] as Chain).from + count - 1] as number);
      },
    };
  }

  private visit(event: number, visitor: PredecessorVisitor): void {
    this.predecessors.visit(event, visitor);
    const chain = this.table.chain[event] as number;
    if (chain === NONE || !(this.table.chains[chain] as Chain).isOrdered) return;
    visitor.prefix(chain, this.table.position[event] as number);
  }
}
