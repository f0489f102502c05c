import { expect } from 'chai';
import { emptyTally } from './check.js';
import { HAPPENINGS, Happenings } from './happenings.js';
import { campaign } from './run.js';

/** A minute in CI, seconds for whoever waits. */
const PROGRAMS = Number(process.env['MODEL_PROGRAMS'] ?? (process.env['CI'] === undefined ? 1500 : 10_000));
/** Programs that are the same every time, but for their ids, so that a run can be compared with the last one. */
const USUAL_SEED = 202;
/**
 * One in this many programs is a new one: each run searches a little further. Whoever breaks a rule hears of it by the
 * others; what only a new program shows is older than his change, and should not meet him often.
 */
const NEW_OF = 10;

interface Part {
  readonly name: string;
  readonly programs: number;
  /** Undefined: another one in each run. */
  readonly seed: number | undefined;
}

/** `MODEL_SEED=<n>` runs the programs of that seed, as they were printed, and `MODEL_SEED=random` new ones only. */
function partsOf(given: string): readonly Part[] {
  if (given === 'random') return [{ name: 'new', programs: PROGRAMS, seed: undefined }];
  if (given !== '') return [{ name: 'given', programs: PROGRAMS, seed: Number(given) }];
  const fresh = Math.ceil(PROGRAMS / NEW_OF);
  return [
    { name: 'usual', programs: PROGRAMS - fresh, seed: USUAL_SEED },
    { name: 'new', programs: fresh, seed: undefined },
  ];
}

describe('the model: random programs against an explicit happens-before graph', function () {
  this.timeout(0);
  const all = emptyTally();

  it('would notice what never happens', () => {
    expect(new Happenings().tooRare(10_000)).to.have.length(Object.keys(HAPPENINGS).length);
  });

  for (const { name, programs, seed: chosen } of partsOf(process.env['MODEL_SEED'] ?? '')) {
    it(`answers every pair of events of ${programs} ${name} programs as the graph does`, () => {
      const { seed, runs, tally, failure } = campaign({ programs, seed: chosen });
      if (failure !== undefined) expect.fail(failure);
      all.happened.add(tally.happened);
      console.log(
        `      seed ${seed}, ${runs} programs: ${JSON.stringify({ ...tally, rules: Object.fromEntries(tally.rules) })}`,
      );
    });
  }

  it('has tried whatever may befall a fleet', () => {
    expect(all.happened.tooRare(PROGRAMS), 'what happens too rarely to be tried').to.deep.equal([]);
  });
});
