/**
 * How fast recorded spans are read.
 *
 *     npm run compile && node build/bench/analysis/read-spans.js [--spans 1000000] [--file export.json]
 *
 * Writes a file of OTLP JSON lines and the same spans as one document into a temporary folder, and reads
 * each in turn beside what `JSON.parse` alone needs for the lines. With `--file` it reads that file instead.
 */
import { createReadStream, mkdtempSync, openSync, closeSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { readTraces } from '../../src/analysis/readers/read-traces.js';

const SPANS_PER_BATCH = 100;
const SPANS_PER_TRACE = 20;
const START_MICROS = 1_795_255_200_000_000;

const hexadecimal = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** Spans as a gateway with our stamps exports them: some 800 bytes each. */
function batch(first: number): object {
  const attribute = (key: string, value: string | number): object => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: value },
  });
  const spans = Array.from({ length: SPANS_PER_BATCH }, (_, i) => {
    const id = first + i + 1;
    const isRoot = id % SPANS_PER_TRACE === 0;
    return {
      traceId: hexadecimal(Math.floor(id / SPANS_PER_TRACE) + 1, 32),
      spanId: hexadecimal(id, 16),
      ...(isRoot ? {} : { parentSpanId: hexadecimal(id - 1, 16) }),
      name: 'GET /api/orders/:id',
      kind: (id % 3) + 1,
      startTimeUnixNano: `${START_MICROS + id * 123}456`,
      endTimeUnixNano: `${START_MICROS + id * 123 + 4000}456`,
      attributes: [
        attribute('http.request.method', 'GET'),
        attribute('url.path', `/api/orders/${id}`),
        attribute('http.response.status_code', 200),
        attribute('causality.node', 'gateway-x7k2p1ab'),
        attribute('causality.vector', `gateway-x7k2p1ab=${id},orders-m3n4b5cd=2`),
        attribute('causality.lamport', id),
        attribute('causality.tick', id),
        attribute('causality.end.lamport', id + 1),
        attribute('causality.end.tick', id + 1),
      ],
      status: {},
    };
  });
  const resource = { attributes: [attribute('service.name', 'gateway')] };
  return { resource, scopeSpans: [{ scope: { name: 'http', version: '1.2.0' }, spans }] };
}

/** Writes one after the other, so that a file may be larger than memory. */
function write(path: string, pieces: Iterable<string>): void {
  const file = openSync(path, 'w');
  for (const piece of pieces) writeSync(file, piece);
  closeSync(file);
}

function* batches(spans: number): Generator<string> {
  for (let first = 0; first < spans; first += SPANS_PER_BATCH) yield JSON.stringify(batch(first));
}

function* lines(spans: number): Generator<string> {
  for (const text of batches(spans)) yield `{"resourceSpans":[${text}]}\n`;
}

function* document(spans: number): Generator<string> {
  let before = '{"resourceSpans":[';
  for (const text of batches(spans)) {
    yield before + text;
    before = ',';
  }
  yield ']}';
}

async function parsed(path: string): Promise<number> {
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    count += (JSON.parse(line) as { resourceSpans: unknown[] }).resourceSpans.length * SPANS_PER_BATCH;
  }
  return count;
}

async function read(path: string): Promise<number> {
  let count = 0;
  for await (const span of readTraces(path, { onProblem: ({ reason }) => console.error(reason) })) {
    count += span.startNanos > 0n ? 1 : 0;
  }
  return count;
}

async function timed(what: string, path: string, run: (path: string) => Promise<number>): Promise<void> {
  const started = performance.now();
  const before = process.cpuUsage();
  const count = await run(path);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  console.log(
    `${what.padEnd(28)} ${seconds.toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} s of processors, ` +
      `${Math.round(count / seconds / 1000)} k spans/s, ${Math.round(statSync(path).size / seconds / 1e6)} MB/s`,
  );
}

const { values } = parseArgs({ options: { spans: { type: 'string', default: '1000000' }, file: { type: 'string' } } });
if (values.file === undefined) {
  const spans = Number(values.spans);
  const folder = mkdtempSync(join(tmpdir(), 'otel-causality-bench-'));
  const [asLines, asDocument] = [join(folder, 'lines.jsonl'), join(folder, 'document.json')];
  try {
    write(asLines, lines(spans));
    write(asDocument, document(spans));
    await timed('JSON.parse of each line', asLines, parsed);
    await timed('readTraces, JSON lines', asLines, read);
    await timed('readTraces, one document', asDocument, read);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
} else await timed('readTraces', values.file, read);
console.log(`at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MB in memory`);
