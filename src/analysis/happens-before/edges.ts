/**
 * The edges of the graph: every *before* of it is a path of these.
 *
 * Guarantee: each edge is stamped where the effect's stamp names the cause, else derived. No edge is said twice. As many
 * as there are spans, links and entries of vectors, but for a factor: what plain processes' clocks put in order goes over
 * cuts where it would be pairs without end (plain-sequence.ts).
 */
import { type Chain, END, type EventTable, NONE, REPLY, START, vectorOf } from '../events/event-table.js';
import type { Basis, EdgeVisitor } from './order-terms.js';
import { PlainSequence } from './plain-sequence.js';
import type { Predecessors } from './predecessors.js';

export class Edges {
  /** What plain processes did one after the other; in flow order nothing. */
  readonly sequence: PlainSequence;

  /** @param firstCut the first number that no event and no log has */
  constructor(
    private readonly table: EventTable,
    private readonly predecessors: Predecessors,
    firstCut: number,
  ) {
    this.sequence = new PlainSequence(table, predecessors.order, firstCut);
  }

  /** Edges of parents, links, replies and news: those that a wall clock of another process may contradict. */
  visitCauses(visitor: EdgeVisitor): void {
    for (let span = 0; span < this.table.spans.length; span++) this.visitCausesOf(span, visitor);
  }

  /** Those of them that lead to events of a span. */
  visitCausesOf(span: number, visitor: EdgeVisitor): void {
    const { table, predecessors } = this;
    this.visitToldOf(span, visitor);
    if (predecessors.order === 'flow') return;
    for (const event of [3 * span + START, 3 * span + END]) {
      if (table.isStamped(event)) this.visitNews(event, this.previousOf(event), visitor);
    }
  }

  /** All edges there are. */
  visitAll(visitor: EdgeVisitor): void {
    for (let span = 0; span < this.table.spans.length; span++) this.visitAllOf(span, visitor);
    for (let at = 0; at < this.table.chainEvents.length; at++) this.sequence.visitAt(at, visitor);
  }

  /** The edges that lead to events of a span, without the sequence of a plain process. */
  visitAllOf(span: number, visitor: EdgeVisitor): void {
    this.visitToldOf(span, visitor);
    for (let kind = START; kind <= END; kind++) {
      const event = 3 * span + kind;
      if (this.table.exists(event)) this.visitSteps(event, visitor);
    }
  }

  /** What the spans themselves say: parents, links, and the replies of children. */
  private visitToldOf(span: number, visitor: EdgeVisitor): void {
    const { table, predecessors } = this;
    const start = 3 * span + START;
    const parent = table.parent[span] as number;
    if (parent >= 0) {
      const kind = this.isOneProcess(3 * parent, start) ? 'parent' : 'message';
      visitor(3 * parent + START, start, kind, this.basisOf(3 * parent + START, start));
    }
    const linked = table.links.get(span);
    if (linked !== undefined) {
      const at = predecessors.links === 'start' ? start : 3 * span + END;
      for (const other of linked) visitor(3 * other + START, at, 'link', this.basisOf(3 * other + START, at));
    }
    const end = 3 * span + END;
    if (table.childAt[span] !== table.childAt[span + 1]) {
      predecessors.visitReplies(end, { event: (reply) => visitor(reply, end, 'reply', 'stamped') });
    }
  }

  /**
   * What comes before an event and is no parent, link or reply: its node's last event, its own span, news of unknown
   * origin.
   */
  private visitSteps(event: number, visitor: EdgeVisitor): void {
    const { table, predecessors } = this;
    const span = Math.floor(event / 3);
    const own = table.chain[event] as number;
    let previous: number = NONE;
    if (own !== NONE && predecessors.order === 'process' && table.isStamped(event)) {
      previous = this.previousOf(event);
      if (previous !== NONE && !this.isParentOf(previous, event)) visitor(previous, event, 'process', 'stamped');
      this.visitNews(event, previous, visitor);
    }
    const opening = event % 3 === END && table.exists(3 * span + REPLY) ? 3 * span + REPLY : 3 * span + START;
    if (event !== opening && event % 3 !== START && previous !== opening && !this.follows(opening, event)) {
      visitor(opening, event, 'process', this.basisOf(opening, event));
    }
  }

  /** The last event that a stamped one surely follows in its chain. */
  private previousOf(event: number): number {
    const { table } = this;
    const chain = table.chains[table.chain[event] as number] as Chain;
    const tick = table.tick[event] as number;
    const count = tick < chain.clashTick ? (table.position[event] as number) : table.countCertain(chain, tick);
    return count === 0 ? NONE : (table.chainEvents[chain.from + count - 1] as number);
  }

  /** True when the edges of the chain already lead from one event to the other. */
  private follows(from: number, to: number): boolean {
    const { table, predecessors } = this;
    if (predecessors.order === 'flow' || table.chain[from] !== table.chain[to] || table.chain[to] === NONE)
      return false;
    const chain = table.chains[table.chain[to] as number] as Chain;
    if (!table.isStamped(to)) return (table.position[from] as number) < table.countOverAt(chain, table.timeOf(to));
    return (table.tick[from] as number) < (table.tick[to] as number) && (table.tick[from] as number) < chain.clashTick;
  }

  /** News that neither the process's last event nor a parent, link or reply brought. */
  private visitNews(event: number, previous: number, visitor: EdgeVisitor): void {
    const { table, predecessors } = this;
    const span = Math.floor(event / 3);
    const vector = vectorOf(event);
    const from = table.vectorAt[vector] as number;
    const size = table.vectorSize[vector] as number;
    if (size <= 1 || event % 3 === REPLY || (previous !== NONE && table.knewAll(previous, event))) return;
    const known: number[] = previous === NONE ? [] : [previous];
    const parent = table.parent[span] as number;
    if (event % 3 === START) {
      if (parent >= 0 && predecessors.hasHeard(event, 3 * parent)) known.push(3 * parent);
    } else {
      predecessors.visitReplies(event, {
        event: (reply) => {
          known.push(reply);
        },
      });
    }
    const linked = table.links.get(span);
    const linksHere = event % 3 === (predecessors.links === 'start' ? START : END);
    if (linked !== undefined && linksHere) for (const other of linked) known.push(3 * other);
    for (let i = from; i < from + size; i++) {
      const chain = table.entryChain.values[i] as number;
      if (chain === table.chain[event]) continue;
      const one = table.chains[chain] as Chain;
      const count = table.countCertain(one, table.entryCount.values[i] as number);
      if (count === 0) continue;
      const cause = table.chainEvents[one.from + count - 1] as number;
      if (!known.some((other) => other === cause || predecessors.hasHeard(other, cause))) {
        visitor(cause, event, 'message', 'stamped');
      }
    }
  }

  private isParentOf(before: number, event: number): boolean {
    return event % 3 === START && before === 3 * (this.table.parent[Math.floor(event / 3)] as number) + START;
  }

  private isOneProcess(a: number, b: number): boolean {
    const { table } = this;
    return table.chain[a] !== NONE && table.chain[a] === table.chain[b];
  }

  private basisOf(from: number, to: number): Basis {
    return this.predecessors.hasHeard(to, from) ? 'stamped' : 'derived';
  }
}
