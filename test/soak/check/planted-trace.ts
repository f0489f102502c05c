/**
 * A trace without any fault, as two processes would have left it, for tests that plant one: the anchor handles a visit and
 * calls the other process, which replies.
 */
import type { RecordedSpan } from '../../../src/analysis/recorded.js';
import type { LedgerEntry } from '../ledger.js';
import type { Incarnation } from '../processes.js';
import type { SlotName } from '../slots.js';
import type { RecordedTrace, TraceLane } from './recorded-trace.js';

export const TRACE = '7b1d62f2c9e04a157b1d62f2c9e04a15';
/** The visited span, its client span, and the server span at the other process. */
export const SPANS = { visit: '00000000000000aa', call: '00000000000000bb', serve: '00000000000000cc' } as const;

type SpanKey = keyof typeof SPANS;
export type Attributes = Record<string, string | number | boolean>;

/** Everything may be changed before it is checked. */
export interface Plant {
  readonly here: { incarnation: Incarnation; ledger: LedgerEntry[] };
  readonly there: { incarnation: Incarnation; ledger: LedgerEntry[] };
  readonly attributes: Record<SpanKey, Attributes>;
  /** Those that were exported. */
  readonly exported: Set<SpanKey>;
}

export function incarnationOf(slot: SlotName, ended: Incarnation['ended'] = 'stopped'): Incarnation {
  return { id: `${slot}.1`, slot, ended };
}

export function plant(): Plant {
  const [request, reply] = [`${TRACE}/anchor.1/1`, `${TRACE}/plain.1/1`];
  const common = { trace: TRACE } as const;
  const [A, P] = ['anchor-00000001', 'plain-00000002'];
  const { visit, call, serve } = SPANS;
  return {
    here: {
      incarnation: incarnationOf('anchor'),
      ledger: [
        { ...common, kind: 'start', span: visit },
        { ...common, kind: 'start', span: call },
        { ...common, kind: 'send', message: request },
        { ...common, kind: 'heard', message: reply },
        { ...common, kind: 'end', span: call },
        { ...common, kind: 'read', message: reply },
        { ...common, kind: 'end', span: visit },
      ],
    },
    there: {
      incarnation: incarnationOf('plain'),
      ledger: [
        { ...common, kind: 'start', span: serve, heard: request },
        { ...common, kind: 'reply', message: reply, span: serve, heard: request, stamped: true },
        { ...common, kind: 'end', span: serve },
      ],
    },
    attributes: {
      visit: { ...start(A, 1, 1, `${A}=1`), ...end(4, 6, `${A}=4,${P}=2`) },
      call: { ...start(A, 2, 2, `${A}=2`), ...end(3, 5, `${A}=3,${P}=2`) },
      serve: {
        ...start(P, 1, 3, `${A}=2,${P}=1`),
        'causality.reply.tick': 2,
        'causality.reply.lamport': 4,
        ...end(3, 5),
      },
    },
    exported: new Set<SpanKey>(['visit', 'call', 'serve']),
  };
}

function start(node: string, tick: number, lamport: number, vector: string): Attributes {
  return {
    'causality.node': node,
    'causality.tick': tick,
    'causality.lamport': lamport,
    'causality.vector': vector,
  };
}

function end(tick: number, lamport: number, vector?: string): Attributes {
  return {
    'causality.end.tick': tick,
    'causality.end.lamport': lamport,
    ...(vector !== undefined && { 'causality.end.vector': vector }),
  };
}

export function traceOf({ here, there, attributes, exported }: Plant): RecordedTrace {
  const spans = (lane: typeof here, keys: readonly SpanKey[]): TraceLane => ({
    ...lane,
    spans: keys.filter((key) => exported.has(key)).map((key) => spanOf(lane.incarnation, key, attributes[key])),
  });
  return { id: TRACE, lanes: [spans(here, ['call', 'visit']), spans(there, ['serve'])] };
}

const PARENTS: Readonly<Record<SpanKey, SpanKey | undefined>> = { visit: undefined, call: 'visit', serve: 'call' };

function spanOf({ slot }: Incarnation, key: SpanKey, attributes: Attributes): RecordedSpan {
  const parent = PARENTS[key];
  return {
    traceId: TRACE,
    spanId: SPANS[key],
    parentSpanId: parent === undefined ? undefined : SPANS[parent],
    name: key,
    kind: key === 'call' ? 'client' : 'server',
    service: slot,
    startNanos: 1n,
    endNanos: 2n,
    attributes,
    resource: {},
    scope: { name: 'soak', version: undefined },
    links: [],
    events: [],
    status: { code: 'unset', message: undefined },
    origin: { source: 'planted', line: undefined },
  };
}
