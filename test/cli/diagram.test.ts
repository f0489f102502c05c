import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CausalGraph } from '../../src/analysis/graph/causal-graph.js';
import type { DiagramData } from '../../src/analysis/diagram/diagram-data.js';
import { MOST_LISTED } from '../../src/analysis/diagram/pack-findings.js';
import { diagramData, MOST_DIAGRAM_SPANS, renderDiagram } from '../../src/analysis/diagram/render-diagram.js';
import { writeOtlpJson } from '../../src/analysis/exports/write-otlp-json.js';
import type { RecordedSpan } from '../../src/analysis/recorded.js';
import { InvalidValueError } from '../../src/clocks/errors.js';
import { CHECKOUT, runCli } from '../support/run-cli.js';

function dataOf(html: string): DiagramData {
  const [, json] = /<script id="data" type="application\/json">(.*?)<\/script>/s.exec(html) as unknown as [
    string,
    string,
  ];
  return JSON.parse(json) as DiagramData;
}

/** Plain spans, `spans` in each trace; every one starts before its parent did, by a clock that knows nanoseconds. */
function plainSpans(traces: number, spans: number): RecordedSpan[] {
  return Array.from({ length: traces * spans }, (_, i) => ({
    traceId: (1 + Math.floor(i / spans)).toString(16).padStart(32, '0'),
    spanId: (i + 1).toString(16).padStart(16, '0'),
    parentSpanId: i % spans === 0 ? undefined : i.toString(16).padStart(16, '0'),
    name: `span ${i}`,
    kind: 'server',
    service: `service ${i % 3}`,
    startNanos: 1_700_000_000_123_456_789n - BigInt(i * 1001),
    endNanos: 1_700_000_000_123_456_789n,
    attributes: { secret: `s3cret-${i}` },
    resource: {},
    scope: { name: '', version: undefined },
    links: [],
    events: [],
    status: { code: 'unset', message: undefined },
    origin: { source: 'test', line: undefined },
  }));
}

describe('diagram', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'otel-causality-diagram-cli-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('writes one page into a file, and says what is in it', async () => {
    const path = join(folder, 'page.html');
    const { code, out, err } = await runCli(['diagram', CHECKOUT, '-o', path]);
    expect([code, err]).to.deep.equal([0, '']);
    expect(out).to.equal(`${path}: 18 spans on 4 nodes, 6 findings. Open it in a browser.\n`);
    const html = readFileSync(path, 'utf8');
    expect(html)
      .to.match(/^<!doctype html>/)
      .and.to.match(/<\/html>\n$/);
    expect(html).not.to.match(/(?:src|href)=/);
    expect(dataOf(html).spans.ids).to.have.length(18);
  });

  it('writes to stdout without a file, and nothing else', async () => {
    const { code, out } = await runCli(['diagram', CHECKOUT]);
    expect(code).to.equal(0);
    expect(out).to.match(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect((await runCli(['diagram', CHECKOUT, '-o', '-'])).out).to.equal(out);
  });

  it('keeps the notices of what is bundled in it', () => {
    const html = renderDiagram(CausalGraph.of([]));
    for (const name of ['d3-scale', 'd3-zoom', 'd3-selection']) expect(html).to.match(new RegExp(`/\\*![^*]*${name}`));
    expect(html).to.include('Permission to use, copy, modify, and/or distribute');
  });

  it('ends with 2 where nothing can be read or written, and leaves no page then', async () => {
    const path = join(folder, 'nothing.html');
    const broken = join(folder, 'broken.json');
    writeFileSync(broken, '{"resourceSpans":[]}');
    expect((await runCli(['diagram', broken, '-o', path])).code).to.equal(2);
    expect(existsSync(path)).to.equal(false);
    const nowhere = await runCli(['diagram', CHECKOUT, '-o', join(folder, 'no', 'such', 'folder.html')]);
    expect([nowhere.code, nowhere.out]).to.deep.equal([2, '']);
    expect(nowhere.err).to.include('cannot be written');
    expect((await runCli(['diagram', '--attributes', 'some', CHECKOUT])).code).to.equal(2);
  });

  it('has help with an example', async () => {
    const { code, out } = await runCli(['diagram', '--help']);
    expect(code).to.equal(0);
    expect(out).to.match(/Examples:\n {2}otel-causality diagram traces\.jsonl --output diagram\.html/);
  });

  it('leaves attributes out where that is asked for', async () => {
    const path = join(folder, 'secrets.jsonl');
    writeFileSync(path, [...writeOtlpJson(plainSpans(1, 3))].join('\n'));
    expect((await runCli(['diagram', path])).out).to.include('s3cret-1');
    const { out } = await runCli(['diagram', path, '--attributes', 'none']);
    expect(out).to.include('span 1').and.not.to.include('s3cret');
  });

  it('has the logs of the traces it shows, and says how many; what they say goes with the attributes', async () => {
    const path = join(folder, 'logs.jsonl');
    const record = (traceId: string): object => {
      return { traceId, timeUnixNano: '1700000000000000000', body: { stringValue: 'the password is swordfish' } };
    };
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'mail' } }] };
    const [trace, many] = ['1'.padStart(32, '0'), '3'.padStart(32, '0')];
    const logRecords = [record(trace), record(trace), record(many)];
    const logs = JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] });
    writeFileSync(path, [...writeOtlpJson(plainSpans(1, 3)), logs].join('\n'));
    const page = join(folder, 'logs.html');
    const { out } = await runCli(['diagram', path, '--trace', trace, '-o', page]);
    expect(out).to.include('3 spans and 2 logs on 4 nodes');
    const html = readFileSync(page, 'utf8');
    expect(html).to.include('swordfish');
    expect(dataOf(html).logs).to.have.length(2);
    const silent = (await runCli(['diagram', path, '--attributes', 'none'])).out;
    expect(silent).not.to.include('swordfish');
    expect(dataOf(silent).logs).to.have.length(2);
    expect(dataOf(silent).notes.join()).to.include('1 log of no trace');
    // Of traces for which there is no room, the logs are left out as well.
    const half = MOST_DIAGRAM_SPANS / 2;
    writeFileSync(path, [...writeOtlpJson(plainSpans(3, half)), logs].join('\n'));
    await runCli(['diagram', path, '-o', page]);
    expect(dataOf(readFileSync(page, 'utf8')).logs).to.have.length(2);
    expect(dataOf(readFileSync(page, 'utf8')).notes).to.deep.equal([]);
  });

  it('draws no logs alone', async () => {
    const path = join(folder, 'only-logs.jsonl');
    const logRecords = [{ traceId: '1'.padStart(32, '0'), timeUnixNano: '17', body: { stringValue: 'x' } }];
    writeFileSync(path, JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }));
    const { code, out, err } = await runCli(['diagram', path]);
    expect([code, out]).to.deep.equal([2, '']);
    expect(err).to.include('no spans to draw');
  });

  it('takes the order that is asked for', async () => {
    const orders = ['process', 'flow'].map(async (order) =>
      dataOf((await runCli(['diagram', CHECKOUT, '--order', order])).out),
    );
    expect((await Promise.all(orders)).map(({ table }) => table.order)).to.deep.equal(['process', 'flow']);
  });

  it('holds as many spans as it says: of more, whole traces that fit', async () => {
    const path = join(folder, 'many.jsonl');
    const half = MOST_DIAGRAM_SPANS / 2;
    writeFileSync(path, [...writeOtlpJson(plainSpans(3, half))].join('\n'));
    const page = join(folder, 'many.html');
    const { code, out, err } = await runCli(['diagram', path, '-o', page]);
    expect(code).to.equal(0);
    expect(out).to.include(`${MOST_DIAGRAM_SPANS.toLocaleString('en')} spans`);
    expect(err).to.include('it shows the first 2 of 3 traces');
    expect(dataOf(readFileSync(page, 'utf8')).table.traces).to.have.length(2);
  });

  it('refuses a graph that no page holds, and takes one that just fits', () => {
    const fits = plainSpans(1, MOST_DIAGRAM_SPANS);
    expect(diagramData(CausalGraph.of(fits)).spans.ids).to.have.length(MOST_DIAGRAM_SPANS);
    const [last] = plainSpans(MOST_DIAGRAM_SPANS + 1, 1).slice(-1) as [RecordedSpan];
    expect(() => renderDiagram(CausalGraph.of([...fits, last]))).to.throw(InvalidValueError, '50000');
  });

  it('lists the worst findings of a class up to a limit, and counts all', () => {
    const listedOf = (spans: number): readonly [number, number] => {
      const { findings, totals } = diagramData(CausalGraph.of(plainSpans(1, spans)));
      const skew = findings.filter((finding) => finding.class === 'skew');
      return [skew.length, totals.find(([name]) => name === 'skew')?.[1] ?? 0];
    };
    expect(listedOf(MOST_LISTED + 1)).to.deep.equal([MOST_LISTED, MOST_LISTED]);
    expect(listedOf(MOST_LISTED + 2)).to.deep.equal([MOST_LISTED, MOST_LISTED + 1]);
  });
});
