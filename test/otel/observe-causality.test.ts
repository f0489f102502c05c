import { type Meter, SpanKind } from '@opentelemetry/api';
import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CausalClock } from '../../src/otel/causal-clock.js';
import { observeCausality } from '../../src/otel/observe-causality.js';
import { repositoryRoot } from '../support/repository.js';
import { TestNode } from '../support/fleet.js';

/** A meter of the real SDK, and what it collects. */
class Collector {
  private readonly exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  private readonly reader = new PeriodicExportingMetricReader({ exporter: this.exporter });
  private readonly provider = new MeterProvider({ readers: [this.reader] });
  readonly meter: Meter = this.provider.getMeter('test');

  async collect(): Promise<readonly MetricData[]> {
    const { resourceMetrics, errors } = await this.reader.collect();
    expect(errors).to.deep.equal([]);
    return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
  }

  /** Value of each metric, or of each of its reasons. */
  async values(): Promise<Record<string, unknown>> {
    const metrics = await this.collect();
    return Object.fromEntries(
      metrics.map(({ descriptor: { name }, dataPoints }) => {
        const reasons = dataPoints.map(({ attributes, value }) => [attributes['reason'], value] as const);
        return [name, reasons[0]?.[0] === undefined ? reasons[0]?.[1] : Object.fromEntries(reasons)];
      }),
    );
  }

  async shutdown(): Promise<void> {
    await this.provider.shutdown();
  }
}

describe('the metrics of the library itself', () => {
  let collector: Collector;
  beforeEach(() => {
    collector = new Collector();
  });
  afterEach(() => collector.shutdown());

  it('are what was counted', async () => {
    const gateway = new TestNode('gateway', { now: () => Date.UTC(2030, 0, 1) });
    const orders = new TestNode('orders', { maxDomains: 2 });
    observeCausality(collector.meter, { clock: orders.clock });
    expect(await collector.values()).to.deep.equal({
      'causality.stamp.received': 0,
      'causality.stamp.unsent': 0,
      'causality.vector.dropped': 0,
      'causality.vector.refused': 0,
      'causality.hlc.refused': 0,
      'causality.domain.live': 0,
      'causality.domain.dropped': 0,
      'causality.errors': 0,
    });
    for (let i = 0; i < 3; i++) {
      const message = gateway.inject(gateway.start('call', undefined, { kind: SpanKind.CLIENT }).context);
      orders.start('serve', orders.extract(message)).span.end();
      orders.extract({ ...message, baggage: 'causality=nonsense' });
      orders.extract({ ...message, baggage: 'causality=9!later' });
      orders.start('twice', orders.extract({ ...message, baggage: '' })).span.end();
    }
    const { refused, incomplete, ...counted } = orders.clock.counters;
    expect(Object.values(refused).reduce((sum, count) => sum + count)).to.equal(6);
    expect(counted).to.include({ received: 3, hlcRefused: 3, domainsDropped: 1, liveDomains: 2 });
    expect(await collector.values()).to.deep.equal({
      'causality.stamp.received': 3,
      'causality.stamp.refused': refused,
      'causality.stamp.unsent': 0,
      'causality.vector.dropped': 0,
      'causality.vector.refused': 0,
      'causality.hlc.refused': 3,
      'causality.domain.live': 2,
      'causality.domain.dropped': 1,
      'causality.domain.incomplete': { 'mark-without-stamp': 3 },
      'causality.errors': 0,
    });
    expect(incomplete).to.deep.equal({ 'mark-without-stamp': 3 });
  });

  it('are totals, but for the traces held now', async () => {
    observeCausality(collector.meter, { clock: new CausalClock() });
    for (const metric of await collector.collect()) {
      if (metric.dataPointType !== DataPointType.SUM) expect.fail(`${metric.descriptor.name} is no sum`);
      expect(metric.isMonotonic, metric.descriptor.name).to.equal(metric.descriptor.name !== 'causality.domain.live');
    }
  });

  it('are those of docs/metrics.md, with their units', async () => {
    const clock = new CausalClock();
    observeCausality(collector.meter, { clock });
    clock.events.refused('malformed', 'for the test');
    clock.events.incomplete('passed-on');
    const documented = readFileSync(join(repositoryRoot, 'docs', 'metrics.md'), 'utf8').matchAll(
      /^\| `(causality\.[a-z.]+)`[^|]*\|[^|]*\| `(\{[a-z]+\})`/gm,
    );
    const metrics = await collector.collect();
    expect(Array.from(documented, ([, name, unit]) => `${name} ${unit}`).sort()).to.deep.equal(
      metrics.map(({ descriptor: { name, unit } }) => `${name} ${unit}`).sort(),
    );
  });

  it('are taken back', async () => {
    const node = new TestNode('node');
    const stop = observeCausality(collector.meter, { clock: node.clock });
    node.start('first');
    expect(await collector.values()).to.include({ 'causality.domain.live': 1 });
    stop();
    stop();
    node.start('second');
    expect(node.clock.counters.liveDomains).to.equal(2);
    // A cumulative exporter repeats what it was told last.
    expect(await collector.values()).to.include({ 'causality.domain.live': 1 });
  });

  it('are not there while the library is disabled', async () => {
    process.env['OTEL_CAUSALITY_DISABLED'] = 'true';
    try {
      const stop = observeCausality(collector.meter);
      expect(await collector.values()).to.deep.equal({});
      stop();
    } finally {
      delete process.env['OTEL_CAUSALITY_DISABLED'];
    }
  });

  it('need a meter and a clock', () => {
    for (const meter of [undefined, null, {}, 'meter']) {
      expect(() => observeCausality(meter as never)).to.throw('meter: expected a Meter, got ');
    }
    expect(() => observeCausality(collector.meter, { clock: {} as never })).to.throw('clock');
  });
});
