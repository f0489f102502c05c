import { expect } from 'chai';
import type { RecordedSpan } from '../../src/analysis/recorded.js';
import { runCli } from '../support/run-cli.js';
import { JAEGER, missingToolchain } from './backend-programs.js';
import { type RealJaeger, startJaeger } from './real-jaeger.js';
import { CHECKOUTS, recordFleet, spansOf } from './recorded-fleet.js';
import { causalityOf, expectSameAnswers, expectSameSpans } from './sameness.js';

interface OtlpValue {
  readonly stringValue?: string;
  readonly intValue?: string | number;
  readonly boolValue?: boolean;
}
interface OtlpSpan {
  readonly spanId: string;
  readonly attributes: readonly { readonly key: string; readonly value: OtlpValue }[];
}
interface Traces {
  readonly result: {
    readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[] }[];
  };
}
interface LegacyTraces {
  readonly data: readonly { readonly traceID: string; readonly spans: readonly { readonly spanID: string }[] }[];
}

const INTS = /^causality\.(?:(?:end\.|reply\.)?(?:tick|lamport)|clock_behind_us)$/;
const STRINGS = /^causality\.(?:node|scope|(?:end\.)?(?:vector|hlc))$/;
const BOOLS = /^causality\.(?:incomplete|hlc_unordered)$/;

/** Kind of value that the design gives an attribute. */
function typeOf(name: string): keyof OtlpValue {
  if (INTS.test(name)) return 'intValue';
  if (STRINGS.test(name)) return 'stringValue';
  if (BOOLS.test(name)) return 'boolValue';
  throw new Error(`the design has no attribute ${name}`);
}

describe('a real Jaeger', function () {
  this.timeout(1_800_000);
  let jaeger: RealJaeger;
  let recorded: RecordedSpan[];

  before(async function () {
    const missing = missingToolchain(JAEGER);
    if (missing !== undefined) {
      console.log(`    skipped: ${missing}`);
      this.skip();
    }
    jaeger = await startJaeger();
    recorded = await recordFleet({ otlpUrl: jaeger.otlpUrl, environment: { OTEL_CAUSALITY_ATTRIBUTES: 'full' } });
  });
  after(() => jaeger?.backend.stop());

  const ask = async <T>(path: string): Promise<T> => {
    const answer = await fetch(new URL(path, jaeger.queryUrl));
    expect(answer.status, path).to.equal(200);
    return (await answer.json()) as T;
  };
  const traceIds = (): string[] => [...new Set(recorded.map(({ traceId }) => traceId))];

  it('gives back every causal attribute, typed', async () => {
    let seen = 0;
    for (const traceId of traceIds()) {
      const { result } = await ask<Traces>(`/api/v3/traces/${traceId}?rawTraces=true&raw_traces=true`);
      const spans = result.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
      for (const span of spans) {
        const sent = recorded.find(({ spanId }) => spanId === span.spanId) as RecordedSpan;
        const got = span.attributes.filter(({ key }) => key.startsWith('causality.'));
        const expected = causalityOf(sent.attributes);
        expect(got.map(({ key }) => key).sort()).to.deep.equal(Object.keys(expected));
        for (const { key, value } of got) {
          expect(Object.keys(value), key).to.deep.equal([typeOf(key)]);
          expect(String(Object.values(value)[0]), key).to.equal(String(expected[key]));
        }
        seen += got.length;
      }
    }
    // Node, tick, Lamport and vector, the same of the end, and two HLCs: on each span of each checkout.
    expect(seen).to.be.above(recorded.length * 8);
    expect(traceIds()).to.have.length(CHECKOUTS);
  });

  it('finds a span by its Lamport time', async () => {
    const wanted = recorded.find((span) => span.name === 'pack parcel') as RecordedSpan;
    const lamport = String(wanted.attributes['causality.lamport']);
    const tags = encodeURIComponent(JSON.stringify({ 'causality.lamport': lamport }));
    const { data } = await ask<LegacyTraces>(`/api/traces?service=${wanted.service}&tags=${tags}&lookback=1h&limit=20`);
    expect(data.map(({ traceID }) => traceID)).to.include(wanted.traceId);
    const nowhere = encodeURIComponent(JSON.stringify({ 'causality.lamport': '999999' }));
    const none = await ask<LegacyTraces>(`/api/traces?service=${wanted.service}&tags=${nowhere}&lookback=1h&limit=20`);
    expect(none.data).to.deep.equal([]);
  });

  it('sorted by Lamport time and node, shows the order that was recorded, which its clocks do not', async () => {
    for (const traceId of traceIds()) {
      const found = await spansOf({ jaeger: jaeger.queryUrl, trace: traceId });
      const ordered = [...found].sort(byLamport).map(({ spanId }) => spanId);
      const sent = recorded.filter((span) => span.traceId === traceId);
      expect(ordered).to.deep.equal([...sent].sort(byLamport).map(({ spanId }) => spanId));
      const position = new Map(ordered.map((spanId, index) => [spanId, index]));
      const startedBeforeItsParent = (spans: readonly RecordedSpan[], place: (span: RecordedSpan) => number): number =>
        spans.filter((span) => {
          const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
          return parent !== undefined && place(span) < place(parent);
        }).length;
      expect(startedBeforeItsParent(found, ({ spanId }) => position.get(spanId) as number)).to.equal(0);
      expect(startedBeforeItsParent(found, ({ startNanos }) => Number(startNanos / 1_000n))).to.be.above(0);
    }
  });

  it('is read by the library as the export itself is: by trace, by service, and through its older interface', async () => {
    const one = traceIds()[0] as string;
    const byTrace = await spansOf({ jaeger: jaeger.queryUrl, trace: one });
    expectSameSpans(
      byTrace,
      recorded.filter(({ traceId }) => traceId === one),
    );
    const byService = await spansOf({ jaeger: jaeger.queryUrl, service: 'gateway' });
    expectSameSpans(byService, recorded);
    expectSameAnswers(byService, recorded);
    const legacy = await fetch(new URL(`/api/traces?service=gateway&lookback=1h&limit=20&raw=true`, jaeger.queryUrl));
    expectSameAnswers(await spansOf([await legacy.text()]), recorded);
  });

  it('is read by the command', async () => {
    const { code, out, err } = await runCli(['check', '--jaeger', jaeger.queryUrl, '--service', 'orders']);
    expect([code, err]).to.deep.equal([1, '']);
    expect(out).to.include(`${recorded.length} spans of ${CHECKOUTS} traces`).and.to.include('orders');
  });
});

function byLamport(a: RecordedSpan, b: RecordedSpan): number {
  const difference = Number(a.attributes['causality.lamport']) - Number(b.attributes['causality.lamport']);
  return difference !== 0 ? difference : a.attributes['causality.node']! < b.attributes['causality.node']! ? -1 : 1;
}
