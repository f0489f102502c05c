/** Remote clocks that are far ahead: no hybrid time follows them beyond the drift limit, and the order is kept. */
import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { expect } from 'chai';
import { CausalGraph } from '../../src/analysis/graph/causal-graph.js';
import { correctTimestamps } from '../../src/analysis/correction/correct-timestamps.js';
import { readDocument } from '../../src/analysis/readers/formats/document.js';
import { defaultMaxDriftMs } from '../../src/clocks/drift-limit.js';
import { ClockDriftError, HybridLogicalClock } from '../../src/clocks/hybrid-logical-clock.js';
import { HybridTimestamp } from '../../src/clocks/hybrid-timestamp.js';
import { ClockId } from '../../src/clocks/clock-id.js';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import { compareStamps } from '../../src/clocks/stamp.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { TestNode } from '../support/fleet.js';
import { expectNotTaken, extractOdd, messageWith, nodeReading, PLACES, stampText } from '../support/hostile-node.js';
import { expectInvalid } from '../support/invalid-value.js';

const NOW = Date.UTC(2026, 5, 2, 17);
const HOUR_MS = 3_600_000;

function aheadBy(millis: number): string {
  return Ntp64.fromMillis(NOW + millis).toHex();
}

function handled(node: TestNode, hlc: string): Record<string, unknown> {
  node.start('handle', extractOdd(node, messageWith(stampText({ hlc }), 'baggage'))).span.end();
  return node.finished('handle').attributes;
}

describe('attack: poisoned clocks', () => {
  for (const [name, hlc] of [
    ['an hour', aheadBy(HOUR_MS)],
    ['a unit over the limit', Ntp64.fromBigInt(Ntp64.fromMillis(NOW + 500).toBigInt() + 1n).toHex()],
    ['eighty years', 'ffffffffffffffff'],
  ] as const) {
    it(`${name} ahead is refused and said; the order is kept`, () => {
      const node = nodeReading('baggage', { now: () => NOW, attributes: 'full' });
      const attributes = handled(node, hlc);
      expect(attributes).to.include({ 'causality.hlc_unordered': true, 'causality.lamport': 18 });
      expect(attributes['causality.vector']).to.equal(`a=4,b=2,${node.clock.node}=1`);
      expect(attributes).not.to.have.property('causality.incomplete');
      expect(attributes['causality.hlc']).to.equal('2026-06-02T17:00:00.0000000000Z');
      expect(attributes['causality.clock_behind_us'], 'what was seen is said').to.be.at.least(500_000);
      expect(node.clock.counters).to.include({ hlcRefused: 1, received: 1 });
    });
  }

  it('at the limit is merged', () => {
    const node = nodeReading('baggage', { now: () => NOW, attributes: 'full' });
    const attributes = handled(node, aheadBy(500));
    expect(attributes).not.to.have.property('causality.hlc_unordered');
    expect(attributes['causality.hlc']).to.match(/^2026-06-02T17:00:00\.50000000/);
    expect(node.clock.counters.hlcRefused).to.equal(0);
  });

  it('pushes no other trace', () => {
    const node = nodeReading('baggage', { now: () => NOW, attributes: 'full' });
    handled(node, aheadBy(499));
    node.start('other').span.end();
    expect(node.finished('other').attributes['causality.hlc']).to.equal('2026-06-02T17:00:00.0000000000Z');
  });

  it('cannot be pushed step by step beyond the limit', () => {
    const node = nodeReading('baggage', { now: () => NOW });
    for (let step = 1; step <= 20; step++) {
      const { span } = node.start(
        'handle',
        extractOdd(node, messageWith(stampText({ hlc: aheadBy(step * 400) }), 'baggage')),
      );
      const { hlc } = getCausalStamp(span) ?? {};
      expect((hlc?.toMillis() ?? Number.NaN) - NOW).to.be.within(0, 501);
      span.end();
    }
    expect(node.clock.counters.hlcRefused).to.equal(19);
  });

  it('cannot get in while our own clock fails', () => {
    let fails = true;
    const node = nodeReading('baggage', {
      now: () => {
        if (fails) throw new Error('no clock');
        return NOW;
      },
    });
    const first = node.start('handle', extractOdd(node, messageWith(stampText({ hlc: aheadBy(HOUR_MS) }), 'baggage')));
    fails = false;
    const second = node.start('inner', first.context);
    const [a, b] = [getCausalStamp(first.span), getCausalStamp(second.span)];
    if (a === undefined || b === undefined) throw new Error('both are stamped');
    expect(compareStamps(a, b)).to.equal('before');
    expect(b.hlc?.toMillis()).to.be.closeTo(NOW, 1);
    expect(b.hlcUnordered).to.equal(true);
  });

  for (const place of PLACES) {
    for (const hlc of [
      '6a1f0c3b2e4d5f6',
      '6a1f0c3b2e4d5f600',
      '6A1F0C3B2E4D5F60',
      '6a1f0c3b 2e4d5f6',
      '-a1f0c3b2e4d5f60',
      '2026-06-02T17:00',
    ]) {
      it(`${hlc} in the ${place} is malformed`, () => {
        expectNotTaken(nodeReading(place), messageWith(stampText({ hlc }), place), 'malformed');
      });
    }
  }

  for (const scope of ['trace', 'process'] as const) {
    it(`an hour ahead in a reply is refused in ${scope} scope; what was done is heard`, () => {
      const client = new TestNode('client', { now: () => NOW, attributes: 'full', scope, trust: 'all' });
      client.clock.messages.watchCarriers();
      const { span, context } = client.start('call', ROOT_CONTEXT, { kind: SpanKind.CLIENT });
      client.inject(context);
      const { traceId, spanId } = span.spanContext();
      const domain = scope === 'trace' ? traceId.slice(-16) : '-';
      client.clock.messages.hearReply(spanId, stampText({ domain, hlc: aheadBy(HOUR_MS), vector: 'server*3' }));
      span.end();
      const { attributes } = client.finished('call');
      expect(attributes).to.include({ 'causality.hlc_unordered': true });
      expect(attributes['causality.end.vector']).to.include('server=3');
      expect(attributes['causality.end.hlc']).to.match(/^2026-06-02T17:00:00\.0000/);
      expect(client.clock.counters.hlcRefused).to.equal(1);
    });

    it(`an hour ahead in a request moves no later time in ${scope} scope`, () => {
      const node = nodeReading('baggage', { now: () => NOW, attributes: 'full', scope, trust: 'all' });
      const domain = scope === 'trace' ? undefined : '-';
      const stamp = stampText({ ...(domain === undefined ? {} : { domain }), hlc: aheadBy(HOUR_MS) });
      node.start('handle', extractOdd(node, messageWith(stamp, 'baggage'))).span.end();
      node.start('later').span.end();
      expect(node.finished('later').attributes['causality.hlc']).to.match(/^2026-06-02T17:00:00\.0000/);
    });
  }

  it('an hour ahead in the stamp of another trace is refused as well', () => {
    const node = nodeReading('baggage', { now: () => NOW, attributes: 'full' });
    const stamp = stampText({ domain: '0123456789abcdef', hlc: aheadBy(HOUR_MS) });
    node.start('handle', extractOdd(node, messageWith(stamp, 'baggage'))).span.end();
    expect(node.finished('handle').attributes).to.include({
      'causality.hlc': '2026-06-02T17:00:00.0000000000Z',
      'causality.hlc_unordered': true,
    });
  });

  it('given to the hybrid clock of an application: the typed error, and its state is as it was', () => {
    const clock = new HybridLogicalClock({ now: () => NOW });
    const before = clock.newTimestamp();
    const far = new HybridTimestamp(Ntp64.fromMillis(NOW + HOUR_MS), ClockId.parse('1'));
    expect(() => clock.update(far)).to.throw(ClockDriftError);
    const after = clock.newTimestamp();
    expect(after.compare(before)).to.equal(1);
    expect(after.time.toMillis()).to.be.closeTo(NOW, 1);
  });

  it('on recorded spans, by wall clock and by hybrid time: the order is that of the vectors', () => {
    const at = (millis: number): string => `${NOW + millis}000000`;
    const span = (id: number, node: string, millis: number, vector: string, lamport: number): object => ({
      traceId: '4bf92f3577b34da67b1d62f2c9e04a15',
      spanId: id.toString(16).padStart(16, '0'),
      ...(id > 1 && { parentSpanId: '1'.padStart(16, '0') }),
      name: node,
      startTimeUnixNano: at(millis),
      endTimeUnixNano: at(millis + 1),
      attributes: Object.entries({
        'causality.node': node,
        'causality.tick': '1',
        'causality.lamport': String(lamport),
        'causality.vector': vector,
        'causality.hlc': Ntp64.fromMillis(NOW + millis).toRfc3339(),
        'causality.clock_behind_us': String(Number.MAX_SAFE_INTEGER),
      }).map(([key, stringValue]) => ({ key, value: { stringValue } })),
    });
    const spans = [span(1, 'a', HOUR_MS, 'a=1', 1), span(2, 'b', 0, 'a=1,b=1', 2)];
    const graph = CausalGraph.of(readDocument({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
    const [cause, effect] = graph.spans;
    if (cause === undefined || effect === undefined) throw new Error('both were read');
    expect(graph.relation(cause.start, effect.start)).to.equal('before');
    const { spans: moved } = correctTimestamps(graph);
    const [first, second] = ['a', 'b'].map((name) => moved.find((one) => one.name === name)?.startNanos ?? 0n);
    expect((first as bigint) <= (second as bigint)).to.equal(true);
  });

  it('by the environment: a drift limit of more than a day is none', () => {
    for (const text of ['86400001', '1e9', '999999999', '-1', 'Infinity']) {
      expectInvalid(() => defaultMaxDriftMs({ OTEL_CAUSALITY_MAX_DRIFT_MS: text }), 'OTEL_CAUSALITY_MAX_DRIFT_MS');
    }
    expect(defaultMaxDriftMs({ OTEL_CAUSALITY_MAX_DRIFT_MS: '86400000' })).to.equal(86_400_000);
  });
});
