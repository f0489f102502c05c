/** What the page says of order, held to what the graph says. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import type { DiagramData } from '../../../src/analysis/diagram/diagram-data.js';
import { positionsOf } from '../../../src/analysis/diagram/page/axes.js';
import { DiagramModel } from '../../../src/analysis/diagram/page/diagram-model.js';
import {
  classesOf,
  CONCURRENT,
  FUTURE,
  NO_EVENT,
  PAST,
  SELF,
  UNKNOWN,
} from '../../../src/analysis/diagram/page/event-classes.js';
import { lookOf } from '../../../src/analysis/diagram/page/scene.js';
import { diagramData } from '../../../src/analysis/diagram/render-diagram.js';
import { findAnomalies } from '../../../src/analysis/findings/find-anomalies.js';
import type { CausalEvent } from '../../../src/analysis/graph/graph-model.js';
import { MOST_DIRECT } from '../../../src/analysis/happens-before/plain-sequence.js';
import { recordedFleet } from '../../../bench/analysis/recorded-fleet.js';
import { crowdOf, crowds, inOrder } from '../../support/crowds.js';
import { closureOf, edgesWithoutCuts } from '../../support/edges-without-cuts.js';
import { type Fleet, play, plans } from '../../support/history-arbitrary.js';

const FLEETS: readonly Fleet[] = ['stamped', 'plain', 'mixed', 'partly read'];

/** As the page gets it: through JSON. */
function modelOf(graph: CausalGraph): DiagramModel {
  return new DiagramModel(JSON.parse(JSON.stringify(diagramData(graph))) as DiagramData);
}

describe('the page of a diagram', () => {
  for (const fleet of FLEETS) {
    for (const order of ['process', 'flow'] as const) {
      it(`tells past, future, concurrent and unknown as the graph does, of a ${fleet} fleet in ${order} order`, () => {
        fc.assert(
          fc.property(plans(fleet), (plan) => {
            const graph = CausalGraph.of(play(plan).recorded(), { order });
            const model = modelOf(graph);
            for (const event of graph.events) {
              const classes = classesOf(model, event.index);
              const said = (wanted: number): number[] =>
                graph.events.filter(({ index }) => classes[index] === wanted).map(({ index }) => index);
              const indices = (events: readonly CausalEvent[]): number[] => events.map(({ index }) => index);
              expect(said(SELF)).to.deep.equal([event.index]);
              expect(said(PAST)).to.have.members(indices(graph.past(event)));
              expect(said(FUTURE)).to.have.members(indices(graph.future(event)));
              expect(said(CONCURRENT)).to.have.members(indices(graph.concurrentWith(event)));
              expect(said(UNKNOWN)).to.have.members(
                indices(graph.events.filter((other) => graph.relation(event, other) === 'unknown')),
              );
              expect(said(NO_EVENT)).to.deep.equal([]);
            }
          }),
          { numRuns: 60 },
        );
      });
    }

    it(`gives an arrow of a ${fleet} fleet the colour that the findings have for it`, () => {
      fc.assert(
        fc.property(plans(fleet), (plan) => {
          const graph = CausalGraph.of(play(plan).recorded());
          const model = modelOf(graph);
          const { wall } = positionsOf(model);
          const found = findAnomalies(graph).inversions.map(
            ({ edge, cause }) => `${edge.from.index} ${edge.to.index} ${edge.kind} ${cause}`,
          );
          const drawn = model.arrows.flatMap((arrow) => {
            const look = lookOf(arrow, wall[arrow.from] as number, wall[arrow.to] as number);
            return look === 'forward' ? [] : [`${arrow.from} ${arrow.to} ${arrow.kind} ${look}`];
          });
          expect(drawn).to.have.members(found);
        }),
        { numRuns: 150 },
      );
    });

    it(`has no arrow of a ${fleet} fleet run backwards in Lamport or hybrid time`, () => {
      fc.assert(
        fc.property(plans(fleet), fc.array(fc.nat({ max: 9 }), { minLength: 1 }), (plan, hybridTimes) => {
          const history = play(plan);
          // Some stamped spans also carry hybrid times, which need not agree with anything.
          history.told.forEach(({ attributes, process }, i) => {
            const tenths = hybridTimes[i % hybridTimes.length] as number;
            if (process.stamped && tenths > 4) attributes['causality.hlc'] = `2023-11-14T22:13:20.${tenths}000000000Z`;
          });
          const model = modelOf(CausalGraph.of(history.recorded()));
          const { lamport, hlc } = positionsOf(model);
          for (const { from, to } of model.arrows) {
            expect(lamport[to]).to.be.above(lamport[from] as number);
            expect(hlc[to]).to.be.at.least(hlc[from] as number);
          }
        }),
        { numRuns: 150 },
      );
    });
  }

  it('leads from each event to those directly before and after it, over cuts as well', () => {
    let far = 0;
    fc.assert(
      fc.property(crowds(), (moments) => {
        const graph = CausalGraph.of(crowdOf(inOrder(moments)));
        const model = modelOf(graph);
        const edges = edgesWithoutCuts(graph);
        for (const { index } of graph.events) {
          const causes = edges.filter(({ to }) => to.index === index).map(({ from }) => from.index);
          const effects = edges.filter(({ from }) => from.index === index).map(({ to }) => to.index);
          expect(new Set(model.causesOf(index))).to.deep.equal(new Set(causes));
          expect(model.causesOf(index)).to.have.length(new Set(causes).size);
          expect(new Set(model.effectsOf(index))).to.deep.equal(new Set(effects));
          if (causes.length > MOST_DIRECT + 1) far++;
        }
      }),
      { numRuns: 100 },
    );
    expect(far, 'events behind a cut').to.be.above(50);
  });

  it('has on the axis of hybrid time no effect before a cause that is far behind it', () => {
    fc.assert(
      fc.property(crowds(), (moments) => {
        const graph = CausalGraph.of(crowdOf(inOrder(moments)));
        const { hlc, wall } = positionsOf(modelOf(graph));
        // As late as itself, or as what it comes after: the naive way.
        const wanted = new Map<number, number>();
        const pasts = closureOf(graph);
        for (const event of graph.events) {
          const all = [event, ...(pasts.get(event) ?? [])];
          wanted.set(event.index, Math.max(...all.map(({ index }) => wall[index] as number)));
        }
        for (const [index, position] of wanted) expect(hlc[index]).to.equal(position);
      }),
      { numRuns: 100 },
    );
  });

  it('meets all four classes in these histories', () => {
    const met = new Set<number>();
    for (const fleet of FLEETS) {
      for (const plan of fc.sample(plans(fleet), { numRuns: 40, seed: 7 })) {
        const model = modelOf(CausalGraph.of(play(plan).recorded()));
        for (const event of model.order) for (const one of classesOf(model, event)) met.add(one);
      }
    }
    expect([...met]).to.include.members([SELF, PAST, FUTURE, CONCURRENT, UNKNOWN]);
  });

  for (const stamped of [true, false]) {
    it(`answers as the graph does for 5,000 ${stamped ? 'stamped' : 'plain'} spans of one trace, and stays small`, () => {
      const spans = [...recordedFleet({ spans: 5_001, stamped, requestsPerTrace: 1_250 })];
      const graph = CausalGraph.of(spans);
      const json = JSON.stringify(diagramData(graph));
      expect(json.length).to.be.below(1.5e6);
      const model = new DiagramModel(JSON.parse(json) as DiagramData);
      for (const event of graph.events.filter((_, i) => i % 1_237 === 0)) {
        const classes = classesOf(model, event.index);
        const said = (wanted: number): number => classes.filter((one) => one === wanted).length;
        const [past, future] = [graph.past(event), graph.future(event)];
        for (const { index } of past) expect(classes[index]).to.equal(PAST);
        for (const { index } of future) expect(classes[index]).to.equal(FUTURE);
        for (const { index } of graph.concurrentWith(event)) expect(classes[index]).to.equal(CONCURRENT);
        expect([said(PAST), said(FUTURE)]).to.deep.equal([past.length, future.length]);
        expect(said(CONCURRENT)).to.equal(graph.concurrentWith(event).length);
      }
    });
  }
});
