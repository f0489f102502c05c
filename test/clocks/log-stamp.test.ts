import { expect } from 'chai';
import { compareLogStamps, type LogStamp } from '../../src/clocks/log-stamp.js';
import { type CausalStamp, compareStamps, type StampRelation } from '../../src/clocks/stamp.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';

const COMMON = { domain: '00f067aa0ba902b7', lamport: 1, hlc: undefined, incomplete: false, hlcUnordered: false };
const vectorOf = (entries: Record<string, number>): VectorTimestamp => VectorTimestamp.from(Object.entries(entries));

function log(node: string, afterTick: number, entries: Record<string, number>, more: Partial<LogStamp> = {}): LogStamp {
  return { ...COMMON, node, afterTick, seq: 1, vector: vectorOf(entries), ...more };
}

function event(
  node: string,
  tick: number,
  entries: Record<string, number>,
  more: Partial<CausalStamp> = {},
): CausalStamp {
  return { ...COMMON, node, tick, vector: vectorOf(entries), ...more };
}

const INVERSE = { before: 'after', after: 'before' } as const;
type Comparable = LogStamp | CausalStamp;

/** Says it from both sides. */
function expectRelation(a: Comparable, b: Comparable, relation: StampRelation): void {
  expect(compareLogStamps(a, b)).to.equal(relation);
  const inverse = relation === 'before' || relation === 'after' ? INVERSE[relation] : relation;
  expect(compareLogStamps(b, a), 'the other way round').to.equal(inverse);
}

describe('compareLogStamps', () => {
  it('compares two events as compareStamps does', () => {
    const events = [event('a', 1, { a: 1 }), event('b', 1, { a: 1, b: 1 }), event('c', 1, { c: 1 })];
    for (const a of events) {
      for (const b of events) expect(compareLogStamps(a, { ...b })).to.equal(compareStamps(a, { ...b }));
    }
  });

  it('takes a log for itself, and says nothing across domains or of messages', () => {
    const one = log('a', 1, { a: 1 });
    expectRelation(one, one, 'equal');
    expectRelation(one, { ...one, seq: 2, domain: '-' }, 'unknown');
    const message = { ...event('b', 1, { a: 9, b: 1 }), node: undefined, tick: undefined };
    expectRelation(one, message, 'unknown');
    expectRelation(log('a', 0, {}), { ...message, vector: VectorTimestamp.EMPTY }, 'unknown');
  });

  describe('on one node', () => {
    it('puts a log behind the event whose tick it bears, and before the next', () => {
      const between = log('a', 2, { a: 2 });
      expectRelation(event('a', 1, { a: 1 }), between, 'before');
      expectRelation(event('a', 2, { a: 2 }), between, 'before');
      expectRelation(event('a', 3, { a: 3 }), between, 'after');
    });

    it('puts two logs in the order of their numbers', () => {
      const first = log('a', 2, { a: 2 }, { seq: 5 });
      expectRelation(first, log('a', 2, { a: 2 }, { seq: 6 }), 'before');
      expectRelation(first, log('a', 4, { a: 4 }, { seq: 6 }), 'before');
      expectRelation(first, log('a', 2, { a: 2 }, { seq: 5 }), 'equal');
    });

    it('knows nothing of two logs whose numbers and ticks contradict each other', () => {
      const first = log('a', 2, { a: 2 }, { seq: 5 });
      expectRelation(first, log('a', 1, { a: 1 }, { seq: 6 }), 'unknown');
      expectRelation(first, log('a', 3, { a: 3 }, { seq: 5 }), 'unknown');
    });
  });

  describe('on two nodes', () => {
    let cause: LogStamp;
    beforeEach(() => {
      cause = log('a', 2, { a: 2 });
    });

    it('proves a log by an event after it, and an event by itself', () => {
      expectRelation(cause, event('b', 1, { a: 3, b: 1 }), 'before');
      expectRelation(cause, log('b', 0, { a: 3 }), 'before');
      expectRelation(event('a', 2, { a: 2 }), log('b', 0, { a: 2 }), 'before');
      expectRelation(event('a', 2, { a: 2 }), log('b', 1, { a: 1, b: 1 }), 'concurrent');
    });

    it('leaves open who heard just as much of a log’s node as the log itself tells', () => {
      expectRelation(cause, event('b', 1, { a: 2, b: 1 }), 'unknown');
      expectRelation(cause, event('b', 1, { a: 1, b: 1 }), 'concurrent');
      // The domain was dropped in between: a message would have told of one event only.
      const dropped = log('a', 2, { a: 1 });
      expectRelation(dropped, event('b', 1, { a: 1, b: 1 }), 'unknown');
      expectRelation(dropped, event('b', 1, { b: 1 }), 'concurrent');
      // A node without events tells nothing of itself: whoever has heard of nothing may have heard of it.
      expectRelation(log('a', 0, {}), event('b', 1, { b: 1 }), 'unknown');
    });

    it('proves one way even where the other is open or a path may be hidden', () => {
      const effect = log('b', 1, { a: 3, b: 1 });
      expectRelation({ ...cause, incomplete: true }, effect, 'before');
      expectRelation(log('a', 2, { a: 2, b: 1 }), effect, 'before');
    });

    it('calls concurrent only what is refuted both ways and complete', () => {
      const other = log('b', 1, { b: 1 });
      expectRelation(cause, other, 'concurrent');
      expectRelation({ ...cause, incomplete: true }, other, 'unknown');
      expectRelation(cause, { ...other, incomplete: true }, 'unknown');
      expectRelation(cause, log('b', 1, { a: 2, b: 1 }), 'unknown');
    });

    it('knows nothing where each claims to have heard of the other', () => {
      expectRelation(log('a', 2, { a: 2, b: 5 }), log('b', 1, { a: 5, b: 1 }), 'unknown');
    });
  });
});
