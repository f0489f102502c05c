import { expect } from 'chai';
import { relateSpans, type SpanRelation } from '../../../src/analysis/happens-before/span-relation.js';
import { readSpanStamps, type SpanStamps } from '../../../src/codec/span-stamps.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';

interface Told {
  readonly at: string;
  /** Ticks of start, reply (0 for none) and end (0 for none). */
  readonly ticks: readonly [start: number, reply: number, end: number];
  /** What it had heard of the others at its start and, where that was more, at its end. */
  readonly heard?: string;
  readonly heardByEnd?: string;
  readonly incomplete?: boolean;
}

function span({ at, ticks: [start, reply, end], heard = '', heardByEnd, incomplete = false }: Told): SpanStamps {
  const vector = (others: string, own: number): string =>
    [...others.split(',').filter((entry) => entry !== ''), `${at}=${own}`].sort().join(',');
  const stamps = readSpanStamps(TRACE, {
    'causality.node': at,
    'causality.tick': start,
    'causality.lamport': start,
    'causality.vector': vector(heard, start),
    ...(reply === 0 ? {} : { 'causality.reply.tick': reply, 'causality.reply.lamport': reply }),
    ...(end === 0 ? {} : { 'causality.end.tick': end, 'causality.end.lamport': end }),
    ...(heardByEnd === undefined ? {} : { 'causality.end.vector': vector(heardByEnd, end) }),
    ...(incomplete ? { 'causality.incomplete': true } : {}),
  });
  if (stamps === undefined) throw new Error('a stamped span');
  return stamps;
}

const INVERSE: Readonly<Record<SpanRelation, SpanRelation>> = {
  before: 'after',
  after: 'before',
  contains: 'within',
  within: 'contains',
  overlaps: 'overlaps',
  concurrent: 'concurrent',
  unknown: 'unknown',
};

function expectRelation(x: SpanStamps, y: SpanStamps, relation: SpanRelation): void {
  expect(relateSpans(x, y)).to.equal(relation);
  expect(relateSpans(y, x)).to.equal(INVERSE[relation]);
}

describe('the relation of two spans', () => {
  // a calls b twice, one after the other; b ends each of its spans only after its reply was read.
  const firstCall = span({ at: 'a', ticks: [1, 0, 2], heardByEnd: 'b=2' });
  const firstWork = span({ at: 'b', ticks: [1, 2, 3], heard: 'a=1' });
  const secondCall = span({ at: 'a', ticks: [3, 0, 4], heard: 'b=2', heardByEnd: 'b=2,c=2' });
  const secondWork = span({ at: 'c', ticks: [1, 2, 3], heard: 'a=3,b=2' });

  it('takes a reply for the end: what was called next is after it', () => {
    expectRelation(firstCall, secondCall, 'before');
    expectRelation(firstWork, secondWork, 'before');
    expectRelation(firstWork, secondCall, 'before');
  });

  it('has calls contain what they called', () => {
    expectRelation(firstCall, firstWork, 'contains');
    expectRelation(secondCall, secondWork, 'contains');
  });

  it('has calls side by side overlap, and their work concurrent', () => {
    const callC = span({ at: 'a', ticks: [1, 0, 4], heardByEnd: 'b=2,c=2' });
    const callB = span({ at: 'a', ticks: [2, 0, 3], heardByEnd: 'b=2' });
    const workB = span({ at: 'b', ticks: [1, 2, 3], heard: 'a=2' });
    const workC = span({ at: 'c', ticks: [1, 2, 3], heard: 'a=1' });
    expectRelation(callC, callB, 'contains');
    expectRelation(span({ at: 'a', ticks: [1, 0, 3] }), span({ at: 'a', ticks: [2, 0, 4] }), 'overlaps');
    expectRelation(workB, workC, 'concurrent');
    expectRelation(callB, workC, 'concurrent');
  });

  it('has what goes on after a reply concurrent with what the caller did next', () => {
    const workAfterReply = span({ at: 'b', ticks: [4, 0, 5], heard: 'a=1' });
    expectRelation(firstWork, workAfterReply, 'before');
    expectRelation(workAfterReply, secondWork, 'concurrent');
  });

  it('holds for a reply whose own vector is known from below only', () => {
    const busy = span({ at: 'b', ticks: [1, 4, 5], heard: 'a=1', heardByEnd: 'a=1,d=2' });
    expect(busy.reply?.incomplete).to.equal(true);
    expectRelation(busy, span({ at: 'c', ticks: [1, 2, 3], heard: 'a=3,b=4,d=2' }), 'before');
    expectRelation(busy, span({ at: 'c', ticks: [1, 2, 3], heard: 'a=2' }), 'concurrent');
    expectRelation(busy, span({ at: 'd', ticks: [1, 2, 3], heard: 'a=1,b=2' }), 'contains');
  });

  it('is unknown where a path may be hidden, and proven where one is seen all the same', () => {
    const hidden = span({ at: 'c', ticks: [1, 2, 3], heard: 'a=1', incomplete: true });
    expectRelation(hidden, firstWork, 'unknown');
    expectRelation(span({ at: 'b', ticks: [1, 2, 3], incomplete: true }), secondCall, 'before');
  });

  it('is unknown between traces, for spans without an end, and for forged ones', () => {
    const stranger = readSpanStamps('f'.repeat(32), {
      'causality.node': 'a',
      'causality.tick': 1,
      'causality.lamport': 1,
      'causality.vector': 'a=1',
    });
    if (stranger === undefined) throw new Error('a stamped span');
    expectRelation(firstCall, stranger, 'unknown');
    expectRelation(span({ at: 'a', ticks: [1, 0, 0] }), firstWork, 'unknown');
    expectRelation(
      span({ at: 'a', ticks: [1, 0, 2], heard: 'b=9' }),
      span({ at: 'b', ticks: [1, 0, 2], heard: 'a=9' }),
      'unknown',
    );
  });
});
