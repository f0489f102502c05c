import { expect } from 'chai';
import * as fc from 'fast-check';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import { findAnomalies } from '../../../src/analysis/findings/find-anomalies.js';
import type { CausalLog, CausalMoment } from '../../../src/analysis/graph/graph-model.js';
import { History } from '../../support/history.js';
import { type Fleet, play, plans } from '../../support/history-arbitrary.js';

const FLEETS: readonly Fleet[] = ['stamped', 'plain', 'mixed', 'partly read'];

function graphOf(history: History, order: 'process' | 'flow' = 'process'): CausalGraph {
  return CausalGraph.of(history.recorded(), { order, logs: history.recordedLogs() });
}

/** Events and logs of the graph, each with the number of the true event. */
function paired(history: History, graph: CausalGraph): [CausalMoment, number][] {
  const told = new Map(history.told.map((span) => [span.id, span]));
  const logs = new Map(history.logs.map((log) => [log.recorded, log]));
  return [
    ...graph.events.map((event): [CausalMoment, number] => [
      event,
      told.get(event.span.recorded.spanId)?.events[event.kind] as number,
    ]),
    ...graph.logs.map((log): [CausalMoment, number] => [log, logs.get(log.recorded)?.event as number]),
  ];
}

function nameOf(moment: CausalMoment): string {
  if (moment.kind === 'log') return `log ${moment.recorded.attributes['causality.log.seq'] ?? moment.index}`;
  return `${moment.span.recorded.service}/${moment.span.recorded.name}.${moment.kind}`;
}

describe('logs in a causal graph', () => {
  for (const fleet of FLEETS) {
    it(`never have a wrong before or concurrent in a ${fleet} fleet`, () => {
      fc.assert(
        fc.property(plans(fleet), (plan) => {
          const history = play(plan, { logs: true });
          const graph = graphOf(history);
          const pasts = history.closure();
          const moments = paired(history, graph);
          for (const [a, trueA] of moments) {
            for (const [b, trueB] of moments) {
              if (a.kind !== 'log' && b.kind !== 'log') continue;
              const relation = graph.relation(a, b);
              const before = pasts[trueB]?.has(trueA) === true;
              const after = pasts[trueA]?.has(trueB) === true;
              const told = `${nameOf(a)} ${relation} ${nameOf(b)}`;
              if (a === b) expect(relation).to.equal('equal');
              if (relation === 'before') expect(before, told).to.equal(true);
              if (relation === 'after') expect(after, told).to.equal(true);
              if (relation === 'concurrent') expect(before || after, told).to.equal(false);
            }
          }
        }),
        { numRuns: 300 },
      );
    });

    for (const order of ['process', 'flow'] as const) {
      it(`stand in an order that no cause breaks, and agree with past and future, in ${order} order of a ${fleet} fleet`, () => {
        fc.assert(
          fc.property(plans(fleet, { size: 16 }), (plan) => {
            const history = play(plan, { logs: true });
            const graph = graphOf(history, order);
            const other = graphOf(history, order);
            const moments = graph.order({ logs: true });
            expect(moments).to.have.members([...graph.events, ...graph.logs]);
            const place = new Map(moments.map((moment, at) => [moment, at]));
            const others = new Map([...other.events, ...other.logs].map((moment) => [moment.index, moment]));
            for (const one of moments) {
              const related = (relation: string): string[] =>
                moments.filter((moment) => graph.relation(moment, one) === relation).map(nameOf);
              const same = others.get(one.index) as CausalMoment;
              expect(other.past(same, { logs: true }).map(nameOf), nameOf(one)).to.have.members(related('before'));
              expect(other.future(same, { logs: true }).map(nameOf), nameOf(one)).to.have.members(related('after'));
              expect(other.concurrentWith(same, { logs: true }).map(nameOf)).to.have.members(related('concurrent'));
              for (const later of moments) {
                if (graph.relation(one, later) === 'before') {
                  expect(place.get(one), `${nameOf(one)} → ${nameOf(later)}`).to.be.below(place.get(later) as number);
                }
              }
            }
          }),
          { numRuns: 60 },
        );
      });
    }
  }

  it('are all ordered in a stamped fleet, but for what nobody can have told', () => {
    fc.assert(
      fc.property(plans('stamped'), (plan) => {
        const history = play(plan, { answered: true });
        for (const span of history.told.slice(0, 4)) history.log(span, { stamped: true });
        const graph = graphOf(history);
        const pasts = history.closure();
        const moments = paired(history, graph);
        for (const [log, trueLog] of moments.filter(([{ kind }]) => kind === 'log')) {
          for (const [event, trueEvent] of moments.filter(([{ kind }]) => kind !== 'log')) {
            // All logs come after all events of their nodes here: what a log had heard of is before it, all else is not.
            const before = pasts[trueLog]?.has(trueEvent) === true;
            const relation = graph.relation(event, log);
            if (before) expect(relation).to.equal('before');
            else expect(relation).to.be.oneOf(['concurrent', 'unknown']);
          }
        }
      }),
    );
  });

  it('change nothing that was found of spans, whatever ticks they share', () => {
    fc.assert(
      fc.property(plans('stamped'), fc.boolean(), (plan, answered) => {
        const history = play(plan, { logs: true, answered });
        const plain = findAnomalies(CausalGraph.of(history.recorded()));
        const withLogs = findAnomalies(graphOf(history));
        expect(withLogs.totals).to.deep.equal(plain.totals);
        expect(withLogs.identityClashes).to.deep.equal([]);
        expect(withLogs.missingTicks).to.deep.equal([]);
      }),
    );
  });

  it('tell of events that were stamped and not read', () => {
    const history = new History();
    const a = history.process('a-1');
    const root = history.start(a, 'root');
    const child = history.start(a, 'child', { parent: root });
    history.end(child);
    history.log(root);
    history.end(root);
    const read = history.recorded().find(({ name }) => name === 'root')!;
    const lost = findAnomalies(
      CausalGraph.of([{ ...read, attributes: ticksOf(read.attributes, 1) }], {
        logs: history.recordedLogs(),
      }),
    );
    expect(lost.missingTicks.map(({ node, from, to }) => [node, from, to])).to.deep.equal([['a-1', 2, 3]]);
  });

  it('are unknown where a message may have left before or after them, and known where not', () => {
    const history = new History();
    const [a, b] = [history.process('a-1'), history.process('b-1')];
    const call = history.start(a, 'call', { kind: 'client' });
    history.log(call);
    const serve = history.start(b, 'serve', { parent: call, kind: 'server' });
    history.log(serve);
    history.reply(serve);
    history.end(serve);
    history.log(call);
    history.end(call);
    const graph = graphOf(history);
    const [sending, serving, answered] = graph.logs as [CausalLog, CausalLog, CausalLog];
    const [callSpan, serveSpan] = graph.spans;
    expect(graph.relation(sending, serveSpan!.start)).to.equal('unknown');
    expect(graph.relation(callSpan!.start, sending)).to.equal('before');
    expect(graph.relation(sending, serving)).to.equal('unknown');
    expect(graph.relation(serveSpan!.start, serving)).to.equal('before');
    expect(graph.relation(serving, serveSpan!.reply!)).to.equal('before');
    expect(graph.relation(serving, answered)).to.equal('before');
    expect(graph.relation(serving, callSpan!.end)).to.equal('before');
    expect(graph.relation(sending, answered)).to.equal('before');
    // Nothing more of a was heard there, but what was may have left after the log.
    expect(graph.relation(answered, serveSpan!.end)).to.equal('unknown');
    expect(serving.node.id).to.equal('b-1');
    expect(serving.span).to.equal(serveSpan);
    expect(serving.stamp).to.include({ node: 'b-1', afterTick: 1 });
  });

  it('without stamps stand within their span, as far as one clock tells', () => {
    const history = new History();
    const a = history.process('a-1', { stamped: false });
    const root = history.start(a, 'root');
    history.passMs(10);
    history.log(root);
    history.log(root);
    history.passMs(10);
    history.log(root);
    history.end(root);
    history.passMs(10);
    history.log(root);
    const graph = graphOf(history);
    const [early, tied, late, after] = graph.logs as [CausalLog, CausalLog, CausalLog, CausalLog];
    const [span] = graph.spans;
    expect(graph.logs.map((log) => graph.relation(span!.start, log))).to.deep.equal(Array(4).fill('before'));
    expect(graph.relation(early, span!.end)).to.equal('before');
    expect(graph.relation(early, tied)).to.equal('unknown');
    expect(graph.relation(early, late)).to.equal('before');
    expect(graph.relation(late, span!.end)).to.equal('unknown');
    expect(graph.relation(after, span!.end)).to.be.oneOf(['unknown', 'after']);
    expect(graph.order({ logs: true }).map(({ kind }) => kind)).to.deep.equal([
      'start',
      'log',
      'log',
      'log',
      'end',
      'log',
    ]);
  });

  it('of spans that were not read stand by their stamps, and of nodes that nothing else is known of', () => {
    const history = new History();
    const [a, b] = [history.process('a-1'), history.process('b-1', { recorded: true })];
    const call = history.start(a, 'call', { kind: 'client' });
    const serve = history.start(b, 'serve', { parent: call, kind: 'server' });
    history.log(serve);
    history.end(serve);
    history.end(call);
    const spans = history.recorded().filter(({ name }) => name === 'call');
    const graph = CausalGraph.of(spans, { logs: history.recordedLogs() });
    const [log] = graph.logs as [CausalLog];
    expect(log.span).to.equal(undefined);
    expect(log.node).to.include({ id: 'b-1', service: 'b', basis: 'stamped' });
    expect(graph.relation(graph.spans[0]!.start, log)).to.equal('before');
    expect(graph.relation(graph.spans[0]!.end, log)).to.not.equal('before');
  });

  it('count once, however often they were sent, and not at all where nothing says where they belong', () => {
    const history = new History();
    const root = history.start(history.process('a-1'), 'root');
    history.log(root);
    history.log(root, { stamped: false });
    const logs = history.recordedLogs();
    const outside = { ...logs[1]!, traceId: undefined, spanId: undefined };
    const graph = CausalGraph.of(history.recorded(), { logs: [...logs, logs[0]!, outside] });
    expect(graph.logs.map(({ recorded }) => recorded)).to.deep.equal(logs);
  });
});

function ticksOf(attributes: object, first: number): Record<string, string | number> {
  const kept = Object.entries(attributes).filter(([name]) => !name.startsWith('causality.end.'));
  return Object.fromEntries([...kept, ['causality.tick', first]]) as Record<string, string | number>;
}
