/** What is wrong with a trace, as a real browser shows it: missing events, races, resolution, unknown, several traces. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import { placeGap } from '../../../src/analysis/diagram/page/gap-places.js';
import { renderDiagram } from '../../../src/analysis/diagram/render-diagram.js';
import { History } from '../../support/history.js';
import { type OpenPage, wellBehavedPages } from './chromium-pages.js';
import { chosen, Drawn } from './drawn-page.js';
import { countPixels, settle } from './opened-page.js';

const WRITE = { 'causality.resource': 'row', 'causality.operation': 'write' };

describe('findings of a diagram in Chromium', function () {
  this.timeout(60_000);
  const openIn = wellBehavedPages();
  let page: Page;
  const open = async (graph: CausalGraph, options: Parameters<OpenPage>[1] = {}): Promise<void> => {
    ({ page } = await openIn(renderDiagram(graph), options));
  };

  /** One trace with a race and a lost span between, and a plain service; and one more trace. */
  function badHistory(): CausalGraph {
    const history = new History();
    const [a, b, plain] = [history.process('a-1'), history.process('b-1'), history.process('c-1', { stamped: false })];
    const root = history.start(a, 'root');
    const lost = history.start(b, 'lost', { parent: root, kind: 'server' });
    history.passMs(2);
    const one = history.start(b, 'one', { parent: lost, attributes: WRITE });
    const two = history.start(a, 'two', { parent: root, attributes: WRITE });
    history.passMs(2);
    for (const span of [one, two]) history.end(span);
    history.reply(lost);
    history.end(lost);
    const other = history.start(plain, 'plain', { parent: root, kind: 'server' });
    for (const span of [other, root]) history.end(span);
    history.end(history.start(a, 'second', { trace: 2 }));
    return CausalGraph.of(history.recorded().filter(({ name }) => name !== 'lost'));
  }

  it('shows missing events hollow at their place, races and what is unknown, and traces one by one', async () => {
    const graph = badHistory();
    await open(graph);
    const drawn = await Drawn.of(page, graph, 'lamport');
    const { scene, view } = drawn;
    const [gap] = scene.model.data.gaps;
    expect([gap?.node, gap?.from, gap?.to]).to.deep.equal(['b-1', 4, 4]);
    const place = placeGap(gap as NonNullable<typeof gap>, scene.shares);
    const y = view.yOf(scene.rows.gapRow[0] as number) + view.rowHeight / 2;
    // After the end of what was read of its node, before whoever heard of it: a ring with nothing inside.
    expect(place.from).to.be.below(place.to);
    const x = (view.xOf(place.from) + view.xOf(place.to)) / 2;
    expect(await countPixels(page, 'red', [x, y], 2)).to.equal(0);
    expect(await countPixels(page, 'red', [x, y], 8)).to.be.above(8);
    expect(await countPixels(page, 'red', [x + 40, y], 8)).to.equal(0);

    const classes = (await page.locator('#findings summary').allInnerTexts()).join(' ');
    expect(classes)
      .to.match(/Races 1/)
      .and.to.match(/Missing \d/);
    await page.locator('#findings .finding', { hasText: 'b-1: event 4' }).click();
    await settle(page);
    expect(await page.locator('#news').innerText()).to.include('b-1: event 4: stamped and not read');
    await page.locator('#findings .finding', { hasText: 'write by' }).click();
    expect((await chosen(page)).counts[2]).to.be.above(0);
    await page.keyboard.press('/');
    await page.keyboard.type('plain');
    await page.keyboard.press('Enter');
    expect((await chosen(page)).counts[3]).to.be.above(0);
    expect(await page.locator('#trace option').count()).to.equal(3);
    await page.locator('#trace').selectOption({ index: 1 });
    expect(await page.locator('#summary').innerText()).to.include('1 span on 1 node');
    await page.locator('#trace').selectOption({ index: 2 });
    expect(await page.locator('#summary').innerText()).to.include('5 spans on 3 nodes');
  });

  it('draws amber what runs backwards by less than the clocks can tell, and only by wall clocks', async () => {
    const history = new History();
    const [a, b] = [history.process('a-1', { offsetMs: 0.7 }), history.process('b-1')];
    const root = history.start(a, 'root');
    const child = history.start(b, 'child', { parent: root, kind: 'server' });
    history.passMs(5);
    for (const span of [child, root]) history.end(span);
    const graph = CausalGraph.of(history.recorded());
    await open(graph, { reducedMotion: 'reduce' });
    expect(await countPixels(page, 'amber')).to.equal(0);
    await page.keyboard.press('3');
    await settle(page);
    const drawn = await Drawn.of(page, graph, 'wall');
    const [arrow] = drawn.scene.arrows;
    expect(arrow?.wall).to.equal('resolution');
    expect(await countPixels(page, 'amber', drawn.placeOn(arrow as NonNullable<typeof arrow>, 0.25))).to.be.above(3);
    expect(await countPixels(page, 'red')).to.equal(0);
    expect(await page.locator('#findings summary').allInnerTexts()).to.have.length(1);
    await page.keyboard.press('1');
    await settle(page);
    expect(await countPixels(page, 'amber')).to.equal(0);
  });

  it('shows both traces of what is found across traces', async () => {
    const history = new History();
    const [a, b] = [history.process('a-1'), history.process('b-1', { offsetMs: -40 })];
    const first = history.start(a, 'sender', { trace: 1 });
    const second = history.start(b, 'receiver', { trace: 2, links: [first] });
    for (const span of [first, second]) history.end(span);
    await open(CausalGraph.of(history.recorded()));
    expect(await page.locator('#summary').innerText()).to.include('1 span on 1 node of trace');
    await page.locator('#findings .finding', { hasText: 'sender' }).click();
    await settle(page);
    expect(await page.locator('#summary').innerText()).to.equal('2 spans on 2 nodes');
    expect((await chosen(page)).title).to.equal('end of receiver');
  });
});
