// Mutation testing of one room of src (npm run mutation -- <room> [file ...]): Stryker changes the sources in hundreds of
// small ways, one at a time, and counts the changes that no test notices.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stryker } from '@stryker-mutator/core';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
const mocha12 = new URL('mutation/mocha-12.mjs', import.meta.url).href;
await import(mocha12);
// Some programs of the model, the same for every mutant.
process.env.MODEL_PROGRAMS = '300';
process.env.MODEL_SEED = '1';
process.env.NODE_OPTIONS = `--import ${mocha12}`;

/** The tests of each room: in process, quick, and the ones that state single rules before the ones that search. */
const ROOMS = {
  clocks: ['clocks', 'codec'],
  codec: [
    'codec',
    'logs',
    'attacks/malformed-stamps.test.js',
    'attacks/broken-encodings.test.js',
    'attacks/header-bombs.test.js',
  ],
  delivery: [
    'delivery',
    'attacks/delivery-senders.test.js',
    'attacks/impersonation.test.js',
    'attacks/poisoned-counters.test.js',
    'attacks/prototype-names.test.js',
    'attacks/throwing-carriers.test.js',
    'attacks/unbounded-nodes.test.js',
  ],
  otel: [
    'otel',
    'node',
    'logs',
    'attacks/impersonation.test.js',
    'attacks/malformed-stamps.test.js',
    'attacks/odd-types.test.js',
    'attacks/poisoned-clocks.test.js',
    'attacks/poisoned-counters.test.js',
    'attacks/throwing-carriers.test.js',
    'model/regressions.test.js',
    'model/two-clocks.test.js',
    'model/model.test.js',
  ],
};
/** Does its work once a process, and is tested by processes. */
const NOT_MUTATED = ['src/otel/process-clock.ts'];
/** Files that start processes or talk over HTTP, or want the whole of a long search. */
const LEFT_OUT = ['otel/process-clock.test.js', 'otel/host-safety.test.js', 'otel/causal-timestamps-model.test.js'];
/** Tests that fill something to its limit, or start processes: seconds each, for every mutant that they reach. */
const SLOW = [
  'holds so many entries of vectors',
  'has two generations of the limit',
  'takes one new trace in thousands',
  'catches up with a long chain',
  'writes a state up to the limit',
  'has all that a process acknowledged before it was killed',
];

/** Where a property's inputs are large and reach most mutants of the room, fewer of them. */
const FEW_INPUTS = { delivery: '100' };

const [room, ...files] = process.argv.slice(2);
if (!(room in ROOMS)) {
  console.error(`usage: npm run mutation -- ${Object.keys(ROOMS).join('|')} [file of that room ...]`);
  process.exit(2);
}
process.env.MUTATION_INPUTS ??= FEW_INPUTS[room] ?? '1000';
const specs = ROOMS[room].map((path) => `build/test/${path.endsWith('.js') ? path : `${path}/*.test.js`}`);

await new Stryker({
  mutate: [
    ...(files.length === 0 ? [`src/${room}/**/*.ts`] : files.map((file) => `src/${room}/${file}`)),
    ...NOT_MUTATED.map((path) => `!${path}`),
  ],
  ignorePatterns: ['.*', 'build', 'dist', 'coverage', 'node_modules', 'etc', 'examples/*/node_modules'],
  buildCommand: 'tsc -p tsconfig.json --noCheck',
  // No such file: Stryker would rewrite it by the classic compiler API, which TypeScript 7 does not have.
  tsconfigFile: 'no-such-tsconfig.json',
  disableTypeChecks: false,
  testRunner: 'mocha',
  plugins: ['@stryker-mutator/mocha-runner', join(root, 'tools/mutation/survivors.mjs')],
  mochaOptions: {
    'no-config': true,
    require: ['tools/mutation/setup.mjs'],
    spec: specs,
    grep: `^(?!.*(?:${SLOW.join('|')}))`,
    ignore: LEFT_OUT.map((path) => `build/test/${path}`),
  },
  coverageAnalysis: 'perTest',
  ignoreStatic: process.env.MUTATION_STATIC === undefined,
  concurrency: 1,
  // A test that hangs is told by its loops, long before; a busy machine must not be taken for one.
  timeoutMS: 10_000,
  timeoutFactor: 2,
  tempDirName: '.stryker/sandbox',
  reporters: ['progress-append-only', 'clear-text', 'survivors'],
  survivorsFile: `.stryker/${room}.txt`,
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: false },
  allowConsoleColors: false,
  thresholds: { high: 95, low: 90, break: 90 },
  warnings: { unknownOptions: false },
  dryRunOnly: process.env.MUTATION_DRY !== undefined,
}).runMutationTest();
