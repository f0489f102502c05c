/** The results as a table for people and as JSON for whoever wants to compare runs. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg } from 'node:os';
import type { Effort, MeasuredRow, Measurement } from './measure.js';
import type { Spread } from './statistics.js';

/** Under what circumstances the numbers came about. */
export interface Conditions {
  readonly date: string;
  readonly commit: string;
  readonly node: string;
  readonly v8: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly loadBefore: number;
  readonly loadAfter: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly effort: Effort;
}

export interface Report {
  readonly conditions: Conditions;
  readonly experiments: readonly Measurement[];
  readonly broken: readonly { readonly name: string; readonly problem: string }[];
}

const COMPARED = ['@opentelemetry/api', '@opentelemetry/sdk-trace-base', '@opentelemetry/otlp-transformer'];
const PEERS = ['vectorclock', '@thi.ng/vclock', 'pvclock', '@consento/hlc'];

export function conditions(effort: Effort, loadBefore: number): Conditions {
  return {
    date: new Date().toISOString(),
    commit: commit(),
    node: process.version,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    loadBefore,
    loadAfter: loadavg()[0] as number,
    versions: Object.fromEntries([...COMPARED, ...PEERS].map((name) => [name, installedVersion(name)])),
    effort,
  };
}

export function markdown({ conditions: c, experiments, broken }: Report): string {
  const lines = [
    '# Benchmark',
    '',
    `${c.date}, commit ${c.commit}. Node ${c.node} (V8 ${c.v8}), ${c.platform}, ${c.cores} × ${c.cpu};`,
    `load average ${c.loadBefore.toFixed(2)} before, ${c.loadAfter.toFixed(2)} after.`,
    `${Object.entries(c.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    '',
    `Every ratio is the median of ${c.effort.rounds} rounds in ${c.effort.processes} processes, each of which measured both sides in turn in one process`,
    `(${c.effort.sampleMillis} ms of processor time a side, the garbage collector's included) where no row says otherwise;`,
    'in brackets the first and third quartile. Smaller is better, but where the target is a least.',
    '',
  ];
  for (const experiment of experiments) {
    lines.push(
      `## ${experiment.title}`,
      '',
      '| what | against | ratio | target | |',
      '| --- | --- | --- | --- | --- |',
    );
    for (const row of experiment.rows) lines.push(line(row));
    const nanos = Object.entries(experiment.nanos).map(([name, { median }]) => `${name} ${duration(median)}`);
    if (nanos.length > 0) lines.push('', `Medians: ${nanos.join(', ')}.`);
    lines.push('');
  }
  for (const { name, problem } of broken) lines.push(`**${name} is broken**: ${problem}`, '');
  return lines.join('\n');
}

function line({ what, against, ratio, atMost, atLeast }: MeasuredRow): string {
  const targets = [
    ...(atMost === undefined ? [] : [{ text: `≤ ${number(atMost)}`, isMet: ratio.median <= atMost }]),
    ...(atLeast === undefined ? [] : [{ text: `≥ ${number(atLeast)}`, isMet: ratio.median >= atLeast }]),
  ];
  const target = targets.map(({ text }) => text).join(', ');
  const verdict = targets.length === 0 ? '' : targets.every(({ isMet }) => isMet) ? 'met' : 'missed';
  return `| ${what} | ${against} | ${spread(ratio)} | ${target} | ${verdict} |`;
}

function spread({ median, low, high }: Spread): string {
  return `${number(median)} (${number(low)} to ${number(high)})`;
}

function number(value: number): string {
  return Math.abs(value) < 0.1 ? value.toFixed(3) : value.toFixed(2);
}

function duration(nanos: number): string {
  return nanos < 1000 ? `${nanos.toFixed(nanos < 100 ? 1 : 0)} ns` : `${(nanos / 1000).toFixed(2)} µs`;
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown';
  }
}

const require = createRequire(import.meta.url);

/** From the package's own manifest, which not every package exports. */
function installedVersion(name: string): string {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')) as { version: string }).version;
    } catch {
      // Not in this folder.
    }
  }
  return 'not installed';
}
