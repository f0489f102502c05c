// Puts what commands printed into the README, between its markers: the demo's two orders (docs/demo-output.txt), the
// benchmark's rows (bench/results/latest.json) and the bytes that stamps add (bench/results/bytes.json). With --check it only says whether they are there as printed.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const read = (path) => readFileSync(join(root, path), 'utf8');

/** From the two columns to the two lines that sum them up, and what was checked. */
function demoBlock() {
  const lines = read('docs/demo-output.txt').split('\n');
  const from = lines.findIndex((line) => line.startsWith('By wall clock'));
  const orders = lines.findIndex((line) => line.trimStart().startsWith('by cause'));
  const checked = lines.findIndex((line) => line.startsWith('Checked in all'));
  if (from < 0 || orders < from || checked < orders)
    throw new Error('docs/demo-output.txt is not what the demo prints');
  const facts = lines.slice(checked).findIndex((line) => line === '');
  const shown = [...lines.slice(from, orders + 1), '', ...lines.slice(checked, checked + facts)];
  return ['```text', ...shown.map((line) => line.trimEnd()), '```'].join('\n');
}

/** The rows that a user of the library pays for, at each size that was measured. */
const PAID = [
  /^span start \+ end, (standard|lean|full) stamps, vector of (1|10|40)$/,
  /^inject: trace context, baggage and stamp in it, vector of/,
  /^extract: trace context, baggage and stamp in it, vector of/,
  /^request: extract, server span, client span, inject/,
  /^unsampled request, as/,
  /^serialize an HTTP span, (standard|lean) stamps/,
  /^requests\/s of two processes over HTTP/,
];

function benchBlock() {
  const { conditions, experiments } = JSON.parse(read('bench/results/latest.json'));
  const rows = experiments
    .filter(({ title }) => !title.startsWith('Floor'))
    .flatMap((experiment) => experiment.rows)
    .filter(({ what }) => PAID.some((one) => one.test(what)));
  if (rows.length === 0) throw new Error('bench/results/latest.json has none of the rows that the README quotes');
  const two = (value) => value.toFixed(2);
  return [
    '| what | against | ratio (quartiles) |',
    '| --- | --- | --- |',
    ...rows.map(
      ({ what, against, ratio }) =>
        `| ${what} | ${against} | **${two(ratio.median)}** (${two(ratio.low)} to ${two(ratio.high)}) |`,
    ),
    '',
    `Processor time, both sides in one process (less is better; of the two processes, which do nothing but ask and answer, ` +
      `requests a second, where more is better), median of ${conditions.effort.rounds} rounds; Node ${conditions.node}, ` +
      `${conditions.cores} × ${conditions.cpu}. \`npm run bench\` prints these and more ` +
      '([the whole table](bench/results/latest.md)).',
  ].join('\n');
}

/** What `npm run bench:bytes` counted, a row for each size of a trace. */
function bytesBlock() {
  const { plain, rows, spansPerRequest } = JSON.parse(read('bench/results/bytes.json'));
  const bytes = (nodes, what) => rows.find((row) => row.nodes === nodes && row.what === what).bytes;
  const both = (nodes, mode) => `${bytes(nodes, `span, ${mode}, protobuf`)} (${bytes(nodes, `span, ${mode}, JSON`)})`;
  const sizes = [...new Set(rows.map(({ nodes }) => nodes))];
  return [
    '| nodes in the trace | span, `lean` | span, `standard` | span, `full` | request | reply |',
    '| --- | --- | --- | --- | --- | --- |',
    ...sizes.map(
      (nodes) =>
        `| ${nodes} | ${both(nodes, 'lean')} | ${both(nodes, 'standard')} | ${both(nodes, 'full')} | ` +
        `${bytes(nodes, 'request')} | ${bytes(nodes, 'reply')} |`,
    ),
    '',
    `Spans in protobuf (in JSON), before any compression, the mean of ${spansPerRequest} a request; without stamps one ` +
      `has ${plain.protobuf} (${plain.JSON}). \`npm run bench:bytes\` counts them.`,
  ].join('\n');
}

function fill(readme, name, block) {
  const pattern = new RegExp(`(<!-- ${name}:begin -->\n)[\\s\\S]*?(<!-- ${name}:end -->)`);
  if (!pattern.test(readme)) throw new Error(`README.md has no ${name} markers`);
  return readme.replace(pattern, (_, begin, end) => `${begin}\n${block}\n\n${end}`);
}

/** The formatter pads tables. */
const unpadded = (text) => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');

const before = read('README.md');
const blocks = { demo: demoBlock(), bench: benchBlock(), bytes: bytesBlock() };
const after = Object.entries(blocks).reduce((readme, [name, block]) => fill(readme, name, block), before);
if (!process.argv.includes('--check')) writeFileSync(join(root, 'README.md'), after);
else if (unpadded(after) !== unpadded(before)) {
  console.error('README.md does not quote what the demo and the benchmark printed: run npm run readme');
  process.exitCode = 1;
}
