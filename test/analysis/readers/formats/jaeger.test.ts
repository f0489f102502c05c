import { expect } from 'chai';
import type { RecordedSpan } from '../../../../src/analysis/recorded.js';
import { readDocument } from '../../../../src/analysis/readers/formats/document.js';
import { readAll } from '../reading-all.js';

const TRACE = '0000000000000000000000000000000a';

function read(span: object, processes: object = {}): { span: RecordedSpan; reasons: string[] } {
  const reasons: string[] = [];
  const trace = { traceID: 'a', spans: [{ traceID: 'a', spanID: 'b', startTime: 5, duration: 7, ...span }], processes };
  const [found, ...more] = readDocument({ data: [trace] }, 'x', ({ reason }) => reasons.push(reason));
  expect(more).to.deep.equal([]);
  return { span: found as RecordedSpan, reasons };
}

const tag = (key: string, type: string, value: unknown): object => ({ key, type, value });
const to = (refType: string, traceID: string, spanID: string): object => ({ refType, traceID, spanID });

describe('Jaeger’s older form', () => {
  it('takes the first child-of inside the trace as parent, and every other reference as link', () => {
    const { span } = read({
      references: [
        to('FOLLOWS_FROM', 'a', '1'),
        to('CHILD_OF', 'ff', '2'),
        to('CHILD_OF', 'a', '3'),
        to('CHILD_OF', 'a', '4'),
      ],
    });
    expect(span.parentSpanId).to.equal('0000000000000003');
    expect(span.links.map(({ traceId, spanId }) => `${traceId.slice(-2)} ${spanId.slice(-1)}`)).to.deep.equal([
      '0a 1',
      'ff 2',
      '0a 4',
    ]);
  });

  it('takes the field that older versions had, where there is no reference', () => {
    expect(read({ parentSpanID: 'c' }).span.parentSpanId).to.equal('000000000000000c');
    for (const parentSpanID of ['', '0', '0000000000000000', null]) {
      expect(read({ parentSpanID }).span.parentSpanId).to.equal(undefined);
    }
  });

  it('keeps the types of tags', () => {
    const { span, reasons } = read({
      tags: [
        tag('text', 'string', 'x'),
        tag('int', 'int64', 5),
        tag('int text', 'int64', '7'),
        tag('large', 'int64', '9223372036854775807'),
        tag('double', 'float64', 0.5),
        tag('nan', 'float64', 'NaN'),
        tag('yes', 'bool', true),
        tag('no', 'bool', 'false'),
        tag('bytes', 'binary', 'AAEC'),
        tag('nothing', 'string', null),
        tag('untyped', 'unknown', 3),
      ],
    });
    expect(reasons).to.deep.equal([]);
    expect({ ...span.attributes }).to.deep.equal({
      text: 'x',
      int: 5,
      'int text': 7,
      large: 9_223_372_036_854_775_807n,
      double: 0.5,
      nan: Number.NaN,
      yes: true,
      no: false,
      bytes: 'AAEC',
      untyped: 3,
    });
  });

  it('makes nanoseconds of microseconds, and keeps fractions of them', () => {
    const { span } = read({ startTime: 1_795_255_200_000_001, duration: 0.25 });
    expect(span.startNanos).to.equal(1_795_255_200_000_001_000n);
    expect(span.endNanos - span.startNanos).to.equal(250n);
    expect(read({ duration: undefined }).span.endNanos).to.equal(5000n);
  });

  it('finds the process by its id or inside the span, and does without', () => {
    const processes = { p1: { serviceName: 'shop', tags: [tag('host.name', 'string', 'h')] } };
    expect({ ...read({ processID: 'p1' }, processes).span.resource }).to.deep.equal({
      'host.name': 'h',
      'service.name': 'shop',
    });
    expect(read({ process: { serviceName: 'inner' }, processID: 'p1' }, processes).span.service).to.equal('inner');
    expect(read({ processID: 'p2' }, processes).span.service).to.equal('unknown_service');
  });

  const statuses: readonly [tags: object[], status: RecordedSpan['status'], left: string[]][] = [
    [[], { code: 'unset', message: undefined }, []],
    [[tag('error', 'bool', true)], { code: 'error', message: undefined }, ['error']],
    [[tag('error', 'bool', false)], { code: 'unset', message: undefined }, ['error']],
    [[tag('error', 'string', 'timeout')], { code: 'error', message: undefined }, ['error']],
    [[tag('otel.status_code', 'string', 'OK')], { code: 'ok', message: undefined }, []],
    [
      [tag('otel.status_code', 'string', 'ERROR'), tag('error', 'bool', true)],
      { code: 'error', message: undefined },
      [],
    ],
    [[tag('otel.status_code', 'string', 'ERROR'), tag('error', 'string', 'a')], { code: 'error', message: 'a' }, []],
    [
      [
        tag('otel.status_code', 'string', 'ERROR'),
        tag('otel.status_description', 'string', 'b'),
        tag('error', 'string', 'a'),
      ],
      { code: 'error', message: 'b' },
      ['error'],
    ],
  ];
  for (const [tags, status, left] of statuses) {
    it(`reads the status out of ${JSON.stringify(tags)}`, () => {
      const { span } = read({ tags });
      expect(span.status).to.deep.equal(status);
      expect(Object.keys(span.attributes)).to.deep.equal(left);
    });
  }

  it('names events by the field of today or of before', () => {
    const field = (key: string): object => ({
      timestamp: 6,
      fields: [tag(key, 'string', 'hit'), tag('n', 'int64', 1)],
    });
    const { span } = read({ logs: [field('event'), field('message'), field('other')] });
    expect(span.events.map(({ name, attributes }) => [name, ...Object.keys(attributes)])).to.deep.equal([
      ['hit', 'n'],
      ['hit', 'n'],
      ['', 'other', 'n'],
    ]);
  });

  it('moves back what Jaeger moved, and says so once', async () => {
    const moves: readonly [duration: string, nanos: bigint][] = [
      ['250ns', 250n],
      ['-1.5ms', -1_500_000n],
      ['350µs', 350_000n],
      ['4.625890669s', 4_625_890_669n],
      ['-1m2.5s', -62_500_000_000n],
      ['1h0m0.000000001s', 3_600_000_000_001n],
    ];
    const recorded = 10n ** 18n;
    for (const [duration, nanos] of moves) {
      const warnings = ['something else', `This span's timestamps were adjusted by ${duration}`];
      const startTime = Number((recorded + nanos) / 1000n) + Number((recorded + nanos) % 1000n) / 1000;
      const { span, reasons } = read({ startTime, warnings, logs: [{ timestamp: startTime, fields: [] }] });
      const off = span.startNanos - recorded;
      expect(Number(off), duration).to.be.within(-130, 130);
      expect(span.endNanos - span.startNanos).to.equal(7000n);
      expect(span.events[0]?.timeNanos).to.equal(span.startNanos);
      expect(reasons).to.have.length(1);

      const otlp = {
        traceId: 'a'.repeat(32),
        spanId: 'b'.repeat(16),
        startTimeUnixNano: String(recorded + nanos),
        endTimeUnixNano: String(recorded + nanos),
        attributes: [
          {
            key: '@jaeger@warnings',
            value: { arrayValue: { values: warnings.map((stringValue) => ({ stringValue })) } },
          },
        ],
      };
      const { spans, said } = await readAll([
        JSON.stringify({ result: { resourceSpans: [{ scopeSpans: [{ spans: [otlp, otlp] }] }] } }),
      ]);
      expect(spans.map(({ startNanos }) => startNanos)).to.deep.equal([recorded, recorded]);
      expect(said).to.have.length(1);
    }
  });

  it('leaves alone what Jaeger only thought of moving', () => {
    for (const warning of [
      'clock skew adjustment disabled; not applying calculated delta of -2ms',
      'max clock skew adjustment delta of 10ms exceeded; not applying calculated delta of 35ms',
      'timestamps were adjusted by magic',
      "This span's timestamps were adjusted by 1x",
      "This span's timestamps were adjusted by 9h",
    ]) {
      const { span, reasons } = read({ warnings: [warning, 7] });
      expect({ start: span.startNanos, reasons }, warning).to.deep.equal({ start: 5000n, reasons: [] });
    }
  });

  it('is known also as one trace by itself', () => {
    const trace = { traceID: 'a', spans: [{ traceID: 'a', spanID: 'b', startTime: 1 }], processes: {} };
    expect(readDocument(trace).map(({ traceId }) => traceId)).to.deep.equal([TRACE]);
    expect(readDocument([trace, trace])).to.have.length(2);
  });
});
