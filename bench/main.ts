/**
 * `npm run bench`: measures everything and writes a table and JSON to bench/results.
 *
 *     npm run bench -- [--quick] [--only <part of a name>] [--list]
 *
 * `--quick` only shows that every row still measures what it says; its numbers mean nothing. Exits with 1 when a row is
 * broken; a missed target is a finding and not a failure.
 */
import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CATALOGUE } from './catalogue.js';
import { type Effort, type Measurement, type Samples, together } from './measure.js';
import { conditions, markdown, type Report } from './report.js';

const FULL: Effort = { rounds: 21, processes: 3, sampleMillis: 20, warmUpMillis: 300 };
const QUICK: Effort = { rounds: 2, processes: 1, sampleMillis: 1, warmUpMillis: 2 };

/** What the process of one experiment sends back. */
type Outcome = { readonly measured: Samples | Measurement } | { readonly problem: string };

async function inThisProcess(name: string, effort: Effort): Promise<Outcome> {
  try {
    const measuring = CATALOGUE[name];
    if (measuring === undefined) throw new Error(`no experiment ${name}`);
    return { measured: await measuring(effort) };
  } catch (error) {
    return { problem: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function inItsOwnProcess(name: string, quick: boolean): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(import.meta.url), ['--child', name, ...(quick ? ['--quick'] : [])]);
    let outcome: Outcome | undefined;
    child.on('message', (message) => {
      outcome = message as Outcome;
    });
    child.on('exit', (code) => resolve(outcome ?? { problem: `its process ended with ${code}` }));
  });
}

/** All processes of one experiment, one after the other. */
async function inItsProcesses(name: string, quick: boolean): Promise<{ measured: Measurement } | { problem: string }> {
  const samples: Samples[] = [];
  for (;;) {
    const outcome = await inItsOwnProcess(name, quick);
    if ('problem' in outcome) return outcome;
    if ('rounds' in outcome.measured) return { measured: outcome.measured };
    samples.push(outcome.measured);
    const [first, ...others] = samples as [Samples, ...Samples[]];
    if (samples.length === (quick ? QUICK : FULL).processes) return { measured: together([first, ...others]) };
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      list: { type: 'boolean', default: false },
      child: { type: 'string' },
    },
  });
  const effort = values.quick ? QUICK : FULL;
  if (values.child !== undefined) {
    const outcome = await inThisProcess(values.child, effort);
    process.send?.(outcome, () => process.exit());
    return;
  }
  const names = Object.keys(CATALOGUE).filter((name) => name.includes(values.only));
  if (values.list) return console.log(names.join('\n'));
  if (names.length === 0) throw new Error(`no experiment has ${values.only} in its name`);

  const loadBefore = loadavg()[0] as number;
  const experiments: Measurement[] = [];
  const broken: { name: string; problem: string }[] = [];
  for (const name of names) {
    process.stderr.write(`${name} … `);
    const started = performance.now();
    const outcome = await inItsProcesses(name, values.quick);
    const failed = 'problem' in outcome;
    if (failed) broken.push({ name, problem: outcome.problem });
    else experiments.push(outcome.measured);
    process.stderr.write(`${failed ? 'BROKEN ' : ''}${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  }
  const report: Report = { conditions: conditions(effort, loadBefore), experiments, broken };
  const table = markdown(report);
  if (values.quick) {
    for (const { name, problem } of broken) console.log(`${name} is broken: ${problem}`);
    const rows = experiments.reduce((sum, experiment) => sum + experiment.rows.length, 0);
    console.log(
      `${experiments.length} experiments with ${rows} rows measured what they say, ${broken.length} did not.`,
    );
  } else {
    console.log(table);
    if (values.only === '') write(report, table);
  }
  if (broken.length > 0) process.exitCode = 1;
}

/** Beside the sources, not beside the compiled benchmark. */
function write(report: Report, table: string): void {
  const folder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'latest.md'), table);
  writeFileSync(join(folder, 'latest.json'), `${JSON.stringify(report, null, 2)}\n`);
}

await main();
