import { expect } from 'chai';
import * as fc from 'fast-check';
import { buildTable } from '../../../src/analysis/events/build-table.js';
import {
  END,
  PARTIAL_END,
  PARTIAL_REPLY,
  PARTIAL_START,
  REPLY,
  START,
  TOLD_INCOMPLETE,
} from '../../../src/analysis/events/event-table.js';
import type { AttributeRecord, RecordedSpan } from '../../../src/analysis/recorded.js';
import { stampAt } from '../../../src/analysis/events/stamp-columns.js';
import { type EventStamp, readSpanStamps } from '../../../src/codec/span-stamps.js';

const NODES = ['a', 'a-1', 'b', 'b.x', 'long-name-of-a-node-k3j5h2g1'] as const;
const TRACES = [
  '00000000000000aa7b1d62f2c9e04a15',
  '00000000000000bb7b1d62f2c9e04a15',
  '00000000000000bb0000000000000001',
];

const counters = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }) },
  fc.constantFrom(0, -1, 2 ** 48, 2 ** 49, '3', 'x', 4n),
);

const wellFormed = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...NODES), fc.integer({ min: 1, max: 6 })), {
    selector: ([node]) => node,
    maxLength: 4,
  })
  .map((entries) =>
    entries
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([node, counter]) => `${node}=${counter}`)
      .join(','),
  );

const vectors = fc.oneof(
  { weight: 8, arbitrary: wellFormed },
  fc.constantFrom('', 'a', 'a=0', 'a=1,', ',a=1', 'b=1,a=1', 'a=1,a=2', 'a=01', 'a=1;b=2', 'ä=1', 7, true),
);

/** Mostly of the kind that the library writes; any part may be something else, or not there. */
const spans = fc.record(
  {
    trace: fc.constantFrom(...TRACES),
    node: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...NODES) }, fc.constantFrom('', 'no node', 7)),
    tick: counters,
    lamport: counters,
    vector: vectors,
    endTick: counters,
    endLamport: counters,
    endVector: vectors,
    replyTick: counters,
    replyLamport: counters,
    incomplete: fc.constantFrom(true, false, 'true'),
    scope: fc.constantFrom('process', 'trace'),
  },
  { requiredKeys: ['trace', 'node', 'tick', 'lamport', 'vector'] },
);

/** The same, with what the writer guarantees: the own entry is the tick, the end comes later and has heard at least as much. */
const usualSpans = fc
  .record({
    trace: fc.constantFrom(...TRACES),
    node: fc.constantFrom(...NODES),
    tick: fc.integer({ min: 1, max: 9 }),
    reply: fc.option(fc.integer({ min: 1, max: 3 }), { nil: 0 }),
    end: fc.option(fc.integer({ min: 4, max: 9 }), { nil: 0 }),
    others: fc.uniqueArray(
      fc.tuple(fc.constantFrom(...NODES), fc.integer({ min: 1, max: 6 }), fc.integer({ min: -1, max: 2 })),
      {
        selector: ([node]) => node,
        maxLength: 4,
      },
    ),
    heard: fc.boolean(),
    incomplete: fc.boolean(),
    scope: fc.constantFrom('process', undefined),
    // Where a store cut the text.
    tail: fc.constantFrom('', '', '', '', ',', ',z'),
  })
  .map(({ trace, node, tick, reply, end, others, heard, incomplete, scope, tail }) => {
    const text = (own: number, more: boolean): string =>
      [[node, own, 0] as const, ...others.filter(([other]) => other !== node)]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([other, counter, news]) => `${other}=${Math.max(1, more ? counter + news : counter)}`)
        .join(',');
    return {
      trace,
      node,
      tick,
      lamport: 2 * tick,
      vector: text(tick, false) + tail,
      ...(reply > 0 && { replyTick: tick + reply, replyLamport: 2 * tick + reply }),
      ...(end > 0 && { endTick: tick + end, endLamport: 2 * tick + end }),
      ...(heard && { endVector: text(tick + end, true) + tail }),
      ...(incomplete && { incomplete }),
      ...(scope !== undefined && { scope }),
    };
  });

const KEYS: Readonly<Record<string, string>> = {
  endTick: 'end.tick',
  endLamport: 'end.lamport',
  endVector: 'end.vector',
  replyTick: 'reply.tick',
  replyLamport: 'reply.lamport',
};

function recorded({ trace, ...stamps }: { readonly trace: string }, index: number): RecordedSpan {
  const entries = Object.entries(stamps).map(([key, value]) => [`causality.${KEYS[key] ?? key}`, value]);
  return {
    traceId: trace,
    spanId: (index + 1).toString(16).padStart(16, '0'),
    parentSpanId: undefined,
    name: 'span',
    kind: 'internal',
    service: 'service',
    startNanos: BigInt(index),
    endNanos: BigInt(index + 1),
    attributes: Object.fromEntries(entries) as AttributeRecord,
    resource: {},
    scope: { name: 'test', version: undefined },
    links: [],
    events: [],
    status: { code: 'unset', message: undefined },
    origin: { source: 'test', line: undefined },
  };
}

/** Held against the reader of one span, which makes objects and looks at everything. */
function expectTheStampsThemselves(read: readonly RecordedSpan[]): number {
  const { table, chains } = buildTable(read, []);
  let stamped = 0;
  read.forEach(({ traceId, attributes }, s) => {
    const stamps = readSpanStamps(traceId, attributes);
    const told = attributes['causality.incomplete'] === true || attributes['causality.incomplete'] === 'true';
    const events: [number, EventStamp | undefined, number][] = [
      [START, stamps?.start, PARTIAL_START],
      [REPLY, stamps?.reply, PARTIAL_REPLY],
      [END, stamps?.end, PARTIAL_END],
    ];
    for (const [kind, stamp, partial] of events) {
      const stored = stampAt(table, chains, 3 * s + kind);
      expect(table.isStamped(3 * s + kind)).to.equal(stamp !== undefined);
      if (stamp === undefined || stored === undefined) continue;
      stamped++;
      const { domain, node, tick, lamport } = stamp;
      expect({ ...stored, vector: '', incomplete: '' }).to.deep.equal({
        domain,
        node,
        tick,
        lamport,
        vector: '',
        hlc: undefined,
        incomplete: '',
        hlcUnordered: false,
      });
      // The table has no vectors of replies: those of starts stand for them.
      if (kind !== REPLY) expect(stored.vector.toString()).to.equal(stamp.vector.toString());
      const flags = table.flags[s] as number;
      expect((flags & (TOLD_INCOMPLETE | partial)) !== 0, `incomplete ${kind}`).to.equal(stamp.incomplete);
      expect((flags & TOLD_INCOMPLETE) !== 0).to.equal(told);
    }
  });
  return stamped;
}

describe('the columns of stamps', () => {
  it('hold what the reader of a single span reads, whatever the attributes', () => {
    let stamped = 0;
    fc.assert(
      fc.property(fc.array(spans, { maxLength: 12 }), (some) => {
        stamped += expectTheStampsThemselves(some.map(recorded));
      }),
      { numRuns: 1500 },
    );
    expect(stamped).to.be.greaterThan(1000);
  });

  it('hold what the reader of a single span reads, where the library wrote them', () => {
    let stamped = 0;
    fc.assert(
      fc.property(fc.array(usualSpans, { maxLength: 12 }), (some) => {
        stamped += expectTheStampsThemselves(some.map(recorded));
      }),
      { numRuns: 1500 },
    );
    expect(stamped).to.be.greaterThan(5000);
  });
});
