import { expect } from 'chai';
import { readDocument } from '../../../../src/analysis/readers/formats/document.js';
import {
  EXPECTED,
  EXPECTED_OF_ZIPKIN,
  JAEGER_LEGACY,
  JAEGER_V3,
  OTLP,
  TEMPO_V1,
  TEMPO_V2,
  ZIPKIN,
} from './one-trace.js';
import { bare, inPieces, readAll } from '../reading-all.js';

/** With names of fields as in the protobuf files, down to a name of them, or all the way. */
function snakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeCase(inner),
    ]),
  );
}

/** Only below this name. */
function snakeCaseBelow(value: unknown, below: string): unknown {
  if (Array.isArray(value)) return value.map((inner) => snakeCaseBelow(inner, below));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === below ? snakeCase(inner) : snakeCaseBelow(inner, below),
    ]),
  );
}

const FORMATS: readonly [name: string, document: unknown, expected?: readonly unknown[]][] = [
  ['OTLP JSON', OTLP],
  ['a list of OTLP documents', [OTLP]],
  ['Jaeger, API v3', JAEGER_V3],
  ['Jaeger, older API and downloads', JAEGER_LEGACY],
  ['OTLP JSON with the names of its protobuf', snakeCase(OTLP)],
  ['OTLP JSON with two spellings', snakeCaseBelow(OTLP, 'spans')],
  ['OTLP JSON with two other spellings', snakeCaseBelow(OTLP, 'resourceSpans')],
  ['Jaeger, API v3, with the names of its protobuf', snakeCase(JAEGER_V3)],
  ['Tempo, API v2, with the names of its protobuf', snakeCase(TEMPO_V2)],
  ['Tempo, API v1', TEMPO_V1],
  ['Tempo, API v2', TEMPO_V2],
  ['Zipkin v2, one trace', ZIPKIN, EXPECTED_OF_ZIPKIN],
  ['Zipkin v2, a list of traces', [ZIPKIN.slice(0, 2), ZIPKIN.slice(2)], EXPECTED_OF_ZIPKIN],
];

describe('reading one trace', () => {
  for (const [name, document, expected = EXPECTED] of FORMATS) {
    describe(`from ${name}`, () => {
      const texts: readonly [string, string][] = [
        ['on one line', JSON.stringify(document)],
        ['on one line that ends', `${JSON.stringify(document)}\n`],
        ['spread over lines', JSON.stringify(document, null, 2)],
        [
          'spread over lines, with tabs and carriage returns',
          JSON.stringify(document, null, '\t').replaceAll('\n', '\r\n'),
        ],
        ['after a byte order mark', `\u{feff}${JSON.stringify(document)}`],
      ];

      it('gives the same spans, already parsed', () => {
        const problems: unknown[] = [];
        expect(bare(readDocument(document, 'x', (problem) => problems.push(problem)))).to.deep.equal(expected);
        expect(problems).to.deep.equal([]);
      });

      for (const [how, text] of texts) {
        it(`gives the same spans, ${how}`, async () => {
          for (const bytes of [1, 2, 7, 64, 100_000]) {
            const { spans, said, error } = await readAll(inPieces(text, bytes));
            expect(error).to.equal(undefined);
            expect(said).to.deep.equal([]);
            expect(bare(spans)).to.deep.equal(expected);
          }
        });
      }

      it('gives them twice from two documents, on lines or one behind the other', async () => {
        for (const between of ['\n', '', ' ', '\n\n', ',\n', '\u{1e}\n']) {
          for (const indent of [0, 2]) {
            const text = JSON.stringify(document, null, indent);
            const { spans, said } = await readAll(inPieces(`${text}${between}${text}`, 1000));
            expect(said).to.deep.equal([]);
            expect(spans).to.have.length(expected.length * 2);
          }
        }
      });
    });
  }

  it('remembers the line of each span', async () => {
    const line = JSON.stringify(OTLP);
    const { spans } = await readAll([`${line}\n\n${line}\n`], { name: 'two' });
    expect(spans.map(({ origin }) => origin)).to.deep.equal([
      ...Array.from({ length: 3 }, () => ({ source: 'two', line: 1 })),
      ...Array.from({ length: 3 }, () => ({ source: 'two', line: 3 })),
    ]);
    const pretty = await readAll([JSON.stringify(ZIPKIN, null, 2)]);
    expect(pretty.spans.map(({ origin }) => origin.line)).to.deep.equal([2, 28, 40]);
  });
});
