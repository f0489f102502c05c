import { expect } from 'chai';
import * as fc from 'fast-check';
import { isRecord } from '../../../../src/analysis/readers/formats/attribute-record.js';
import { JsonBytesParser } from '../../../../src/analysis/readers/json/json-bytes-parser.js';
import { documents } from './otlp-documents.js';
import { bare, readAll } from '../reading-all.js';

function parsed(text: string | Buffer): unknown {
  return new JsonBytesParser().parse(Buffer.from(text));
}

describe('the parser of lines', () => {
  it('gives what JSON.parse gives, of any JSON and any white space', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', ' ', '\t', '\n'), (value, space) => {
        const text = JSON.stringify(value, undefined, space);
        const found = parsed(` ${text}\r\n`);
        if (found !== undefined) expect(found).to.deep.equal(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it('takes nothing that JSON.parse refuses, whatever is broken', () => {
    const damage = fc.tuple(
      fc.nat(),
      fc.nat({ max: 3 }),
      fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0x22, 0x2c, 0x3a, 0x5b, 0x7b, 0x7d, 0x30, 0x2e, 0x2d)),
    );
    fc.assert(
      fc.property(fc.oneof(documents, fc.jsonValue()), fc.array(damage, { maxLength: 3 }), (value, damages) => {
        let bytes = Buffer.from(JSON.stringify(value));
        for (const [where, removed, byte] of damages) {
          const at = where % (bytes.length + 1);
          bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at + removed)]);
        }
        let expected: unknown;
        try {
          expected = JSON.parse(bytes.toString());
        } catch {
          expect(parsed(bytes), bytes.toString()).to.equal(undefined);
          return;
        }
        const found = parsed(bytes);
        // Records stand for lists of attributes, and drafts for spans (span-bytes.test.ts); everything else is the same.
        const without = (key: string, inner: unknown): unknown =>
          key === 'attributes' ? 0 : key === 'spans' && Array.isArray(inner) ? inner.length : inner;
        if (found !== undefined) expect(JSON.stringify(found, without)).to.equal(JSON.stringify(expected, without));
      }),
      { numRuns: 3000 },
    );
  });

  it('reads the same spans and says the same problems as JSON.parse does', async () => {
    await fc.assert(
      fc.asyncProperty(documents, async (document) => {
        // The first line decides that there are lines; a list in a list is framed and parsed by JSON.parse.
        const empty = '{"resourceSpans":[]}';
        const fast = await readAll([`${empty}\n${JSON.stringify(document)}\n`]);
        const slow = await readAll([JSON.stringify([document])]);
        expect(bare(fast.spans)).to.deep.equal(bare(slow.spans));
        const reasons = (of: typeof fast): string[] =>
          of.problems.map(({ reason }) => reason.replace(/^\[\d+\]: /, '')).sort();
        expect(reasons(fast)).to.deep.equal(reasons(slow));
      }),
      { numRuns: 400 },
    );
  });

  it('makes records of ordinary attributes, and leaves the others to whoever reads lists', () => {
    const kept = (list: string): unknown => (parsed(`{"attributes":${list}}`) as { attributes: unknown }).attributes;
    const record = kept('[{"key":"a","value":{"stringValue":"b"}},{ "key" : "n" , "value" : { "intValue" : "-12" } }]');
    expect(isRecord(record)).to.equal(true);
    expect({ ...(record as object) }).to.deep.equal({ a: 'b', n: -12 });
    expect(isRecord(kept('[]'))).to.equal(true);
    const proto = kept('[{"key":"__proto__","value":{"boolValue":true}}]') as Record<string, unknown>;
    expect(Object.keys(proto)).to.deep.equal(['__proto__']);
    for (const list of ['[{"value":{},"key":"a"}]', '[{"key":"a","value":{"intValue":"9007199254740993"}}]', '[7]']) {
      expect(kept(list), list).to.deep.equal(JSON.parse(list));
    }
    const many = (count: number): string =>
      `[${Array.from({ length: count }, (_, i) => `{"key":"k${i}","value":{"boolValue":true}}`).join(',')}]`;
    expect(isRecord(kept(many(1024)))).to.equal(true);
    expect(kept(many(1025))).to.have.length(1025);
  });

  it('leaves to JSON.parse what is too deep, and what would change a prototype', () => {
    const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(parsed(nested(100))).to.deep.equal(JSON.parse(nested(100)));
    expect(parsed(nested(101))).to.equal(undefined);
    expect(parsed('{"__proto__":{"x":1}}')).to.equal(undefined);
    expect(parsed('')).to.equal(undefined);
    expect(parsed('{} {}')).to.equal(undefined);
  });
});
