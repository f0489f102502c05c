import { expect } from 'chai';
import * as fc from 'fast-check';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import { coverage, type EdgeCoverage } from '../../../src/analysis/findings/coverage.js';
import type { RecordedSpan } from '../../../src/analysis/recorded.js';
import { History, type Process } from '../../support/history.js';
import { play, plans } from '../../support/history-arbitrary.js';

function call(history: History, from: Process, to: Process, replies = true): void {
  const client = history.start(from, 'call', { kind: 'client' });
  const server = history.start(to, 'serve', { parent: client, kind: 'server' });
  history.passMs(2);
  if (replies) history.reply(server);
  history.end(server);
  history.end(client);
}

function edgeOf(
  history: History,
  change: (span: RecordedSpan) => RecordedSpan = (span) => span,
): EdgeCoverage | undefined {
  return coverage(CausalGraph.of(history.recorded().map(change))).edges[0];
}

describe('coverage', () => {
  it('counts stamped spans, messages and replies', () => {
    const history = new History();
    const [a, b, c] = [history.process('a-1'), history.process('b-1'), history.process('c-1', { stamped: false })];
    call(history, a, b);
    call(history, a, b);
    call(history, a, c);
    const found = coverage(CausalGraph.of(history.recorded()));
    expect(found).to.deep.include({ spans: 6, stamped: 5, missingParents: 0 });
    expect(found.services.find(({ service }) => service === 'c')).to.include({ spans: 1, stamped: 0 });
    expect(found.edges).to.deep.equal([
      { from: 'a', to: 'b', messages: 2, stamped: 2, calls: 2, replied: 2, lost: {} },
      { from: 'a', to: 'c', messages: 1, stamped: 0, calls: 1, replied: 0, lost: { 'no-library': 1 } },
    ]);
    expect(found.orderings.sampled).to.equal(false);
    expect(found.orderings.proven + found.orderings.derived + found.orderings.unknown).to.be.closeTo(1, 1e-9);
  });

  it('says why stamps are likely lost', () => {
    const history = new History();
    call(history, history.process('a-1'), history.process('b-1'), false);
    expect(edgeOf(history)?.lost).to.deep.equal({ 'no-reply': 1 });
    const alone = (incomplete: boolean) => (span: RecordedSpan) =>
      span.kind === 'client'
        ? span
        : {
            ...span,
            attributes: {
              ...span.attributes,
              'causality.vector': 'b-1=1',
              ...(incomplete ? { 'causality.incomplete': true } : {}),
            },
          };
    expect(edgeOf(history, alone(false))?.lost).to.deep.equal({ 'no-propagator': 1 });
    expect(edgeOf(history, alone(true))?.lost).to.deep.equal({ 'baggage-stripped': 1 });
    const later = history.process('b-2', { stamped: false });
    call(history, history.processes[0] as Process, later);
    expect(edgeOf(history)?.lost).to.deep.equal({ 'no-reply': 1, 'partly-sampled': 1 });
  });

  it('has no unknown order where all is stamped, and no proven one where nothing is', () => {
    fc.assert(
      fc.property(plans('stamped'), (plan) => {
        const { orderings } = coverage(CausalGraph.of(play(plan, { answered: true }).recorded()));
        expect(orderings.unknown).to.equal(0);
        expect(orderings.derived).to.equal(0);
      }),
    );
    fc.assert(
      fc.property(plans('plain'), (plan) => {
        expect(coverage(CausalGraph.of(play(plan).recorded())).orderings.proven).to.equal(0);
      }),
    );
  });

  it('estimates the orders of a big trace, the same each time', () => {
    const history = new History();
    const shop = history.process('shop-1');
    const root = history.start(shop, 'root');
    for (let i = 0; i < 300; i++) history.end(history.start(shop, 'step', { parent: root }));
    history.end(root);
    const found = coverage(CausalGraph.of(history.recorded())).orderings;
    expect(found).to.deep.include({ proven: 1, sampled: true });
    expect(coverage(CausalGraph.of(history.recorded())).orderings).to.deep.equal(found);
  });
});
