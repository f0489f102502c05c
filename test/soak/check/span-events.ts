/**
 * The stamps of a trace's exported spans, read as the analysis reads them, and held to what each must be by itself.
 */
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { EventKind } from '../../../src/analysis/graph/graph-model.js';
import type { RecordedSpan } from '../../../src/analysis/recorded.js';
import { MAX_COUNTER, MAX_VECTOR_ENTRIES } from '../../../src/clocks/limits.js';
import { type EventStamp, readSpanStamps, type SpanStamps } from '../../../src/codec/span-stamps.js';
import { type ToldSpan, toldBy } from '../../model/naive-attributes.js';
import type { Findings, Tally } from './findings.js';
import type { RecordedTrace, TraceLane } from './recorded-trace.js';
import { RULE, type Rule } from './rules.js';

/** By span and kind. */
export type StampsByEvent = ReadonlyMap<string, EventStamp>;

export function eventKey(span: string, kind: EventKind): string {
  return `${span} ${kind}`;
}

export function stampsOf(trace: RecordedTrace, findings: Findings, tally: Tally): StampsByEvent {
  const stamps = new Map<string, EventStamp>();
  for (const lane of trace.lanes) {
    const spans = new Map(lane.spans.map((span) => [span.spanId, span]));
    for (const span of spans.values()) {
      const read = readWithParents(span, spans);
      tally.spans++;
      const problem = checkAlone(span, read, toldWithParents(span, spans));
      if (problem !== undefined) findings.add(problem.rule, `${shown(lane, span)}: ${problem.what}`);
      if (read === undefined) continue;
      for (const kind of ['start', 'reply', 'end'] as const) {
        const stamp = read[kind];
        if (stamp === undefined) continue;
        tally.stamps++;
        stamps.set(eventKey(span.spanId, kind), stamp);
      }
    }
  }
  return stamps;
}

function shown({ incarnation }: TraceLane, { traceId, spanId, name, attributes }: RecordedSpan): string {
  const told = Object.entries(attributes).filter(([key]) => key.startsWith('causality.'));
  return `${incarnation.id}, trace ${traceId}, span ${spanId} "${name}" ${JSON.stringify(Object.fromEntries(told), (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))}`;
}

/**
 * True where Lamport time promises nothing: it stops at its limit, which only a forger reaches, and such a time does not
 * outlive its domain. The effect says that it is incomplete.
 */
export function isBeyondLamport(cause: { readonly lamport: number }, effect: EventStamp): boolean {
  return cause.lamport === MAX_COUNTER && effect.incomplete;
}

type Spans = ReadonlyMap<string, RecordedSpan>;

/** In lean mode a vector may be that of the local parent's start. */
function readWithParents(span: RecordedSpan, spans: Spans): SpanStamps | undefined {
  const parent = spans.get(span.parentSpanId ?? '');
  const parentStart = parent === undefined ? undefined : readWithParents(parent, spans)?.start;
  return readSpanStamps(span.traceId, span.attributes, parentStart);
}

function toldWithParents(span: RecordedSpan, spans: Spans): ToldSpan | undefined {
  const parent = spans.get(span.parentSpanId ?? '');
  const { attributes } = span as unknown as ReadableSpan;
  return toldBy({ attributes } as ReadableSpan, parent === undefined ? undefined : toldWithParents(parent, spans));
}

interface Problem {
  readonly rule: Rule;
  readonly what: string;
}

/** @param told the same, read by another reader */
function checkAlone(
  { traceId }: RecordedSpan,
  read: SpanStamps | undefined,
  told: ToldSpan | undefined,
): Problem | undefined {
  const malformed = (what: string): Problem => ({ rule: RULE.wellFormed, what });
  if (read === undefined || told === undefined) return malformed('no stamp');
  if (read.end === undefined || told.end === undefined) return malformed('no stamp of its end');
  if (read.start.domain !== traceId.slice(-16)) return malformed(`it is in domain ${read.start.domain}`);
  let last = { tick: 0, lamport: 0 };
  for (const kind of ['start', 'reply', 'end'] as const) {
    const stamp = read[kind];
    if (stamp === undefined) continue;
    const { node, tick, lamport, vector } = stamp;
    if (vector.get(node) !== tick) return { rule: RULE.ownEntry, what: `its ${kind} says ${vector.get(node)}` };
    const text = told[kind]?.vector;
    const problem = text === undefined ? undefined : problemIn(text, node, tick);
    if (problem !== undefined) return { rule: problem.rule, what: `its ${kind}: ${problem.what}` };
    const hasRisen = lamport > last.lamport || isBeyondLamport(last, stamp);
    if (tick <= last.tick || !hasRisen) return { rule: RULE.rising, what: `at its ${kind}` };
    last = { tick, lamport };
  }
  return undefined;
}

const ENTRY = /^([\w.-]{1,64})=([1-9]\d{0,14})$/;

function problemIn(vector: string, node: string, tick: number): Problem | undefined {
  const malformed = (what: string): Problem => ({ rule: RULE.wellFormed, what: `${what}: ${vector}` });
  const entries = vector.split(',').map((entry) => ENTRY.exec(entry));
  if (entries.length > MAX_VECTOR_ENTRIES) return malformed(`${entries.length} entries`);
  let before = '';
  for (const entry of entries) {
    const [, name = '', counter = ''] = entry ?? [];
    if (entry === null || Number(counter) > MAX_COUNTER) return malformed('no entry');
    if (name <= before) return malformed('entries out of order');
    if (name === node && Number(counter) !== tick) return { rule: RULE.ownEntry, what: vector };
    before = name;
  }
  return undefined;
}
