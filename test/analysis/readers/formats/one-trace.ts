/**
 * One trace as every format writes it: a request, the call that it makes, its server's side, and a message that is
 * consumed later. Written by hand from the formats' documentation and from what the backends answer.
 */
import type { AttributeRecord, RecordedSpan } from '../../../../src/analysis/recorded.js';

const TRACE = '7b1d62f2c9e04a157b1d62f2c9e04a15';
const OTHER_TRACE = '00000000000000000123456789abcdef';
const IDS = { call: 'a1a1a1a1a1a1a1a1', serve: 'b2b2b2b2b2b2b2b2', consume: '00c3c3c3c3c3c3c3' } as const;

/** 2026-11-21T10:00:00Z in microseconds. */
const MICROS = 1_795_255_200_000_000;
const nanos = (micros: number): string => `${MICROS + micros}000`;

const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');

/** How one form of OTLP spells what differs between them. */
interface Spelling {
  id(hex: string): string;
  readonly kinds: readonly [client: unknown, server: unknown, consumer: unknown];
  readonly error: unknown;
  int(value: number): unknown;
  time(micros: number): unknown;
}

const NUMBERS: Spelling = {
  id: (hex) => hex,
  kinds: [3, 2, 5],
  error: 2,
  int: String,
  time: nanos,
};
const NAMES: Spelling = {
  id: base64,
  kinds: ['SPAN_KIND_CLIENT', 'SPAN_KIND_SERVER', 'SPAN_KIND_CONSUMER'],
  error: 'STATUS_CODE_ERROR',
  int: (value) => value,
  time: nanos,
};

function resourceSpans(spelling: Spelling, scopes = 'scopeSpans', scope = 'scope'): unknown[] {
  const { id, kinds, error, int, time } = spelling;
  const text = (key: string, stringValue: string): unknown => ({ key, value: { stringValue } });
  const integer = (key: string, value: number): unknown => ({ key, value: { intValue: int(value) } });
  return [
    {
      resource: { attributes: [text('service.name', 'gateway')] },
      [scopes]: [
        {
          [scope]: { name: 'http', version: '1.2.0' },
          spans: [
            {
              traceId: id(TRACE),
              spanId: id(IDS.call),
              name: 'GET /orders',
              kind: kinds[0],
              startTimeUnixNano: time(1000),
              endTimeUnixNano: time(9000),
              attributes: [text('causality.node', 'gateway-x7k2p1ab'), integer('causality.tick', 1)],
              events: [{ timeUnixNano: time(2000), name: 'retry', attributes: [integer('attempt', 2)] }],
              status: { code: error, message: 'timed out' },
            },
          ],
        },
      ],
    },
    {
      resource: { attributes: [text('service.name', 'orders')] },
      [scopes]: [
        {
          spans: [
            {
              traceId: id(TRACE),
              spanId: id(IDS.serve),
              parentSpanId: id(IDS.call),
              name: 'GET /orders',
              kind: kinds[1],
              startTimeUnixNano: time(500),
              endTimeUnixNano: time(7500),
              attributes: [],
              status: {},
            },
            {
              traceId: id(OTHER_TRACE),
              spanId: id(IDS.consume),
              name: 'process',
              kind: kinds[2],
              startTimeUnixNano: time(20_000),
              endTimeUnixNano: time(20_000),
              links: [{ traceId: id(TRACE), spanId: id(IDS.serve) }],
            },
          ],
        },
      ],
    },
  ];
}

export const OTLP = { resourceSpans: resourceSpans(NUMBERS) };
export const JAEGER_V3 = { result: OTLP };
export const TEMPO_V1 = { batches: resourceSpans(NAMES, 'instrumentationLibrarySpans', 'instrumentationLibrary') };
export const TEMPO_V2 = { trace: { resourceSpans: resourceSpans(NAMES) }, metrics: {} };

const jaegerTrace = (traceID: string, spans: unknown[]): unknown => ({
  traceID,
  spans,
  processes: {
    p1: { serviceName: 'gateway', tags: [] },
    p2: { serviceName: 'orders' },
  },
  warnings: null,
});

export const JAEGER_LEGACY = {
  data: [
    jaegerTrace(TRACE, [
      {
        traceID: TRACE,
        spanID: IDS.call,
        operationName: 'GET /orders',
        references: [],
        startTime: MICROS + 1000,
        duration: 8000,
        tags: [
          { key: 'otel.scope.name', type: 'string', value: 'http' },
          { key: 'otel.scope.version', type: 'string', value: '1.2.0' },
          { key: 'causality.node', type: 'string', value: 'gateway-x7k2p1ab' },
          { key: 'causality.tick', type: 'int64', value: 1 },
          { key: 'span.kind', type: 'string', value: 'client' },
          { key: 'otel.status_code', type: 'string', value: 'ERROR' },
          { key: 'error', type: 'bool', value: true },
          { key: 'otel.status_description', type: 'string', value: 'timed out' },
          { key: 'internal.span.format', type: 'string', value: 'otlp' },
        ],
        logs: [
          {
            timestamp: MICROS + 2000,
            fields: [
              { key: 'event', type: 'string', value: 'retry' },
              { key: 'attempt', type: 'int64', value: 2 },
            ],
          },
        ],
        processID: 'p1',
        warnings: null,
      },
      {
        traceID: TRACE,
        spanID: IDS.serve,
        operationName: 'GET /orders',
        references: [{ refType: 'CHILD_OF', traceID: TRACE, spanID: IDS.call }],
        startTime: MICROS + 500,
        duration: 7000,
        tags: [{ key: 'span.kind', type: 'string', value: 'server' }],
        logs: [],
        processID: 'p2',
      },
    ]),
    // Jaeger leaves out leading zeros.
    jaegerTrace('123456789abcdef', [
      {
        traceID: '123456789abcdef',
        spanID: 'c3c3c3c3c3c3c3',
        operationName: 'process',
        references: [{ refType: 'FOLLOWS_FROM', traceID: TRACE, spanID: IDS.serve }],
        startTime: MICROS + 20_000,
        duration: 0,
        tags: [{ key: 'span.kind', type: 'string', value: 'consumer' }],
        logs: null,
        processID: 'p2',
      },
    ]),
  ],
  total: 0,
  limit: 0,
  offset: 0,
  errors: null,
};

export const ZIPKIN = [
  {
    traceId: TRACE,
    id: IDS.call,
    kind: 'CLIENT',
    name: 'GET /orders',
    timestamp: MICROS + 1000,
    duration: 8000,
    localEndpoint: { serviceName: 'gateway', ipv4: '10.0.0.1' },
    annotations: [{ timestamp: MICROS + 2000, value: 'retry|{"attempt":2}|0' }],
    tags: {
      'otel.library.name': 'http',
      'otel.library.version': '1.2.0',
      'causality.node': 'gateway-x7k2p1ab',
      'causality.tick': '1',
      'otel.status_code': 'ERROR',
      error: 'timed out',
    },
  },
  {
    traceId: TRACE,
    parentId: IDS.call,
    id: IDS.serve,
    kind: 'SERVER',
    name: 'GET /orders',
    timestamp: MICROS + 500,
    duration: 7000,
    localEndpoint: { serviceName: 'orders' },
  },
  {
    traceId: OTHER_TRACE.slice(16),
    id: IDS.consume,
    kind: 'CONSUMER',
    name: 'process',
    timestamp: MICROS + 20_000,
    localEndpoint: { serviceName: 'orders' },
    tags: { 'otlp.link.0': `${TRACE}|${IDS.serve}||{}|0` },
  },
];

/** What all of them say. */
export const EXPECTED: readonly Omit<RecordedSpan, 'origin'>[] = [
  {
    traceId: TRACE,
    spanId: IDS.call,
    parentSpanId: undefined,
    name: 'GET /orders',
    kind: 'client',
    service: 'gateway',
    startNanos: BigInt(nanos(1000)),
    endNanos: BigInt(nanos(9000)),
    attributes: { 'causality.node': 'gateway-x7k2p1ab', 'causality.tick': 1 },
    resource: { 'service.name': 'gateway' },
    scope: { name: 'http', version: '1.2.0' },
    links: [],
    events: [{ name: 'retry', timeNanos: BigInt(nanos(2000)), attributes: { attempt: 2 } }],
    status: { code: 'error', message: 'timed out' },
  },
  {
    traceId: TRACE,
    spanId: IDS.serve,
    parentSpanId: IDS.call,
    name: 'GET /orders',
    kind: 'server',
    service: 'orders',
    startNanos: BigInt(nanos(500)),
    endNanos: BigInt(nanos(7500)),
    attributes: {},
    resource: { 'service.name': 'orders' },
    scope: { name: '', version: undefined },
    links: [],
    events: [],
    status: { code: 'unset', message: undefined },
  },
  {
    traceId: OTHER_TRACE,
    spanId: IDS.consume,
    parentSpanId: undefined,
    name: 'process',
    kind: 'consumer',
    service: 'orders',
    startNanos: BigInt(nanos(20_000)),
    endNanos: BigInt(nanos(20_000)),
    attributes: {},
    resource: { 'service.name': 'orders' },
    scope: { name: '', version: undefined },
    links: [{ traceId: TRACE, spanId: IDS.serve, attributes: {} }],
    events: [],
    status: { code: 'unset', message: undefined },
  },
];

/** Zipkin has texts only: what was a number comes back as its digits. */
export const EXPECTED_OF_ZIPKIN = EXPECTED.map((span) => ({ ...span, attributes: texts(span.attributes) }));

function texts(attributes: AttributeRecord): AttributeRecord {
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, String(value)]));
}
