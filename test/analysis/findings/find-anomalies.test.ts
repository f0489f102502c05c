import { expect } from 'chai';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import { findAnomalies } from '../../../src/analysis/findings/find-anomalies.js';
import type { Anomalies } from '../../../src/analysis/findings/findings.js';
import type { GraphOptions } from '../../../src/analysis/graph/graph-model.js';
import type { RecordedSpan } from '../../../src/analysis/recorded.js';
import { History, type Told } from '../../support/history.js';

/** Every finding as one line. */
function linesOf(found: Anomalies): string[] {
  const nameOf = (span: { readonly recorded: RecordedSpan }): string => span.recorded.name;
  return [
    ...found.inversions.map(
      ({ edge, byNanos, cause }) =>
        `${edge.kind} ${nameOf(edge.from.span)}.${edge.from.kind} → ${nameOf(edge.to.span)}.${edge.to.kind}: ${cause} ${byNanos / 1e6} ms`,
    ),
    ...found.missingTicks.map(
      ({ node, from, to, wholeNode }) => `missing ${node} ${from}..${to}${wholeNode ? ' (all)' : ''}`,
    ),
    ...found.missingParents.map(({ span }) => `no parent of ${nameOf(span)}`),
    ...found.identityClashes.map(({ node, tick, events }) => `clash ${node} ${tick} ×${events.length}`),
    ...found.incomplete.map(
      ({ node, since, spans, likely, resolved }) =>
        `incomplete ${node} since ${nameOf(since)} ×${spans}: ${likely}${resolved ? ', resolved' : ''}`,
    ),
    ...found.races.map(({ resource, first, second }) => {
      const sides = [first, second].map(({ span, access }) => `${access} ${nameOf(span)}`).sort();
      return `race ${resource}: ${sides.join(' / ')}`;
    }),
    ...found.skews
      .filter(({ verdict }) => verdict !== 'agree')
      .map(({ from, to, verdict }) => `${verdict} ${from.id} ${to.id}`),
  ];
}

/** A call of `service` from `parent` and its work there; ended by the caller's `close`. */
function callOf(
  history: History,
  parent: Told,
  process: Told['process'],
  name: string,
  ms = 1,
): { call: Told; serve: Told } {
  const call = history.start(parent.process, `→${name}`, { parent, kind: 'client' });
  history.passMs(ms);
  return { call, serve: history.start(process, name, { parent: call, kind: 'server' }) };
}

function answer(history: History, { call, serve }: { call: Told; serve: Told }, ms = 1): void {
  history.passMs(ms);
  history.reply(serve);
  history.end(serve);
  history.passMs(ms);
  history.end(call);
}

interface Case {
  readonly title: string;
  readonly tell: (history: History) => void;
  /** Changes what was recorded. */
  readonly spoil?: (spans: RecordedSpan[]) => readonly RecordedSpan[];
  readonly options?: GraphOptions;
  readonly findings: readonly string[];
}

const without =
  (...names: readonly string[]) =>
  (spans: RecordedSpan[]): readonly RecordedSpan[] =>
    spans.filter(({ name }) => !names.includes(name));

const CASES: readonly Case[] = [
  {
    title: 'nothing, in a trace that is in order',
    tell: (history) => {
      const [a, b] = [history.process('a-1'), history.process('b-1')];
      const root = history.start(a, 'root');
      answer(history, callOf(history, root, b, 'work'));
      history.end(root);
    },
    findings: [],
  },
  {
    title: 'a server whose clock is behind its caller’s',
    tell: (history) => {
      const [a, b] = [history.process('a-1'), history.process('b-1', { offsetMs: -120 })];
      const root = history.start(a, 'root');
      answer(history, callOf(history, root, b, 'work', 2));
      history.end(root);
    },
    findings: ['message →work.start → work.start: skew 118 ms', 'apart a-1 b-1'],
  },
  {
    title: 'a server whose clock is ahead, seen in its reply',
    tell: (history) => {
      const [a, b] = [history.process('a-1'), history.process('b-1', { offsetMs: 50 })];
      const root = history.start(a, 'root');
      answer(history, callOf(history, root, b, 'work', 2), 2);
      history.end(root);
    },
    findings: ['reply work.reply → →work.end: skew 46 ms', 'apart a-1 b-1'],
  },
  {
    title: 'starts cut to the millisecond: a tie is nothing, less than a millisecond is resolution',
    tell: (history) => {
      const [a, b] = [history.process('a-1'), history.process('b-1', { offsetMs: -0.4 })];
      const root = history.start(a, 'root');
      answer(history, callOf(history, root, b, 'work', 0), 3);
      answer(history, callOf(history, root, a, 'tie', 0), 3);
      history.end(root);
    },
    findings: ['message →work.start → work.start: resolution 0.4 ms'],
  },
  {
    title: 'a lost span by its ticks and by its child',
    tell: (history) => {
      const a = history.process('a-1');
      const root = history.start(a, 'root');
      const middle = history.start(a, 'middle', { parent: root });
      const leaf = history.start(a, 'leaf', { parent: middle });
      for (const span of [leaf, middle, root]) history.end(span);
    },
    spoil: without('middle'),
    findings: ['missing a-1 2..2', 'missing a-1 5..5', 'no parent of leaf'],
  },
  {
    title: 'a node that only others have heard of',
    tell: (history) => {
      const [a, b] = [history.process('a-1'), history.process('b-1')];
      const root = history.start(a, 'root');
      answer(history, callOf(history, root, b, 'work'));
      history.end(root);
    },
    spoil: without('work'),
    findings: ['missing b-1 2..2 (all)'],
  },
  {
    title: 'one identity in two processes',
    tell: (history) => {
      const a = history.process('a-1');
      const twin = history.process('a-1');
      for (const [process, name] of [
        [a, 'one'],
        [twin, 'two'],
      ] as const) {
        const span = history.start(process, name);
        history.passMs(2);
        history.end(span);
      }
    },
    findings: ['clash a-1 1 ×2', 'clash a-1 2 ×2'],
  },
  {
    title: 'a caller that missed a reply of a service without stamps, and whom it told',
    tell: (history) => {
      const [a, b, c] = [history.process('a-1'), history.process('b-1', { stamped: false }), history.process('c-1')];
      const root = history.start(a, 'root');
      answer(history, callOf(history, root, b, 'plain'));
      answer(history, callOf(history, root, c, 'told'));
      history.end(root);
    },
    findings: ['incomplete a-1 since root ×3: reply-without-stamp', 'incomplete c-1 since told ×1: told-by-another'],
  },
  {
    title: 'a call out of the fleet, which hides nothing that was recorded',
    tell: (history) => {
      const [a, b] = [history.process('a-1'), history.process('b-1', { stamped: false, recorded: false })];
      const root = history.start(a, 'root');
      answer(history, callOf(history, root, b, 'outside'));
      history.end(root);
    },
    spoil: (spans) =>
      spans.map((span) => {
        return span.kind === 'client'
          ? { ...span, attributes: { ...span.attributes, 'server.address': 'bank.example' } }
          : span;
      }),
    findings: ['incomplete a-1 since root ×2: reply-without-stamp, resolved'],
  },
  {
    title: 'a call that does not say where it went: it may have been to what was recorded',
    tell: (history) => {
      const [a, b] = [history.process('a-1'), history.process('b-1', { stamped: false, recorded: false })];
      const root = history.start(a, 'root');
      answer(history, callOf(history, root, b, 'outside'));
      history.end(root);
    },
    findings: ['incomplete a-1 since root ×2: reply-without-stamp'],
  },
  {
    title: 'a server below a service without stamps',
    tell: (history) => {
      const [a, b, c] = [history.process('a-1'), history.process('b-1', { stamped: false }), history.process('c-1')];
      const root = history.start(a, 'root', { kind: 'producer' });
      const plain = history.start(b, 'plain', { parent: root, kind: 'consumer' });
      const send = history.start(b, 'send', { parent: plain, kind: 'producer' });
      const late = history.start(c, 'late', { parent: send, kind: 'consumer' });
      for (const span of [late, send, plain, root]) {
        history.passMs(1);
        history.end(span);
      }
    },
    findings: ['incomplete c-1 since late ×1: plain-hop'],
  },
  {
    title: 'two services that write one table unordered',
    tell: (history) => {
      const [a, b, c] = ['a-1', 'b-1', 'c-1'].map((name) => history.process(name));
      const root = history.start(a!, 'root');
      const calls = [callOf(history, root, b!, 'left'), callOf(history, root, c!, 'right')];
      for (const [i, { serve }] of calls.entries()) write(history, serve, `w${i}`);
      for (const one of calls) answer(history, one);
      history.end(root);
    },
    findings: ['race postgresql/shop/stock: write w0 / write w1'],
  },
  {
    title: 'no race between two reads, two tables, or calls one after the other',
    tell: (history) => {
      const [a, b, c] = ['a-1', 'b-1', 'c-1'].map((name) => history.process(name));
      const root = history.start(a!, 'root');
      const calls = [callOf(history, root, b!, 'left'), callOf(history, root, c!, 'right')];
      for (const [i, { serve }] of calls.entries()) {
        write(history, serve, `read${i}`, { 'db.operation.name': 'SELECT' });
        write(history, serve, `write${i}`, { 'db.collection.name': `own${i}` });
      }
      for (const one of calls) answer(history, one);
      for (const process of [b!, c!]) {
        const one = callOf(history, root, process, `after ${process.name}`);
        write(history, one.serve, `in turn ${process.name}`);
        answer(history, one);
      }
      history.end(root);
    },
    findings: [],
  },
  {
    title: 'two branches of one process that overlapped, and none that this run serialized',
    tell: (history) => {
      const a = history.process('a-1');
      const root = history.start(a, 'root');
      const both = ['x', 'y'].map((name) => history.start(a, name, { parent: root, attributes: { ...TABLE } }));
      for (const span of both) history.end(span);
      write(history, root, 'z');
      history.end(root);
    },
    findings: ['race postgresql/shop/stock: write x / write y'],
  },
  {
    title: 'in flow order also what this run serialized',
    tell: (history) => {
      const a = history.process('a-1', { stamped: false });
      const root = history.start(a, 'root');
      write(history, root, 'x');
      write(history, root, 'y', { 'db.operation.name': 'SELECT' });
      history.end(root);
    },
    options: { order: 'flow' },
    findings: ['race postgresql/shop/stock: read y / write x'],
  },
  {
    title: 'no race of a span with the span that it is a part of',
    tell: (history) => {
      const a = history.process('a-1');
      const outer = history.start(a, 'outer', { attributes: { 'causality.resource': 'cart' } });
      const inner = history.start(a, 'inner', { parent: outer, attributes: { 'causality.resource': 'cart' } });
      for (const span of [inner, outer]) history.end(span);
    },
    findings: [],
  },
  {
    title: 'no race where it cannot be known',
    tell: (history) => {
      const [a, b, c] = [history.process('a-1'), history.process('b-1'), history.process('c-1', { stamped: false })];
      const root = history.start(a, 'root');
      const calls = [callOf(history, root, b, 'left'), callOf(history, root, c, 'right')];
      for (const [i, { serve }] of calls.entries()) write(history, serve, `w${i}`);
      for (const one of calls) answer(history, one);
      history.end(root);
    },
    findings: ['incomplete a-1 since root ×2: reply-without-stamp'],
  },
  {
    title: 'a clock that was set back between two calls',
    tell: (history) => {
      const [a, b] = [history.process('a-1'), history.process('b-1', { offsetMs: 5 })];
      const root = history.start(a, 'root');
      answer(history, callOf(history, root, b, 'first', 1), 1);
      b.offsetMs = -40;
      answer(history, callOf(history, root, b, 'second', 1), 1);
      history.end(root);
    },
    findings: [
      'reply first.reply → →first.end: skew 3 ms',
      'message →second.start → second.start: skew 39 ms',
      'stepped a-1 b-1',
    ],
  },
];

const TABLE = {
  'db.system.name': 'postgresql',
  'db.namespace': 'shop',
  'db.collection.name': 'stock',
  'db.operation.name': 'UPDATE',
};

function write(history: History, parent: Told, name: string, attributes: Record<string, string> = {}): void {
  const span = history.start(parent.process, name, { parent, attributes: { ...TABLE, ...attributes } });
  history.passMs(1);
  history.end(span);
}

describe('findings of small histories', () => {
  for (const { title, tell, spoil = (spans: RecordedSpan[]) => spans, options, findings } of CASES) {
    it(title, () => {
      const history = new History();
      tell(history);
      const graph = CausalGraph.of(spoil(history.recorded()), options);
      expect(linesOf(findAnomalies(graph))).to.have.members(findings);
    });
  }

  it('list no more than asked for, and count all', () => {
    const history = new History();
    const [a, b] = [history.process('a-1'), history.process('b-1', { offsetMs: -100 })];
    const root = history.start(a, 'root');
    for (let i = 0; i < 5; i++) answer(history, callOf(history, root, b, `work${i}`));
    history.end(root);
    const found = findAnomalies(CausalGraph.of(history.recorded()), { limit: 2 });
    expect(found.inversions).to.have.length(2);
    expect(found.totals.skewed).to.equal(5);
    expect(found.inversionSummary[0]).to.include({ from: 'a', to: 'b', skewed: 5, worstNanos: 99_000_000 });
  });
});
