/** Logs on the page: where they stand, what is told of them, and how people get there. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Page } from 'playwright-core';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import type { DiagramData } from '../../../src/analysis/diagram/diagram-data.js';
import { MOST_DIAGRAM_LOGS } from '../../../src/analysis/diagram/pack-logs.js';
import { positionsOf } from '../../../src/analysis/diagram/page/axes.js';
import { DiagramModel } from '../../../src/analysis/diagram/page/diagram-model.js';
import { logStepFrom, stepOffLog } from '../../../src/analysis/diagram/page/event-steps.js';
import { logAt, placeOfLog } from '../../../src/analysis/diagram/page/hit-test.js';
import { logPositionsOf } from '../../../src/analysis/diagram/page/log-places.js';
import { Scene } from '../../../src/analysis/diagram/page/scene.js';
import { Viewport } from '../../../src/analysis/diagram/page/viewport.js';
import { diagramData, type DiagramOptions, renderDiagram } from '../../../src/analysis/diagram/render-diagram.js';
import type { RecordedLog } from '../../../src/analysis/recorded.js';
import { History } from '../../support/history.js';
import { type Fleet, play, plans } from '../../support/history-arbitrary.js';
import { wellBehavedPages } from './chromium-pages.js';
import { Drawn } from './drawn-page.js';
import { settle } from './opened-page.js';

const FLEETS: readonly Fleet[] = ['stamped', 'plain', 'mixed', 'partly read'];
const EVIL = '</script><script>alert(1)</script><img src="https://example.invalid/x" onerror="alert(2)">\u202e';

function graphOf(history: History, order: 'process' | 'flow' = 'process'): CausalGraph {
  return CausalGraph.of(history.recorded(), { order, logs: history.recordedLogs() });
}

/** As the page gets it: through JSON. */
function modelOf(graph: CausalGraph, options: DiagramOptions = {}): DiagramModel {
  return new DiagramModel(JSON.parse(JSON.stringify(diagramData(graph, options))) as DiagramData);
}

/** A request through two services, in each of which logs are written in turn. */
function requestWith(logs: number): History {
  const history = new History();
  const [shop, pay] = [history.process('shop-1'), history.process('pay-1', { offsetMs: -60 })];
  const root = history.start(shop, 'POST /checkout', { kind: 'server' });
  const call = history.start(shop, 'call', { parent: root, kind: 'client' });
  const serve = history.start(pay, 'serve', { parent: call, kind: 'server' });
  for (let i = 0; i < logs; i++) {
    history.passMs(1);
    history.log(i % 2 === 0 ? serve : root);
  }
  history.reply(serve);
  for (const span of [serve, call, root]) {
    history.passMs(1);
    history.end(span);
  }
  return history;
}

describe('logs on the page of a diagram', () => {
  for (const fleet of FLEETS) {
    for (const order of ['process', 'flow'] as const) {
      it(`stand right of what came before them and left of what came after, of a ${fleet} fleet in ${order} order`, () => {
        fc.assert(
          fc.property(plans(fleet), (plan) => {
            const history = play(plan, { logs: true });
            const graph = graphOf(history, order);
            const model = modelOf(graph);
            const events = positionsOf(model);
            const logs = logPositionsOf(model, events);
            const read = new Set(graph.spans.map(({ recorded }) => recorded.traceId));
            const shown = graph.order({ logs: true }).filter((moment) => moment.kind === 'log');
            const drawn = shown.filter(({ recorded }) => read.has(recorded.traceId ?? ''));
            expect(model.logs.map(({ text }) => text)).to.deep.equal(
              drawn.map(({ recorded }) => `INFO ${recorded.body as string}`),
            );
            drawn.forEach((log, l) => {
              for (const event of graph.events) {
                const relation = graph.relation(event, log);
                const told = `${event.index} ${relation} ${log.recorded.body as string}`;
                const [lamport, hlc] = [events.lamport[event.index]!, events.hlc[event.index]!];
                if (relation === 'before') {
                  expect(logs.lamport[l], told).to.be.above(lamport);
                  expect(logs.hlc[l], told).to.be.at.least(hlc);
                } else if (relation === 'after') {
                  expect(logs.lamport[l], told).to.be.below(lamport);
                  expect(logs.hlc[l], told).to.be.at.most(hlc);
                }
              }
              for (const [m, other] of drawn.entries()) {
                if (graph.relation(log, other) !== 'before') continue;
                expect(logs.lamport[l]).to.be.below(logs.lamport[m] as number);
              }
            });
          }),
          { numRuns: 100 },
        );
      });
    }
  }

  it('have a row of their own, and a lane where their node has no span in the trace', () => {
    const history = requestWith(6);
    const [first] = history.recordedLogs() as [RecordedLog];
    const alone = { ...first, attributes: {}, service: 'cron', resource: { 'service.instance.id': 'c' } };
    const graph = CausalGraph.of(history.recorded(), { logs: [...history.recordedLogs(), alone] });
    const { rows, logs, model } = new Scene(modelOf(graph));
    expect(logs).to.have.length(7);
    expect(rows.lanes.map(({ id }) => id)).to.have.members(['shop-1', 'pay-1', 'cron@c']);
    const taken = [...rows.logRow.values()];
    expect(new Set(taken).size).to.equal(3);
    for (const row of taken) expect([...rows.rowOf]).not.to.include(row);
    for (const { lane, top, rows: count } of rows.lanes) {
      expect(rows.logRow.get(lane)).to.be.within(top, top + count - 1);
    }
    expect(new Set(model.logs.map(({ lane }) => lane)).size).to.equal(3);
  });

  it('are found under the pointer, the nearest first, and nothing is where none is', () => {
    const scene = new Scene(modelOf(graphOf(requestWith(5))));
    const view = new Viewport();
    view.resize(1280, 700);
    view.layOut(scene.rows);
    for (const log of scene.logs) {
      const [x, y] = placeOfLog(scene, view, log);
      expect(logAt(scene, view, x + 2, y - 3)).to.equal(log);
      expect(logAt(scene, view, x, y - view.rowHeight)).to.equal(undefined);
    }
  });

  it('are gone through in causal order, from one to the next or from an event', () => {
    const scene = new Scene(modelOf(graphOf(requestWith(5))));
    const steps: (number | undefined)[] = [];
    let log = logStepFrom(scene, undefined, undefined, 1);
    for (let i = 0; i < 6; i++) {
      steps.push(log);
      if (log !== undefined) log = logStepFrom(scene, log, undefined, 1);
    }
    expect(steps).to.deep.equal([0, 1, 2, 3, 4, undefined]);
    expect(logStepFrom(scene, 3, undefined, -1)).to.equal(2);
    expect(logStepFrom(scene, 0, undefined, -1)).to.equal(undefined);
    expect(logStepFrom(scene, undefined, undefined, -1)).to.equal(4);
    const { lamport } = scene.model.table;
    for (const event of scene.model.order) {
      const after = scene.model.logs.findIndex((one) => one.lamport >= (lamport[event] as number));
      expect(logStepFrom(scene, undefined, event, 1)).to.equal(after < 0 ? undefined : after);
      const before = after < 0 ? 4 : after - 1;
      expect(logStepFrom(scene, undefined, event, -1)).to.equal(before < 0 ? undefined : before);
    }
    // From a log to the event of its node before it, and the one after it.
    const [ofPay] = scene.model.logs;
    expect(scene.model.table.chain[stepOffLog(scene, 0, 'left') as number]).to.equal(
      scene.model.table.chain[3 * (ofPay?.span ?? 0)],
    );
    expect(stepOffLog(scene, 0, 'right')).to.equal(ofPay?.next);
  });

  it('are drawn as far as there is room, of traces that are read, and say aloud what is left out', () => {
    const history = requestWith(1);
    const [log] = history.recordedLogs() as [RecordedLog];
    const plain = { ...log, attributes: {} };
    const many = Array.from({ length: MOST_DIAGRAM_LOGS + 5 }, () => plain);
    const elsewhere = { ...plain, traceId: 'e'.repeat(32), spanId: undefined };
    const data = diagramData(CausalGraph.of(history.recorded(), { logs: [...many, elsewhere] }));
    expect(data.logs).to.have.length(MOST_DIAGRAM_LOGS);
    expect(data.notes).to.deep.equal([
      '1 log of no trace that has spans here: not drawn.',
      '20,005 logs, of which the first 20,000 in causal order are drawn.',
    ]);
    expect(diagramData(CausalGraph.of(history.recorded(), { logs: [plain] })).notes).to.deep.equal([]);
  });

  it('say nothing on a page without attributes, which goes to strangers', () => {
    const history = requestWith(2);
    const logs = history.recordedLogs().map((log) => ({ ...log, body: 'the password is swordfish' }));
    const graph = CausalGraph.of(history.recorded(), { logs });
    expect(renderDiagram(graph)).to.include('swordfish');
    expect(renderDiagram(graph, { attributes: false })).not.to.include('swordfish');
    expect(modelOf(graph, { attributes: false }).logs.map(({ text }) => text)).to.deep.equal(['INFO', 'INFO']);
  });

  it('bear times that nobody told, and bodies without an end', () => {
    const history = requestWith(2);
    const [first, second] = history.recordedLogs() as [RecordedLog, RecordedLog];
    const logs = [
      { ...first, timeNanos: 0n, attributes: {} },
      { ...second, body: 'x'.repeat(1e6) },
    ];
    const model = modelOf(CausalGraph.of(history.recorded(), { logs }));
    const { wall, hlc } = logPositionsOf(model, positionsOf(model));
    expect([...wall, ...hlc].every(Number.isFinite)).to.equal(true);
    expect(model.logs.map(({ text }) => text.length)).to.have.all.members([10, 201]);
  });

  describe('in Chromium', function () {
    this.timeout(60_000);
    const open = wellBehavedPages();

    const tipOf = async (page: Page): Promise<string | undefined> =>
      (await page.locator('#tip').isVisible()) ? page.locator('#tip').innerText() : undefined;

    it('are not there where there are none', async () => {
      const { page } = await open(renderDiagram(graphOf(requestWith(0))));
      expect(await page.locator('#summary').innerText()).to.include('3 spans on 2 nodes');
      await page.locator('canvas').focus();
      await page.keyboard.press('l');
      await settle(page);
      expect(await tipOf(page)).to.equal(undefined);
      expect(await page.locator('#details').innerText()).to.include('Choose an event');
    });

    it('say what they say under the pointer, and tell of themselves when they are clicked', async () => {
      const graph = graphOf(requestWith(3));
      const { page } = await open(renderDiagram(graph));
      expect(await page.locator('#summary').innerText()).to.include('3 spans and 3 logs on 2 nodes');
      const { scene, view } = await Drawn.of(page, graph, 'lamport');
      const [x, y] = placeOfLog(scene, view, 1);
      const said = scene.model.logs[1]?.text ?? '';
      const dark = await page.evaluate<number>(
        `document.querySelector('canvas').getContext('2d').getImageData(${Math.round(x)}, ${Math.round(y)}, 1, 1).data[0]`,
      );
      expect(dark, 'the mark is painted').to.be.below(140);
      await page.locator('canvas').hover({ position: { x, y } });
      await settle(page);
      expect(await tipOf(page)).to.equal(said);
      await page.locator('canvas').hover({ position: { x: x + 40, y: y + 60 } });
      await settle(page);
      expect(await tipOf(page)).to.equal(undefined);
      await page.locator('canvas').click({ position: { x, y } });
      expect(await page.locator('#details h3').innerText()).to.equal(said);
      expect(await page.locator('#news').innerText()).to.include(`log ${said}, `);
      await page.locator('#details .link').first().click();
      expect(await page.locator('#details h3').innerText()).to.match(/^start of /);
      // And back: the span's details name its logs.
      await page.locator('#details .link', { hasText: said }).click();
      expect(await page.locator('#details h3').innerText()).to.equal(said);
      await page.keyboard.press('Escape');
      await settle(page);
      expect(await tipOf(page)).to.equal(undefined);
    });

    it('are thousands, and reached one by one with the keys, on each axis', async () => {
      const { page } = await open(renderDiagram(graphOf(requestWith(2_000))));
      expect(await page.locator('#summary').innerText()).to.include('2,000 logs');
      await page.locator('canvas').focus();
      const seen = new Set<string | undefined>();
      for (const axis of ['1', '2', '3']) {
        await page.keyboard.press(axis);
        for (let i = 0; i < 5; i++) await page.keyboard.press('l');
        await page.keyboard.press('L');
        await settle(page);
        seen.add(await tipOf(page));
      }
      expect([...seen].filter((text) => text?.startsWith('INFO log '))).to.have.length(3);
      // Zoomed around the chosen one, it stays where it is.
      await page.keyboard.press('1');
      await settle(page);
      const before = await page.locator('#tip').boundingBox();
      for (let i = 0; i < 4; i++) await page.keyboard.press('+');
      await settle(page);
      const after = await page.locator('#tip').boundingBox();
      expect(Math.abs((after?.x ?? 0) - (before?.x ?? 0))).to.be.below(2);
      await page.keyboard.press('ArrowRight');
      expect(await page.locator('#details h3').innerText()).to.match(/^(reply|end) of /);
    });

    it('that want to be markup or script are text', async () => {
      const history = requestWith(1);
      const logs = history.recordedLogs().map((log) => ({ ...log, body: EVIL, severity: EVIL }));
      const { page } = await open(renderDiagram(CausalGraph.of(history.recorded(), { logs })));
      await page.locator('canvas').focus();
      await page.keyboard.press('l');
      await settle(page);
      expect(await tipOf(page)).to.include('</script><script>alert(1)</script><img');
      expect(await page.locator('#details h3').innerText()).to.include('</script><script>alert(1)</script><img');
      expect(await page.locator('img').count()).to.equal(0);
      expect(await page.locator('script').count()).to.equal(2);
    });
  });
});
