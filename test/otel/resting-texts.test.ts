import { expect } from 'chai';
import * as fc from 'fast-check';
import { MAX_STAMP_BYTES } from '../../src/clocks/limits.js';
import { NO_CELL, RestingTexts } from '../../src/otel/resting-texts.js';

/** Lengths on both sides of each size of cells. */
const LENGTHS = [1, 96, 97, 128, 129, 192, 193, 256, 257, 384, 385, 512, 513, 1536, 1537, 2048, 3073, MAX_STAMP_BYTES];

function textOf(length: number, seed: number): string {
  return Array.from({ length }, (_, at) => String.fromCharCode(33 + ((at * 7 + seed) % 94))).join('');
}

/** Bytes that all cells take together. */
function bytesOf(texts: RestingTexts): number {
  const { sizes } = texts as unknown as { readonly sizes: readonly { readonly pages: readonly Uint8Array[] }[] };
  return sizes.reduce((sum, { pages }) => sum + pages.reduce((bytes, page) => bytes + page.length, 0), 0);
}

/** The class as a second copy of its module has it, in a host that has these. */
async function inHostWith(name: string, odd: object): Promise<typeof RestingTexts> {
  const host = globalThis as Record<string, unknown>;
  const { TextEncoder, TextDecoder } = globalThis;
  try {
    Object.assign(host, odd);
    const copy = `../../src/otel/resting-texts.js?${name}`;
    return ((await import(copy)) as { readonly RestingTexts: typeof RestingTexts }).RestingTexts;
  } finally {
    Object.assign(host, { TextEncoder, TextDecoder });
  }
}

describe('texts at rest', () => {
  it('come back as they were, whatever comes and goes beside them', () => {
    const steps = fc.array(
      fc.tuple(fc.constantFrom('put', 'put', 'read', 'give back'), fc.constantFrom(...LENGTHS), fc.nat()),
      { maxLength: 150 },
    );
    fc.assert(
      fc.property(steps, (program) => {
        const texts = new RestingTexts();
        const held: { readonly cell: number; readonly text: string }[] = [];
        for (const [what, length, seed] of program) {
          if (what === 'put') {
            const text = textOf(length, seed);
            const cell = texts.put(text);
            expect(cell).not.to.equal(NO_CELL);
            held.push({ cell, text });
            continue;
          }
          const [gone] = held.splice(seed % (held.length || 1), 1);
          if (gone === undefined) continue;
          if (what === 'read') expect(texts.read(gone.cell, gone.text.length)).to.equal(gone.text);
          texts.giveBack(gone.cell, gone.text.length);
        }
        for (const { cell, text } of held) expect(texts.read(cell, text.length)).to.equal(text);
        for (const { cell, text } of held) texts.giveBack(cell, text.length);
        expect(bytesOf(texts)).to.equal(0);
      }),
    );
  });

  it('take half as much again at the most, and nothing once all are gone', () => {
    for (const length of LENGTHS) {
      const texts = new RestingTexts();
      const cells = Array.from({ length: 1000 }, (_, i) => texts.put(textOf(length, i)));
      expect(bytesOf(texts), `${length} bytes each`).to.be.within(1000 * length, 1.55 * 1000 * Math.max(96, length));
      const held = bytesOf(texts);
      for (let round = 0; round < 3; round++) {
        for (const cell of cells.splice(0, 500)) texts.giveBack(cell, length);
        for (let i = 0; i < 500; i++) cells.push(texts.put(textOf(length, i)));
      }
      expect(bytesOf(texts)).to.equal(held);
      for (const cell of cells) texts.giveBack(cell, length);
      expect(bytesOf(texts)).to.equal(0);
    }
  });

  it('are not taken where they would not come back as they were', () => {
    const texts = new RestingTexts();
    expect(texts.put('ä'.repeat(100))).to.equal(NO_CELL);
    expect(texts.put('ä'.repeat(128))).to.equal(NO_CELL);
    expect(texts.put('one ä, for which there is room')).to.equal(NO_CELL);
    expect(bytesOf(texts)).to.equal(0);
    const cell = texts.put('as it was');
    expect(texts.read(cell, 9)).to.equal('as it was');
  });

  it('are not taken by a host without converters', async () => {
    const odd = {
      'no encoder': { TextEncoder: undefined },
      'no decoder': { TextDecoder: undefined },
      'an encoder of another kind': { TextEncoder: Object },
      'a decoder of another kind': { TextDecoder: Object },
    };
    for (const [name, host] of Object.entries(odd)) {
      const Other = await inHostWith(name, host);
      expect(Other).not.to.equal(RestingTexts);
      expect(new Other().put('text'), name).to.equal(NO_CELL);
    }
  });
});
