/**
 * `npm run soak [-- --seconds N] [--seed S] [--rate R] [--keep]`: four processes, random faults, kill -9 and restart, for
 * so long; afterwards all that they exported is held to the rules. Ends with status 1 when one was broken.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkRun } from './check/check-run.js';
import { Fleet } from './fleet.js';
import { Load } from './load.js';
import { Plans } from './plan.js';
import { makeRunFolders } from './run-files.js';
import { progressLine, summary } from './summary.js';
import { Trouble } from './trouble.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    rate: { type: 'string', default: '20' },
    keep: { type: 'boolean', default: false },
  },
});
const [seconds, seed, rate] = [Number(values.seconds), Number(values.seed), Number(values.rate)];
/** With more, the anchor's small store would drop visits that wait for a process that is paused. */
const MAX_RATE = 40;
if (!(seconds > 0 && rate > 0 && rate <= MAX_RATE && Number.isSafeInteger(seed))) {
  console.error(`--seconds is above 0, --rate from above 0 to ${MAX_RATE}, --seed an integer`);
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'otel-causality-soak-'));
makeRunFolders(folder);
console.log(`Soaking for ${seconds} s, seed ${seed}, at most ${rate} visits a second, in ${folder}`);

// 60 samples in the shortest run that is worth it, and not many more in the longest.
const fleet = new Fleet(folder, Math.min(15_000, Math.max(500, seconds * 15)));
// A process that is paused would outlive this one for ever.
process.once('exit', () => fleet.killAll());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
await fleet.start();
const until = performance.now() + seconds * 1_000;
const load = new Load(fleet, new Plans(seed), rate);
// About a dozen troubles in a minute; fewer in longer runs, so that processes also grow old.
const trouble = new Trouble(fleet, seed, seconds > 300 ? 12_000 : 4_000);
const progress = setInterval(() => progressLine(until, load, trouble), 1_000);
await Promise.all([load.run(until), trouble.run(until)]);
clearInterval(progress);
await fleet.stop();

const startedChecking = performance.now();
const report = checkRun(folder, fleet.ended);
const checkSeconds = (performance.now() - startedChecking) / 1_000;
console.log(summary({ load, trouble, report, incarnations: fleet.ended, lastWords: fleet.lastWords, checkSeconds }));
const failed = report.findings.count > 0 || fleet.lastWords.length > 0;
if (failed || values.keep)
  console.log(`What the processes wrote is in ${folder}; --seed ${seed} repeats the decisions.`);
else rmSync(folder, { recursive: true });
process.exitCode = failed ? 1 : 0;
