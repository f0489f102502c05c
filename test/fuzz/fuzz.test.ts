import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { readCorpus } from './corpus.js';
import { Broken, fuzz } from './fuzzer.js';
import { TARGETS } from './targets/all.js';
import { must, type Target } from './targets/target.js';

const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 2_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

describe(`what strangers send, mutated (FUZZ_SEED=${SEED})`, () => {
  for (const target of TARGETS) {
    it(`${target.name}: ${INPUTS} inputs break no rule`, async () => {
      const { inputs } = await fuzz(target, SEED, readCorpus(target.name), { inputs: INPUTS, guided: false });
      expect(inputs).to.be.at.least(INPUTS);
    }).timeout(120_000);
  }
});

describe('the fuzzer', () => {
  const broken = (rule: (input: string) => boolean): Target => ({
    name: 'broken',
    seeds: ['<a>'],
    words: ['abc', '>>'],
    run(input) {
      must(rule(input.toString('latin1')), 'the rule');
    },
  });
  const breaking = async (target: Target, inputs: number): Promise<Broken | undefined> => {
    try {
      await fuzz(target, 1, [], { inputs, guided: false });
      return undefined;
    } catch (error) {
      return error as Broken;
    }
  };

  it('finds an input that breaks a rule, and names it', async () => {
    const error = await breaking(
      broken((input) => !input.includes('abc>>')),
      100_000,
    );
    expect(error).to.be.instanceOf(Broken);
    expect(error?.input.toString('latin1')).to.include('abc>>');
    expect(error?.message).to.include(error?.input.toString('base64'));
  });

  it('repeats a run by its seed', async () => {
    const run = async (): Promise<string[]> => {
      const seen: string[] = [];
      const target = broken((input) => seen.push(input) > 0);
      expect(await breaking(target, 500)).to.be.undefined;
      return seen;
    };
    expect(await run()).to.deep.equal(await run());
  });

  it('sees what an input does to all objects', async () => {
    const target = broken((input) => {
      if (input.includes('abc')) Object.defineProperty(Object.prototype, 'polluted', { value: 1, configurable: true });
      return true;
    });
    try {
      expect((await breaking(target, 10_000))?.message).to.include('Object.prototype');
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted');
    }
  });

  it('is led by coverage, which a fresh process sees from the start', async () => {
    const main = fileURLToPath(new URL('main.js', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [
      main,
      'attributes',
      '--seconds',
      '1',
      '--seed',
      '1',
    ]);
    expect(Number(/(\d+) blocks/.exec(stdout)?.[1])).to.be.above(20);
  });
});
