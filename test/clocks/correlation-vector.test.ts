import { expect } from 'chai';
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { decodeBase, encodeBase } from '../../src/clocks/correlation-vector-base.js';
import { CorrelationVector, type ReplacedVector } from '../../src/clocks/correlation-vector.js';
import type { CorrelationVectorVersion } from '../../src/clocks/correlation-vector-format.js';
import type { SpinParameters } from '../../src/clocks/correlation-vector-spin.js';
import { expectInvalid } from '../support/invalid-value.js';

interface Operation {
  readonly input: string;
  readonly operation: 'extend' | 'increment' | 'spin' | 'reset';
  readonly parameters?: SpinParameters;
  readonly epoch?: 'unix' | 'dotnet';
  readonly nowMs?: number;
  readonly randomBytes?: readonly number[];
  readonly output: string;
  readonly replaced?: ReplacedVector;
}

interface Vectors {
  readonly operations: readonly Operation[];
  readonly traceparents: readonly { readonly traceparent: string; readonly vector: string }[];
  readonly refused: readonly (string | { readonly after: string; readonly repeat: string; readonly times: number })[];
  readonly refusedTraceparents: readonly string[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../../test/vectors/correlation-vector.json', import.meta.url), 'utf8'),
) as Vectors;
const VERSIONS: readonly CorrelationVectorVersion[] = ['1', '2.1', '3.0'];
const BASES = { '1': 'tul4NUsfs9Cl7mOf', '2.1': 'PmvzQKgYek6Sdk/T5sWaqw', '3.0': 'PmvzQKgYek6Sdk/T5sWaqw' };
const MAX_LENGTH = { '1': 63, '2.1': 127, '3.0': 128 };

function apply(operation: Operation): CorrelationVector {
  const { nowMs = 0, randomBytes = [], epoch = 'unix' } = operation;
  const vector = CorrelationVector.parse(operation.input, {
    now: () => nowMs,
    epoch,
    randomBytes: (count) => {
      expect(count).to.equal(randomBytes.length);
      return Uint8Array.from(randomBytes);
    },
  });
  return operation.operation === 'spin' ? vector.spin(operation.parameters) : vector[operation.operation]();
}

describe('CorrelationVector', () => {
  for (const version of VERSIONS) {
    it(`is created in version ${version} with a random base, reads its own text, and keeps its base`, () => {
      const [one, other] = [CorrelationVector.create({ version }), CorrelationVector.create({ version })];
      expect(one.value).to.match(version === '3.0' ? /^A\.[^.]{22}\.0$/ : /^[^.]+\.0$/);
      expect(one.base).not.to.equal(other.base);
      expect(one.version).to.equal(version);
      const read = CorrelationVector.parse(one.value);
      expect(read).to.include({ value: one.value, base: one.base, version, isTerminated: false });
      expect(read.extend().increment().base).to.equal(one.base);
    });

    it(`is created in version ${version} from the given bytes or base`, () => {
      const bytes = version === '1' ? 12 : 16;
      const zeros = CorrelationVector.create({ version, randomBytes: (count) => new Uint8Array(count) });
      expect(zeros.base).to.equal('A'.repeat(version === '1' ? 16 : 22));
      expect(decodeBase(zeros.base)).to.have.lengthOf(bytes);
      expect(CorrelationVector.create({ version, base: BASES[version] }).base).to.equal(BASES[version]);
      for (const base of ['', 'short', `${BASES[version]}=`, `${'A'.repeat(15)}-`]) {
        expectInvalid(() => CorrelationVector.create({ version, base }), 'base');
      }
    });
  }

  it('is of version 2.1 unless asked otherwise, and refuses a version that does not exist', () => {
    expect(CorrelationVector.create().version).to.equal('2.1');
    for (const version of ['2', '4.0', 2.1]) {
      expectInvalid(() => CorrelationVector.create({ version: version as CorrelationVectorVersion }), 'version');
    }
  });

  for (const operation of golden.operations) {
    const { parameters, epoch } = operation;
    const how = parameters === undefined ? '' : ` ${Object.values(parameters).join(' ')} ${epoch}`;
    it(`${operation.operation}${how}: ${operation.input.slice(-40)} → ${operation.output.slice(-40)}`, () => {
      const result = apply(operation);
      expect(result.value).to.equal(operation.output);
      expect(result.replaced).to.deep.equal(operation.replaced);
      expect(result.isTerminated).to.equal(operation.output.endsWith('!'));
      expect(CorrelationVector.parse(operation.output).value).to.equal(operation.output);
    });
  }

  for (const entry of golden.refused) {
    const text = typeof entry === 'string' ? entry : entry.after + entry.repeat.repeat(entry.times);
    it(`refuses ${JSON.stringify(text.slice(0, 60))}`, () => {
      expectInvalid(() => CorrelationVector.parse(text), 'correlation vector');
    });
  }

  it('refuses what is no string', () => {
    for (const value of [undefined, null, 5, ['PmvzQKgYek6Sdk/T5sWaqw.0']]) {
      expectInvalid(() => CorrelationVector.parse(value as unknown as string), 'correlation vector');
    }
  });

  it('continues a traceparent in version 3.0, and writes one with the same trace id', () => {
    for (const { traceparent, vector } of golden.traceparents) {
      const read = CorrelationVector.fromTraceparent(traceparent);
      expect(read.value).to.equal(vector);
      const [, traceId] = traceparent.split('-');
      const spanId = '10f076ab0ba9d1c9';
      expect(read.increment().toTraceparent({ spanId })).to.equal(`00-${traceId}-${spanId}-00`);
      expect(read.toTraceparent({ spanId, traceFlags: 1 })).to.equal(`00-${traceId}-${spanId}-01`);
      expect(read.toTraceparent()).to.match(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
      expect(read.toTraceparent()).not.to.equal(read.toTraceparent());
    }
    for (const text of golden.refusedTraceparents) {
      expectInvalid(() => CorrelationVector.fromTraceparent(text), 'traceparent');
    }
    const [first] = golden.traceparents;
    for (const text of [`${first?.traceparent}0`, `0${first?.traceparent}`, `${first?.traceparent} `]) {
      expectInvalid(() => CorrelationVector.fromTraceparent(text), 'traceparent');
    }
    const later = '01-0af7651916cd43dd8448eb211c80319c-b9c7c989f97918e1-01-more';
    expect(CorrelationVector.fromTraceparent(later).base).to.equal('CvdlGRbNQ92ESOshHIAxnA');
  });

  it('refuses to write an illegal traceparent', () => {
    const vector = CorrelationVector.create({ version: '3.0' });
    const legal = 'b9c7c989f97918e1';
    for (const spanId of ['', '0'.repeat(16), 'B9C7C989F97918E1', 'b9c7', `${legal}0`, `0${legal}`]) {
      expectInvalid(() => vector.toTraceparent({ spanId }), 'spanId');
    }
    expect(vector.toTraceparent({ spanId: legal, traceFlags: 255 })).to.match(/-b9c7c989f97918e1-ff$/);
    for (const traceFlags of [-1, 256, 1.5]) expectInvalid(() => vector.toTraceparent({ traceFlags }), 'traceFlags');
    const zeros = CorrelationVector.create({ version: '3.0', base: 'A'.repeat(22) });
    expectInvalid(() => zeros.toTraceparent(), 'base');
  });

  it('has no spin in version 1, and neither reset nor traceparent before 3.0', () => {
    const [first, second] = [CorrelationVector.create({ version: '1' }), CorrelationVector.create()];
    expectInvalid(() => first.spin(), 'version');
    for (const vector of [first, second]) {
      expectInvalid(() => vector.reset(), 'version');
      expectInvalid(() => vector.toTraceparent(), 'version');
    }
  });

  it('refuses spin parameters and an epoch that do not exist', () => {
    const vector = CorrelationVector.create();
    for (const [parameters, field] of [
      [{ interval: 'rough' }, 'interval'],
      [{ interval: 'constructor' }, 'interval'],
      [{ periodicity: 'weekly' }, 'periodicity'],
      [{ entropy: 5 }, 'entropy'],
      [{ entropy: -1 }, 'entropy'],
      [{ entropy: 1.5 }, 'entropy'],
    ] as const) {
      expectInvalid(() => vector.spin(parameters as unknown as SpinParameters), field);
    }
    expectInvalid(() => CorrelationVector.create({ epoch: 'mayan' as 'unix' }), 'epoch');
  });

  it('refuses a base that is no text, though it reads like one', () => {
    expectInvalid(() => CorrelationVector.create({ base: [BASES['2.1']] as unknown as string }), 'base');
  });

  it('asks for no randomness where none is wanted', () => {
    const randomBytes = (): Uint8Array => {
      throw new Error('nobody needs it');
    };
    const vector = CorrelationVector.parse(`${BASES['2.1']}.1`, { now: () => 0, randomBytes });
    expect(vector.spin({ entropy: 0 }).value).to.equal(`${BASES['2.1']}.1.0.0`);
  });

  it('never changes again once it is terminated, even where its last element could not be counted up', () => {
    const full = CorrelationVector.parse(`${BASES['2.1']}.4294967295`);
    const ended = full.increment();
    expect([ended.value, ended.isTerminated]).to.deep.equal([`${full.value}!`, true]);
    for (const next of [ended.increment(), ended.extend(), ended.spin()]) expect(next).to.equal(ended);
  });

  it('begins again at 0 after a reset in place of the highest element', () => {
    const next = CorrelationVector.parse(`A.${BASES['3.0']}.FFFFFFFF`).increment();
    expect(next.value).to.match(/^A\.PmvzQKgYek6Sdk\/T5sWaqw#[0-9A-F]{16}\.0$/);
    expect(next.replaced?.suffix).to.equal('.FFFFFFFF');
  });

  it('takes the time of the host where it is given none, from 1970', () => {
    const counter = (millis: number): number => Number(((BigInt(millis) * 10_000n) >> 24n) & 0xffff_ffffn);
    const earliest = counter(Date.now());
    const spun = CorrelationVector.parse(`A.${BASES['3.0']}.1`).spin().value;
    expect(Number.parseInt(spun.slice(-18, -10), 16)).to.be.within(earliest, counter(Date.now()));
  });

  it('spins by default as the library for .NET does, and in version 3.0 with all 64 bits', () => {
    const source = { now: () => 1_719_847_926_860, randomBytes: (count: number) => new Uint8Array(count).fill(0xab) };
    const second = CorrelationVector.parse(`${BASES['2.1']}.1`, source);
    expect(second.spin().value).to.equal(second.spin({ interval: 'coarse', periodicity: 'short', entropy: 2 }).value);
    const third = CorrelationVector.parse(`A.${BASES['3.0']}.1`, source);
    expect(third.spin().value).to.match(/^A\.[^.]{22}\.1_[0-9A-F]{8}ABABABAB\.0$/);
  });

  it('counts ticks by fractions of a millisecond, and takes a broken clock for the epoch', () => {
    // Exactly 2^16 ticks are 6.5536 ms: the fine counter moves there and not a tenth of a microsecond earlier.
    const fine = (now: number) =>
      CorrelationVector.parse(`${BASES['2.1']}.1`, { now: () => now }).spin({ interval: 'fine', entropy: 0 }).value;
    expect(fine(6.5535)).to.equal(`${BASES['2.1']}.1.0.0`);
    expect(fine(6.5537)).to.equal(`${BASES['2.1']}.1.1.0`);
    for (const now of [Number.NaN, -1, Number.POSITIVE_INFINITY]) expect(fine(now)).to.equal(fine(0));
  });

  it('stays legal, of one version and one base, and within its length, under any operations', () => {
    const operation = fc.constantFrom('extend', 'increment', 'spin', 'reset');
    fc.assert(
      fc.property(fc.constantFrom(...VERSIONS), fc.array(operation, { maxLength: 80 }), (version, operations) => {
        let vector = CorrelationVector.create({ version });
        const { base } = vector;
        const seen = new Set([vector.value]);
        for (const name of operations) {
          if ((name === 'spin' && version === '1') || (name === 'reset' && version !== '3.0')) continue;
          const before = vector;
          vector = before[name]();
          expect(CorrelationVector.parse(vector.value)).to.include({ value: vector.value, version, base });
          expect(vector.value.replace('!', '')).to.have.lengthOf.at.most(MAX_LENGTH[version]);
          if (before.isTerminated) expect(vector.value).to.equal(before.value);
          else if (vector.isTerminated) expect(vector.value).to.equal(`${before.value}!`);
          else expect(seen.has(vector.value), vector.value).to.equal(false);
          if (vector.replaced !== undefined) {
            const head = version === '3.0' ? `A.${base}` : base;
            expect(head + vector.replaced.suffix).to.equal(before.value);
            expect(vector.value).to.include(`#${vector.replaced.id}.`);
          }
          seen.add(vector.value);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('encodes bytes as the base64 everyone has', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64').replace(/=+$/, '');
        expect(encodeBase(bytes)).to.equal(text);
        expect(decodeBase(text)).to.deep.equal(bytes);
      }),
    );
  });

  it('is its text, also as JSON', () => {
    const vector = CorrelationVector.parse('PmvzQKgYek6Sdk/T5sWaqw.1');
    expect(vector.toString()).to.equal(vector.value);
    expect(JSON.stringify({ cv: vector })).to.equal('{"cv":"PmvzQKgYek6Sdk/T5sWaqw.1"}');
  });
});
