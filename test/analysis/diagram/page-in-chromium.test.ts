/** The page in a real browser, offline: what people do with it, and what they see. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { CausalGraph } from '../../../src/analysis/causal-graph.js';
import type { AxisName } from '../../../src/analysis/diagram/page/axes.js';
import { DiagramModel } from '../../../src/analysis/diagram/page/diagram-model.js';
import { Scene } from '../../../src/analysis/diagram/page/scene.js';
import { Viewport } from '../../../src/analysis/diagram/page/viewport.js';
import { diagramData, renderDiagram } from '../../../src/analysis/diagram/render-diagram.js';
import type { CausalEvent } from '../../../src/analysis/graph-model.js';
import { readTraces } from '../../../src/analysis/readers/read-traces.js';
import type { RecordedSpan } from '../../../src/analysis/recorded.js';
import { CHECKOUT } from '../../support/run-cli.js';
import { History } from '../../support/history.js';
import { startChromium } from './chromium.js';
import { countPixels, type OpenedPage, openPage, settle } from './opened-page.js';

/** Where the page draws things: the same classes, in the size that the canvas has. */
class Drawn {
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

  /** Just inside its bar, nearer to this event than to any other. */
  placeOf({ index, span, kind }: CausalEvent): { x: number; y: number } {
    const x = this.view.xOf(this.scene.shares[index] as number) + (kind === 'end' ? -2 : 2);
    return { x, y: this.view.yOf(this.scene.rows.rowOf[span.index] as number) + this.view.rowHeight / 2 };
  }
}

async function chosen(page: Page): Promise<{ title: string; counts: number[] }> {
  const title = (await page.locator('#details h3').count()) === 0 ? '' : await page.locator('#details h3').innerText();
  const counts = await page.locator('#details .counts li').allInnerTexts();
  return { title, counts: counts.map((text) => Number(/(\d+) /.exec(text)?.[1])) };
}

const hashOf = (page: Page): string => new URL(page.url()).hash;

describe('the page of a diagram in Chromium', function () {
  this.timeout(60_000);
  let browser: Browser | undefined;
  let folder: string;
  let checkout: RecordedSpan[];
  let graph: CausalGraph;
  let opened: OpenedPage;
  let page: Page;

  before(async function () {
    browser = await startChromium();
    if (browser === undefined) this.skip();
    folder = mkdtempSync(join(tmpdir(), 'otel-causality-diagram-'));
    checkout = [];
    for await (const span of readTraces(CHECKOUT)) checkout.push(span);
    graph = CausalGraph.of(checkout);
  });
  after(async () => {
    await browser?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const open = async (
    html: string = renderDiagram(graph),
    options: Parameters<typeof openPage>[3] = {},
  ): Promise<void> => {
    opened = await openPage(browser as Browser, folder, html, options);
    page = opened.page;
  };
  afterEach(async () => {
    if (opened === undefined) return;
    const { misdeeds } = opened;
    await opened.close();
    expect(misdeeds).to.deep.equal({ errors: [], requests: [], dialogs: [] });
  });

  const eventNamed = (name: string, kind: CausalEvent['kind'], service: string): CausalEvent =>
    graph.events.find(
      ({ kind: one, span: { recorded } }) =>
        one === kind &&
        recorded.service === service &&
        String(recorded.attributes['url.full'] ?? recorded.attributes['url.path']).includes(name),
    ) as CausalEvent;

  it('flips what a lying clock has backwards: forward in Lamport and hybrid time, red and backwards by wall clocks', async () => {
    await open();
    expect(await countPixels(page, 'red')).to.equal(0);
    await page.locator('#axis-hlc').click();
    await settle(page);
    expect(await countPixels(page, 'red')).to.equal(0);
    await page.locator('#axis-wall').click();
    await settle(page);
    const drawn = await Drawn.of(page, graph, 'wall');
    const { scene, view } = drawn;
    const backwards = scene.arrows.filter(({ wall }) => wall === 'skew');
    expect(backwards).to.have.length(6);
    for (const { from, to } of backwards) {
      const [a, b] = [graph.events.find(({ index }) => index === from), graph.events.find(({ index }) => index === to)];
      const [fromRow, toRow] = [a, b].map((event) => scene.rows.rowOf[(event as CausalEvent).span.index] as number) as [
        number,
        number,
      ];
      const isDown = toRow >= fromRow;
      const y1 = view.yOf(fromRow) + (isDown ? view.rowHeight - 3 : 3);
      const y2 = view.yOf(toRow) + (isDown ? 3 : view.rowHeight - 3);
      const [x1, x2] = [view.xOf(scene.shares[from] as number), view.xOf(scene.shares[to] as number)];
      expect(x2).to.be.below(x1);
      const place = [x1 + 0.3 * (x2 - x1), y1 + 0.3 * (y2 - y1)] as const;
      expect(await countPixels(page, 'red', place)).to.be.above(3);
    }
    expect(hashOf(page)).to.include('axis=wall');
  });

  it('tells what was before, after and beside the event that is clicked, as the graph does', async () => {
    await open();
    const drawn = await Drawn.of(page, graph, 'lamport');
    const confirm = eventNamed('/confirm', 'end', 'orders');
    for (const event of [eventNamed('/invoice', 'start', 'payments'), confirm]) {
      await page.locator('canvas').click({ position: drawn.placeOf(event) });
      const { title, counts } = await chosen(page);
      expect(title).to.match(new RegExp(`^${event.kind} of POST /`));
      const expected = [graph.past(event), graph.future(event), graph.concurrentWith(event)].map(
        ({ length }) => length,
      );
      expect(counts).to.deep.equal([
        ...expected,
        graph.events.length - 1 - expected.reduce((sum, one) => sum + one, 0),
      ]);
      expect(counts[2]).to.be.above(0);
    }
    expect(await page.locator('#news').innerText()).to.include('end of POST /confirm, orders-slaw6gx7, Lamport');
    await page.keyboard.press('Escape');
    expect((await chosen(page)).title).to.equal('');
  });

  it('leads from a finding to its place', async () => {
    await open();
    expect(await page.locator('#findings summary').first().innerText()).to.include('Effects before their cause 6');
    const first = page.locator('#findings .finding').first();
    expect(await first.innerText()).to.include('119 ms before its cause');
    await first.click();
    await settle(page);
    expect(await first.getAttribute('aria-current')).to.equal('true');
    expect((await chosen(page)).title).to.equal('start of POST /orders');
    await page.waitForURL(({ hash }) => hash.includes('zoom='));
    expect(hashOf(page)).to.match(/event=ba3a3c140dbd170e98fac25effe964d5\.[0-9a-f]{16}\.start/);
  });

  it('finds spans by name, attribute and id, and goes through them', async () => {
    await open();
    await page.keyboard.press('/');
    await page.keyboard.type('/invoice');
    expect(await page.locator('#results .hint').first().innerText()).to.equal('2 spans found');
    await page.keyboard.press('Enter');
    expect((await chosen(page)).title).to.equal('start of POST /invoice');
    const one = hashOf(page);
    await page.keyboard.press('Enter');
    await page.waitForURL(({ hash }) => hash !== one);
    await page.fill('#search', 'http.request.method=POST payments');
    expect(await page.locator('#results .hint').first().innerText()).to.equal('3 spans found');
    await page.fill('#search', checkout[3]?.spanId ?? '');
    expect(await page.locator('#results .hint').first().innerText()).to.equal('1 span found');
    await page.focus('#search');
    await page.keyboard.press('Escape');
    expect(await page.locator('#results').isVisible()).to.equal(false);
  });

  it('is used by keys alone', async () => {
    await open();
    await page.locator('canvas').focus();
    await page.keyboard.press('ArrowRight');
    expect((await chosen(page)).title).to.equal('start of POST /checkout');
    await page.keyboard.press('ArrowRight');
    expect((await chosen(page)).title).to.equal('start of POST /charge');
    await page.keyboard.press('ArrowDown');
    // The effect in another lane first.
    expect(await page.locator('#details .facts').first().innerText()).to.include('payments-3ihbk1m3');
    await page.keyboard.press('ArrowUp');
    expect(await page.locator('#details .facts').first().innerText()).to.include('gateway-y3sqhja4');
    await page.keyboard.press('+');
    await page.keyboard.press('3');
    await settle(page);
    await page.waitForURL(({ hash }) => hash.includes('axis=wall') && hash.includes('zoom=1.5'));
    await page.keyboard.press('0');
    await page.waitForURL(({ hash }) => !hash.includes('zoom='));
    await page.keyboard.press('?');
    expect(await page.locator('dialog').isVisible()).to.equal(true);
    await page.keyboard.press('Escape');
    expect(await page.locator('dialog').isVisible()).to.equal(false);
    expect((await chosen(page)).title).to.equal('start of POST /charge');
  });

  it('zooms with the wheel around the pointer, and is dragged', async () => {
    await open();
    const drawn = await Drawn.of(page, graph, 'lamport');
    const place = drawn.placeOf(eventNamed('/ship', 'end', 'gateway'));
    const box = (await page.locator('canvas').boundingBox()) as { x: number; y: number };
    await page.mouse.move(box.x + place.x, box.y + place.y);
    await page.mouse.wheel(0, -400);
    await page.waitForURL(({ hash }) => hash.includes('zoom='));
    await page.mouse.click(box.x + place.x, box.y + place.y);
    expect((await chosen(page)).title).to.equal('end of POST /ship');
    const before = hashOf(page);
    await page.mouse.down();
    await page.mouse.move(box.x + place.x - 150, box.y + place.y, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(({ hash }) => hash !== before);
    await page.mouse.click(box.x + place.x - 150, box.y + place.y);
    expect((await chosen(page)).title).to.equal('end of POST /ship');
  });

  it('comes back as its address says', async () => {
    const event = eventNamed('/shipped', 'start', 'orders');
    const { traceId, spanId } = event.span.recorded;
    const hash = `#axis=wall&event=${traceId}.${spanId}.start&zoom=3&middle=0.4`;
    await open(renderDiagram(graph), { hash });
    expect((await chosen(page)).title).to.equal('start of POST /shipped');
    expect(await page.locator('#axis-wall').isChecked()).to.equal(true);
    const first = await page.locator('canvas').screenshot();
    await page.waitForURL(({ hash }) => hash.includes('middle=0.4'));
    await page.reload();
    await settle(page);
    expect((await page.locator('canvas').screenshot()).equals(first)).to.equal(true);
    await page.evaluate(`location.hash = '#axis=lamport&event=nonsense&zoom=-3'`);
    await settle(page);
    expect(await page.locator('#axis-lamport').isChecked()).to.equal(true);
    expect((await chosen(page)).title).to.equal('');
  });

  it('shows missing events as missing, races, what is unknown, and traces one by one', async () => {
    const history = new History();
    const [a, b, plain] = [history.process('a-1'), history.process('b-1'), history.process('c-1', { stamped: false })];
    const root = history.start(a, 'root');
    const lost = history.start(b, 'lost', { parent: root, kind: 'server' });
    history.passMs(2);
    const write = { 'causality.resource': 'row', 'causality.operation': 'write' };
    const one = history.start(b, 'one', { parent: lost, attributes: write });
    const two = history.start(a, 'two', { parent: root, attributes: write });
    history.passMs(2);
    for (const span of [one, two]) history.end(span);
    history.reply(lost);
    history.end(lost);
    const other = history.start(plain, 'plain', { parent: root, kind: 'server' });
    for (const span of [other, root]) history.end(span);
    const second = history.start(a, 'second', { trace: 2 });
    history.end(second);
    const read = CausalGraph.of(history.recorded().filter(({ name }) => name !== 'lost'));
    await open(renderDiagram(read));
    const classes = await page.locator('#findings summary').allInnerTexts();
    expect(classes.join(' '))
      .to.match(/Races 1/)
      .and.to.match(/Missing \d/);
    await page.locator('#findings .finding', { hasText: 'b-1: event' }).first().click();
    await settle(page);
    expect(await countPixels(page, 'red')).to.be.above(20);
    await page.locator('#findings .finding', { hasText: 'write by' }).click();
    await settle(page);
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

  it('has both themes, as the system has it or as somebody chooses', async () => {
    const groundOf = (): Promise<string> => page.evaluate<string>(`getComputedStyle(document.body).backgroundColor`);
    await open(renderDiagram(graph), { colorScheme: 'dark' });
    expect(await groundOf()).to.equal('rgb(17, 22, 29)');
    await page.locator('#theme').click();
    expect(await groundOf()).to.equal('rgb(255, 255, 255)');
    await page.locator('#theme').click();
    expect(await groundOf()).to.equal('rgb(17, 22, 29)');
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await groundOf()).to.equal('rgb(17, 22, 29)');
    await page.locator('#theme').click();
    expect(await groundOf()).to.equal('rgb(255, 255, 255)');
  });

  it('says that there is nothing wrong, and what to do, where nothing is', async () => {
    const history = new History();
    const only = history.start(history.process('solo-1'), 'alone');
    history.passMs(3);
    history.end(only);
    await open(renderDiagram(CausalGraph.of(history.recorded())));
    expect(await page.locator('#findings').innerText()).to.include('Nothing wrong was found');
    expect(await page.locator('#details').innerText()).to.include('Choose an event');
    await opened.close();
    await open(renderDiagram(CausalGraph.of([])));
    expect(await page.locator('#summary').innerText()).to.equal('0 spans on 0 nodes');
  });
});
