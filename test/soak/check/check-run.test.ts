/** A run as it lies on the disk: what processes wrote, how they ended, and what they said of themselves. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { writeOtlpJson } from '../../../src/analysis/exports/write-otlp-json.js';
import { type Incarnation, samplesPath } from '../processes.js';
import { makeRunFolders, TraceLines } from '../run-files.js';
import { checkRun, type RunReport } from './check-run.js';
import { incarnationOf, plant, TRACE, traceOf } from './planted-trace.js';
import { RULE } from './rules.js';

describe('soak: a run on the disk', () => {
  let folder: string;
  let ledgerOfPlain: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'otel-causality-soak-test-'));
    makeRunFolders(folder);
    ledgerOfPlain = join(folder, TRACE.slice(-1), 'plain.1.ledger.jsonl');
    for (const { incarnation, ledger, spans } of traceOf(plant()).lanes) {
      const [noted, exported] = [
        new TraceLines(folder, incarnation.id, 'ledger'),
        new TraceLines(folder, incarnation.id, 'spans'),
      ];
      for (const entry of ledger) noted.write(TRACE, JSON.stringify(entry));
      for (const span of spans) exported.write(TRACE, [...writeOtlpJson([span])].join('').trim());
      noted.close();
      exported.close();
    }
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const check = (anchor: Incarnation = incarnationOf('anchor'), plain = incarnationOf('plain')): RunReport =>
    checkRun(folder, [anchor, plain]);

  it('is read whole', () => {
    const { findings, tally } = check();
    expect(findings.lines()).to.deep.equal([]);
    expect(tally).to.include({ traces: 1, spans: 3, stamps: 7 });
  });

  it('may end in the middle of a line where a process was killed, and nowhere else', () => {
    appendFileSync(ledgerOfPlain, '{"trace":"7b1d62f2c9');
    expect(check(incarnationOf('anchor'), incarnationOf('plain', 'killed')).findings.rules).to.deep.equal([]);
    expect(() => check()).to.throw('plain.1.ledger.jsonl ends in the middle of a line');
  });

  it('is of processes that are known', () => {
    writeFileSync(join(folder, '0', 'stranger.1.spans.jsonl'), '');
    expect(() => check()).to.throw('stranger.1');
  });

  it('is violated by a process that ended by itself', () => {
    expect(check(incarnationOf('anchor', 'crashed')).findings.rules).to.include(RULE.alive);
  });

  it('is violated by an exception that the library swallowed; its counters are summed up', () => {
    const sample = (errors: number): string =>
      `${JSON.stringify({ heapUsed: 1, rss: 1, counters: { received: 3, refused: { version: 2 }, errors } })}\n`;
    writeFileSync(samplesPath(folder, 'plain.1'), sample(0) + sample(0));
    writeFileSync(samplesPath(folder, 'anchor.1'), `${sample(0)}{"heapUs`);
    const { findings, counted } = check();
    expect(findings.rules).to.deep.equal([]);
    expect(counted).to.include({ received: 6, 'refused version': 4 });
    writeFileSync(samplesPath(folder, 'plain.1'), sample(1));
    expect(check().findings.rules).to.deep.equal([RULE.errors]);
  });
});
