import { expect } from 'chai';
import {
  DEFAULT_VALUE_BYTES,
  HIGHEST_VALUE_BYTES,
  MAX_JSON_DEPTH,
  MAX_SPAN_ATTRIBUTES,
  MAX_SPAN_EVENTS,
  MAX_SPAN_LINKS,
  MAX_VALUE_DEPTH,
  UNCOUNTED_LINE_BYTES,
} from '../../../../src/clocks/limits.js';
import { InvalidValueError } from '../../../../src/clocks/errors.js';
import { readDocument } from '../../../../src/analysis/readers/formats/document.js';
import { ReadTracesError } from '../../../../src/analysis/readers/formats/problems.js';
import type { ReadTracesOptions, TraceSource } from '../../../../src/analysis/readers/read-traces.js';
import { readAll } from '../reading-all.js';

const TRACE = 'a'.repeat(32);
const SPAN = 'b'.repeat(16);
const good = { traceId: TRACE, spanId: SPAN, name: 'good', startTimeUnixNano: '1', endTimeUnixNano: '2' };
const otlp = (...spans: unknown[]): unknown => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
const jaeger = (span: object): unknown => ({
  data: [{ traceID: 'a', spans: [{ traceID: 'a', spanID: 'b', startTime: 1, duration: 1, ...span }], processes: {} }],
});
const zipkin = (span: object): unknown => [{ traceId: 'a', id: 'b', timestamp: 1, ...span }];

/** What one document says and gives. */
function problemsOf(document: unknown): { reasons: string[]; spans: number } {
  const reasons: string[] = [];
  const spans = readDocument(document, 'x', ({ reason }) => reasons.push(reason));
  return { reasons, spans: spans.length };
}

describe('bad input', () => {
  const place = 'resourceSpans[0].scopeSpans[0].spans[0]';
  const bad: readonly [what: string, document: unknown, reason: string | RegExp, spans: number][] = [
    ['a span that is a number', otlp(7, good), `${place}: span: expected an object, got 7`, 1],
    ['a span that is null', otlp(null, good), `${place}: span: expected an object, got null`, 1],
    ['no trace id', otlp({ ...good, traceId: undefined }, good), /^.*: traceId: expected 32 hexadecimal digits/, 1],
    ['a short trace id', otlp({ ...good, traceId: 'abc' }, good), /traceId: expected/, 1],
    ['a trace id of zeros', otlp({ ...good, traceId: '0'.repeat(32) }, good), /traceId: expected .*not all zero/, 1],
    ['a base64 trace id of zeros', otlp({ ...good, traceId: `${'A'.repeat(22)}==` }, good), /traceId: expected/, 1],
    ['a trace id of other letters', otlp({ ...good, traceId: 'g'.repeat(32) }, good), /traceId: expected/, 1],
    ['an object for an id', otlp({ ...good, spanId: { a: 1 } }, good), /spanId: expected .*got an object/, 1],
    [
      'a very long id',
      otlp({ ...good, spanId: 'b'.repeat(1e6) }, good),
      /spanId: expected .*\(1000000 characters\)/,
      1,
    ],
    ['a parent that is no id', otlp({ ...good, parentSpanId: '?' }, good), /parentSpanId: expected/, 1],
    ['no start', otlp({ ...good, startTimeUnixNano: undefined }, good), /startTimeUnixNano: expected nanoseconds/, 1],
    ['a negative time', otlp({ ...good, startTimeUnixNano: '-1' }, good), /startTimeUnixNano: expected/, 1],
    ['a time with an exponent', otlp({ ...good, startTimeUnixNano: '1e18' }, good), /startTimeUnixNano: expected/, 1],
    ['a hexadecimal time', otlp({ ...good, endTimeUnixNano: '0x10' }, good), /endTimeUnixNano: expected/, 1],
    ['a time of 65 bits', otlp({ ...good, endTimeUnixNano: String(2n ** 64n) }, good), /endTimeUnixNano: expected/, 1],
    ['a time of a million digits', otlp({ ...good, endTimeUnixNano: '9'.repeat(1e6) }, good), /endTimeUnixNano: /, 1],
    ['a time with a fraction', otlp({ ...good, startTimeUnixNano: 1.5 }, good), /startTimeUnixNano: expected/, 1],
    ['an unknown kind', otlp({ ...good, kind: 9 }, good), /kind: expected a span kind, got 9/, 1],
    ['a kind from Object.prototype', otlp({ ...good, kind: 'constructor' }, good), /kind: expected/, 1],
    ['an unknown status', otlp({ ...good, status: { code: 'BAD' } }, good), /status.code: expected/, 1],
    ['an attribute without key', otlp({ ...good, attributes: [{ value: {} }] }), 'attribute 0 has no key', 1],
    ['an attribute that is null', otlp({ ...good, attributes: [null] }), 'attribute 0 has no key', 1],
    [
      'a value that is none',
      otlp({ ...good, attributes: [{ key: 'k', value: 7 }] }),
      'attribute k: value: expected an OTLP value, such as {"stringValue":"…"}, got 7',
      1,
    ],
    [
      'a value of no known type',
      otlp({ ...good, attributes: [{ key: 'k', value: { dateValue: 7 } }] }),
      'attribute k: value: expected one of the types of an OTLP value, got "dateValue"',
      1,
    ],
    [
      'an integer of 65 bits',
      otlp({ ...good, attributes: [{ key: 'k', value: { intValue: '9223372036854775808' } }] }),
      /intValue: expected/,
      1,
    ],
    ['attributes that are plain and deep', otlp({ ...good, attributes: { a: 1, b: {} } }), /attribute b is neither/, 1],
    ['a link without ids', otlp({ ...good, links: [{}] }), /^link 0: traceId: expected/, 1],
    ['a link that is null', otlp({ ...good, links: [null] }), /^link 0: link: expected/, 1],
    ['an event without time', otlp({ ...good, events: [{ name: 'e' }] }), /^event 0: timeUnixNano: expected/, 1],
    ['spans that are no list', { resourceSpans: [{ scopeSpans: [{ spans: {} }] }] }, 'spans is no list', 0],
    ['scopes that are no list', { resourceSpans: [{ scopeSpans: 'x' }] }, 'scopeSpans is no list', 0],
    ['resources that are no list', { resourceSpans: 'x' }, 'resourceSpans is no list', 0],
    ['a resource that is null', { resourceSpans: [null] }, 'resourceSpans[0] is no object', 0],
    [
      'a scope that is null',
      { resourceSpans: [{ scopeSpans: [null] }] },
      'resourceSpans[0].scopeSpans[0] is no object',
      0,
    ],
    ['a Jaeger trace without spans', { data: [{}] }, 'a trace of Jaeger without spans', 0],
    [
      'a Jaeger span without start',
      jaeger({ startTime: null }),
      'spans[0]: startTime: expected microseconds, got null',
      0,
    ],
    [
      'a Jaeger span that ends before it starts',
      jaeger({ duration: -1 }),
      /duration: expected microseconds, got -1/,
      0,
    ],
    [
      'a Jaeger id of 33 digits',
      jaeger({ traceID: 'a'.repeat(33) }),
      /traceID: expected 1 to 32 hexadecimal digits/,
      0,
    ],
    ['a Jaeger reference to nothing', jaeger({ references: [{ refType: 'CHILD_OF' }] }), /^reference 0: traceID: /, 1],
    [
      'a Jaeger tag of the wrong type',
      jaeger({ tags: [{ key: 'k', type: 'int64', value: 'x' }] }),
      /^tag 0: intValue/,
      1,
    ],
    [
      'a Jaeger tag with an object',
      jaeger({ tags: [{ key: 'k', type: 'string', value: {} }] }),
      /^tag 0: tag value/,
      1,
    ],
    ['a Jaeger log without time', jaeger({ logs: [{ fields: [] }] }), /^log 0: timestamp: expected/, 1],
    [
      'a Zipkin span without timestamp',
      zipkin({ timestamp: undefined }),
      '[0]: timestamp: expected microseconds, got undefined',
      0,
    ],
    ['a Zipkin time that is text', zipkin({ timestamp: 'now' }), /timestamp: expected microseconds/, 0],
    ['a Zipkin annotation without time', zipkin({ annotations: [{ value: 'x' }] }), /^annotation 0: timestamp: /, 1],
    ['a Zipkin tag that is no text', zipkin({ tags: { a: {} } }), 'attribute a is neither text, number nor boolean', 1],
    ['a Zipkin link that is damaged', zipkin({ tags: { 'otlp.link.0': '|x|' } }), /^link 0: traceId: expected/, 1],
    [
      'a search of Tempo',
      { traces: [], metrics: {} },
      'no trace format that is known here, but an object with "traces", "metrics"',
      0,
    ],
    ['another object', { a: 1, b: 2, c: 3, d: 4, e: 5 }, /but an object with "a", "b", "c", "d", …$/, 0],
    ['a number in a list', [1], '[0]: no trace, but a number', 0],
    ['null', null, 'no trace, but null', 0],
    ['lists in lists in lists', [[[[]]]], '[0][0][0]: a list too deep inside lists', 0],
    [
      'what Jaeger says',
      { data: null, errors: [{ code: 404, msg: 'trace not found' }] },
      'the backend says: trace not found',
      0,
    ],
    [
      'what Jaeger v3 says',
      { error: { httpCode: 404, message: 'No traces found' } },
      'the backend says: No traces found',
      0,
    ],
    ['logs', { resourceLogs: [] }, 'there are logs in it, which are passed over', 0],
    ['metrics', { resourceMetrics: [] }, 'there are metrics in it, which are passed over', 0],
  ];
  for (const [what, document, reason, spans] of bad) {
    it(`names ${what}`, () => {
      const found = problemsOf(document);
      expect(found.reasons).to.have.length(1);
      if (typeof reason === 'string') expect(found.reasons[0]).to.equal(reason);
      else expect(found.reasons[0]).to.match(reason);
      expect(found.reasons[0]?.length).to.be.below(310);
      expect(found.spans).to.equal(spans);
    });
  }

  it('names the line, and reads the others', async () => {
    const line = JSON.stringify(otlp(good));
    const text = [line, 'rubbish', line.slice(0, -7), '', `${line}${line}`, '{"a":tru}', '[1', '{"b":1}', line].join(
      '\n',
    );
    const { spans, said, error } = await readAll([text]);
    expect(error).to.equal(undefined);
    expect(spans.map(({ origin }) => origin.line)).to.deep.equal([1, 5, 5, 9]);
    expect(said[0]).to.equal('2: neither a JSON object nor a list begins here');
    expect(said[1]).to.match(/^3: the end comes in the middle of a value/);
    expect(said[2]).to.match(/^6: no JSON: /);
    expect(said[3]).to.equal('7: the end comes in the middle of a value that begins in line 7');
    expect(said[4]).to.match(/^8: no trace format that is known here/);
    expect(said).to.have.length(5);
  });

  it('reads JSON lines behind a first line that breaks off, wherever it does', async () => {
    const line = JSON.stringify(otlp(good));
    for (let cut = 1; cut < line.length; cut++) {
      const broken = line.slice(0, cut);
      const { spans, problems } = await readAll([`${broken}\n${line}\n${line}\n`]);
      expect(problems, broken).to.have.length(1);
      // Right behind a comma, a colon or a bracket the next line might be meant as an element: it is lost as well.
      expect(spans.length, broken).to.be.at.least(/[[,:]$/.test(broken) ? 1 : 2);
    }
  });

  it('passes over a line that is too long, without holding it', async () => {
    const line = JSON.stringify(otlp(good));
    const { spans, said } = await readAll([`${line}\n{"x":"`, 'x'.repeat(5000), `"}\n${line}\n`], {
      limits: { valueBytes: 1000 },
    });
    expect(spans).to.have.length(2);
    expect(said).to.deep.equal(['2: a line of more than 1000 bytes: raise limits.valueBytes']);
  });

  it('takes a line of the bytes that a value may have, and no more', async () => {
    const line = JSON.stringify(otlp(good));
    for (const [more, problems] of [
      [0, []],
      [1, [`2: a line of more than ${DEFAULT_VALUE_BYTES} bytes: raise limits.valueBytes`]],
    ] as const) {
      const long = `${line}${' '.repeat(DEFAULT_VALUE_BYTES + more - line.length)}`;
      const { spans, said } = await readAll([`${line}\n`, long, `\n${line}\n`], {});
      expect(said).to.deep.equal(problems);
      expect(spans).to.have.length(3 - more);
    }
    expect((await readAll(['{}'], { limits: { valueBytes: HIGHEST_VALUE_BYTES } })).error).to.equal(undefined);
  });

  it('counts the levels of a line that is long enough for them to matter', async () => {
    const line = JSON.stringify(otlp(good));
    const deep = `${line.slice(0, -1)},"x":${'['.repeat(MAX_JSON_DEPTH)}${']'.repeat(MAX_JSON_DEPTH)}}`;
    for (const [bytes, problems] of [
      [UNCOUNTED_LINE_BYTES, []],
      [UNCOUNTED_LINE_BYTES + 1, [`2: nested more than ${MAX_JSON_DEPTH} levels deep`]],
    ] as const) {
      const { spans, said } = await readAll([`${line}\n${deep}${' '.repeat(bytes - deep.length)}\n${line}\n`]);
      expect(said).to.deep.equal(problems);
      // What lists it holds is read all the same.
      expect(spans).to.have.length(3);
    }
  });

  it('passes over a line that is too deep', async () => {
    const line = JSON.stringify(otlp(good));
    const deep = '['.repeat(2_000_000);
    const { spans, said } = await readAll([`${line}\n${deep}\n${deep}${']'.repeat(2_000_000)}\n${line}\n`]);
    expect(spans).to.have.length(2);
    expect(said).to.have.length(2);
  });

  it('takes names of Object.prototype as names', () => {
    const attributes = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'].map((key) => ({
      key,
      value: { stringValue: 'mine' },
    }));
    const [span] = readDocument(otlp({ ...good, attributes }));
    expect(Object.entries(span?.attributes ?? {})).to.deep.equal(attributes.map(({ key }) => [key, 'mine']));
    expect(({} as Record<string, unknown>)['mine']).to.equal(undefined);
    const [bare] = readDocument(otlp(good));
    for (const record of [span?.resource, bare?.attributes, bare?.resource]) {
      expect(record?.['toString']).to.equal(undefined);
      expect(record?.['__proto__']).to.equal(undefined);
    }
    const [tagged] = readDocument(
      JSON.parse('[{"traceId":"a","id":"b","timestamp":1,"tags":{"__proto__":"mine","constructor":"mine"}}]'),
    );
    expect(Object.keys(tagged?.attributes ?? {})).to.deep.equal(['__proto__', 'constructor']);
    const [stray] = readDocument(jaeger({ processID: 'constructor' }));
    expect(stray?.service).to.equal('unknown_service');
  });

  it('keeps to the limits of one span', () => {
    const many = (count: number, entry: (i: number) => unknown): unknown[] =>
      Array.from({ length: count }, (_, i) => entry(i));
    const attributes = many(MAX_SPAN_ATTRIBUTES + 1, (i) => ({ key: `k${i}`, value: { boolValue: true } }));
    const links = many(MAX_SPAN_LINKS + 1, () => ({ traceId: TRACE, spanId: SPAN }));
    const events = many(MAX_SPAN_EVENTS + 1, () => ({ timeUnixNano: '1', name: 'e' }));
    const reasons: string[] = [];
    const [span] = readDocument(otlp({ ...good, attributes, links, events }), 'x', ({ reason }) =>
      reasons.push(reason),
    );
    expect(Object.keys(span?.attributes ?? {})).to.have.length(MAX_SPAN_ATTRIBUTES);
    expect(span?.links).to.have.length(MAX_SPAN_LINKS);
    expect(span?.events).to.have.length(MAX_SPAN_EVENTS);
    expect(reasons).to.have.length(3);
  });

  it('keeps to the depth of one value', () => {
    const nest = (levels: number): unknown =>
      levels === 0 ? { stringValue: 'x' } : { arrayValue: { values: [nest(levels - 1)] } };
    expect(
      problemsOf(otlp({ ...good, attributes: [{ key: 'k', value: nest(MAX_VALUE_DEPTH) }] })).reasons,
    ).to.deep.equal([]);
    expect(problemsOf(otlp({ ...good, attributes: [{ key: 'k', value: nest(5000) }] })).reasons).to.deep.equal([
      `attribute k: value: expected at most ${MAX_VALUE_DEPTH} levels, got an object`,
    ]);
  });

  it('says in one line what holds line breaks and control characters', () => {
    const { reasons } = problemsOf({ error: { message: `a\nb\u{1b}[31m\u{202e}c${'d'.repeat(1000)}` } });
    expect(reasons[0]).to.match(/^the backend says: a b \[31m cd+…$/);
  });

  it('says once, and not for each line, that a file holds logs', async () => {
    const { said, spans } = await readAll([
      `{"resourceLogs":[]}\n{"resourceLogs":[]}\n${JSON.stringify(otlp(good))}\n`,
    ]);
    expect(said).to.deep.equal(['1: there are logs in it, which are passed over']);
    expect(spans).to.have.length(1);
  });

  describe('throws where nothing could be read', () => {
    const empty: readonly [text: string, message: string][] = [
      ['', 'x: there is nothing in it'],
      [' \n\n ', 'x: there is nothing in it'],
      ['hello', 'x: line 1: neither a JSON object nor a list begins here'],
      ['hello\nworld', 'x: line 1: neither a JSON object nor a list begins here'],
      ['{"a":1}\n{"b":1}', 'x: line 1: no trace format that is known here, but an object with "a" (and 1 more)'],
      [JSON.stringify(otlp(7)), 'x: line 1: resourceSpans[0].scopeSpans[0].spans[0]: span: expected an object, got 7'],
    ];
    for (const [text, message] of empty) {
      it(JSON.stringify(text), async () => {
        const { error } = await readAll([text], { name: 'x' });
        expect(error).to.be.instanceOf(ReadTracesError).with.property('message', message);
      });
    }

    it('but not where there is nothing to read', async () => {
      for (const text of [
        '[]',
        '{}',
        '{"resourceSpans":[]}',
        '{"data":[],"errors":null}',
        '{"trace":{}}',
        '{"batches":null}',
      ]) {
        const { error, said, spans } = await readAll([text]);
        expect({ error, said, spans }, text).to.deep.equal({ error: undefined, said: [], spans: [] });
      }
    });
  });

  it('refuses wrong options and sources', async () => {
    const wrong: readonly [TraceSource, ReadTracesOptions, RegExp][] = [
      [['{}'], { limits: { valueBytes: 0 } }, /^limits\.valueBytes: expected 1 to/],
      [['{}'], { limits: { valueBytes: HIGHEST_VALUE_BYTES + 1 } }, /^limits\.valueBytes: expected 1 to/],
      [7 as unknown as TraceSource, {}, /^source: expected a path/],
      [{} as unknown as TraceSource, {}, /^source: expected a path/],
      [null as unknown as TraceSource, {}, /^source: expected a path/],
      [[7] as unknown as TraceSource, {}, /^chunk of the source: expected bytes or text, got 7/],
    ];
    for (const [source, options, message] of wrong) {
      const { error } = await readAll(source, options);
      expect(error).to.be.instanceOf(InvalidValueError);
      expect((error as Error).message).to.match(message);
    }
  });
});
