import { expect } from 'chai';
import * as fc from 'fast-check';
import { givenStamp } from '../../src/clocks/causal-stamp.js';
import { InvalidValueError } from '../../src/clocks/errors.js';
import { MAX_COUNTER, MAX_STAMP_BYTES, MAX_VECTOR_ENTRIES } from '../../src/clocks/limits.js';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import type { CausalStamp } from '../../src/clocks/stamp.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { StampFormatError } from '../../src/codec/stamp-format-error.js';
import { formatStamp, MAX_HEAD_LENGTH, parseStamp, readStamp } from '../../src/codec/wire-text.js';
import { countLooks } from '../support/counting-looks.js';
import { expectInvalid } from '../support/invalid-value.js';
import { invalidVectors, type StampVector, stampVectors } from '../support/vectors.js';
import { damaged, messageStamps } from '../support/wire-arbitraries.js';

const SAMPLE = '1!7b1d62f2c9e04a15!17!6a1f0c3b2e4d5f60!0!gateway-x7k2p1ab*4~orders-m3n4b5cd*2';

/** Neighbours of the digits, and what has a digit's bits further up. */
const NO_DIGITS = ['g', 'A', '/', ':', '`', '-', '\u0080', '\u00b0', '\u0100', '\u0130', '\u0161'];

function stampOf(vector: StampVector): CausalStamp {
  return {
    domain: vector.domain,
    node: undefined,
    tick: undefined,
    lamport: vector.lamport,
    vector: VectorTimestamp.from(vector.vector.map(({ node, counter }) => [node, counter] as const)),
    hlc: vector.hlc === null ? undefined : Ntp64.parseRfc3339(vector.hlc.rfc3339),
    incomplete: vector.incomplete,
    hlcUnordered: vector.hlcUnordered,
  };
}

function fieldsOf(stamp: CausalStamp): Omit<StampVector, 'name' | 'text' | 'rewritten'> {
  const { domain, lamport, hlc, incomplete, hlcUnordered, vector } = stamp;
  return {
    domain,
    lamport,
    hlc: hlc === undefined ? null : { hex: hlc.toHex(), rfc3339: hlc.toRfc3339() },
    incomplete,
    hlcUnordered,
    vector: [...vector].map(([node, counter]) => ({ node, counter })),
  };
}

function parsedFor(text: string, expected: string | undefined): CausalStamp {
  const read = readStamp(text, expected);
  if (read instanceof StampFormatError) throw read;
  return givenStamp(read);
}

function refusalOf(text: string): StampFormatError {
  const read = readStamp(text);
  if (!(read instanceof StampFormatError)) throw new Error(`was taken: ${text.slice(0, 100)}`);
  return read;
}

describe('stamps as wire text', () => {
  describe('on the test vectors', () => {
    for (const vector of stampVectors()) {
      it(`reads and writes: ${vector.name}`, () => {
        const { name: _, text, rewritten, ...fields } = vector;
        expect(fieldsOf(parseStamp(text))).to.deep.equal(fields);
        expect(formatStamp(stampOf(vector))).to.equal(rewritten ?? text);
        expect(formatStamp(parseStamp(text))).to.equal(rewritten ?? text);
      });
    }

    for (const { name, reason, text } of invalidVectors()) {
      it(`refuses: ${name}`, () => {
        expect(refusalOf(text).reason).to.equal(reason);
        expect(() => parseStamp(text)).to.throw(StampFormatError);
      });
    }
  });

  describe('as laws', () => {
    it('reads what it wrote, and writes what it read', () => {
      fc.assert(
        fc.property(messageStamps, (stamp) => {
          const text = formatStamp(stamp);
          const read = parseStamp(text);
          expect(fieldsOf(read)).to.deep.equal(fieldsOf(stamp));
          expect(formatStamp(read)).to.equal(text);
        }),
      );
    });

    it('refuses damaged text with its own error only, or reads a stamp that it would write so', () => {
      fc.assert(
        fc.property(damaged(messageStamps.map(formatStamp)), (text) => {
          const read = readStamp(text);
          if (read instanceof StampFormatError) return;
          const flags = text.split('!')[4] as string;
          const known = (Number.parseInt(flags, 16) & 3).toString();
          expect(formatStamp(givenStamp(read))).to.equal(text.replace(`!${flags}!`, `!${known}!`));
        }),
        { numRuns: 2000 },
      );
    });

    it('refuses any text at all with its own error only', () => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
          expect(readStamp(text)).to.be.instanceOf(StampFormatError);
        }),
      );
    });
  });

  it('is not shortened by a single character anywhere', () => {
    // Cut inside the last counter it is a shorter number: only the sender's length could tell, and nobody sends it.
    for (let end = 0; end < SAMPLE.length; end++) {
      const cut = SAMPLE.slice(0, end);
      if (!/~orders-m3n4b5cd\*\d+$|!gateway-x7k2p1ab\*\d+$/.test(cut)) refusalOf(cut);
    }
  });

  it('refuses a domain and flags with anything else in the place of any of their digits', () => {
    const [domain, flags] = [SAMPLE.indexOf('!') + 1, SAMPLE.indexOf('!0!') + 1];
    for (const i of [...Array.from({ length: 15 }, (_, digit) => domain + 1 + digit), flags]) {
      for (const other of NO_DIGITS) {
        const text = `${SAMPLE.slice(0, i)}${other}${SAMPLE.slice(i + 1)}`;
        expect(refusalOf(text).reason, text).to.equal('malformed');
      }
    }
  });

  it('reads each text into a stamp of its own, which later ones do not change', () => {
    const first = parseStamp(SAMPLE);
    const before = fieldsOf(first);
    parseStamp('1!7b1d62f2c9e04a15!99!!0!a*90~b*91~c*92');
    expect(fieldsOf(first)).to.deep.equal(before);
  });

  it('names the domain in the text, whichever was expected', () => {
    const text = SAMPLE;
    const domain = '7b1d62f2c9e04a15';
    const others = [undefined, '', '-', '7', domain, '7b1d62f2c9e04a16', '8b1d62f2c9e04a15', `1!${domain.slice(2)}`];
    for (const expected of [...others, `${domain}!`, text.slice(-16), text]) {
      expect(parsedFor(text, expected).domain, expected).to.equal(domain);
      expect(parsedFor('1!-!17!!0!a*1', expected).domain, expected).to.equal('-');
    }
  });

  it('refuses a hybrid time with anything else in the place of any of its digits', () => {
    const at = SAMPLE.indexOf('6a1f0c3b2e4d5f60');
    for (let i = at; i < at + 16; i++) {
      for (const other of NO_DIGITS) {
        const text = `${SAMPLE.slice(0, i)}${other}${SAMPLE.slice(i + 1)}`;
        expect(refusalOf(text).reason, text).to.equal('malformed');
      }
    }
    for (const hex of ['ffffffffffffffff', '0000000000000000', '80000000ffff8000']) {
      expect(parseStamp(SAMPLE.replace('6a1f0c3b2e4d5f60', hex)).hlc?.toHex()).to.equal(hex);
    }
  });

  it('looks at each character a bounded number of times, valid or not', () => {
    const text64 = Array.from({ length: 64 }, (_, i) => `n${i + 10}${'x'.repeat(40)}*${MAX_COUNTER}`).join('~');
    const worst = [
      `1!-!1!!0!${text64}`,
      ...['9', '!', '~', '*', 'a'].flatMap((one) => [
        `1!-!${one.repeat(4000)}`,
        `1!-!1!!0!${one.repeat(4000)}`,
        `1!-!1!!0!a*${one.repeat(4000)}`,
      ]),
    ];
    for (const text of worst) {
      const looks = countLooks(() => readStamp(text));
      expect(looks, text.slice(0, 40))
        .to.be.greaterThan(0)
        .and.lessThan(3 * text.length);
    }
  });

  it('does not even scan what is too long', () => {
    const text = `1!-!1!!0!${'a*1~'.repeat(25_000)}`;
    let reason: string | undefined;
    expect(countLooks(() => (reason = refusalOf(text).reason))).to.equal(0);
    expect(reason).to.equal('oversized');
  });

  describe('errors', () => {
    it('name the field, the value and what was expected', () => {
      const error = refusalOf('1!7b1d62f2c9e04a15!17!!0!orders*0');
      expect(error).to.be.instanceOf(InvalidValueError);
      expect(error).to.include({ field: 'stamp.vector[orders]', value: '0', reason: 'counter' });
      expect(error.message).to.equal(
        'stamp.vector[orders]: expected an integer from 1 to 2^48, in decimal without sign or leading zero, got "0"',
      );
    });

    const HEX = '16 lower-case hexadecimal digits';
    const COUNTER = 'an integer from 1 to 2^48, in decimal without sign or leading zero';
    const NODE = '1 to 64 of A-Z a-z 0-9 - _ ., then *';
    const entries65 = Array.from({ length: 65 }, (_, i) => `n${i + 10}*1`).join('~');
    for (const [text, reason, field, value, expected] of [
      [7, 'malformed', 'text', 7, 'a string'],
      ['', 'empty', 'text', '', 'a stamp'],
      ['x'.repeat(4097), 'oversized', 'text', 'x'.repeat(4097), 'at most 4096 characters'],
      ['1234!rest', 'version', 'version', '1234', '1'],
      ['12345!rest', 'malformed', 'version', '12345!rest', '1!'],
      ['1234', 'malformed', 'version', '1234', '1!'],
      ['1!x!5!!0!a*1', 'malformed', 'domain', 'x!5!!0!a*1', `${HEX} or -, then !`],
      ['1!7b1d62f2c9e04A15!5!!0!a*1', 'malformed', 'domain', '7b1d62f2c9e04A15', `${HEX} or -, then !`],
      ['1!-!05!!0!a*1', 'counter', 'lamport', '05', COUNTER],
      ['1!-!!!0!a*1', 'counter', 'lamport', '', COUNTER],
      ['1!-!5x!0!a*1', 'malformed', 'lamport', 'x', '! after the digits'],
      ['1!-!5!6a1f!0!a*1', 'malformed', 'hlc', '6a1f!0!a*1', `${HEX} or nothing, then !`],
      ['1!-!5!6a1f0c3b2e4d5f6X!0!a*1', 'malformed', 'hlc', '6a1f0c3b2e4d5f6X', `${HEX} or nothing, then !`],
      ['1!-!5!6a1f0c3b2e4d5f60x0!a*1', 'malformed', 'hlc', '6a1f0c3b2e4d5f60', `${HEX} or nothing, then !`],
      ['1!-!5!!X!a*1', 'malformed', 'flags', 'X!', 'one lower-case hexadecimal digit, then !'],
      ['1!-!5!!00!a*1', 'malformed', 'flags', '00', 'one lower-case hexadecimal digit, then !'],
      ['1!-!5!!0!', 'node', 'vector node', '', NODE],
      ['1!-!5!!0!=1', 'node', 'vector node', '=', NODE],
      ['1!-!5!!0!a.b=1', 'node', 'vector node', 'a.b', NODE],
      [`1!-!5!!0!${'n'.repeat(65)}*1`, 'node', 'vector node', 'n'.repeat(65), NODE],
      ['1!-!5!!0!b*1~a*1', 'order', 'vector', 'a', 'strictly ascending nodes'],
      ['1!-!5!!0!a*1~b*', 'counter', 'vector[b]', '', COUNTER],
      [`1!-!5!!0!${entries65}`, 'entries', 'vector', 'n74', 'at most 64 entries'],
      ['1!-!5!!0!a*1,b*1', 'malformed', 'vector', ',', '~ between entries'],
    ] as const) {
      it(`tell what is wrong with ${String(text).slice(0, 40)}`, () => {
        const error = refusalOf(text as string);
        expect(error).to.include({ name: 'StampFormatError', reason, field: `stamp.${field}`, value, expected });
      });
    }

    it('are one short line, whatever was sent', () => {
      for (const { text } of invalidVectors()) {
        const { message } = refusalOf(text);
        expect(message.length).to.be.lessThan(320);
        expect(message).to.match(/^[^\n\r]*$/);
      }
    });

    it('say the version that was found', () => {
      expect(refusalOf('12!rest')).to.include({ reason: 'version', field: 'stamp.version', value: '12' });
    });

    it('refuse what is not a string, from callers without types', () => {
      for (const value of [undefined, null, 1, {}, [SAMPLE], Symbol('stamp')]) {
        expect(refusalOf(value as string).reason).to.equal('malformed');
      }
    });
  });

  describe('writing', () => {
    let stamp: CausalStamp;
    beforeEach(() => {
      stamp = parseStamp(SAMPLE);
    });

    it('refuses parts that the wire cannot carry, and names them', () => {
      expectInvalid(() => formatStamp({ ...stamp, domain: '7B1D62F2C9E04A15' }), 'stamp.domain');
      expectInvalid(() => formatStamp({ ...stamp, domain: '' }), 'stamp.domain');
      expectInvalid(() => formatStamp({ ...stamp, domain: `${stamp.domain}0` }), 'stamp.domain');
      expectInvalid(() => formatStamp({ ...stamp, domain: `0${stamp.domain}` }), 'stamp.domain');
      for (const lamport of [0, -1, 1.5, MAX_COUNTER + 1, Number.NaN]) {
        expectInvalid(() => formatStamp({ ...stamp, lamport }), 'stamp.lamport');
      }
      expectInvalid(() => formatStamp({ ...stamp, vector: VectorTimestamp.EMPTY }), 'stamp.vector');
      expectInvalid(() => formatStamp({ ...stamp, vector: VectorTimestamp.from([['ä', 1]]) }), 'stamp.vector node');
      const beyond = VectorTimestamp.from([['a', MAX_COUNTER + 1]]);
      expectInvalid(() => formatStamp({ ...stamp, vector: beyond }), 'stamp.vector[a]');
    });

    it('refuses more entries than a reader takes', () => {
      const entries = (count: number): VectorTimestamp =>
        VectorTimestamp.from(Array.from({ length: count }, (_, i) => [`n${i}`, 1] as const));
      expect(formatStamp({ ...stamp, vector: entries(MAX_VECTOR_ENTRIES) })).to.be.a('string');
      expectInvalid(() => formatStamp({ ...stamp, vector: entries(MAX_VECTOR_ENTRIES + 1) }), 'stamp.vector');
    });

    it('refuses more characters than a reader takes', () => {
      const long = Array.from({ length: 64 }, (_, i) => [`${'n'.repeat(60)}${i + 10}`, MAX_COUNTER] as const);
      expectInvalid(() => formatStamp({ ...stamp, vector: VectorTimestamp.from(long) }), 'stamp');
    });

    it('knows the longest head exactly', () => {
      const longest = { ...stamp, lamport: MAX_COUNTER, vector: VectorTimestamp.from([['a', 1]]) };
      expect(formatStamp(longest).length - 'a*1'.length).to.equal(MAX_HEAD_LENGTH);
    });

    it('of the longest vector stays one text of at most 4,096 characters', () => {
      expect(Math.max(...stampVectors().map(({ text }) => text.length))).to.equal(MAX_STAMP_BYTES);
    });
  });
});
