/** Inputs to begin with: what the vectors and the tests of each format say. */
import { JAEGER_LEGACY, JAEGER_V3, OTLP, TEMPO_V1, TEMPO_V2, ZIPKIN } from '../analysis/readers/formats/one-trace.js';
import { type InvalidVector, readVectors, type StampVector } from '../support/vectors.js';

export function stampVectors(): string[] {
  const { stamps } = readVectors<{ stamps: readonly StampVector[] }>('stamps');
  const { texts } = readVectors<{ texts: readonly InvalidVector[] }>('invalid-stamps');
  return [...stamps, ...texts].flatMap(({ text }) => (text === undefined ? [] : [text]));
}

/** `traceparent`, `tracestate`, `baggage` and our header, a line each. */
export function messageSeeds(): string[] {
  const { arrivals } = readVectors<{
    arrivals: readonly { readonly traceparent: string; readonly mark: string | null; readonly stamp: string | null }[];
  }>('arrivals');
  return arrivals.map(({ traceparent, mark, stamp }) =>
    [
      traceparent,
      mark === null ? 'vendor=1' : `causality=${mark},vendor=1`,
      stamp === null ? 'tenant=7' : `tenant=7,causality=${stamp}`,
      stamp ?? '',
    ].join('\n'),
  );
}

export function listVectors(): string[] {
  const { take, decode } = readVectors<{
    take: readonly { readonly list: string }[];
    decode: readonly { readonly value: string }[];
  }>('lists');
  return [...take.map(({ list }) => list), ...decode.map(({ value }) => `causality=${value}`)];
}

export function correlationVectors(): string[] {
  const { operations, traceparents, refused } = readVectors<{
    operations: readonly { readonly input?: unknown }[];
    traceparents: readonly { readonly traceparent: string }[];
    refused: readonly unknown[];
  }>('correlation-vector');
  const texts = [...operations.map(({ input }) => input), ...traceparents.map((one) => one.traceparent), ...refused];
  return texts.filter((text) => typeof text === 'string');
}

export function clockworkVectors(): (string | Uint8Array)[] {
  const { vectors, refused } = readVectors<{
    vectors: readonly { readonly vector: object; readonly text: string; readonly msgpack: string }[];
    refused: readonly { readonly msgpack: string }[];
  }>('clockwork');
  const event = '018f3c4e-7d2a-7b3c-9d4e-5f6071829304\norder.placed';
  return [
    ...vectors.map(({ text }) => `4\n${text}\n${event}`),
    ...vectors.map(({ vector }) =>
      JSON.stringify({ _causality: { event_id: '1', event_type: 't', vector }, payload: [1] }),
    ),
    ...[...vectors, ...refused].map(({ msgpack }) => Buffer.from(msgpack, 'hex')),
  ];
}

export function traceDocuments(): string[] {
  return [OTLP, JAEGER_V3, JAEGER_LEGACY, TEMPO_V1, TEMPO_V2, ZIPKIN].map((document) => JSON.stringify(document));
}
