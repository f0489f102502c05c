import { expect } from 'chai';
import * as fc from 'fast-check';
import { MAX_COUNTER, MAX_NODE_ID_LENGTH, MAX_VECTOR_ENTRIES } from '../../src/clocks/limits.js';
import type { ReceivedTable } from '../../src/clocks/received-table.js';
import type { VectorTable } from '../../src/clocks/vector-table.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { receivedVector } from '../support/received-vector.js';

/** Some are the beginning of others, or differ in the last character only. */
const NODES = [
  '-',
  'A',
  'a',
  'a-1',
  'a-11',
  'a-2',
  'a.',
  'aa',
  'b',
  'c_',
  'm'.repeat(MAX_NODE_ID_LENGTH),
  'z',
] as const;
const FORMATS = [
  ['*', '~'],
  ['=', ','],
  [':', ' '],
  ['*', ','],
  ['=', '~'],
  ['\u00e9', ','],
  ['=', ', '],
  ['', ''],
] as const;

const node = fc.constantFrom(...NODES);
const counter = fc.oneof(fc.integer({ min: 1, max: 120 }), fc.constant(MAX_COUNTER), fc.constant(MAX_COUNTER - 1));
const entries = fc.uniqueArray(fc.tuple(node, counter), { minLength: 1, selector: ([name]) => name });
const reader = fc.option(node, { nil: undefined });

/** What its constructor takes. */
interface Fields {
  readonly stamp: string;
  readonly from: number;
  readonly size: number;
  readonly ownIndex: number;
  readonly ownFrom: number;
  readonly ownTo: number;
  readonly ownCounter: number;
}

const question = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), format: fc.constantFrom(...FORMATS) }),
  fc.record({ kind: fc.constantFrom('length', 'columns', 'counters', 'size', 'rest'), of: fc.constant('') }),
  fc.record({ kind: fc.constantFrom('get', 'index', 'counter'), of: node }),
  fc.record({ kind: fc.constant('names' as const), of: node, index: fc.integer({ min: -1, max: NODES.length }) }),
  fc.record({ kind: fc.constant('other' as const), entries, by: reader }),
);

function answer(vector: VectorTimestamp, asked: typeof question extends fc.Arbitrary<infer Q> ? Q : never): unknown {
  switch (asked.kind) {
    case 'text':
      return vector.join(asked.format[0], asked.format[1]);
    case 'length':
      return [vector.textLength, vector.textLength];
    case 'columns':
      return [[...vector.table.nodes], [...vector.table.counters]];
    case 'counters':
      return [...vector.table.counters];
    case 'size':
      return [vector.size, vector.table.size];
    case 'get':
      return vector.get(asked.of);
    case 'index':
      return vector.table.indexOf(asked.of);
    case 'counter':
      return vector.table.counterOf(asked.of);
    case 'names':
      return vector.table.names(asked.index, asked.of);
    case 'rest':
      return vector.table.forgetText();
    default:
      // Another stamp is read meanwhile, and one of its texts made.
      return receivedVector(VectorTimestamp.from((asked as { entries: [string, number][] }).entries), 'a').toString();
  }
}

const { TextDecoder: HostDecoder } = globalThis;

const ODD_DECODERS = {
  none: undefined,
  null: null,
  'not to be constructed': () => 'a=',
  'of nothing': Object,
  'of whole buffers': class {
    private readonly decoder = new HostDecoder();

    decode(bytes: Uint8Array): string {
      return this.decoder.decode(bytes.buffer as ArrayBuffer);
    }
  },
};

describe('a vector as the text that brought it', () => {
  const questions = fc.array(question, { maxLength: 12, size: 'max' });

  it('answers as one in columns does', () => {
    fc.assert(
      fc.property(entries, reader, questions, (pairs, by, asked) => {
        const plain = VectorTimestamp.from(pairs);
        const text = receivedVector(plain, by);
        for (const one of asked) expect(answer(text, one)).to.deep.equal(answer(plain, one));
        expect([...text]).to.deep.equal([...plain]);
      }),
      { numRuns: 2000 },
    );
  });

  it('does so with another counter of one of its entries', () => {
    const moved = fc.array(fc.tuple(node, counter, questions), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(entries, reader, moved, (pairs, by, moves) => {
        let plain = VectorTimestamp.from(pairs);
        let text = receivedVector(plain, by);
        for (const [name, count, asked] of moves) {
          plain = plain.withCounter(name, count);
          text = text.withCounter(name, count);
          for (const one of asked) {
            // The counter below the own one is nobody's business.
            if (one.kind !== 'columns' && one.kind !== 'counters' && one.kind !== 'counter') {
              expect(answer(text, one)).to.deep.equal(answer(plain, one));
            }
          }
        }
        expect([...text]).to.deep.equal([...plain]);
      }),
      { numRuns: 2000 },
    );
  });

  it('does so with an entry of ours that it does not name', () => {
    fc.assert(
      fc.property(
        entries,
        node,
        fc.array(counter, { minLength: 1, maxLength: 3 }),
        questions,
        (pairs, by, own, asked) => {
          const heard = receivedVector(VectorTimestamp.from(pairs), by);
          const isNamed = pairs.some(([name]) => name === by);
          const first = own[0] as number;
          const joined = heard.table.joinedBy(by, first);
          expect(joined === undefined, 'only where it is not named').to.equal(isNamed);
          for (const other of NODES) if (other !== by) expect(heard.table.joinedBy(other, 1)).to.equal(undefined);
          if (joined === undefined) return;
          const plain = VectorTimestamp.from([...pairs, [by, first]]);
          const index = plain.table.indexOf(by);
          expect(joined.joinedBy(by, 2)).to.equal(undefined);
          for (const count of [...own, 0]) {
            const [text, expected] = [new VectorTimestamp(joined, index, count), plain.withCounter(by, count)];
            for (const one of asked) expect(answer(text, one)).to.deep.equal(answer(expected, one));
            expect([...text]).to.deep.equal([...expected]);
          }
          // Nobody's own: as the table itself has it.
          expect([...new VectorTimestamp(joined, -1, 0)]).to.deep.equal([...plain]);
          expect(new VectorTimestamp(joined, -1, 0).toString()).to.equal(plain.toString());
          // What was heard stays as it was.
          expect([...heard]).to.deep.equal([...VectorTimestamp.from(pairs)]);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is read no more than once, and not at all to be written on', () => {
    const heard = receivedVector(
      VectorTimestamp.from([
        ['a', 5],
        ['c_', 7],
      ]),
      'b',
    );
    const joined = heard.table.joinedBy('b', 1) as VectorTable;
    const own = new VectorTimestamp(joined, joined.indexOf('b'), 1);
    let readings = 0;
    const { read } = joined as unknown as { read(): void };
    Object.defineProperty(joined, 'read', {
      value: () => {
        readings++;
        read.call(joined);
      },
    });
    expect([own.toString(), own.join('*', '~'), own.get('b'), own.size, own.textLength]).to.deep.equal([
      'a=5,b=1,c_=7',
      'a*5~b*1~c_*7',
      1,
      3,
      12,
    ]);
    expect(own.withCounter('b', 20).toString()).to.equal('a=5,b=20,c_=7');
    expect([heard.get('b'), heard.join('*', '~'), heard.toString()]).to.deep.equal([0, 'a*5~c_*7', 'a=5,c_=7']);
    expect(readings).to.equal(0);
    expect([own.get('c_'), own.get('a'), own.get('x'), joined.nodes, joined.counters]).to.deep.equal([
      7,
      5,
      0,
      ['a', 'b', 'c_'],
      [5, 1, 7],
    ]);
    expect(readings).to.equal(1);
  });

  it('has room for the longest', () => {
    const many = Array.from({ length: MAX_VECTOR_ENTRIES - 1 }, (_, i) => [`n${100 + i}`, 2 ** 40 + i] as const);
    const plain = VectorTimestamp.from(many);
    const { table } = receivedVector(plain, 'n130-own');
    const joined = table.joinedBy('n130-own', 1) as VectorTable;
    const index = joined.indexOf('n130-own');
    for (const count of [1, 9, 10, MAX_COUNTER]) {
      const expected = plain.withCounter('n130-own', count);
      expect(new VectorTimestamp(joined, index, count).toString()).to.equal(expected.toString());
      expect(new VectorTimestamp(joined, index, count).join('*', '~')).to.equal(expected.join('*', '~'));
    }
  });

  it('has all of its columns or none, whatever fails while they are made', () => {
    const plain = VectorTimestamp.from([
      ['a', 5],
      ['c_', 7],
    ]);
    const { toSpliced } = Array.prototype;
    for (const failing of [1, 2]) {
      const joined = receivedVector(plain, 'b').table.joinedBy('b', 1) as VectorTable;
      let calls = 0;
      Object.defineProperty(Array.prototype, 'toSpliced', {
        configurable: true,
        writable: true,
        value(this: unknown[], ...given: [number, number]) {
          if (++calls === failing) throw new RangeError('the stack is full');
          return Reflect.apply(toSpliced, this, given) as unknown;
        },
      });
      try {
        expect(() => joined.nodes).to.throw('the stack is full');
      } finally {
        Object.defineProperty(Array.prototype, 'toSpliced', { configurable: true, writable: true, value: toSpliced });
      }
      expect([joined.nodes, joined.counters]).to.deep.equal([
        ['a', 'b', 'c_'],
        [5, 1, 7],
      ]);
    }
  });

  it('answers so in a host without a decoder, and in one with another under its name', async () => {
    for (const [name, decoder] of Object.entries(ODD_DECODERS)) {
      await answersWith(name, decoder);
    }
  });

  async function answersWith(name: string, odd: unknown): Promise<void> {
    const host = globalThis as { TextDecoder?: unknown };
    const { TextDecoder } = host;
    let Other: typeof ReceivedTable;
    try {
      host.TextDecoder = odd;
      const copy = `../../src/clocks/received-table.js?${name}`;
      ({ ReceivedTable: Other } = (await import(copy)) as { readonly ReceivedTable: typeof ReceivedTable });
    } finally {
      host.TextDecoder = TextDecoder;
    }
    fc.assert(
      fc.property(entries, node, questions, (pairs, by, asked) => {
        const plain = VectorTimestamp.from(pairs);
        const { stamp, from, size, ownIndex, ownFrom, ownTo, ownCounter } = receivedVector(plain, by)
          .table as unknown as Fields;
        const table = new Other(stamp, from, size, by, ownIndex, ownFrom, ownTo, ownCounter);
        const joined = table.joinedBy(by, 4);
        const [text, expected] =
          joined === undefined
            ? [new VectorTimestamp(table, -1, 0), plain]
            : [new VectorTimestamp(joined, joined.indexOf(by), 4), plain.withCounter(by, 4)];
        for (const one of asked) {
          if (joined === undefined || (one.kind !== 'columns' && one.kind !== 'counters')) {
            expect(answer(text, one)).to.deep.equal(answer(expected, one));
          }
        }
      }),
    );
  }
});
