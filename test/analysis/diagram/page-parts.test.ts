/** The parts of the page that need no browser: rows, positions, search, address, ticks, keys. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import { AXES, eventsOfSpan } from '../../../src/analysis/diagram/page/axes.js';
import { lamportTicks, timeTicks } from '../../../src/analysis/diagram/page/axis-ticks.js';
import { DiagramModel } from '../../../src/analysis/diagram/page/diagram-model.js';
import { stepFrom } from '../../../src/analysis/diagram/page/event-steps.js';
import { instantText } from '../../../src/analysis/diagram/page/event-words.js';
import { placeGap } from '../../../src/analysis/diagram/page/gap-places.js';
import { barOf, eventAt } from '../../../src/analysis/diagram/page/hit-test.js';
import { formatState, type PageState, parseState } from '../../../src/analysis/diagram/page/permalink.js';
import { Scene } from '../../../src/analysis/diagram/page/scene.js';
import { SpanSearch } from '../../../src/analysis/diagram/page/search-spans.js';
import { Viewport } from '../../../src/analysis/diagram/page/viewport.js';
import { diagramData } from '../../../src/analysis/diagram/render-diagram.js';
import { findAnomalies } from '../../../src/analysis/findings/find-anomalies.js';
import { History } from '../../support/history.js';
import { play, plans } from '../../support/history-arbitrary.js';

const sceneOf = (history: History, options = {}): Scene =>
  new Scene(new DiagramModel(diagramData(CausalGraph.of(history.recorded()), options)));

const mixed = (): fc.Arbitrary<Scene> => plans('mixed', { size: 40 }).map((plan) => sceneOf(play(plan)));

describe('parts of the page', () => {
  it('never let two bars of a row overlap on any axis, nor a child stand above its parent', () => {
    fc.assert(
      fc.property(mixed(), (scene) => {
        const { model, positions, rows } = scene;
        for (const a of scene.spans) {
          const parent = model.table.parent[a] as number;
          if (parent >= 0 && model.table.lane[parent] === model.table.lane[a]) {
            expect(rows.rowOf[a]).to.be.above(rows.rowOf[parent] as number);
          }
          for (const b of scene.spans) {
            if (a >= b || rows.rowOf[a] !== rows.rowOf[b]) continue;
            expect(model.table.lane[a]).to.equal(model.table.lane[b]);
            for (const axis of AXES) {
              const at = (event: number): number => positions[axis][event] as number;
              const isApart = at(3 * a + 2) <= at(3 * b) || at(3 * b + 2) <= at(3 * a);
              expect(isApart && at(3 * a) !== at(3 * b), `${axis} ${a} ${b}`).to.equal(true);
            }
          }
        }
      }),
      { numRuns: 80 },
    );
  });

  it('keep a reply inside of its span, and everything inside of the axis', () => {
    fc.assert(
      fc.property(mixed(), fc.constantFrom(...AXES), fc.double({ min: 0, max: 1, noNaN: true }), (scene, axis, way) => {
        const { positions, shares, model } = scene;
        scene.setAxis(axis);
        for (const share of [way, 1]) {
          scene.move(share);
          for (const span of scene.spans) {
            for (const event of eventsOfSpan(model, span)) expect(shares[event]).to.be.within(-1e-9, 1 + 1e-9);
            if (!model.table.exists(3 * span + 1)) continue;
            const [start, reply, end] = [0, 1, 2].map((kind) => positions.wall[3 * span + kind] as number);
            expect(reply).to.be.within(start as number, Math.max(start as number, end as number));
          }
        }
        for (const event of model.order) expect(shares[event]).to.equal(scene.shareOf(event));
      }),
      { numRuns: 60 },
    );
  });

  it('hit the bar that is drawn there, in every zoom, and tell its nearest event', () => {
    fc.assert(
      fc.property(
        mixed(),
        fc.double({ min: 1, max: 500, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (scene, zoom, at) => {
          const view = new Viewport();
          view.resize(900, 500);
          view.layOut(scene.rows);
          view.centre(at, zoom);
          for (const span of scene.spans) {
            const [from, to] = barOf(scene, view, span);
            const y = view.yOf(scene.rows.rowOf[span] as number) + view.rowHeight / 2;
            if (from < view.gutter || to > view.width || to - from < 30) continue;
            expect(eventAt(scene, view, from + 1, y)).to.equal(3 * span);
            expect(eventAt(scene, view, to - 1, y)).to.equal(3 * span + 2);
          }
          expect(eventAt(scene, view, 10, 100)).to.equal(undefined);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keep what is pointed at under the pointer while zooming, and the plot in sight', () => {
    const number = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(number(0.2, 5), number(0, 1)), { maxLength: 20 }), (steps) => {
        const view = new Viewport();
        view.resize(1000, 600);
        for (const [factor, share] of steps) {
          view.zoomBy(factor, share);
          expect(view.zoom).to.be.within(1, 1e7);
          expect(view.xOf(0)).to.be.at.most(view.xOf(1));
          expect(view.shareAt(view.xOf(share))).to.be.closeTo(share, 1e-6);
          expect(view.middle).to.be.within(0, 1);
        }
        view.zoomBy(1e-9);
        expect([view.zoom, view.x]).to.deep.equal([1, 0]);
      }),
    );
  });

  it('scroll rows that do not fit, as far as there are rows, and say what is in sight', () => {
    const history = new History();
    const node = history.process('a-1');
    const open = Array.from({ length: 80 }, (_, i) => history.start(node, `span ${i}`));
    for (const span of open) history.end(span);
    const scene = sceneOf(history);
    const view = new Viewport();
    view.resize(800, 400);
    view.layOut(scene.rows);
    expect(scene.rows.rowCount).to.equal(80);
    expect(view.rowsInSight?.[0]).to.equal(0);
    view.scrollPages(1);
    expect(view.rowsInSight?.[0]).to.be.within(0.2, 0.3);
    view.scrollPages(100);
    expect(view.rowsInSight?.[1]).to.equal(1);
    view.reveal(0.5, 3);
    expect(view.yOf(3)).to.be.within(30, 400);
    view.resize(800, 3000);
    expect(view.rowsInSight).to.equal(undefined);
  });

  it('reach every event of a lane by the arrow keys, and causes and effects up and down', () => {
    fc.assert(
      fc.property(mixed(), fc.constantFrom(...AXES), (scene, axis) => {
        scene.setAxis(axis);
        scene.move(1);
        const { model } = scene;
        for (const start of scene.spans.slice(0, 3)) {
          const seen = new Set<number>([3 * start]);
          for (const step of ['left', 'right'] as const) {
            let at: number | undefined = 3 * start;
            while ((at = stepFrom(scene, at, step)) !== undefined) seen.add(at);
          }
          const lane = model.table.lane[start];
          const wanted = [...model.order].filter(
            (event) => model.table.lane[Math.floor(event / 3)] === lane && scene.spans.includes(Math.floor(event / 3)),
          );
          expect([...seen]).to.have.members(wanted);
        }
        for (const event of model.order) {
          const cause = stepFrom(scene, event, 'cause');
          if (cause !== undefined) expect(model.happened.relate(cause, event)).to.equal('before');
          const effect = stepFrom(scene, event, 'effect');
          if (effect !== undefined) expect(model.happened.relate(event, effect)).to.equal('before');
        }
      }),
      { numRuns: 60 },
    );
  });

  it('draw missing events after what was read before them, and before what had heard of them', () => {
    const history = new History();
    const [a, b, c] = ['a-1', 'b-1', 'c-1'].map((name) => history.process(name)) as [
      ReturnType<History['process']>,
      ReturnType<History['process']>,
      ReturnType<History['process']>,
    ];
    const root = history.start(a, 'root');
    for (let i = 0; i < 2; i++) {
      const lost = history.start(b, 'lost', { parent: root, kind: 'server' });
      const seen = history.start(c, `seen ${i}`, { parent: lost, kind: 'server' });
      history.passMs(2);
      for (const span of [seen, lost]) history.end(span);
    }
    history.end(root);
    const graph = CausalGraph.of(history.recorded().filter(({ name }) => name !== 'lost'));
    const data = diagramData(graph);
    expect(findAnomalies(graph).missingTicks).to.have.length(1);
    // Three events, of which the first was heard of by one span, and all by the next.
    expect(data.gaps.map(({ node, from, to }) => [node, from, to])).to.deep.equal([
      ['b-1', 1, 1],
      ['b-1', 2, 3],
    ]);
    const scene = new Scene(new DiagramModel(data));
    for (const axis of AXES) {
      for (const [g, gap] of data.gaps.entries()) {
        const place = placeGap(gap, scene.positions[axis]);
        expect(place.to).to.equal(scene.positions[axis][gap.heardBy]);
        expect(place.from).to.be.at.most(place.to);
        expect(scene.rows.lanes.find(({ id }) => id === 'b-1')?.top).to.equal(scene.rows.gapRow[g]);
      }
    }
    // Between two that were read; and where a hearer's clock contradicts the node's own, it is not believed.
    const gap = { node: 'b', lane: 0, trace: 0, from: 2, to: 3, after: 0, before: 1, heardBy: 2 };
    expect(placeGap(gap, [10, 20, 15])).to.deep.equal({ from: 10, to: 15 });
    expect(placeGap(gap, [10, 20, 5])).to.deep.equal({ from: 10, to: 20 });
    expect(placeGap({ ...gap, before: -1 }, [10, 20, 5])).to.deep.equal({ from: 10, to: 10 });
  });

  it('find spans by every word of what they are called, tell and belong to', () => {
    const history = new History();
    const [a, b] = [history.process('gateway-1'), history.process('orders-1')];
    const root = history.start(a, 'GET /cart', { attributes: { 'user.tier': 'Gold', __proto__x: 'odd' } });
    const query = history.start(b, 'SELECT', { parent: root, attributes: { 'db.system': 'postgresql' } });
    for (const span of [query, root]) history.end(span);
    const search = new SpanSearch(sceneOf(history).model);
    expect(search.find('cart')).to.deep.equal([0]);
    expect(search.find('USER.TIER=gold')).to.deep.equal([0]);
    expect(search.find('orders select')).to.deep.equal([1]);
    expect(search.find('orders cart')).to.deep.equal([]);
    expect(search.find('0000000000000002')).to.deep.equal([1]);
    expect(search.find('internal')).to.deep.equal([0, 1]);
    expect(search.find('__proto__x=odd')).to.deep.equal([0]);
    expect(search.find('  ')).to.deep.equal([]);
    expect(new SpanSearch(sceneOf(history, { attributes: false }).model).find('gold')).to.deep.equal([]);
  });

  it('read an address back as it was written, and make a state of anything else', () => {
    const hexadecimal = (length: number): fc.Arbitrary<string> =>
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
    const state = fc.record({
      axis: fc.constantFrom(...AXES),
      trace: fc.option(fc.oneof(hexadecimal(32), fc.constant('all')), { nil: undefined }),
      event: fc.option(fc.record({ trace: hexadecimal(32), span: hexadecimal(16), kind: fc.nat({ max: 2 }) }), {
        nil: undefined,
      }),
      zoom: fc.double({ min: 1.001, max: 1e7, noNaN: true }),
      middle: fc.double({ min: 0, max: 1, noNaN: true }),
      row: fc.double({ min: 0.001, max: 1e5, noNaN: true }),
    });
    fc.assert(
      fc.property(state, (one: PageState) => {
        const { zoom, middle, row, ...rest } = parseState(formatState(one));
        const { zoom: _, middle: __, row: ___, ...wanted } = one;
        expect(rest).to.deep.equal(wanted);
        expect(zoom / one.zoom).to.be.closeTo(1, 1e-8);
        expect(middle).to.be.closeTo(one.middle, 1e-8);
        expect(row / one.row).to.be.closeTo(1, 1e-8);
      }),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `#axis=${text}&zoom=${text}&event=${text}&row=${text}`),
        ),
        (hash) => {
          const { axis, zoom, middle, row } = parseState(hash);
          expect(AXES).to.include(axis);
          expect(zoom).to.be.within(1, 1e7);
          expect(middle).to.be.within(0, 1);
          expect(row).to.be.within(0, 1e6);
        },
      ),
    );
  });

  it('tick in whole Lamport times, and in the unit that a step needs', () => {
    expect(lamportTicks(0.2, 3.4, 8).map(({ text }) => text)).to.deep.equal(['1', '2', '3']);
    const texts = (from: number, to: number): string[] => timeTicks(from, to, 0, 4).map(({ text }) => text);
    expect(texts(0, 80e6)).to.deep.equal(['0', '+20 ms', '+40 ms', '+60 ms', '+80 ms']);
    expect(texts(-2e9, 2e9)).to.deep.equal(['−2 s', '−1 s', '0', '+1 s', '+2 s']);
    expect(texts(0, 7200e9)).to.deep.equal(['0', '+30 min', '+60 min', '+90 min', '+120 min']);
    expect(texts(0, 40 * 86_400e9)[1]).to.equal('+240 h');
    expect(texts(1e9, 1e9 + 400)).to.deep.equal([
      '+1,000,000,000 ns',
      '+1,000,000,100 ns',
      '+1,000,000,200 ns',
      '+1,000,000,300 ns',
      '+1,000,000,400 ns',
    ]);
    expect(timeTicks(1e6, 3e6, 1e6, 2).map(({ at }) => at)).to.deep.equal([1e6, 2e6, 3e6]);
  });

  it('tell instants to the nanosecond', () => {
    expect(instantText(1_795_258_270_834_000_007n)).to.equal('2026-11-21 10:51:10.834 000 007 UTC');
    expect(instantText(-1n)).to.match(/ns$|UTC$/);
    expect(instantText(10n ** 30n)).to.equal(`${10n ** 30n} ns`);
  });

  it('show hybrid time as it was recorded, and derive it where it was not', () => {
    const history = new History();
    const [a, b] = [history.process('a-1'), history.process('b-1', { offsetMs: -50 })];
    const root = history.start(a, 'root');
    history.passMs(5);
    const child = history.start(b, 'child', { parent: root, kind: 'server' });
    history.passMs(1);
    for (const span of [child, root]) history.end(span);
    const derived = sceneOf(history).positions.hlc;
    expect(derived[3]).to.equal(derived[0]);
    child.attributes['causality.hlc'] = '2023-11-14T22:13:20.0050000000Z';
    const scene = sceneOf(history);
    expect(scene.positions.hlc[3]).to.be.closeTo(5e6, 1);
    expect(scene.model.data.hybrid).to.have.length(2);
  });
});
