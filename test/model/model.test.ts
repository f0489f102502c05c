import { expect } from 'chai';
import { HAPPENINGS, Happenings } from './happenings.js';
import { campaign } from './run.js';

/** Half a minute in CI, seconds for whoever waits. */
const PROGRAMS = Number(process.env['MODEL_PROGRAMS'] ?? (process.env['CI'] === undefined ? 1500 : 10_000));
/**
 * The same programs every time, so that a run can be compared with the last one; `MODEL_SEED=random` searches for new ones.
 * Their ids are drawn anew all the same.
 */
const USUAL_SEED = 202;
const given = process.env['MODEL_SEED'] ?? '';
const SEED = given === 'random' ? undefined : given === '' ? USUAL_SEED : Number(given);

describe('the model: random programs against an explicit happens-before graph', function () {
  this.timeout(0);

  it('would notice what never happens', () => {
    expect(new Happenings().tooRare(10_000)).to.have.length(Object.keys(HAPPENINGS).length);
  });

  it(`answers every pair of events of ${PROGRAMS} programs as the graph does`, () => {
    const { seed, runs, tally, failure } = campaign({ programs: PROGRAMS, seed: SEED });
    if (failure !== undefined) expect.fail(failure);
    console.log(
      `      seed ${seed}, ${runs} programs: ${JSON.stringify({ ...tally, rules: Object.fromEntries(tally.rules) })}`,
    );
    expect(tally.happened.tooRare(runs), 'what happens too rarely to be tried').to.deep.equal([]);
  });
});
