/**
 * The lanes of a drawing: one column per node, a line while the node has work open, and arrows between them.
 *
 * Guarantee: every line is as wide as the others, whatever happens in it.
 * Hazard: where there is no room for all nodes, the later ones share the last lane, and arrows between them are not
 * seen.
 */
import type { CausalEdge, CausalNode } from '../graph/graph-model.js';
import type { Paint, Style } from './paint.js';

export interface LaneLook {
  readonly letter: string;
  readonly style: Style;
}

/** Red and yellow are kept for what is wrong. */
const STYLES: readonly Style[] = ['cyan', 'magenta', 'green', 'blue'];
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const WIDE_LANE = 4;
const NARROW_LANE = 2;

export class LaneColumns {
  readonly width: number;
  private readonly lanes = new Map<CausalNode, number>();
  private readonly laneWidth: number;
  private readonly count: number;
  /** Spans open in each lane. */
  private readonly open: number[];

  constructor(nodes: readonly CausalNode[], room: number) {
    this.laneWidth = nodes.length * WIDE_LANE <= room ? WIDE_LANE : NARROW_LANE;
    this.count = Math.max(1, Math.min(nodes.length, Math.floor(room / this.laneWidth)));
    for (const [at, node] of nodes.entries()) this.lanes.set(node, Math.min(at, this.count - 1));
    this.width = this.count * this.laneWidth;
    this.open = Array.from({ length: this.count }, () => 0);
  }

  look(node: CausalNode): LaneLook {
    const lane = this.laneOf(node);
    const isShared = this.lanes.size > this.count && lane === this.count - 1;
    return {
      letter: isShared ? '+' : (LETTERS[lane] ?? `${LETTERS[lane % LETTERS.length]}`),
      style: STYLES[lane % STYLES.length] as Style,
    };
  }

  heading(paint: Paint): string {
    const letters = Array.from({ length: this.count }, () => ' ');
    for (const node of this.lanes.keys()) letters[this.laneOf(node)] = this.look(node).letter;
    return letters.map((letter) => paint('bold', letter) + ' '.repeat(this.laneWidth - 1)).join('');
  }

  /** A span of the node opens or closes. */
  shift(node: CausalNode, by: 1 | -1): void {
    const lane = this.laneOf(node);
    this.open[lane] = Math.max(0, (this.open[lane] as number) + by);
  }

  /** A line with a sign in the node's lane, and arrows to it. */
  line(node: CausalNode, sign: string, causes: readonly CausalEdge[], paint: Paint): string {
    const at = this.laneOf(node);
    const cells: string[] = this.open.map((open) => (open > 0 ? '│' : ' '));
    const between = this.open.map(() => ' '.repeat(this.laneWidth - 1));
    // The longest first, so that shorter ones are drawn over it and still begin where they begin.
    const arrows = causes
      .map((edge) => ({ from: this.laneOf(edge.from.node), isDerived: edge.basis === 'derived' }))
      .filter(({ from }) => from !== at)
      .sort((a, b) => Math.abs(b.from - at) - Math.abs(a.from - at));
    for (const { from, isDerived } of arrows) {
      const dash = isDerived ? '╌' : '─';
      const [low, high] = from < at ? [from, at] : [at, from];
      for (let lane = low; lane < high; lane++) {
        between[lane] = dash.repeat(this.laneWidth - 1);
        if (lane > low) cells[lane] = cells[lane] === '│' ? '┼' : dash;
      }
      cells[from] = cells[from] === ' ' ? (from < at ? '╰' : '╯') : from < at ? '├' : '┤';
      if (from < at) between[at - 1] = `${dash.repeat(this.laneWidth - 2)}▶`;
      else between[at] = `◀${dash.repeat(this.laneWidth - 2)}`;
    }
    cells[at] = sign;
    const { style } = this.look(node);
    return cells
      .map((cell, lane) => (lane === at ? paint(style, cell) : paint('dim', cell)) + paint('dim', between[lane] ?? ''))
      .join('');
  }

  private laneOf(node: CausalNode): number {
    return this.lanes.get(node) ?? this.count - 1;
  }
}
