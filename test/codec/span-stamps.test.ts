import { type Context, ROOT_CONTEXT, type Span, SpanKind } from '@opentelemetry/api';
import { expect } from 'chai';
import { compareStamps } from '../../src/clocks/stamp.js';
import { type ReadAttributes, readSpanStamps, type SpanStamps } from '../../src/codec/span-stamps.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { type NodeOptions, TestNode } from '../support/fleet.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const DOMAIN = '8448eb211c80319c';

const plain: ReadAttributes = {
  'causality.node': 'b-1',
  'causality.tick': 3,
  'causality.lamport': 9,
  'causality.vector': 'a-1=5,b-1=3',
  'causality.end.tick': 4,
  'causality.end.lamport': 10,
};

/** Each name begins with the one before it, which ends above or below what the next one has there. */
const NESTED = 'A=1,a=2,a-=3,a--=4,a.=5,a.9=6,aa=7,aaz=8';

function read(attributes: ReadAttributes, parent?: SpanStamps): SpanStamps {
  const stamps = readSpanStamps(TRACE, attributes, parent?.start);
  if (stamps === undefined) throw new Error('there are stamps to read');
  return stamps;
}

describe('stamps read from span attributes', () => {
  it('are those that the span was given', () => {
    const { start, end, reply } = read(plain);
    expect(start).to.include({ domain: DOMAIN, node: 'b-1', tick: 3, lamport: 9, incomplete: false });
    expect(start.vector.toString()).to.equal('a-1=5,b-1=3');
    expect(end).to.include({ node: 'b-1', tick: 4, lamport: 10, incomplete: false });
    expect(end?.vector.toString()).to.equal('a-1=5,b-1=4');
    expect(reply).to.equal(undefined);
  });

  it('take an end vector where one was written, and know the reply from below', () => {
    const { start, reply, end } = read({
      ...plain,
      'causality.reply.tick': 4,
      'causality.reply.lamport': 12,
      'causality.end.tick': 5,
      'causality.end.lamport': 13,
      'causality.end.vector': 'a-1=5,b-1=5,c-1=2',
    });
    expect(start.incomplete).to.equal(false);
    expect(end?.vector.toString()).to.equal('a-1=5,b-1=5,c-1=2');
    expect(end?.incomplete).to.equal(false);
    expect(reply?.vector.toString()).to.equal('a-1=5,b-1=4');
    expect(reply?.incomplete).to.equal(true);
  });

  it('have no reply where none was written, whatever is known of the end', () => {
    const { reply, end } = read({ ...plain, 'causality.end.vector': 'a-1=5,b-1=4,c-1=2' });
    expect(reply).to.equal(undefined);
    expect(end?.vector.toString()).to.equal('a-1=5,b-1=4,c-1=2');
  });

  it('have no end for a vector alone', () => {
    const { end } = read({ ...plain, 'causality.end.tick': undefined, 'causality.end.vector': 'b-1=4' });
    expect(end).to.equal(undefined);
  });

  it('have an end that is incomplete by its own vector, and has heard what the start had', () => {
    const cut = read({ ...plain, 'causality.end.vector': 'b-1=4,c-' });
    expect([cut.start.incomplete, cut.end?.incomplete]).to.deep.equal([false, true]);
    expect(cut.end?.vector.toString()).to.equal('a-1=5,b-1=4');
    const whole = read({ ...plain, 'causality.vector': 'a-', 'causality.end.vector': 'a-1=5,b-1=4' });
    expect([whole.start.incomplete, whole.end?.incomplete]).to.deep.equal([true, false]);
    const told = read({ ...plain, 'causality.incomplete': true, 'causality.end.vector': 'a-1=5,b-1=4' });
    expect(told.end?.incomplete).to.equal(true);
  });

  it('have the domain of a trace id of 64 bits, and of one in capitals', () => {
    expect(readSpanStamps(DOMAIN, plain)?.start.domain).to.equal(DOMAIN);
    expect(readSpanStamps(TRACE.toUpperCase(), plain)?.start.domain).to.equal(DOMAIN);
  });

  it('know a reply exactly where nothing was heard during the span', () => {
    const { reply } = read({
      ...plain,
      'causality.reply.tick': 4,
      'causality.reply.lamport': 10,
      'causality.end.tick': 5,
      'causality.end.lamport': 11,
    });
    expect(reply).to.include({ tick: 4, lamport: 10, incomplete: false });
    const withoutEnd = read({
      ...plain,
      'causality.end.tick': undefined,
      'causality.reply.tick': 4,
      'causality.reply.lamport': 10,
    });
    expect(withoutEnd.end).to.equal(undefined);
    expect(withoutEnd.reply?.incomplete).to.equal(true);
  });

  it('may be numbers, bigints or decimal strings, as stores have them', () => {
    const texts = Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, String(value)]));
    expect(read({ ...texts, 'causality.incomplete': 'true' }).start).to.include({ tick: 3, incomplete: true });
    expect(read({ ...plain, 'causality.tick': 3n }).start.tick).to.equal(3);
    expect(read({ ...plain, 'causality.end.tick': 2 ** 48 }).end?.tick).to.equal(2 ** 48);
  });

  it('carry what was said of the whole span to each of its events', () => {
    const flags = { 'causality.incomplete': true, 'causality.hlc_unordered': true, 'causality.scope': 'process' };
    const { start, end } = read({ ...plain, ...flags });
    for (const stamp of [start, end]) {
      expect(stamp).to.include({ domain: '-', incomplete: true, hlcUnordered: true });
    }
  });

  it('are none where node, tick or Lamport time is missing or not one', () => {
    expect(readSpanStamps(TRACE, {})).to.equal(undefined);
    for (const [name, value] of [
      ['causality.node', 'ü'],
      ['causality.node', undefined],
      ['causality.tick', 0],
      ['causality.tick', 1.5],
      ['causality.tick', '1e3'],
      ['causality.tick', -1n],
      ['causality.tick', {}],
      ['causality.lamport', 2 ** 48 + 1],
      ['causality.lamport', '007'],
    ] as const) {
      expect(readSpanStamps(TRACE, { ...plain, [name]: value }), name).to.equal(undefined);
    }
  });

  it('have no end where its parts contradict each other', () => {
    expect(read({ ...plain, 'causality.end.tick': 3 }).end).to.equal(undefined);
    expect(read({ ...plain, 'causality.end.lamport': undefined }).end).to.equal(undefined);
    expect(read({ ...plain, 'causality.reply.tick': 2, 'causality.reply.lamport': 9 }).reply).to.equal(undefined);
  });

  it('are incomplete where the vector is missing, cut or damaged, and claim nothing that it did not say', () => {
    for (const [vector, kept] of [
      [undefined, 'b-1=3'],
      [17, 'b-1=3'],
      ['', 'b-1=3'],
      ['a-1=5,b-', 'a-1=5,b-1=3'],
      ['a-1=5,b-1=', 'a-1=5,b-1=3'],
      ['a-1=5', 'a-1=5,b-1=3'],
      ['a-1=5,a-1=7,b-1=3', 'a-1=5,b-1=3'],
      ['b-1=3,a-1=5', 'b-1=3'],
      ['a-1=05,b-1=3', 'b-1=3'],
      ['a-1=5,b-1=300', 'a-1=5,b-1=3'],
      ['__proto__=5,b-1=3,é=1', '__proto__=5,b-1=3'],
      [['a-1=5', 'b-1=3'], 'b-1=3'],
      ['a-1=5,b-1=3,', 'a-1=5,b-1=3'],
      ['a-1=5x,b-1=3', 'b-1=3'],
      ['a-1=5:,b-1=3', 'b-1=3'],
      ['a-1=5=,b-1=3', 'b-1=3'],
      ['a-1:5,b-1=3', 'b-1=3'],
      ['a-1=,b-1=3', 'b-1=3'],
      ['a-1,b-1=3', 'b-1=3'],
      [',a-1=5,b-1=3', 'a-1=5,b-1=3'],
      ['a-1=05,aa=2,b-1=3', 'aa=2,b-1=3'],
      // A name is above those that it begins with, whatever stands behind them.
      ['A=1,a-1=5,a=2,b-1=3', 'A=1,a-1=5,b-1=3'],
      ['A=1,a1=5,a=2,b-1=3', 'A=1,a1=5,b-1=3'],
      ['A=1,aa=5,a=2,b-1=3', 'A=1,aa=5,b-1=3'],
      ['A=1,aa=5,aa=6,b-1=3', 'A=1,aa=5,b-1=3'],
      ['=5,b-1=3', 'b-1=3'],
      [`a-1=${2 ** 48 + 1},b-1=3`, 'b-1=3'],
      [`a-1=${'9'.repeat(400)},b-1=3`, 'b-1=3'],
      [`${'a'.repeat(65)}=5,b-1=3`, 'b-1=3'],
    ] as const) {
      const { start, end } = read({ ...plain, 'causality.vector': vector });
      expect(start.vector.toString(), String(vector)).to.equal(kept);
      expect(start.incomplete, String(vector)).to.equal(true);
      expect(end?.incomplete, String(vector)).to.equal(true);
    }
  });

  it('take every legal counter and name for what it is', () => {
    for (const others of [
      'a-1=10',
      'a-1=9',
      'a-1=1090',
      `a-1=${2 ** 48}`,
      `${'a'.repeat(64)}=5`,
      'A=1,_=2,a.b=3',
      NESTED,
    ]) {
      const { start } = read({ ...plain, 'causality.vector': `${others},b-1=3` });
      expect(start.vector.toString()).to.equal(`${others},b-1=3`);
      expect(start.incomplete, others).to.equal(false);
    }
  });

  it('take 2,048 characters and 64 entries, and are incomplete beyond either', () => {
    const entry = (i: number, length: number): string => `n${String(i).padStart(length - 3, '0')}=1`;
    const entries = [...Array.from({ length: 63 }, (_, i) => entry(i, 31)), `o${'0'.repeat(29)}=1`];
    const text = entries.join(',');
    expect(text).to.have.lengthOf(2048);
    const full = { ...plain, 'causality.node': entries[0]?.slice(0, -2), 'causality.tick': 1 };
    for (const [vector, incomplete] of [
      [text, false],
      [`${text},`, true],
      [`${text},z=1`, true],
      [`${text}0`, true],
      [[...entries.slice(0, 62).map((_, i) => entry(i, 20)), 'x=1', 'y=1'].join(','), false],
      [[...entries.slice(0, 62).map((_, i) => entry(i, 20)), 'x=1', 'y=1', 'z=1'].join(','), true],
    ] as const) {
      const node = vector.slice(0, vector.indexOf('='));
      const { start } = read({ ...full, 'causality.node': node, 'causality.vector': vector });
      expect([start.vector.size, start.incomplete], vector.slice(-8)).to.deep.equal([64, incomplete]);
    }
  });

  it('stay bounded by hostile text', () => {
    const names = Array.from({ length: 1_000 }, (_, i) => `n${String(i).padStart(4, '0')}=1`);
    const { start } = read({ ...plain, 'causality.vector': names.join(',') });
    expect(start.vector.size).to.be.at.most(65);
    expect(start.incomplete).to.equal(true);
    expect(read({ ...plain, 'causality.vector': ','.repeat(1_000_000) }).start.vector.size).to.equal(1);
  });

  it('read hybrid times, and bear bad ones', () => {
    const hlc = '2026-11-21T10:00:00.1234567892Z';
    expect(read({ ...plain, 'causality.hlc': hlc }).start.hlc?.toRfc3339()).to.equal(hlc);
    for (const bad of ['yesterday', [hlc], 7]) {
      expect(read({ ...plain, 'causality.hlc': bad }).start.hlc).to.equal(undefined);
    }
  });

  describe('in lean mode', () => {
    it('take nothing from a parent in another domain', () => {
      const child = { ...plain, 'causality.vector': undefined, 'causality.tick': 7 };
      const { start } = read(child, read({ ...plain, 'causality.scope': 'process' }));
      expect([start.vector.toString(), start.incomplete]).to.deep.equal(['b-1=7', true]);
    });

    it('take the vector from the local parent', () => {
      const child = { ...plain, 'causality.vector': undefined, 'causality.tick': 7, 'causality.end.tick': 8 };
      const { start, end } = read(child, read(plain));
      expect(start.vector.toString()).to.equal('a-1=5,b-1=7');
      expect(end?.vector.toString()).to.equal('a-1=5,b-1=8');
      expect(start.incomplete).to.equal(false);
    });

    it('take nothing from a parent on another node or after the child', () => {
      const child = { ...plain, 'causality.vector': undefined };
      const remote = read({ ...plain, 'causality.node': 'a-1', 'causality.vector': 'a-1=3,z-1=2' });
      expect(read(child, remote).start.vector.toString()).to.equal('b-1=3');
      expect(read(child, remote).start.incomplete).to.equal(true);
      expect(read(child, read({ ...plain, 'causality.tick': 3 })).start.incomplete).to.equal(true);
    });
  });

  for (const attributes of ['standard', 'full', 'lean'] as const) {
    it(`compare as the stamps themselves do (${attributes})`, () => {
      const { spans, finished } = conversation({ attributes });
      const parents = new Map<string, SpanStamps>();
      const readBack = spans.map(({ span, parentSpanId }) => {
        const { spanId, traceId } = span.spanContext();
        const stamps = readSpanStamps(traceId, finished(spanId), parents.get(parentSpanId ?? '')?.start);
        if (stamps === undefined) throw new Error('every span is stamped');
        parents.set(spanId, stamps);
        return stamps.start;
      });
      const given = spans.map(({ span }) => getCausalStamp(span));
      for (const [i, a] of given.entries()) {
        for (const [j, b] of given.entries()) {
          if (a === undefined || b === undefined) throw new Error('every span is stamped');
          const found = compareStamps(readBack[i] ?? a, readBack[j] ?? b);
          expect(found, `${i} ${j}`).to.equal(i === j ? 'equal' : compareStamps(a, b));
        }
      }
    });
  }
});

interface StartedHere {
  readonly span: Span;
  readonly parentSpanId: string | undefined;
}

/** Two services: a caller with children of its own, a callee with a child, and siblings that go on meanwhile. */
function conversation(options: NodeOptions): {
  readonly spans: readonly StartedHere[];
  readonly finished: (spanId: string) => ReadAttributes;
} {
  const a = new TestNode('a', options);
  const b = new TestNode('b', options);
  const spans: StartedHere[] = [];
  const start = (node: TestNode, name: string, context: Context, parent?: Span, kind = SpanKind.INTERNAL) => {
    const started = node.start(name, context, { kind });
    spans.push({ span: started.span, parentSpanId: parent?.spanContext().spanId });
    return started;
  };
  const root = start(a, 'root', ROOT_CONTEXT);
  const call = start(a, 'call', root.context, root.span, SpanKind.PRODUCER);
  const handle = start(b, 'handle', b.extract(a.inject(call.context)), call.span, SpanKind.CONSUMER);
  start(b, 'inside', handle.context, handle.span);
  start(a, 'meanwhile', root.context, root.span);
  const back = start(b, 'back', handle.context, handle.span, SpanKind.PRODUCER);
  start(a, 'heard', a.extract(b.inject(back.context)), back.span, SpanKind.CONSUMER);
  start(a, 'afterwards', root.context, root.span);
  for (const { span } of spans.toReversed()) span.end();
  const all = [...a.exporter.getFinishedSpans(), ...b.exporter.getFinishedSpans()];
  return {
    spans,
    finished: (spanId) => {
      const found = all.find((span) => span.spanContext().spanId === spanId);
      if (found === undefined) throw new Error(`span ${spanId} has not ended`);
      return found.attributes;
    },
  };
}
