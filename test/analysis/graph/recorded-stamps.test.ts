import { SpanKind } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import { findAnomalies } from '../../../src/analysis/findings/find-anomalies.js';
import type { CausalSpan } from '../../../src/analysis/graph/graph-model.js';
import type { AttributeRecord, RecordedKind, RecordedSpan } from '../../../src/analysis/recorded.js';
import { compareStamps } from '../../../src/clocks/stamp.js';
import type { CausalClockOptions } from '../../../src/otel/clock-options.js';
import { TestNode } from '../../support/fleet.js';

/** What an exporter would have sent of a span. */
function recorded(span: ReadableSpan): RecordedSpan {
  const nanosOf = ([seconds, nanos]: readonly [number, number]): bigint =>
    BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
  const { traceId, spanId } = span.spanContext();
  return {
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    name: span.name,
    kind: SpanKind[span.kind].toLowerCase() as RecordedKind,
    service: String(span.resource.attributes['service.name']),
    startNanos: nanosOf(span.startTime),
    endNanos: nanosOf(span.endTime),
    attributes: span.attributes as AttributeRecord,
    resource: span.resource.attributes as AttributeRecord,
    scope: { name: 'test', version: undefined },
    links: span.links.map(({ context }) => ({ traceId: context.traceId, spanId: context.spanId, attributes: {} })),
    events: [],
    status: { code: 'unset', message: undefined },
    origin: { source: 'test', line: undefined },
  };
}

/** Two traces of two real nodes: a request each, work before and after it, and a write below. */
function record(options: CausalClockOptions): CausalGraph {
  const fleet = ['front', 'back'].map((name) => new TestNode(name, options)) as [TestNode, TestNode];
  const [front, back] = fleet;
  const writes = { attributes: { 'causality.resource': 'cart' } };
  const open = ['one', 'two'].map((name) => {
    const root = front.start(`${name} root`);
    front.start(`${name} early`, root.context).span.end();
    const call = front.start(`${name} call`, root.context, { kind: SpanKind.PRODUCER });
    const serve = back.start(`${name} serve`, back.extract(front.inject(call.context)), { kind: SpanKind.CONSUMER });
    const write = (name === 'one' ? front : back).start(
      `${name} write`,
      (name === 'one' ? root : serve).context,
      writes,
    );
    return [write, serve, call, root];
  });
  for (const { span } of open.flat()) span.end();
  return CausalGraph.of(fleet.flatMap(({ exporter }) => exporter.getFinishedSpans().map(recorded)));
}

describe('stamps of the library, as the graph has them', () => {
  for (const attributes of ['standard', 'full', 'lean'] as const) {
    for (const scope of ['trace', 'process'] as const) {
      it(`give the answers of the stamps themselves (${attributes}, ${scope} scope)`, () => {
        const graph = record({ attributes, ...(scope === 'process' ? { scope, trust: 'all' as const } : {}) });
        expect(graph.spans).to.have.length(10);
        for (const a of graph.events) {
          for (const b of graph.events) {
            if (a.stamp === undefined || b.stamp === undefined) throw new Error('every event is stamped');
            expect(graph.relation(a, b)).to.equal(compareStamps(a.stamp, b.stamp));
          }
        }
      });
    }
  }

  it('find a race across traces in process scope, and know nothing across traces otherwise', () => {
    const racesIn = (options: CausalClockOptions): number => findAnomalies(record(options)).totals.races;
    expect(racesIn({ scope: 'process', trust: 'all' })).to.equal(1);
    expect(racesIn({})).to.equal(0);
  });

  it('order spans that wall time cannot', () => {
    const graph = record({});
    const named = (name: string): CausalSpan =>
      graph.spans.find(({ recorded: span }) => span.name === name) as CausalSpan;
    expect(graph.spanRelation(named('one early'), named('one call'))).to.equal('before');
    expect(graph.spanRelation(named('one root'), named('one early'))).to.equal('contains');
    expect(graph.spanRelation(named('one early'), named('two early'))).to.equal('unknown');
  });
});
