import { expect } from 'chai';
import type { RecordedSpan } from '../../src/analysis/recorded.js';
import { runCli } from '../support/run-cli.js';
import { missingToolchain, ZIPKIN } from './backend-programs.js';
import { type RealZipkin, startZipkin } from './real-zipkin.js';
import { CHECKOUTS, recordFleet, spansOf } from './recorded-fleet.js';
import { causalityOf, expectSameAnswers } from './sameness.js';

interface ZipkinSpan {
  readonly traceId: string;
  readonly id: string;
  readonly tags: Readonly<Record<string, unknown>>;
}

describe('a real Zipkin', function () {
  this.timeout(1_800_000);
  let zipkin: RealZipkin;
  let recorded: RecordedSpan[];

  before(async function () {
    const missing = missingToolchain(ZIPKIN);
    if (missing !== undefined) {
      console.log(`    skipped: ${missing}`);
      this.skip();
    }
    zipkin = await startZipkin();
    recorded = await recordFleet({
      telemetry: new URL('../support/golden/telemetry-twice.js', import.meta.url),
      environment: {
        OTEL_CAUSALITY_ATTRIBUTES: 'full',
        OTEL_EXPORTER_ZIPKIN_ENDPOINT: `${zipkin.url}/api/v2/spans`,
      },
    });
  });
  after(() => zipkin?.backend.stop());

  it('gives back every causal attribute, as the text that its tags are', async () => {
    const answer = await fetch(new URL('/api/v2/traces?serviceName=gateway&limit=100', zipkin.url));
    const spans = ((await answer.json()) as ZipkinSpan[][]).flat();
    expect(spans).to.have.length(recorded.length);
    for (const span of spans) {
      const { attributes } = recorded.find(({ spanId }) => spanId === span.id) as RecordedSpan;
      const expected = Object.entries(causalityOf(attributes)).map(([key, value]) => [key, String(value)]);
      const found = Object.entries(span.tags).filter(([key]) => key.startsWith('causality.'));
      expect(found.sort(([a], [b]) => (a < b ? -1 : 1))).to.deep.equal(expected);
    }
  });

  it('finds a span by its Lamport time', async () => {
    const { attributes, traceId } = recorded.find(({ name }) => name === 'pack parcel') as RecordedSpan;
    const query = `causality.lamport=${String(attributes['causality.lamport'])}`;
    const ask = async (annotationQuery: string): Promise<string[]> => {
      const search = new URLSearchParams({ serviceName: 'inventory', annotationQuery, limit: '100' });
      const answer = await fetch(new URL(`/api/v2/traces?${search.toString()}`, zipkin.url));
      return ((await answer.json()) as ZipkinSpan[][]).flat().map((span) => span.traceId);
    };
    expect(await ask(query)).to.include(traceId);
    expect(await ask('causality.lamport=999999')).to.deep.equal([]);
  });

  it('is read by the library with the same answers as the export itself', async () => {
    const found = await spansOf({ zipkin: zipkin.url, service: 'gateway' });
    expect(found.map(({ spanId }) => spanId).sort()).to.deep.equal(recorded.map(({ spanId }) => spanId).sort());
    expectSameAnswers(found, recorded);
    const { traceId } = recorded[0] as RecordedSpan;
    expect(await spansOf({ zipkin: zipkin.url, trace: traceId })).to.have.length(recorded.length / CHECKOUTS);
  });

  it('is read by the command', async () => {
    const { code, out, err } = await runCli(['check', '--zipkin', zipkin.url, '--service', 'gateway']);
    expect([code, err]).to.deep.equal([1, '']);
    expect(out).to.include(`${recorded.length} spans of ${CHECKOUTS} traces`);
  });
});
