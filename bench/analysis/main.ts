/**
 * How fast recorded spans are understood, and how much memory that takes.
 *
 *     npm run compile && node --expose-gc build/bench/analysis/main.js [--spans 1000000] [--plain] [--big]
 *
 * Spans are made first and are not timed. `--big` puts 100,000 spans into each trace, `--plain` leaves out the stamps.
 */
import { parseArgs } from 'node:util';
import { CausalGraph } from '../../src/analysis/graph/causal-graph.js';
import { correctTimestamps } from '../../src/analysis/correction/correct-timestamps.js';
import { coverage } from '../../src/analysis/findings/coverage.js';
import { findAnomalies } from '../../src/analysis/findings/find-anomalies.js';
import { recordedFleet } from './recorded-fleet.js';

const { values } = parseArgs({
  options: {
    spans: { type: 'string', default: '1000000' },
    plain: { type: 'boolean', default: false },
    big: { type: 'boolean', default: false },
    order: { type: 'boolean', default: false },
  },
});
const count = Number(values.spans);
const spans = [...recordedFleet({ spans: count, stamped: !values.plain, requestsPerTrace: values.big ? 25_000 : 4 })];
const megabytes = (): number => {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return Math.round((heapUsed + arrayBuffers) / 2 ** 20);
};
const before = megabytes();
console.log(`${spans.length} spans in memory: ${before} MB`);

/** Processor time of all threads: the collector's count, too, and what other programs take does not. */
const busyMillis = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

let total = 0;
function timed<T>(what: string, run: () => T): T {
  const [started, busy] = [performance.now(), busyMillis()];
  const result = run();
  const [wall, processor] = [performance.now() - started, busyMillis() - busy];
  total += processor;
  console.log(
    `${what.padEnd(12)} ${(wall / 1000).toFixed(2)} s, processor ${(processor / 1000).toFixed(2)} s: ${Math.round(spans.length / processor)} k spans/s`,
  );
  return result;
}

const graph = timed('graph', () => CausalGraph.of(spans));
const anomalies = timed('anomalies', () => findAnomalies(graph));
console.log(`graph and findings: ${Math.round(spans.length / total)} k spans for a second of one processor`);
console.log(JSON.stringify(anomalies.totals));
console.log(JSON.stringify(timed('coverage', () => coverage(graph)).orderings));
console.log(JSON.stringify(timed('correct', () => correctTimestamps(graph)).report.inversionsAfter));
if (values.order) console.log(timed('order', () => graph.order()).length);
console.log(
  `memory beside the spans: ${megabytes() - before} MB; at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MB in all`,
);
