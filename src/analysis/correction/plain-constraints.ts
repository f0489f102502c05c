/**
 * What plain processes' own clocks tell of their sequence, as constraints. A cut of the graph's edges is a variable like a
 * span, numbered after the spans: it stands wherever what is behind it was moved to.
 *
 * Guarantee: spans satisfy these, with some place for the cuts, exactly where they satisfy all pairs that go over the cuts.
 * As many as there are edges.
 */
import type { GraphParts } from '../graph/causal-graph.js';
import { type EventTable, START } from '../events/event-table.js';
import type { SpanConstraint } from './time-constraints.js';

/**
 * Pairs that are looked at one by one, where not all that is behind a cut can stay before some effect of it. An effect that
 * comes beyond them lets go of the whole cut.
 */
const MOST_PAIRS = 200_000;

export class PlainConstraints {
  /** Whatever leads to a cut comes before what leads from it. */
  readonly all: SpanConstraint[] = [];
  private readonly table: EventTable;
  private readonly sequence: GraphParts['edges']['sequence'];
  /** The number of each cut among the variables. */
  private readonly numbers = new Map<number, number>();
  private pairs = 0;

  constructor({ table, edges: { sequence } }: GraphParts) {
    this.table = table;
    this.sequence = sequence;
    for (let at = 0; at < table.chainEvents.length; at++) {
      sequence.visitAt(at, (from, to) => this.add(this.all, from, to));
    }
  }

  /** How many variables there are: spans and cuts. */
  get variables(): number {
    return this.table.spans.length + this.numbers.size;
  }

  isOfCut(variable: number): boolean {
    return variable >= this.table.spans.length;
  }

  /** Puts each cut where the spans behind it are by now. */
  placeCuts(shifts: Float64Array): void {
    shifts.fill(Number.NEGATIVE_INFINITY, this.table.spans.length);
    for (const { from, to, atLeast } of this.all) {
      if (this.isOfCut(to)) shifts[to] = Math.max(shifts[to] as number, (shifts[from] as number) + atLeast);
    }
  }

  /** The pairs that lead over a cut to an effect of it; undefined where they would be too many. */
  pairsTo(effect: number): readonly SpanConstraint[] | undefined {
    if (this.pairs > MOST_PAIRS) return undefined;
    const parent = 3 * (this.table.parent[Math.floor(effect / 3)] as number) + START;
    const pairs: SpanConstraint[] = [];
    for (const cause of this.sequence.before(effect)) {
      this.pairs++;
      // A parent asks for its children by itself.
      if (effect % 3 !== START || cause !== parent) this.add(pairs, cause, effect);
    }
    return pairs;
  }

  private add(list: SpanConstraint[], before: number, after: number): void {
    const [cause, effect] = [this.eventOf(before), this.eventOf(after)];
    const [from, to] = [this.variableOf(before), this.variableOf(after)];
    if (from !== to)
      list.push({ from, to, atLeast: this.table.timeOf(cause) - this.table.timeOf(effect), cause, effect });
  }

  /** The last event behind a cut stands for it: the cut has its time. */
  private eventOf(vertex: number): number {
    return this.sequence.isCut(vertex) ? this.sequence.lastBehind(vertex) : vertex;
  }

  private variableOf(vertex: number): number {
    if (!this.sequence.isCut(vertex)) return Math.floor(vertex / 3);
    let number = this.numbers.get(vertex);
    if (number === undefined) {
      number = this.variables;
      this.numbers.set(vertex, number);
    }
    return number;
  }
}
