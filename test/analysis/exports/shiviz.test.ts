import { expect } from 'chai';
import * as fc from 'fast-check';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import { MOST_SHIVIZ_ENTRIES, writeShiviz } from '../../../src/analysis/exports/shiviz.js';
import { Predecessors } from '../../../src/analysis/happens-before/predecessors.js';
import { InvalidValueError } from '../../../src/clocks/errors.js';
import type { CausalEvent } from '../../../src/analysis/graph/graph-model.js';
import { readTraces } from '../../../src/analysis/readers/read-traces.js';
import type { RecordedSpan } from '../../../src/analysis/recorded.js';
import { History } from '../../support/history.js';
import { play, plans } from '../../support/history-arbitrary.js';
import { CHECKOUT } from '../../support/run-cli.js';

interface LoggedEvent {
  readonly key: string;
  readonly host: string;
  readonly clock: Readonly<Record<string, number>>;
}

/** Reads a log by the expressions in its own first lines, as ShiViz does. */
function parse(log: string): LoggedEvent[][] {
  const [parser = '', separator = '', ...lines] = log.split('\n');
  const text = lines.join('\n');
  const executions = separator === '' ? [text] : splitAt(text, new RegExp(separator, 'gm'));
  return executions.map((execution) => {
    const events = [...execution.matchAll(new RegExp(parser, 'gm'))].map(({ groups = {} }) => ({
      key: keyOf(groups['event'] as string),
      host: groups['host'] as string,
      clock: JSON.parse(groups['clock'] as string) as Record<string, number>,
    }));
    expect(events.length * 2, 'lines that no event took').to.equal(
      execution.split('\n').filter((line) => line !== '').length,
    );
    return events;
  });
}

function splitAt(text: string, separator: RegExp): string[] {
  const [before, ...parts] = text.replace(separator, '\u0000').split('\u0000');
  expect(before).to.equal('');
  return parts;
}

function keyOf(text: string): string {
  const kind = /^(end|reply) of /.exec(text)?.[1] ?? 'start';
  return `${/\[span ([0-9a-f]{16}),/.exec(text)?.[1]} ${kind}`;
}

/** The rules by which ShiViz refuses a log. */
function expectAcceptable(events: readonly LoggedEvent[]): void {
  const counts = new Map<string, number>();
  for (const { host, clock } of events) {
    expect(host).to.match(/^\S+$/);
    const count = (counts.get(host) ?? 0) + 1;
    expect(clock[host]).to.equal(count);
    counts.set(host, count);
  }
  for (const { clock } of events) {
    for (const [host, count] of Object.entries(clock)) expect(count).to.be.within(1, counts.get(host) ?? 0);
  }
}

function isBefore(a: LoggedEvent, b: LoggedEvent): boolean {
  return a !== b && (b.clock[a.host] ?? 0) >= (a.clock[a.host] as number);
}

function logOf(graph: CausalGraph): LoggedEvent[][] {
  return parse([...writeShiviz(graph)].join('\n'));
}

function eventsByKey(graph: CausalGraph): ReadonlyMap<string, CausalEvent> {
  return new Map(graph.events.map((event) => [`${event.span.recorded.spanId} ${event.kind}`, event]));
}

describe('a log for ShiViz', () => {
  it('holds the trace of the demo, by the parser in its first line', async () => {
    const spans: RecordedSpan[] = [];
    for await (const span of readTraces(CHECKOUT)) spans.push(span);
    const [events = [], ...others] = logOf(CausalGraph.of(spans));
    expect(others).to.deep.equal([]);
    expect(events).to.have.length(44);
    expectAcceptable(events);
  });

  it('separates traces, each with clocks of its own', () => {
    const history = new History();
    const a = history.process('a-1');
    for (const trace of [1, 2, 3]) history.end(history.start(a, `=== ${trace} ===\n{"x":1}`, { trace }));
    const log = logOf(CausalGraph.of(history.recorded()));
    expect(log).to.have.length(3);
    for (const events of log) expectAcceptable(events);
  });

  it('has no spaces in hosts, and keeps nodes apart whose ids look alike then', () => {
    const history = new History();
    for (const instance of ['one two', 'one\ttwo', 'one_two']) {
      const process = history.process('plain', { stamped: false, instance });
      history.end(history.start(process, 'work'));
    }
    const [events = []] = logOf(CausalGraph.of(history.recorded()));
    expectAcceptable(events);
    expect(new Set(events.map(({ host }) => host)).size).to.equal(3);
  });

  it('says before where the graph does and nowhere else, in both orders, also where nodes are only services', () => {
    fc.assert(
      fc.property(
        fc.oneof(plans('mixed'), plans('plain'), plans('partly read'), plans('stamped')).map((plan) => play(plan)),
        fc.constantFrom('process' as const, 'flow' as const),
        (history, order) => {
          const graph = CausalGraph.of(history.recorded(), { order });
          const byKey = eventsByKey(graph);
          for (const events of logOf(graph)) {
            expectAcceptable(events);
            for (const a of events) {
              for (const b of events) {
                if (a === b) continue;
                const relation = graph.relation(byKey.get(a.key) as CausalEvent, byKey.get(b.key) as CausalEvent);
                if (isBefore(a, b)) expect(relation, `${a.key} → ${b.key}`).to.equal('before');
              }
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('says before wherever the graph does, in the trace of the demo', async () => {
    const spans: RecordedSpan[] = [];
    for await (const span of readTraces(CHECKOUT)) spans.push(span);
    const graph = CausalGraph.of(spans);
    const byKey = eventsByKey(graph);
    const [events = []] = logOf(graph);
    for (const a of events) {
      for (const b of events) {
        const relation = graph.relation(byKey.get(a.key) as CausalEvent, byKey.get(b.key) as CausalEvent);
        expect(isBefore(a, b)).to.equal(relation === 'before');
      }
    }
  });

  /** One process without stamps: so many spans at once, and so many after them, one after the other. */
  function plainGraph(atOnce: number, inTurn: number): CausalGraph {
    const history = new History();
    const plain = history.process('plain', { stamped: false, instance: 'one' });
    for (let i = 0; i < atOnce; i++) history.end(history.start(plain, 'at once'));
    for (let i = 0; i < inTurn; i++) {
      history.passMs(2);
      history.end(history.start(plain, 'in turn'));
    }
    return CausalGraph.of(history.recorded());
  }

  it('costs the same for each event, however many there are without stamps', () => {
    const visitsOf = (spans: number): number => {
      const graph = plainGraph(10, spans);
      const { visit } = Predecessors.prototype;
      let visits = 0;
      Predecessors.prototype.visit = function (event, visitor) {
        visits++;
        visit.call(this, event, visitor);
      };
      try {
        expect([...writeShiviz(graph)]).to.have.length(2 + 2 * graph.events.length);
      } finally {
        Predecessors.prototype.visit = visit;
      }
      return visits;
    };
    const [once, twice] = [visitsOf(500), visitsOf(1_000)];
    expect(once).to.be.above(500);
    expect(twice).to.be.below(2.1 * once);
  });

  it('is refused before its first line where its clocks are more than anybody can look at', () => {
    const hosts = 500;
    // Start and end of each later span have heard of all hosts.
    const tooMany = MOST_SHIVIZ_ENTRIES / (2 * hosts);
    const log = writeShiviz(plainGraph(hosts, tooMany - 2));
    expect(log.next().done).to.equal(false);
    expect(() => writeShiviz(plainGraph(hosts, tooMany)))
      .to.throw(InvalidValueError)
      .with.property('message')
      .that.matches(/^trace [0-9a-f]{32}: expected at most 2,000,000 entries of vector clocks, .*500 lines of events/);
  });
});
