import { expect } from 'chai';
import { AWAITED_BREAKAGES } from './broken-awaited.js';
import { BREAKAGES } from './broken-clocks.js';
import { GRAPH_BREAKAGES } from './broken-graph.js';
import { LINK_BREAKAGES } from './broken-links.js';
import { LOG_BREAKAGES } from './broken-logs.js';
import { MESSAGE_BREAKAGES } from './broken-messages.js';
import { TWO_CLOCKS_BREAKAGES } from './broken-two-clocks.js';
import { REST_BREAKAGES } from './broken-rest.js';
import { campaign, type Outcome } from './run.js';

/** Programs within which a broken clock must be noticed. */
const PROGRAMS = 6000;
const SEED = 20_260_101;

const ALL = [
  ...BREAKAGES,
  ...MESSAGE_BREAKAGES,
  ...REST_BREAKAGES,
  ...AWAITED_BREAKAGES,
  ...TWO_CLOCKS_BREAKAGES,
  ...LINK_BREAKAGES,
  ...LOG_BREAKAGES,
  ...GRAPH_BREAKAGES,
];

describe('the teeth of the model', function () {
  this.timeout(0);

  for (const { name, during, focus } of ALL) {
    it(`are felt where ${name}`, () => {
      let outcome: Outcome | undefined;
      during(() => {
        outcome = campaign({ programs: PROGRAMS, seed: SEED, shrinks: false, focus });
      });
      expect(outcome?.failure, `nothing wrong in ${outcome?.runs} programs`).to.match(/^WrongAnswer: (?!.*swallowed)/);
      if (process.env['MODEL_VERBOSE'] !== undefined) {
        console.log(`      after ${outcome?.runs} programs: ${outcome?.failure?.split('\n')[0]}`);
      }
    });
  }
});
