import { expect } from 'chai';
import * as fc from 'fast-check';
import { givenStamp } from '../../src/clocks/causal-stamp.js';
import { MAX_STAMP_BYTES } from '../../src/clocks/limits.js';
import { LOOK_AHEAD, NO_ASCII, TextCodes } from '../../src/clocks/text-codes.js';
import { StampFormatError } from '../../src/codec/stamp-format-error.js';
import { readStamp } from '../../src/codec/wire-text.js';
import { messageStamps } from '../support/wire-arbitraries.js';
import { formatStamp } from '../../src/index.js';

const LONGEST = 400;

const { TextEncoder: HostEncoder } = globalThis;

const TEXTS = fc.oneof(
  fc.string({ maxLength: 20, unit: fc.constantFrom('\u0000', '\u007e', '\u007f', '\u0080', '\u0081') }),
  fc.string({ maxLength: 200, unit: 'binary' }),
  fc.string({ maxLength: 200, unit: fc.integer({ min: 0, max: 0xff_ff }).map((code) => String.fromCharCode(code)) }),
  fc.string({ maxLength: 200, unit: 'binary-ascii' }),
);

function expected(text: string): number[] {
  const codes = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  return [...codes.map((code) => (code < 128 ? code : NO_ASCII)), ...Array.from({ length: LOOK_AHEAD }, () => 0)];
}

function expectCodes(codes: TextCodes, text: string): void {
  codes.read(text);
  expect(Array.from({ length: text.length + LOOK_AHEAD }, (_, at) => codes.at(at))).to.deep.equal(expected(text));
}

/** The class as a second copy of its module has it, in a host that has this encoder. */
async function inHostWith(name: string, encoder: unknown): Promise<typeof TextCodes> {
  const host = globalThis as { TextEncoder?: unknown };
  const { TextEncoder } = host;
  try {
    host.TextEncoder = encoder;
    const copy = `../../src/clocks/text-codes.js?${name}`;
    return ((await import(copy)) as { readonly TextCodes: typeof TextCodes }).TextCodes;
  } finally {
    host.TextEncoder = TextEncoder;
  }
}

describe('the codes of a text', () => {
  it('are those of its characters, and zeros behind them', () => {
    const codes = new TextCodes(LONGEST);
    fc.assert(fc.property(TEXTS, (text) => expectCodes(codes, text)));
  });

  it('are the same in a host without an encoder, or with one that only knows half', async () => {
    class Half {
      encode(): never {
        throw new Error('is not asked');
      }
    }
    class Wrong {
      encodeInto(): object {
        return {};
      }
    }
    const odd = { none: undefined, null: null, half: Half, arrow: () => 2, wrong: Wrong };
    for (const [name, encoder] of Object.entries(odd)) {
      const Other = await inHostWith(name, encoder);
      expect(Other).not.to.equal(TextCodes);
      const codes = new Other(LONGEST);
      fc.assert(fc.property(TEXTS, (text) => expectCodes(codes, text)));
    }
  });

  it('of a text that could not be taken in are not taken for those of the one before', async () => {
    let fails = false;
    class Failing {
      private readonly encoder = new HostEncoder();

      encodeInto(text: string, target: Uint8Array): { readonly written: number } {
        if (fails) throw new RangeError('the stack is full');
        return this.encoder.encodeInto(text, target);
      }
    }
    const codes = new (await inHostWith('failing', Failing))(LONGEST);
    expectCodes(codes, 'one');
    fails = true;
    expect(() => codes.read('two')).to.throw('the stack is full');
    fails = false;
    expectCodes(codes, 'two');
  });

  it('are there for the longest text, also where none of it is ASCII', () => {
    const codes = new TextCodes(MAX_STAMP_BYTES);
    for (const text of [
      '~'.repeat(MAX_STAMP_BYTES),
      '\u00e9'.repeat(MAX_STAMP_BYTES),
      '\ud83d'.repeat(MAX_STAMP_BYTES),
    ]) {
      expectCodes(codes, text);
    }
  });

  it('of what was read before are not taken for those of a text that ends early', () => {
    const described = (text: string): unknown => {
      const read = readStamp(text);
      return read instanceof StampFormatError ? [read.reason, read.message] : formatStamp(givenStamp(read));
    };
    fc.assert(
      fc.property(messageStamps, fc.nat(), (stamp, at) => {
        const text = formatStamp(stamp);
        const cut = text.slice(0, at % text.length);
        readStamp('!'.repeat(MAX_STAMP_BYTES));
        const after = described(cut);
        readStamp(text);
        expect(described(cut)).to.deep.equal(after);
      }),
    );
  });
});
