import { expect } from 'chai';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import { columnsOf } from '../../../src/analysis/wording/shown-text.js';
import { textStory } from '../../../src/analysis/reports/text-story.js';
import { traceStories } from '../../../src/analysis/reports/trace-story.js';
import { findAnomalies } from '../../../src/analysis/findings/find-anomalies.js';
import type { RecordedSpan } from '../../../src/analysis/recorded.js';
import { History } from '../../support/history.js';

function draw(spans: readonly RecordedSpan[], columns = 100): string[] {
  const graph = CausalGraph.of(spans);
  return [...traceStories(graph, findAnomalies(graph))].flatMap((story) => [...textStory(story, { columns })]);
}

/** A client calls a server, whose clock is 50 ms behind. */
function call({ stamped = true, offsetMs = -50 } = {}): RecordedSpan[] {
  const history = new History();
  const a = history.process('a-11111111', { stamped, instance: 'a' });
  const b = history.process('b-22222222', { stamped, instance: 'b', offsetMs });
  const client = history.start(a, 'ask', { kind: 'client' });
  history.passMs(2);
  const server = history.start(b, 'answer', { parent: client, kind: 'server' });
  history.passMs(2);
  if (stamped) history.reply(server);
  history.end(server);
  history.passMs(2);
  history.end(client);
  return history.recorded();
}

describe('a story as text', () => {
  it('draws a call and its reply as arrows between lanes, and marks what the wall clock misplaces', () => {
    expect(draw(call())).to.deep.equal([
      'Trace 00000000000000000000000000000001  2 spans on 2 nodes, 5 events',
      '  A  a-11111111',
      '  B  b-22222222  clock 47 ms to 55 ms behind A',
      '   #     L   wall ms  A   B',
      '   1     1       0.0  ┬       → ask',
      '   2     2     -48.0  ├──▶┬   answer  ✗ 48 ms before its cause #1',
      '   3     3         ·  │   ◆   reply to answer',
      '   4     4       6.0  ┴◀──┤   end → ask, 6 ms',
      '   5     4     -46.0      ┴   end answer, 2 ms',
    ]);
  });

  it('says what is derived, and draws it dashed', () => {
    const lines = draw(call({ stamped: false }));
    expect(lines[1]).to.include('no stamps: derived');
    expect(lines.slice(-2)).to.deep.equal([
      '   1     1       0.0  ●       → ask, 6 ms',
      '   3     2     -48.0  ╰╌╌▶●   answer, 2 ms  ✗ 48 ms before its cause #1',
    ]);
  });

  it('tells a span that nothing comes between in one line', () => {
    const history = new History();
    const a = history.process('a-11111111');
    const root = history.start(a, 'root');
    const leaf = history.start(a, 'leaf', { parent: root });
    history.passMs(3);
    history.end(leaf);
    history.end(root);
    expect(draw(history.recorded()).slice(-3)).to.deep.equal([
      '   1     1       0.0  ┬   root',
      '   2     2       0.0  ●   leaf, 3 ms',
      '   4     4       3.0  ┴   end root, 3 ms',
    ]);
  });

  it('shows races with their number, and says at the end who raced for what', () => {
    const history = new History();
    const root = history.start(history.process('a-1'), 'root', { kind: 'producer' });
    for (const name of ['b-2', 'c-3']) {
      const attributes = { 'causality.resource': 'stock', 'causality.operation': 'write' };
      const process = history.process(name);
      history.end(history.start(process, `take at ${name}`, { parent: root, kind: 'consumer', attributes }));
    }
    history.end(root);
    const lines = draw(history.recorded());
    expect(lines.filter((line) => line.includes('≠ race 1'))).to.have.length(2);
    expect(lines.at(-1)).to.match(
      /race 1 {2}stock: write by take at .-. \(#\d\), write by take at .-. \(#\d\): nothing/,
    );
  });

  it('shows events that were stamped and not read where they are missing', () => {
    const history = new History();
    const a = history.process('a-11111111');
    const root = history.start(a, 'root');
    const lost = history.start(a, 'lost', { parent: root });
    history.end(lost);
    history.end(root);
    const lines = draw(history.recorded().filter(({ name }) => name !== 'lost'));
    expect(lines.join('\n')).to.match(
      /┬ {3}root\n +┊ {3}events 2 to 3 of this node: stamped, not read\n.*┴ {3}end root/,
    );
  });

  it('keeps lines within the columns, however many nodes there are and whatever they are called', () => {
    for (const nodes of [1, 7, 12, 40]) {
      const history = new History();
      const root = history.start(history.process('root-0'), 'r'.repeat(300));
      for (let i = 1; i < nodes; i++) {
        const process = history.process(`${'n'.repeat(60)}-${i}`, { offsetMs: i % 2 ? -90 : 90 });
        history.end(history.start(process, `名${'字'.repeat(80)}`, { parent: root, kind: 'server' }));
      }
      history.end(root);
      for (const columns of [80, 100, 160]) {
        for (const line of draw(history.recorded(), columns)) expect(columnsOf(line), line).to.be.at.most(columns);
      }
    }
  });

  it('gives no order to a terminal, whatever a trace holds', () => {
    const history = new History();
    const process = history.process('a\u001b[2J-1');
    history.end(history.start(process, 'clear\u001b[2J\u009b31m\r\nnext\u202eline\u0007'));
    for (const line of draw(history.recorded())) expect(line).not.to.match(/[\p{Cc}\p{Cf}]/u);
  });
});
