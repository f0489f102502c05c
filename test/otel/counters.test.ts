import { expect } from 'chai';
import { Counters } from '../../src/otel/counters.js';
import { diagLines } from '../support/diag-lines.js';

describe('counters', () => {
  it('begin at nothing', () => {
    expect(new Counters().snapshot(0)).to.deep.equal({
      received: 0,
      refused: {},
      incomplete: {},
      entriesDropped: 0,
      hlcRefused: 0,
      ownEntryRefused: 0,
      unsent: 0,
      domainsDropped: 0,
      liveDomains: 0,
      errors: 0,
    });
  });

  it('count by reason', () => {
    const counters = new Counters();
    counters.refused('malformed', 'x');
    counters.refused('malformed', 'x');
    counters.refused('order', 'x');
    counters.incomplete('passed-on');
    counters.entries(3);
    counters.entries(0);
    counters.hlc('x');
    counters.ownEntry('x');
    counters.unsent('x');
    counters.error('x', new Error('x'));
    expect(counters.snapshot(7)).to.deep.equal({
      received: 0,
      refused: { malformed: 2, order: 1 },
      incomplete: { 'passed-on': 1 },
      entriesDropped: 3,
      hlcRefused: 1,
      ownEntryRefused: 1,
      unsent: 1,
      domainsDropped: 0,
      liveDomains: 7,
      errors: 1,
    });
  });

  it('give snapshots that do not move', () => {
    const counters = new Counters();
    const snapshot = counters.snapshot(0);
    counters.refused('malformed', 'x');
    expect(snapshot.refused).to.deep.equal({});
  });

  const loud: readonly (readonly [string, string, (counters: Counters) => void])[] = [
    ['refusals', 'warn', (counters) => counters.refused('malformed', 'detail')],
    ['incompleteness', 'debug', (counters) => counters.incomplete('passed-on')],
    ['own entries', 'warn', (counters) => counters.ownEntry('detail')],
    ['hybrid times', 'warn', (counters) => counters.hlc('detail')],
    ['unsent stamps', 'warn', (counters) => counters.unsent('detail')],
    ['errors', 'error', (counters) => counters.error('a hook', new Error('detail'))],
    ['dropped entries, three at a time', 'warn', (counters) => counters.entries(3)],
  ];
  for (const [name, level, happen] of loud) {
    it(`log ${name} at the 1st, 2nd, 4th, 8th … time`, () => {
      const counters = new Counters();
      const lines = diagLines(() => {
        for (let i = 0; i < 1000; i++) happen(counters);
      });
      expect(lines.map((line) => /\((\d+) so far\)/.exec(line)?.[1] ?? '1')).to.deep.equal([
        '1',
        '2',
        '4',
        '8',
        '16',
        '32',
        '64',
        '128',
        '256',
        '512',
      ]);
      for (const line of lines) expect(line).to.match(new RegExp(`^${level} otel-causality: `));
    });
  }

  it('say what happened', () => {
    const lines = loud.map(([, , happen]) => diagLines(() => happen(new Counters()))[0]);
    expect(lines).to.deep.equal([
      'warn otel-causality: stamp not taken (malformed): detail',
      'debug otel-causality: order is incomplete in a trace (passed-on)',
      'warn otel-causality: entry for our own node refused: detail',
      'warn otel-causality: remote hybrid time refused: detail',
      'warn otel-causality: stamp not sent: detail',
      'error otel-causality: a hook failed, the application was not disturbed: detail',
      'warn otel-causality: vector entries dropped by a limit: 3',
    ]);
    expect(diagLines(() => new Counters().entries(0))).to.deep.equal([]);
  });

  it('log each reason by itself', () => {
    const counters = new Counters();
    const lines = diagLines(() => {
      for (const reason of ['malformed', 'malformed', 'malformed', 'order'] as const)
        counters.refused(reason, 'detail');
    });
    expect(lines).to.deep.equal([
      'warn otel-causality: stamp not taken (malformed): detail',
      'warn otel-causality: stamp not taken (malformed): detail (2 so far)',
      'warn otel-causality: stamp not taken (order): detail',
    ]);
  });

  it('do not make the text of a line that is not logged', () => {
    const counters = new Counters();
    let shown = 0;
    const error = { toString: () => ((shown += 1), 'text') };
    for (let i = 0; i < 100; i++) counters.error('a hook', error);
    expect(shown).to.equal(7);
  });

  it('show whatever was thrown', () => {
    const thrown = [
      new Error('an error'),
      'a text',
      undefined,
      null,
      { toString: () => 'an object' },
      Object.create(null),
    ];
    for (const error of thrown) {
      const [line] = diagLines(() => new Counters().error('a hook', error));
      expect(line).to.match(/^error otel-causality: a hook failed, the application was not disturbed: ./);
    }
  });
});
