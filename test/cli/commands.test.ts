import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { writeOtlpJson } from '../../src/analysis/exports/write-otlp-json.js';
import { readTraces } from '../../src/analysis/readers/read-traces.js';
import type { RecordedSpan } from '../../src/analysis/recorded.js';
import { History } from '../support/history.js';
import { CHECKOUT, runCli } from '../support/run-cli.js';

async function spansOf(path: string): Promise<RecordedSpan[]> {
  const spans: RecordedSpan[] = [];
  for await (const span of readTraces(path)) spans.push(span);
  return spans;
}

describe('commands', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'otel-causality-cli-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  describe('order', () => {
    it('tells the trace of the demo, in no more than 100 columns', async () => {
      const { code, out, err } = await runCli(['order', CHECKOUT]);
      expect([code, err]).to.deep.equal([0, '']);
      const lines = out.split('\n');
      expect(lines[0]).to.equal('Trace ba3a3c140dbd170e98fac25effe964d5  18 spans on 4 nodes, 44 events');
      expect(lines.find((line) => line.includes('orders-'))).to.match(
        /C {2}orders-\w{8} {2}clock 118 ms to \d+ ms behind A/,
      );
      expect(lines).to.include('   8     7    -106.0  ├──────▶┬       POST /orders  ✗ 119 ms before its cause #7');
      for (const line of lines) expect(line.length).to.be.at.most(100);
    });

    it('gives the same as JSON, in which no cause comes after its effect', async () => {
      const { out } = await runCli(['order', '--format', 'json', '--trace', 'BA3A', CHECKOUT]);
      const { traces } = JSON.parse(out) as {
        traces: {
          events: { number: number; spanId: string; event: string; causes: { number: number }[]; inversion?: object }[];
        }[];
      };
      const events = traces[0]?.events ?? [];
      expect(events).to.have.length(44);
      for (const { number, causes } of events) for (const cause of causes) expect(cause.number).to.be.below(number);
      expect(events.filter(({ inversion }) => inversion !== undefined)).to.have.length(6);
      expect(events[0]).to.include({
        event: 'start',
        name: 'POST',
        tick: 1,
        timeUnixNano: '1795258270834000000',
      });
    });
  });

  describe('check', () => {
    it('ends with 1 where it found what counts, and the flag says what counts', async () => {
      const found = await runCli(['check', CHECKOUT]);
      expect(found.code).to.equal(1);
      expect(found.out)
        .to.include('✗ skew')
        .and.to.match(/Found: skew\.\n$/);
      expect((await runCli(['check', '--fail-on', 'race,clash', CHECKOUT])).code).to.equal(0);
      expect((await runCli(['check', '--fail-on', 'all', CHECKOUT])).code).to.equal(1);
      expect((await runCli(['check', '--fail-on', 'none', CHECKOUT])).out).to.include('! skew');
    });

    it('gives the findings as JSON with the ids of their spans', async () => {
      const { code, out } = await runCli(['check', '--format', 'json', CHECKOUT]);
      expect(code).to.equal(1);
      const found = JSON.parse(out) as { failed: string[]; totals: { skewed: number }; findings: { kind: string }[] };
      expect(found.failed).to.deep.equal(['skew']);
      expect(found.findings).to.have.length(found.totals.skewed);
      expect(found.findings[0])
        .to.have.nested.property('from.spanId')
        .that.matches(/^[0-9a-f]{16}$/);
    });
  });

  describe('coverage', () => {
    it('says how far stamps reach', async () => {
      const { code, out } = await runCli(['coverage', CHECKOUT]);
      expect(code).to.equal(0);
      expect(out)
        .to.match(/^100 % of 18 spans carry stamps\n/)
        .and.to.match(/gateway → payments +3 +100 % +100 %\n/);
      const found = JSON.parse((await runCli(['coverage', '--format', 'json', CHECKOUT])).out) as object;
      expect(found).to.include({ spans: 18, stamped: 18 }).and.to.have.nested.property('orderings.proven', 1);
    });
  });

  describe('correct', () => {
    it('writes spans that check finds nothing wrong with, and says what it moved', async () => {
      const path = join(folder, 'corrected.jsonl');
      const { code, out } = await runCli(['correct', CHECKOUT, '--output', path]);
      expect(code).to.equal(0);
      expect(out).to.match(
        /^\+119 ms {2}orders-\w+, 3 spans\n-71 ms {2}payments-\w+, 3 spans\n6 effects before their cause; now 0\.\n$/,
      );
      expect((await runCli(['check', '--fail-on', 'all', path])).code).to.equal(0);
      const [before, after] = [await spansOf(CHECKOUT), await spansOf(path)];
      const lengths = (spans: RecordedSpan[]): Map<string, bigint> =>
        new Map(spans.map(({ spanId, startNanos, endNanos }) => [spanId, endNanos - startNanos]));
      expect(lengths(after)).to.deep.equal(lengths(before));
      expect((await runCli(['correct', path])).err).to.include('nothing was moved');
    });

    it('keeps the report away from spans on stdout', async () => {
      const { out, err } = await runCli(['correct', '--format', 'json', CHECKOUT]);
      for (const line of out.trim().split('\n')) expect(JSON.parse(line)).to.have.keys('resourceSpans');
      expect(JSON.parse(err)).to.include({ constantOffsets: true, inversionsAfter: 0 });
    });

    it('says so where the result cannot be written', async () => {
      const { code, err } = await runCli(['correct', CHECKOUT, '-o', join(folder, 'no', 'where.jsonl')]);
      expect(code).to.equal(2);
      expect(err).to.include('cannot be written');
    });
  });

  describe('export', () => {
    it('refuses what is too much for ShiViz, and leaves the file alone', async () => {
      const history = new History();
      const plain = history.process('plain', { stamped: false, instance: 'one' });
      for (let i = 0; i < 2_500; i++) {
        if (i >= 500) history.passMs(2);
        history.end(history.start(plain, 'work'));
      }
      const [source, path] = [join(folder, 'many.jsonl'), join(folder, 'kept.log')];
      writeFileSync(source, [...writeOtlpJson(history.recorded())].join('\n'));
      writeFileSync(path, 'kept');
      const { code, err } = await runCli(['export', '--to', 'shiviz', '-o', path, source]);
      expect(code).to.equal(2);
      expect(err).to.match(/too much for ShiViz\. trace 0+1: expected at most 2,000,000 entries/);
      expect(readFileSync(path, 'utf8')).to.equal('kept');
    });

    it('writes what it is asked for, to stdout or into a file', async () => {
      const log = await runCli(['export', '--to', 'shiviz', CHECKOUT]);
      expect([log.code, log.err]).to.deep.equal([0, '']);
      expect(log.out.split('\n')[0]).to.equal('(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})');
      const path = join(folder, 'trace.json');
      const { code, out } = await runCli(['export', '--to', 'perfetto', '-o', path, CHECKOUT]);
      expect([code, out]).to.deep.equal([0, '']);
      expect(JSON.parse(readFileSync(path, 'utf8'))).to.have.property('traceEvents').that.is.not.empty;
    });

    it('shifts clocks unless it is told to leave them', async () => {
      const path = join(folder, 'spans.jsonl');
      await runCli(['export', '--to', 'otlp', '--output', path, CHECKOUT]);
      expect((await runCli(['check', '--fail-on', 'all', path])).code).to.equal(0);
      await runCli(['export', '--to', 'otlp', '--times', 'wall', '--output', path, CHECKOUT]);
      expect(await spansOf(path).then((spans) => spans.map(({ startNanos }) => startNanos))).to.have.members(
        await spansOf(CHECKOUT).then((spans) => spans.map(({ startNanos }) => startNanos)),
      );
    });

    it('wants to know the format', async () => {
      const { code, err } = await runCli(['export', CHECKOUT]);
      expect(code).to.equal(2);
      expect(err).to.include('say which format: --to shiviz, --to perfetto, --to otlp');
    });
  });

  it('holds a fixture without anything of the machine that it was made on', () => {
    expect(readFileSync(CHECKOUT, 'utf8')).not.to.match(/process\.|host\.|\/home|\/work/);
  });
});
