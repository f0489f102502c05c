/** What a page of a browser shows, and where: computed by the same classes, in the size that its canvas has. */
import type { Page } from 'playwright-core';
import type { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import type { AxisName } from '../../../src/analysis/diagram/page/axes.js';
import { DiagramModel } from '../../../src/analysis/diagram/page/diagram-model.js';
import { Scene } from '../../../src/analysis/diagram/page/scene.js';
import { Viewport } from '../../../src/analysis/diagram/page/viewport.js';
import { diagramData } from '../../../src/analysis/diagram/render-diagram.js';
import type { CausalEvent } from '../../../src/analysis/graph/graph-model.js';

export class Drawn {
  readonly scene: Scene;
  readonly view = new Viewport();

  constructor(
    readonly graph: CausalGraph,
    axis: AxisName,
    size: readonly [width: number, height: number],
  ) {
    this.scene = new Scene(new DiagramModel(diagramData(graph)));
    this.scene.setAxis(axis);
    this.scene.move(1);
    this.view.resize(...size);
    this.view.layOut(this.scene.rows);
  }

  static async of(page: Page, graph: CausalGraph, axis: AxisName): Promise<Drawn> {
    const size = await page.evaluate<[number, number]>(
      `(({ clientWidth, clientHeight }) => [clientWidth, clientHeight])(document.querySelector('canvas'))`,
    );
    return new Drawn(graph, axis, size);
  }

  /** A place on an arrow: 0 where it begins, 1 where it ends. */
  placeOn(arrow: { readonly from: number; readonly to: number }, share: number): readonly [number, number] {
    const { scene, view } = this;
    const [fromRow, toRow] = [arrow.from, arrow.to].map(
      (event) => scene.rows.rowOf[Math.floor(event / 3)] as number,
    ) as [number, number];
    const isDown = toRow >= fromRow;
    const y1 = view.yOf(fromRow) + (isDown ? view.rowHeight - 3 : 3);
    const y2 = view.yOf(toRow) + (isDown ? 3 : view.rowHeight - 3);
    const [x1, x2] = [view.xOf(scene.shares[arrow.from] as number), view.xOf(scene.shares[arrow.to] as number)];
    return [x1 + share * (x2 - x1), y1 + share * (y2 - y1)];
  }

  /** Just inside its bar, nearer to this event than to any other. */
  placeOf({ index, span, kind }: CausalEvent): { x: number; y: number } {
    const x = this.view.xOf(this.scene.shares[index] as number) + (kind === 'end' ? -2 : 2);
    return { x, y: this.view.yOf(this.scene.rows.rowOf[span.index] as number) + this.view.rowHeight / 2 };
  }
}

/** The details that the page shows: their title, and how many events are before, after, beside and unknown. */
export async function chosen(page: Page): Promise<{ title: string; counts: number[] }> {
  const title = (await page.locator('#details h3').count()) === 0 ? '' : await page.locator('#details h3').innerText();
  const counts = await page.locator('#details .counts li').allInnerTexts();
  return { title, counts: counts.map((text) => Number(/(\d+) /.exec(text)?.[1])) };
}
