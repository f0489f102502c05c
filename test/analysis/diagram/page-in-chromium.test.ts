/** The page in a real browser, offline: what people do with it, and what they see. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import { renderDiagram } from '../../../src/analysis/diagram/render-diagram.js';
import type { CausalEvent } from '../../../src/analysis/graph/graph-model.js';
import { readTraces } from '../../../src/analysis/readers/read-traces.js';
import type { RecordedSpan } from '../../../src/analysis/recorded.js';
import { CHECKOUT } from '../../support/run-cli.js';
import { History } from '../../support/history.js';
import { wellBehavedPages } from './chromium-pages.js';
import { chosen, Drawn } from './drawn-page.js';
import { countPixels, type OpenedPage, settle } from './opened-page.js';

const hashOf = (page: Page): string => new URL(page.url()).hash;

describe('the page of a diagram in Chromium', function () {
  this.timeout(60_000);
  const openIn = wellBehavedPages();
  let checkout: RecordedSpan[];
  let graph: CausalGraph;
  let opened: OpenedPage;
  let page: Page;

  before(async () => {
    checkout = [];
    for await (const span of readTraces(CHECKOUT)) checkout.push(span);
    graph = CausalGraph.of(checkout);
  });

  const open = async (
    html: string = renderDiagram(graph),
    options: Parameters<typeof openIn>[1] = {},
  ): Promise<void> => {
    opened = await openIn(html, options);
    page = opened.page;
  };

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
    const backwards = drawn.scene.arrows.filter(({ wall }) => wall === 'skew');
    expect(backwards).to.have.length(6);
    for (const arrow of backwards) {
      expect(drawn.placeOn(arrow, 1)[0]).to.be.below(drawn.placeOn(arrow, 0)[0]);
      expect(await countPixels(page, 'red', drawn.placeOn(arrow, 0.3))).to.be.above(3);
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
    await page.locator('#results button').first().click();
    expect(await page.locator('#details .facts').first().innerText()).to.include(checkout[3]?.spanId);
    await page.locator('canvas').click({ position: { x: 5, y: 5 } });
    expect(await page.locator('#results').isVisible()).to.equal(false);
    await page.focus('#search');
    expect(await page.locator('#results').isVisible()).to.equal(true);
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
