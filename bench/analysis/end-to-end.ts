/**
 * OTLP JSON lines to findings, end to end: read a file, make the graph, put all events in causal order, find everything. Each
 * size in a process of its own, so that the peak memory is its own.
 *
 *     npm run bench:analysis [-- --sizes 125000,250000,500000,1000000] [--plain]
 *
 * Says spans a second by the clock on the wall and by processor time (what one processor would need, whoever else uses the
 * machine), the peak of memory, and how the time of a span changes with size: 1.00 is linear. `--plain` leaves out the stamps.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CausalGraph } from '../../src/analysis/graph/causal-graph.js';
import { findAnomalies } from '../../src/analysis/findings/find-anomalies.js';
import { readTraces } from '../../src/analysis/readers/read-traces.js';
import { writeOtlpJson } from '../../src/analysis/exports/write-otlp-json.js';
import type { RecordedSpan } from '../../src/analysis/recorded.js';
import { recordedFleet } from './recorded-fleet.js';

/** The targets of docs/analysis.md, for a million spans. */
const TARGET_SPANS_PER_SECOND = 100_000;
const TARGET_MEGABYTES = 2048;

interface Outcome {
  readonly spans: number;
  readonly wallSeconds: number;
  readonly processorSeconds: number;
  readonly megabytes: number;
  /** Wall seconds up to the end of each step. */
  readonly steps: Readonly<Record<string, number>>;
  readonly events: number;
  readonly findings: number;
}

function write(path: string, spans: number, stamped: boolean): void {
  const file = openSync(path, 'w');
  for (const line of writeOtlpJson(recordedFleet({ spans, stamped, requestsPerTrace: 4 })))
    writeSync(file, `${line}\n`);
  closeSync(file);
}

async function run(path: string): Promise<Outcome> {
  const [started, before] = [performance.now(), process.cpuUsage()];
  const steps: Record<string, number> = {};
  const done = (step: string): void => {
    steps[step] = (performance.now() - started) / 1000;
  };
  const spans: RecordedSpan[] = [];
  for await (const span of readTraces(path)) spans.push(span);
  done('read');
  const graph = CausalGraph.of(spans);
  done('graph');
  const events = graph.order().length;
  done('order');
  const { totals } = findAnomalies(graph);
  done('findings');
  const { user, system } = process.cpuUsage(before);
  return {
    spans: spans.length,
    wallSeconds: steps['findings'] as number,
    processorSeconds: (user + system) / 1e6,
    megabytes: process.resourceUsage().maxRSS / 1024,
    steps,
    events,
    findings: Object.values(totals).reduce((sum, count) => sum + count, 0),
  };
}

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '125000,250000,500000,1000000' },
    plain: { type: 'boolean', default: false },
    child: { type: 'string' },
  },
});

function measure(): void {
  const folder = mkdtempSync(join(tmpdir(), 'otel-causality-bench-'));
  const load = loadavg()[0]?.toFixed(1);
  console.log(`${availableParallelism()} processors, load ${load} before the first run; Node ${process.version}`);
  let first: Outcome | undefined;
  try {
    for (const size of values.sizes.split(',').map(Number)) {
      const path = join(folder, 'spans.jsonl');
      write(path, size, !values.plain);
      const megabytesRead = statSync(path).size / 1e6;
      const said = execFileSync(process.execPath, [fileURLToPath(import.meta.url), '--child', path], {
        encoding: 'utf8',
      });
      const outcome = JSON.parse(said) as Outcome;
      first ??= outcome;
      console.log(lineOf(outcome, first, megabytesRead));
      if (outcome.spans >= 1_000_000) console.log(verdictOf(outcome));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function lineOf(outcome: Outcome, first: Outcome, megabytesRead: number): string {
  const { spans, wallSeconds, processorSeconds, megabytes, steps, events, findings } = outcome;
  const perSecond = (seconds: number): string => `${Math.round(spans / seconds / 1000)} k spans/s`;
  const growth = processorSeconds / spans / (first.processorSeconds / first.spans);
  const ends = Object.values(steps);
  const each = Object.keys(steps).map((step, i) => `${step} ${((ends[i] ?? 0) - (ends[i - 1] ?? 0)).toFixed(2)} s`);
  return (
    `${String(spans).padStart(8)} spans, ${Math.round(megabytesRead)} MB: ${wallSeconds.toFixed(2)} s, ${perSecond(wallSeconds)}; ` +
    `processor ${processorSeconds.toFixed(2)} s, ${perSecond(processorSeconds)}; peak ${Math.round(megabytes)} MB; ` +
    `a span costs x${growth.toFixed(2)}\n${' '.repeat(10)}${each.join(', ')}; ${events} events, ${findings} findings`
  );
}

function verdictOf({ spans, wallSeconds, megabytes }: Outcome): string {
  const fast = spans / wallSeconds >= TARGET_SPANS_PER_SECOND;
  const small = megabytes < TARGET_MEGABYTES;
  return (
    `${' '.repeat(10)}target ${TARGET_SPANS_PER_SECOND / 1000} k spans/s: ${fast ? 'met' : 'missed'}; ` +
    `under ${TARGET_MEGABYTES} MB: ${small ? 'met' : 'missed'}`
  );
}

if (values.child === undefined) measure();
else console.log(JSON.stringify(await run(values.child)));
