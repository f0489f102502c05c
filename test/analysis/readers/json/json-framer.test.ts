import { expect } from 'chai';
import * as fc from 'fast-check';
import { MAX_JSON_DEPTH } from '../../../../src/clocks/limits.js';
import { JsonFramer } from '../../../../src/analysis/readers/json/json-framer.js';
import { inPieces } from '../reading-all.js';

interface Framed {
  readonly documents: string[];
  readonly problems: string[];
}

function frame(chunks: readonly Buffer[], maxBytes = 1000): Framed {
  const documents: string[] = [];
  const problems: string[] = [];
  const framer = new JsonFramer(maxBytes, {
    document: (text, line) => documents.push(`${line} ${text}`),
    problem: (line, reason) => problems.push(`${line} ${reason}`),
  });
  for (const chunk of chunks) framer.push(chunk);
  framer.end();
  return { documents, problems };
}

const framed = (text: string, maxBytes?: number): Framed => frame([Buffer.from(text)], maxBytes);

describe('JsonFramer', () => {
  it('cuts the long list and hands over what is around it', () => {
    expect(framed('{"a":[0],"resourceSpans":[{"x":1},{"y":"]}"}],"b":2}').documents).to.deep.equal([
      '1 {"resourceSpans":[{"x":1}]}',
      '1 {"resourceSpans":[{"y":"]}"}]}',
      '1 {"a":[0],"resourceSpans":[],"b":2}',
    ]);
  });

  it('knows the envelopes', () => {
    expect(framed('{"result":{"resourceSpans":[1,2]}}').documents).to.deep.equal([
      '1 {"result":{"resourceSpans":[1]}}',
      '1 {"result":{"resourceSpans":[2]}}',
      '1 {"result":{"resourceSpans":[]}}',
    ]);
    expect(framed('{"x":{},"trace":{"batches":[{}]},"status":{"data":[1]}}').documents).to.deep.equal([
      '1 {"trace":{"batches":[{}]}}',
      '1 {"x":{},"trace":{"batches":[]},"status":{"data":[1]}}',
    ]);
  });

  it('leaves lists alone that are somewhere else', () => {
    for (const text of [
      '{"spans":[{}]}',
      '{"x":{"data":[1]}}',
      '{"x":[{"data":[1]}]}',
      '{"result":[{"resourceSpans":[1]}]}',
      '{"resourceSpans":{"data":[1]}}',
      '{"\\u0064ata":[1]}',
      '{"\\"data":[1]}',
    ]) {
      expect(framed(text).documents, text).to.deep.equal([`1 ${text}`]);
    }
  });

  it('cuts a bare list, with elements of every kind', () => {
    expect(framed('[ {"a":[1]} , [2,[3]],4 , "x,]" ,null]').documents).to.deep.equal([
      '1 [{"a":[1]}]',
      '1 [[2,[3]]]',
      '1 [4 ]',
      '1 ["x,]" ]',
      '1 [null]',
      '1 []',
    ]);
  });

  it('counts lines', () => {
    expect(framed('\n[\n{},\n\n{\n}\n]\n{"a":\n1}').documents).to.deep.equal([
      '3 [{}]',
      '5 [{\n}]',
      '2 []',
      '8 {"a":\n1}',
    ]);
  });

  it('goes on after a value that breaks off', () => {
    const cases: readonly [text: string, documents: string[], problems: string[]][] = [
      ['{"a":"x\n{"b":1}', ['2 {"b":1}'], ['1 a value begins here and breaks off']],
      ['{"a":{"b":1\n{"b":1}', ['2 {"b":1}'], ['1 a value begins here and breaks off']],
      ['[{"a":1}\n{"b":1}', ['1 [{"a":1}]', '2 {"b":1}'], ['1 a value begins here and breaks off']],
      ['{"a":"x\n  "b": 2,\n}\n\n[7]', ['5 [7]', '5 []'], ['1 a value begins here and breaks off']],
      ['rubbish {"a":1}\n{"b":1}', ['2 {"b":1}'], ['1 neither a JSON object nor a list begins here']],
      ['{"a":1', [], ['1 the end comes in the middle of a value that begins in line 1']],
      [
        '{"a":1}\n[{},\n{"b"',
        ['1 {"a":1}', '2 [{}]'],
        ['3 the end comes in the middle of a value that begins in line 2'],
      ],
      ['"text"', [], ['1 neither a JSON object nor a list begins here']],
    ];
    for (const [text, documents, problems] of cases) {
      for (const bytes of [1, 3, 1000]) {
        expect(frame(inPieces(text, bytes)), JSON.stringify(text)).to.deep.equal({ documents, problems });
      }
    }
  });

  it('passes over what is too large, and reads what comes after it', () => {
    const large = `"${'x'.repeat(50)}"`;
    const tooLarge = 'larger than 40 bytes: raise limits.valueBytes, or export fewer spans at once';
    for (const bytes of [1, 7, 1000]) {
      expect(frame(inPieces(`[1,\n${large},2]`, bytes), 40)).to.deep.equal({
        documents: ['1 [1]', '2 [2]', '1 []'],
        problems: [`2 ${tooLarge}`],
      });
      expect(frame(inPieces(`{"a":${large}} {"b":1}`, bytes), 40)).to.deep.equal({
        documents: ['1 {"b":1}'],
        problems: [`1 ${tooLarge}`],
      });
    }
  });

  it('passes over what is too deep', () => {
    const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    expect(framed(`[${deep(MAX_JSON_DEPTH - 1)},1]`).problems).to.deep.equal([]);
    expect(framed(`[${deep(MAX_JSON_DEPTH)},1]`)).to.deep.equal({
      documents: ['1 [1]', '1 []'],
      problems: [`1 nested more than ${MAX_JSON_DEPTH} levels deep`],
    });
    expect(framed(`{"a":${deep(MAX_JSON_DEPTH)}}`).problems).to.have.length(1);
  });

  it('cuts every value into the same documents, wherever the chunks end', () => {
    const noise = fc.string({ unit: fc.constantFrom(...'[]{}",:\\\n ab1'), maxLength: 40 });
    const value = fc.json({ maxDepth: 4 });
    const list = fc
      .tuple(fc.constantFrom('data', 'batches', 'other'), fc.array(value, { maxLength: 4 }))
      .map(([key, elements]) => `{"x":1,"${key}":[${elements.join(',')}],"y":"\\"]"}`);
    const text = fc.array(fc.oneof(noise, value, list, fc.constant('\n'))).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (json, bytes) => {
        expect(frame(inPieces(json, bytes))).to.deep.equal(framed(json));
      }),
    );
  });

  it('loses nothing of a value that is JSON', () => {
    const element = fc.json({ maxDepth: 3 });
    fc.assert(
      fc.property(fc.array(element), fc.constantFrom('', ' ', '\n\t'), (elements, blank) => {
        const text = `{"data"${blank}:${blank}[${elements.join(`${blank},${blank}`)}${blank}]}`;
        const { documents, problems } = framed(text, 100_000);
        expect(problems).to.deep.equal([]);
        const parsed = documents.map((line) => JSON.parse(line.slice(line.indexOf(' '))) as { data: unknown[] });
        expect(parsed.flatMap(({ data }) => data)).to.deep.equal((JSON.parse(text) as { data: unknown[] }).data);
      }),
    );
  });

  it('takes time in proportion to its input', () => {
    const inputs = ['[', '{"a":', '[\n', '"', '{"\n', '\n', '[1,\n\n', '{"data":[', '\\', '[{}\n{"', '{"result":{'];
    // Blank lines inside a value, behind which something else may begin.
    const before = ['', '[', '[{', '{"a":1,'];
    for (const start of before) {
      for (const input of inputs) {
        const time = (times: number): number => {
          const chunk = Buffer.from(start + input.repeat(times));
          const started = process.cpuUsage();
          frame([chunk], 10_000_000);
          return process.cpuUsage(started).user;
        };
        time(20_000);
        // Quadratic work would take a hundred times as long, and seconds.
        expect(time(200_000), JSON.stringify(start + input)).to.be.below(1_000_000);
      }
    }
  });
});
