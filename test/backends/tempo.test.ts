import { expect } from 'chai';
import type { RecordedSpan } from '../../src/analysis/recorded.js';
import { runCli } from '../support/run-cli.js';
import { missingToolchain, TEMPO } from './backend-programs.js';
import { type RealTempo, startTempo } from './real-tempo.js';
import { CHECKOUTS, recordFleet, spansOf } from './recorded-fleet.js';
import { eventually } from './running-backend.js';
import { expectSameAnswers, expectSameSpans } from './sameness.js';

interface Search {
  readonly traces?: readonly {
    readonly spanSets?: readonly { readonly spans: readonly { readonly spanID: string }[] }[];
  }[];
}

const PATIENCE_MS = 30_000;

describe('a real Tempo', function () {
  this.timeout(1_800_000);
  let tempo: RealTempo;
  let recorded: RecordedSpan[];

  before(async function () {
    const missing = missingToolchain(TEMPO);
    if (missing !== undefined) {
      console.log(`    skipped: ${missing}`);
      this.skip();
    }
    tempo = await startTempo();
    recorded = await recordFleet({ otlpUrl: tempo.otlpUrl, environment: { OTEL_CAUSALITY_ATTRIBUTES: 'full' } });
    await eventually('Tempo to find every span', PATIENCE_MS, async () =>
      (await search('{}')).length === recorded.length ? true : undefined,
    );
  });
  after(() => tempo?.backend.stop());

  /** Ids of the spans that a search finds. */
  const search = async (traceQl: string): Promise<string[]> => {
    const now = Math.ceil(Date.now() / 1_000);
    const url = new URL('/api/search', tempo.queryUrl);
    url.search = new URLSearchParams({
      q: traceQl,
      start: String(now - 3_600),
      end: String(now + 60),
      limit: '100',
      spss: '1000',
    }).toString();
    const answer = await fetch(url);
    const text = await answer.text();
    expect(answer.status, `${traceQl}: ${text}`).to.equal(200);
    const { traces = [] } = JSON.parse(text) as Search;
    return traces.flatMap(({ spanSets = [] }) => spanSets.flatMap(({ spans }) => spans.map(({ spanID }) => spanID)));
  };
  const expectFound = async (traceQl: string, matches: (span: RecordedSpan) => boolean): Promise<void> => {
    const expected = recorded.filter(matches);
    // Some and not all: else a search that ignores its condition would pass.
    expect(expected.length).to.be.within(1, recorded.length - 1);
    expect((await search(traceQl)).sort()).to.deep.equal(expected.map(({ spanId }) => spanId).sort());
  };

  it('finds spans by Lamport time, as numbers', () =>
    expectFound('{ span.causality.lamport > 3 }', ({ attributes }) => Number(attributes['causality.lamport']) > 3));

  it('finds spans whose clock is proven to be behind', () =>
    expectFound(
      '{ span.causality.clock_behind_us > 0 }',
      ({ attributes }) => Number(attributes['causality.clock_behind_us'] ?? 0) > 0,
    ));

  it('finds a range of hybrid time, whose text sorts as time', async () => {
    const times = recorded.map(({ attributes }) => String(attributes['causality.hlc'])).sort();
    const [from, to] = [times[Math.floor(times.length / 3)], times[Math.floor((2 * times.length) / 3)]] as [
      string,
      string,
    ];
    await expectFound(
      `{ span.causality.hlc >= "${from}" && span.causality.hlc < "${to}" }`,
      ({ attributes }) => String(attributes['causality.hlc']) >= from && String(attributes['causality.hlc']) < to,
    );
  });

  it('is read by the library as the export itself is: both of its interfaces', async () => {
    const found = await spansOf({ tempo: tempo.queryUrl, service: 'gateway' });
    expectSameSpans(found, recorded);
    expectSameAnswers(found, recorded);
    const { traceId } = recorded[0] as RecordedSpan;
    const sent = recorded.filter((span) => span.traceId === traceId);
    for (const path of [`/api/traces/${traceId}`, `/api/v2/traces/${traceId}`]) {
      const answer = await fetch(new URL(path, tempo.queryUrl), { headers: { accept: 'application/json' } });
      expectSameSpans(await spansOf([await answer.text()]), sent);
    }
  });

  it('is read by the command, with TraceQL', async () => {
    const query = '{ span.causality.clock_behind_us > 0 }';
    const { code, out, err } = await runCli(['check', '--tempo', tempo.queryUrl, '--query', query]);
    expect([code, err]).to.deep.equal([1, '']);
    expect(out).to.include(`${recorded.length} spans of ${CHECKOUTS} traces`);
  });
});
