/**
 * Every place where a vector comes in from outside, so that an attack on vectors is tried on all of them: the wire,
 * replies, recorded spans and logs of every backend, like-a-clockwork's formats, and the states of the delivery room.
 */
import { encode } from '@msgpack/msgpack';
import { defaultTextMapGetter, ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { readDocument } from '../../src/analysis/readers/formats/document.js';
import { InvalidValueError } from '../../src/clocks/errors.js';
import { VectorClock } from '../../src/clocks/vector-clock.js';
import { readLogStamp } from '../../src/codec/log-stamps.js';
import { type ReadAttributes, readSpanStamps } from '../../src/codec/span-stamps.js';
import { CausalDeduplicator, CausalDeliveryBuffer, CausalRegister } from '../../src/delivery/index.js';
import { binary, ClockworkPropagator, json, text } from '../../src/interop/index.js';
import { arrivalIn } from '../../src/otel/arrival.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { TestNode } from './fleet.js';
import { givenVector } from './given.js';
import { extractOdd, messageWith, nodeReading, type Place, stampText, TRACE_ID } from './hostile-node.js';

/** Counters as decimal digits: some are beyond what a number holds. */
export type ForeignEntries = readonly (readonly [node: string, counter: string])[];

/** What was taken of a vector, by node; undefined where all of it was refused. */
export type Taken = ReadonlyMap<string, number> | undefined;

export interface VectorEntryPoint {
  readonly name: string;
  /** Which limits hold here: those of our own wire, or those for other systems' vectors. */
  readonly limits: 'ours' | 'foreign';
  /** Throws whatever is not the decoder's own error. */
  readonly take: (entries: ForeignEntries) => Taken;
}

/** Who reads, where a reader has a name of its own: its entry is not the stranger's. */
const READER = 'reader';

const byNode = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : a > b ? 1 : 0);

function joined(entries: ForeignEntries, assign: string, separator: string): string {
  return entries
    .toSorted(byNode)
    .map(([node, counter]) => node + assign + counter)
    .join(separator);
}

function withoutReader(entries: Iterable<readonly [string, number]> | undefined, reader: string = READER): Taken {
  return entries === undefined ? undefined : new Map([...entries].filter(([node]) => node !== reader));
}

/** Undefined where the decoder refused with its typed error. */
function unlessInvalid<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof InvalidValueError) return undefined;
    throw error;
  }
}

function onTheWire(place: Place): VectorEntryPoint['take'] {
  return (entries) => {
    const node = nodeReading(place);
    const context = extractOdd(node, messageWith(stampText({ vector: joined(entries, '*', '~') }), place));
    const vector = arrivalIn(context)?.stamp?.vector;
    return withoutReader(vector && givenVector(vector));
  };
}

function inAReply(entries: ForeignEntries): Taken {
  const client = new TestNode(READER);
  client.clock.messages.watchCarriers();
  const { span, context } = client.start('call', ROOT_CONTEXT, { kind: SpanKind.CLIENT });
  client.inject(context);
  const { traceId, spanId } = span.spanContext();
  const reply = stampText({ domain: traceId.slice(-16), vector: joined(entries, '*', '~') });
  client.clock.messages.hearReply(spanId, reply);
  if (client.clock.counters.received === 0) return undefined;
  return withoutReader(getCausalStamp(client.start('next', context).span)?.vector, client.clock.node);
}

const SPAN = { 'causality.node': READER, 'causality.tick': '1', 'causality.lamport': '1' };

function attributesWith(entries: ForeignEntries): Record<string, string> {
  return { ...SPAN, 'causality.vector': joined([...entries, [READER, '1']], '=', ',') };
}

function onASpan(attributes: ReadAttributes | undefined): Taken {
  if (attributes === undefined) return undefined;
  return withoutReader(readSpanStamps(TRACE_ID, attributes)?.start.vector);
}

/** As a backend gives a span back, read with its reader. */
function recorded(document: (attributes: readonly (readonly [string, string])[]) => unknown): VectorEntryPoint['take'] {
  return (entries) => onASpan(readDocument(document(Object.entries(attributesWith(entries))))[0]?.attributes);
}

const otlpSpan = (attributes: readonly (readonly [string, string])[]): object => ({
  traceId: TRACE_ID,
  spanId: '00f067aa0ba902b7',
  startTimeUnixNano: '1',
  endTimeUnixNano: '2',
  attributes: attributes.map(([key, stringValue]) => ({ key, value: { stringValue } })),
});
const scoped = (attributes: readonly (readonly [string, string])[]): unknown[] => [
  { scopeSpans: [{ spans: [otlpSpan(attributes)] }] },
];

/** A counter of another system, as its numbers have it. */
const numbers = (entries: ForeignEntries): [string, number][] =>
  entries.map(([node, counter]) => [node, Number(counter)]);

function inClockworkHeaders(entries: ForeignEntries): Taken {
  const propagator = new ClockworkPropagator({ vector: new VectorClock(READER), trust: 'all' });
  const headers = { 'X-Causality-Vector': joined(entries, '=', ',') };
  propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
  return propagator.refused > 0 ? undefined : withoutReader(propagator.vector.snapshot());
}

function inJson(entries: ForeignEntries): Taken {
  const vector = entries.map(([node, counter]) => `${JSON.stringify(node)}:${counter}`).join(',');
  const message: unknown = JSON.parse(`{"_causality":{"vector":{${vector}},"event_type":"t","event_id":"i"}}`);
  return withoutReader(unlessInvalid(() => json.extract(message).vector));
}

function inMsgpack(entries: ForeignEntries): Taken {
  const record = Object.create(null) as Record<string, bigint>;
  for (const [node, counter] of entries) record[node] = BigInt(counter);
  const bytes = encode(record, { useBigInt64: true });
  return withoutReader(unlessInvalid(() => binary.extractVector({ 'causality-vc': bytes })));
}

function inAVersion(entries: ForeignEntries): Taken {
  const seen = new CausalDeduplicator();
  // Not a VectorTimestamp of ours: as one of another copy of this package, or of nobody.
  const { verdict } = seen.handled({ key: 'k', vector: numbers(entries) as never });
  return verdict === 'refused' ? undefined : new Map(seen.toJSON().keys[0]?.[1][0]);
}

const handled = { format: 'otel-causality/handled/1', nodes: [], nodesForgotten: false, keysForgotten: false };
const delivery = { format: 'otel-causality/delivery/1', waiting: [], turnedAway: [] };
const register = { format: 'otel-causality/register/1', siblings: [] };

export const VECTOR_ENTRY_POINTS: readonly VectorEntryPoint[] = [
  { name: 'the baggage member', limits: 'ours', take: onTheWire('baggage') },
  { name: 'our header', limits: 'ours', take: onTheWire('header') },
  { name: 'a reply', limits: 'ours', take: inAReply },
  { name: "a span's attributes", limits: 'ours', take: (entries) => onASpan(attributesWith(entries)) },
  {
    name: "a log's attributes",
    limits: 'ours',
    take: (entries) =>
      withoutReader(readLogStamp(TRACE_ID, { ...attributesWith(entries), 'causality.log.seq': '1' })?.vector),
  },
  { name: 'OTLP', limits: 'ours', take: recorded((of) => ({ resourceSpans: scoped(of) })) },
  { name: 'Tempo', limits: 'ours', take: recorded((of) => ({ batches: scoped(of) })) },
  {
    name: 'Jaeger',
    limits: 'ours',
    take: recorded((of) => {
      const tags = of.map(([key, value]) => ({ key, type: 'string', value }));
      const span = { traceID: TRACE_ID, spanID: 'b', startTime: 1, duration: 1, tags };
      return { data: [{ traceID: TRACE_ID, spans: [span], processes: {} }] };
    }),
  },
  {
    name: 'Zipkin',
    limits: 'ours',
    take: recorded((of) => [{ traceId: TRACE_ID, id: 'b', timestamp: 1, tags: Object.fromEntries(of) }]),
  },
  {
    name: "like-a-clockwork's text header",
    limits: 'foreign',
    take: (entries) =>
      withoutReader(unlessInvalid(() => text.extractVector({ 'x-causality-vector': joined(entries, '=', ',') }))),
  },
  { name: 'the ClockworkPropagator', limits: 'ours', take: inClockworkHeaders },
  { name: 'the JSON envelope', limits: 'foreign', take: inJson },
  { name: 'msgpack', limits: 'foreign', take: inMsgpack },
  { name: "a message's version, to a deduplicator", limits: 'ours', take: inAVersion },
  {
    name: "a deduplicator's saved state",
    limits: 'ours',
    take: (entries) => {
      const state = { ...handled, keys: [['k', [numbers(entries)], [], false]] };
      return new Map(unlessInvalid(() => CausalDeduplicator.fromJSON(state).toJSON().keys[0]?.[1][0]));
    },
  },
  {
    name: "a delivery buffer's snapshot",
    limits: 'ours',
    take: (entries) =>
      withoutReader(unlessInvalid(() => CausalDeliveryBuffer.restore({ ...delivery, seen: numbers(entries) }).seen)),
  },
  {
    name: "a register's saved context",
    limits: 'ours',
    take: (entries) =>
      withoutReader(unlessInvalid(() => CausalRegister.fromJSON({ ...register, context: numbers(entries) }).context)),
  },
];
