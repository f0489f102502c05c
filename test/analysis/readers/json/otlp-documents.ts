/** OTLP JSON as programs write it and as they should not, for whoever compares two ways to read it. */
import * as fc from 'fast-check';

function often(usual: unknown, others: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, fc.constantFrom(...others));
}

const times = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  fc.bigInt({ min: 0n, max: 10n ** 19n }).map(String),
  fc.maxSafeInteger(),
  fc.constantFrom(
    Number('1795255200000000123'),
    '',
    '0',
    '00',
    '1e3',
    '-1',
    ' 1',
    '18446744073709551616',
    '9'.repeat(40),
    null,
  ),
);

/** Texts that are hard: quotes, escapes, other planes, halves of them, and ordinary ones that come again. */
const texts = fc.oneof(
  fc.constantFrom('', 'a', 'http.route', 'key', 'value', '"', '\\', '\n', 'é', '\u{1f600}', '\ud800', '\u007f'),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ maxLength: 12 }),
);

const values = fc.oneof(
  fc.record({ stringValue: texts }),
  fc.record({
    intValue: fc.oneof(
      fc.integer(),
      fc.maxSafeInteger(),
      fc.maxSafeInteger().map(String),
      fc.constantFrom('007', '-0', '', 'x', '9007199254740993', '-9223372036854775808'),
    ),
  }),
  fc.record({ doubleValue: fc.oneof(fc.double(), fc.constantFrom('NaN', '-Infinity', 1e300)) }),
  fc.record({ boolValue: fc.oneof(fc.boolean(), fc.constantFrom('true', 'no')) }),
  fc.record({ arrayValue: fc.record({ values: fc.array(fc.record({ stringValue: texts }), { maxLength: 3 }) }) }),
  fc.record({
    kvlistValue: fc.record({
      values: fc.array(fc.record({ key: texts, value: fc.record({ stringValue: texts }) }), { maxLength: 2 }),
    }),
  }),
  fc.constantFrom({}, null, 7, { stringValue: 'a', intValue: 1 }, { bytesValue: 'AAE=' }, { unknownValue: 1 }),
);

const attributes = fc.oneof(
  fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.record({ key: texts, value: values }) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          {},
          null,
          { value: {}, key: 'late' },
          { key: '__proto__', value: { stringValue: 'x' } },
          { key: 'k', value: { stringValue: 'v' }, more: 1 },
        ),
      },
    ),
    { maxLength: 6 },
  ),
  fc.constantFrom({}, { plain: 'map' }, 'none', null, []),
);

/** Spans, mostly as exporters write them; everything may be odd. */
export const spans = fc.record(
  {
    traceId: often('7b1d62f2c9e04a157b1d62f2c9e04a15', [
      'ex1i8sngShV7HWLyyeBKFQ==',
      '7B1D62F2C9E04A157B1D62F2C9E04A15',
      '0'.repeat(32),
      'short',
      7,
    ]),
    spanId: often('a1a1a1a1a1a1a1a1', [
      'b2b2b2b2b2b2b2b2',
      'A1A1A1A1A1A1A1A1',
      '0'.repeat(16),
      'oaGhoaGhoaE=',
      '',
      null,
    ]),
    parentSpanId: often('b2b2b2b2b2b2b2b2', ['', '0'.repeat(16), 'AAAAAAAAAAA=', 'B2B2B2B2B2B2B2B2', 'b2', null, 0]),
    traceState: fc.constantFrom('', 'a=b', null),
    flags: fc.constantFrom(0, 257, '1'),
    name: fc.oneof({ weight: 6, arbitrary: texts as fc.Arbitrary<unknown> }, fc.constantFrom(5, null, {})),
    kind: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, -1, 1.5, 12, 'SPAN_KIND_SERVER', 99, null),
    startTimeUnixNano: times,
    endTimeUnixNano: times,
    attributes,
    events: fc.oneof(
      fc.constantFrom([], null, {}),
      fc.array(fc.record({ name: texts, timeUnixNano: fc.constant('5'), attributes }), { maxLength: 2 }),
    ),
    links: fc.oneof(
      fc.constantFrom([], [7], 'none'),
      fc.array(
        fc.record({
          traceId: fc.constant('7b1d62f2c9e04a157b1d62f2c9e04a15'),
          spanId: fc.constant('a1a1a1a1a1a1a1a1'),
          attributes,
        }),
        { maxLength: 2 },
      ),
    ),
    status: fc.constantFrom({}, { code: 2, message: 'é' }, { code: 1 }, { code: 7 }, { message: 'm' }, [], null, 'ok'),
    droppedAttributesCount: fc.constantFrom(0, 3),
    droppedEventsCount: fc.constant(0),
    droppedLinksCount: fc.constant(0),
    start_time_unix_nano: fc.constant('1'),
    unknownField: fc.constantFrom(0, [{}]),
  },
  { requiredKeys: ['traceId', 'spanId'] },
);

/** Documents of OTLP. */
export const documents = fc.record({
  resourceSpans: fc.array(
    fc.record({
      resource: fc.record({ attributes }),
      scopeSpans: fc.array(fc.record({ scope: fc.record({ name: texts }), spans: fc.array(spans, { maxLength: 4 }) }), {
        maxLength: 2,
      }),
    }),
    { maxLength: 3 },
  ),
});
