// What mocha loads under mutation. Properties get the same inputs for every mutant, and a short search, since thousands of
// runs follow; a test that waits for what never comes fails soon, where a stopped process would have to be replaced.
import * as fc from 'fast-check';
import { calledOut } from '../../build/src/otel/called-out.js';

const RUNS = Number(process.env.MUTATION_INPUTS);
const TEST_TIMEOUT_MS = 8_000;

/** Lets only the first runs look: neither what comes later nor shrinking tells a mutant that was not noticed by then. */
function firstRuns() {
  let runs = 0;
  let last;
  return {
    decorateGenerate:
      (generate) =>
      (...given) =>
        (last = runs < RUNS || last === undefined ? generate(...given) : last),
    decorateRun: (run) => (value) => (runs++ < RUNS ? run(value) : null),
  };
}

fc.configureGlobal({ seed: 1, plugins: [firstRuns] });

export const mochaHooks = {
  beforeEach() {
    // One process runs all mutants: one that does not count back would have the others taken for noticed.
    calledOut.depth = 0;
    this.currentTest.timeout(TEST_TIMEOUT_MS);
  },
};
